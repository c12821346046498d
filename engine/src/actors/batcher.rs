//! The batching actor of a hot account: merges the legs of a frame into one posting.

use std::sync::Arc;

use actix::{Actor, ActorContext, Addr, Context, Handler, Message};

use super::shard::Release;
use super::{CoordinatorActor, Merged};
use crate::abort_on_drop::AbortOnDrop;
use crate::ledger::Unmerged;
use crate::meters::{Meter, Meters};
use crate::planted_panics;

/// Merges the postings of one hot account.
pub(crate) struct BatcherActor {
    meters: Arc<Meters>,
    vital: AbortOnDrop,
}

impl BatcherActor {
    pub(crate) fn new(meters: Arc<Meters>) -> BatcherActor {
        BatcherActor { meters, vital: AbortOnDrop::new("a batching actor") }
    }
}

impl Actor for BatcherActor {
    type Context = Context<BatcherActor>;
}

/// Legs to be merged, with whom to tell.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct MergeLegs {
    pub(crate) legs: Unmerged,
    pub(crate) coordinator: Addr<CoordinatorActor>,
}

impl Handler<MergeLegs> for BatcherActor {
    type Result = ();

    fn handle(&mut self, message: MergeLegs, _: &mut Context<BatcherActor>) {
        planted_panics::visit("batcher");
        let merged = self.meters.time(Meter::Merge, || message.legs.merge());
        message.coordinator.do_send(Merged(merged));
    }
}

impl Handler<Release> for BatcherActor {
    type Result = ();

    fn handle(&mut self, _: Release, context: &mut Context<BatcherActor>) {
        self.vital.release();
        context.stop();
    }
}
