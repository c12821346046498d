//! The actor of a shard: owns its accounts' rows, does what the coordinator asks.

use actix::{Actor, Addr, Context, Handler, Message};

use super::{CoordinatorActor, ShardDone};
use crate::ledger::{Shard, ShardOrder};
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
        let reply = self.shard.obey(message.order);
        message.coordinator.do_send(ShardDone { shard: self.shard.id(), reply });
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
