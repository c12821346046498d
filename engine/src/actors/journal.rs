//! The actor of the journal: the thread on which large frames are written.

use std::time::Instant;

use actix::{Actor, Addr, Context, Handler, Message};
use tracing::warn;

use super::{CoordinatorActor, Synced};
use crate::abort_on_drop::{AbortOnDrop, die};
use crate::pipeline::Sealed;

use crate::planted_panics;
/// The thread for large frames.
pub(crate) struct JournalActor {
    vital: AbortOnDrop,
}

impl JournalActor {
    pub(crate) fn new() -> JournalActor {
        JournalActor { vital: AbortOnDrop::new("the journal") }
    }
}

impl Actor for JournalActor {
    type Context = Context<JournalActor>;

    fn started(&mut self, _: &mut Context<JournalActor>) {
        super::name_thread(c"journal");
        // A sync that waits for the scheduler costs milliseconds while both cores are busy.
        if let Err(error) = super::set_priority(-15) {
            warn!("the journal runs at normal priority ({error}): expect longer latencies under load");
        }
    }
}

/// A frame to be written and synced.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct WriteFrame {
    pub(crate) frame: Sealed,
    pub(crate) coordinator: Addr<CoordinatorActor>,
    pub(crate) sealed: Instant,
}

impl Handler<WriteFrame> for JournalActor {
    type Result = ();

    fn handle(&mut self, message: WriteFrame, _: &mut Context<JournalActor>) {
        planted_panics::visit("journal");
        let WriteFrame { mut frame, coordinator, sealed } = message;
        frame.journal.took_to_come(sealed);
        frame.write().unwrap_or_else(|error| die(&error.to_string()));
        coordinator.do_send(Synced { frame, synced: Instant::now() });
    }
}

/// The log is closed; the thread may go.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Closed;

impl Handler<Closed> for JournalActor {
    type Result = ();

    fn handle(&mut self, _: Closed, _: &mut Context<JournalActor>) {
        self.vital.release();
    }
}
