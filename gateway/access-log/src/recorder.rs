//! The way from sessions to the thread that writes. Whether there is room is asked before a question is looked into; its record is
//! handed in when it is answered, and never waits. So what may wait here is bounded by what may be under way, and by the room
//! beside it: nobody who has many questions under way keeps others from asking theirs.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};

use crate::record::Record;

/// Records that may wait to be written before no further question is let through: more come only of those under way.
const ROOM: u64 = 65_536;

/// Why no question may be asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// Too many records wait to be written.
    Busy,
    /// The disk of the log is full.
    Full,
    /// The log cannot be written.
    Failed,
}

/// The last record that is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub hash: String,
}

/// Takes records in. Clones are of one log.
#[derive(Clone, Debug)]
pub struct Recorder {
    sender: Sender<Message>,
    shared: Arc<Shared>,
}

/// Hands records out to whoever writes them.
#[derive(Debug)]
pub struct Records {
    receiver: Receiver<Message>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Records that wait to be written.
    waiting: AtomicU64,
    trouble: AtomicU8,
    /// Hellos, and questions how the node is, for whose records there was no room.
    uncounted: AtomicU64,
    is_over: AtomicBool,
    head: Mutex<Option<Head>>,
}

#[derive(Debug)]
enum Message {
    Records(Vec<Record>),
    /// No more come.
    Over,
}

/// What has come.
#[derive(Debug)]
pub(crate) enum Come {
    Records(Vec<Record>),
    Nothing,
    /// Nothing, and nothing more will.
    Over,
}

/// A way for records.
#[must_use]
pub fn channel() -> (Recorder, Records) {
    let (sender, receiver) = unbounded();
    let shared = Arc::new(Shared::default());
    (Recorder { sender, shared: Arc::clone(&shared) }, Records { receiver, shared })
}

impl Recorder {
    /// Whether a question may be asked.
    ///
    /// # Errors
    /// [`NotNow`], where it could not be recorded: then it is not to be answered.
    pub fn may_ask(&self) -> Result<(), NotNow> {
        match self.shared.trouble.load(Ordering::Acquire) {
            0 if self.shared.waiting.load(Ordering::Relaxed) < ROOM => Ok(()),
            0 => Err(NotNow::Busy),
            1 => Err(NotNow::Full),
            _ => Err(NotNow::Failed),
        }
    }

    /// Hands in records. It never waits.
    pub fn hand_in(&self, records: Vec<Record>) {
        let weight = records.iter().map(|record| record.weight).sum();
        self.shared.waiting.fetch_add(weight, Ordering::Relaxed);
        // Behind a writer that has ended nobody answers anything any more.
        drop(self.sender.send(Message::Records(records)));
    }

    /// Hands in the record of a hello, which is never refused for it: a payment may come behind it. Where there is no room it
    /// is counted.
    pub fn note(&self, record: Record) {
        if self.shared.waiting.load(Ordering::Relaxed) < ROOM {
            self.hand_in(vec![record]);
        } else {
            self.count();
        }
    }

    /// Counts something that is done without a record of its own.
    pub fn count(&self) {
        self.shared.uncounted.fetch_add(1, Ordering::Relaxed);
    }

    /// No more records come.
    pub fn end(&self) {
        self.shared.is_over.store(true, Ordering::Release);
        drop(self.sender.send(Message::Over));
    }

    /// The last record that is on disk, once there is one.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.shared.head.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Records {
    /// What comes until `deadline`.
    pub(crate) fn wait(&self, deadline: Instant) -> Come {
        match self.receiver.recv_deadline(deadline) {
            Ok(Message::Records(records)) => Come::Records(records),
            Ok(Message::Over) | Err(RecvTimeoutError::Disconnected) => Come::Over,
            Err(RecvTimeoutError::Timeout) => Come::Nothing,
        }
    }

    /// What is there.
    pub(crate) fn next(&self) -> Come {
        match self.receiver.try_recv() {
            Ok(Message::Records(records)) => Come::Records(records),
            Ok(Message::Over) | Err(TryRecvError::Disconnected) => Come::Over,
            Err(TryRecvError::Empty) => Come::Nothing,
        }
    }

    /// Records of this weight wait no more.
    pub(crate) fn written(&self, weight: u64) {
        self.shared.waiting.fetch_sub(weight, Ordering::Relaxed);
    }

    /// Whether no more come, though some may wait.
    pub(crate) fn is_over(&self) -> bool {
        self.shared.is_over.load(Ordering::Acquire)
    }

    /// Says whether questions may be asked.
    pub(crate) fn set_trouble(&self, trouble: Option<NotNow>) {
        let code = match trouble {
            None => 0,
            Some(NotNow::Full) => 1,
            Some(NotNow::Busy | NotNow::Failed) => 2,
        };
        self.shared.trouble.store(code, Ordering::Release);
    }

    pub(crate) fn set_head(&self, head: Head) {
        *self.shared.head.lock().unwrap_or_else(PoisonError::into_inner) = Some(head);
    }

    /// How much had no room since it was asked last.
    pub(crate) fn take_uncounted(&self) -> u64 {
        self.shared.uncounted.swap(0, Ordering::Relaxed)
    }

    /// All records that have come, for tests of whoever hands them in.
    #[must_use]
    pub fn take_all(&self) -> Vec<Record> {
        let mut all = Vec::new();
        while let Come::Records(records) = self.next() {
            self.written(records.iter().map(|record| record.weight).sum());
            all.extend(records);
        }
        all
    }
}
