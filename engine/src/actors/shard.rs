//! The actor of a shard: owns its accounts' rows, does what the coordinator asks.

use std::sync::Arc;

use actix::{Actor, Addr, Context, Handler, Message};
use crossbeam::channel::Sender;
use tracing::debug;

use super::{CoordinatorActor, ShardDone};
use crate::abort_on_drop::AbortOnDrop;
use crate::ledger::{Shard, ShardOrder};
use crate::meters::{Meter, Meters};
use crate::planted_panics;
use crate::snapshot_job::RowImages;

/// Owns a shard of the ledger.
pub(crate) struct ShardActor {
    shard: Shard,
    meters: Arc<Meters>,
    vital: AbortOnDrop,
}

impl ShardActor {
    pub(crate) fn new(shard: Shard, meters: Arc<Meters>) -> ShardActor {
        ShardActor { shard, meters, vital: AbortOnDrop::new("a shard") }
    }
}

impl Actor for ShardActor {
    type Context = Context<ShardActor>;
}

/// An order for the shard, with whom to tell.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Obey {
    pub(crate) order: ShardOrder,
    pub(crate) coordinator: Addr<CoordinatorActor>,
}

impl Handler<Obey> for ShardActor {
    type Result = ();

    fn handle(&mut self, message: Obey, _: &mut Context<ShardActor>) {
        planted_panics::visit("shard");
        let Self { shard, meters, .. } = self;
        let reply = meters.time(Meter::Shard, || shard.obey(message.order));
        message.coordinator.do_send(ShardDone { shard: self.shard.id(), reply });
    }
}

/// A slice of the rows, for a snapshot.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct RowSlice {
    /// The place of the first row.
    pub(crate) from: usize,
    /// How many places.
    pub(crate) count: usize,
    pub(crate) reply: Sender<RowImages>,
}

impl Handler<RowSlice> for ShardActor {
    type Result = ();

    fn handle(&mut self, message: RowSlice, _: &mut Context<ShardActor>) {
        if message.reply.send(RowImages::of(&self.shard, message.from, message.count)).is_err() {
            debug!("a snapshot was given up");
        }
    }
}

/// The node stops in order.
#[derive(Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct Release;

impl Handler<Release> for ShardActor {
    type Result = ();

    fn handle(&mut self, _: Release, _: &mut Context<ShardActor>) {
        self.vital.release();
    }
}
