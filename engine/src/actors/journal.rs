//! The actor of the journal: the thread on which large frames are written.

use std::sync::mpsc::Sender;
use std::time::Instant;

use actix::{Actor, Context, Handler, Message, Recipient};
use tracing::warn;

use super::synced::Synced;
use crate::abort_on_drop::{AbortOnDrop, die};
use crate::alone::Sealed;

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
    pub(crate) sealed: Instant,
    /// Where it goes when it is durable.
    pub(crate) back: Sender<Sealed>,
    /// Who looks there when told to.
    pub(crate) wakes: Recipient<Synced>,
}

impl Handler<WriteFrame> for JournalActor {
    type Result = ();

    fn handle(&mut self, message: WriteFrame, _: &mut Context<JournalActor>) {
        planted_panics::visit("journal");
        let WriteFrame { mut frame, sealed, back, wakes } = message;
        frame.writer.took_to_come(sealed);
        frame.writer.write(frame.number, &frame.body).unwrap_or_else(|error| die(&error.to_string()));
        let synced = Instant::now();
        back.send(frame).expect("a journal is given up when no frame is under way");
        wakes.do_send(Synced(synced));
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
