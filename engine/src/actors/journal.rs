//! The journal: the log's writer, and the thread on which it writes large frames. A frame is encoded, written and synced
//! by whoever holds the writer; there is one, and it goes with the frame.

use std::time::{Duration, Instant};

use actix::{Actor, Addr, Context, Handler, Message};
use longmen_wal::{Body, FrameNumber, LogWriter, Section};
use tracing::warn;

use super::{CoordinatorActor, Synced};
use crate::planted;
use crate::vital::{Vital, die};

/// A frame up to this size may be written on the engine's own thread.
const SMALL_FRAME: usize = 32 << 10;

/// While syncs take longer than this, every frame goes to the thread: the engine works on meanwhile.
const QUICK_SYNC: Duration = Duration::from_micros(300);

/// The log's writer, with what is known of the disk.
pub(crate) struct Journal {
    writer: LogWriter,
    /// How long writing and syncing a small frame takes, smoothed.
    small: Duration,
}

impl Journal {
    pub(crate) fn new(writer: LogWriter) -> Journal {
        Journal { writer, small: Duration::ZERO }
    }

    /// Whether a frame is better written where it was sealed: waking a thread and being woken costs as much as a quick
    /// sync takes, and while it takes there is little to do.
    pub(crate) fn is_quick(&self, body: &Body) -> bool {
        len(body) <= SMALL_FRAME && self.small <= QUICK_SYNC
    }

    /// Ends the process if the next segment cannot be made, and not for want of room: nothing heals that.
    pub(crate) fn check_supply(&mut self) {
        if let Err(error) = self.writer.tend() {
            die(&format!("the next segment cannot be made: {error}"));
        }
    }

    /// Writes a frame and makes it durable.
    pub(crate) fn write(&mut self, number: u64, body: &Body) {
        let begun = Instant::now();
        self.check_supply();
        match self.writer.append(body) {
            Ok(frame) => {
                assert_eq!(frame, FrameNumber(number), "the log and the coordinator count the same frames");
            }
            Err(error) => die(&format!("frame {number} cannot be written: {error}")),
        }
        match self.writer.sync() {
            Ok(durable) => {
                assert_eq!(durable, FrameNumber(number), "a sync makes all that was written durable");
            }
            // Never retried in place: a failed sync leaves clean-looking pages that the disk may not have.
            Err(error) => die(&format!("frame {number} cannot be synced: {error}")),
        }
        if len(body) <= SMALL_FRAME {
            self.small = (7 * self.small + begun.elapsed()) / 8;
        }
    }

    /// Writes an empty frame that carries the durable mark, and makes it durable.
    pub(crate) fn write_mark(&mut self, number: u64) {
        match self.writer.write_mark() {
            Ok(durable) => {
                assert_eq!(durable, FrameNumber(number), "room for a mark was seen before it was asked for");
            }
            Err(error) => die(&format!("the mark in frame {number} cannot be written: {error}")),
        }
    }

    /// Ends the log in order.
    pub(crate) fn close(self) -> Result<(), longmen_wal::CloseError> {
        self.writer.close()
    }
}

/// Bytes of records.
pub(crate) fn len(body: &Body) -> usize {
    body.sections.iter().map(Section::len).sum()
}

/// The thread for large frames.
pub(crate) struct JournalActor {
    vital: Vital,
}

impl JournalActor {
    pub(crate) fn new() -> JournalActor {
        JournalActor { vital: Vital::new("the journal") }
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
    pub(crate) journal: Journal,
    pub(crate) coordinator: Addr<CoordinatorActor>,
}

impl Handler<WriteFrame> for JournalActor {
    type Result = ();

    fn handle(&mut self, message: WriteFrame, _: &mut Context<JournalActor>) {
        planted::visit("journal");
        let WriteFrame { number, body, mut journal, coordinator } = message;
        journal.write(number, &body);
        coordinator.do_send(Synced { number, body, journal });
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
