//! The journal: the only writer of the log, on a thread of its own. It writes what the coordinator hands it, syncs, and
//! says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix::{Actor, Addr, Context, Handler, Message};
use longmen_wal::{Body, FrameNumber, LogWriter, Section};
use tracing::warn;

use super::{CoordinatorActor, Synced};
use crate::vital::{Vital, die};

/// Writes the log.
pub(crate) struct JournalActor {
    writer: Option<LogWriter>,
    written: Arc<AtomicU64>,
    vital: Vital,
}

impl JournalActor {
    /// `written` counts the bytes of records.
    pub(crate) fn new(writer: LogWriter, written: Arc<AtomicU64>) -> JournalActor {
        JournalActor { writer: Some(writer), written, vital: Vital::new("the journal") }
    }

    fn writer(&mut self) -> &mut LogWriter {
        self.writer.as_mut().expect("nothing is written after the log was closed")
    }
}

impl Actor for JournalActor {
    type Context = Context<JournalActor>;

    fn started(&mut self, _: &mut Context<JournalActor>) {
        // A sync that waits for the scheduler costs milliseconds while both cores are busy.
        let thread = rustix::thread::gettid();
        if let Err(error) = rustix::process::setpriority_process(Some(thread), -15) {
            warn!("the journal runs at normal priority ({error}): expect longer latencies under load");
        }
    }
}

/// A frame to be written and synced.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct WriteFrame {
    pub(crate) number: u64,
    pub(crate) body: Body,
    pub(crate) coordinator: Addr<CoordinatorActor>,
}

impl Handler<WriteFrame> for JournalActor {
    type Result = ();

    fn handle(&mut self, message: WriteFrame, _: &mut Context<JournalActor>) {
        let WriteFrame { number, body, coordinator } = message;
        let writer = self.writer();
        match writer.append(&body) {
            Ok(frame) => {
                assert_eq!(frame, FrameNumber(number), "the log and the coordinator count the same frames");
            }
            Err(error) => die(&format!("frame {number} cannot be written: {error}")),
        }
        match writer.sync() {
            Ok(durable) => {
                assert_eq!(durable, FrameNumber(number), "a sync makes all that was written durable");
            }
            // Never retried in place: a failed sync leaves clean-looking pages that the disk may not have.
            Err(error) => die(&format!("frame {number} cannot be synced: {error}")),
        }
        let bytes: usize = body.sections.iter().map(Section::len).sum();
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        coordinator.do_send(Synced { number, written: Some(body) });
    }
}

/// An empty frame that carries the durable mark, when there is nothing else to write.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct WriteMark {
    pub(crate) number: u64,
    pub(crate) coordinator: Addr<CoordinatorActor>,
}

impl Handler<WriteMark> for JournalActor {
    type Result = ();

    fn handle(&mut self, message: WriteMark, _: &mut Context<JournalActor>) {
        let WriteMark { number, coordinator } = message;
        match self.writer().write_mark() {
            Ok(durable) => {
                assert_eq!(durable, FrameNumber(number), "room for a mark was seen before it was asked for");
            }
            Err(error) => die(&format!("the mark in frame {number} cannot be written: {error}")),
        }
        coordinator.do_send(Synced { number, written: None });
    }
}

/// Ends the log in order.
#[derive(Message)]
#[rtype(result = "Result<(), longmen_wal::CloseError>")]
pub(crate) struct CloseLog;

impl Handler<CloseLog> for JournalActor {
    type Result = Result<(), longmen_wal::CloseError>;

    fn handle(&mut self, _: CloseLog, _: &mut Context<JournalActor>) -> Self::Result {
        self.vital.release();
        self.writer.take().expect("the log is closed once").close()
    }
}
