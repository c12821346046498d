//! The actor of a shard: owns its accounts' rows, does what the coordinator asks.

use std::sync::mpsc::Sender;

use actix::{Actor, Addr, Context, Handler, Message};
use tracing::debug;

use super::{CoordinatorActor, ShardDone};
use crate::ledger::{ROW_IMAGE, Shard, ShardOrder};
use crate::planted;
use crate::vital::Vital;

/// Owns a shard of the ledger.
pub(crate) struct ShardActor {
    shard: Shard,
    vital: Vital,
}

impl ShardActor {
    pub(crate) fn new(shard: Shard) -> ShardActor {
        ShardActor { shard, vital: Vital::new("a shard") }
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
        planted::visit("shard");
        let reply = self.shard.obey(message.order);
        message.coordinator.do_send(ShardDone { shard: self.shard.id(), reply });
    }
}

/// A slice of the rows, for a snapshot.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct RowSlice {
    /// The place of the first row.
    pub(crate) from: usize,
    /// How many places at most.
    pub(crate) count: usize,
    pub(crate) reply: Sender<RowImages>,
}

/// Images of rows.
pub(crate) struct RowImages {
    pub(crate) images: Vec<u8>,
    /// The newest frame that any of them has seen.
    pub(crate) last_frame: u64,
    /// The place of the next slice, if there is one.
    pub(crate) next: Option<usize>,
}

impl Handler<RowSlice> for ShardActor {
    type Result = ();

    fn handle(&mut self, message: RowSlice, _: &mut Context<ShardActor>) {
        let to = (message.from + message.count).min(self.shard.places());
        let next = (to < self.shard.places()).then_some(to);
        let mut images = Vec::with_capacity(message.count * ROW_IMAGE);
        let last_frame = self.shard.write_images(message.from..to, &mut images);
        let slice = RowImages { images, last_frame, next };
        if message.reply.send(slice).is_err() {
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
