//! What is planned to go wrong on a simulated disk.

use std::io;

/// An operation that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Any of the others.
    Any,
    /// A new file.
    Create,
    /// A write to a file.
    Write,
    /// A file's sync.
    Sync,
    Rename,
    /// A removal.
    Remove,
    /// The cut of a file to a part of its length.
    Cut,
    /// A sync of the directory.
    SyncDirectory,
}

/// The plan, and how far it has come.
#[derive(Default)]
pub(super) struct Faults {
    operations: u64,
    power_off: Option<u64>,
    failures: Vec<Failure>,
    pub(super) capacity: Option<u64>,
}

struct Failure {
    operation: Operation,
    remaining: u64,
}

/// How an operation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// An I/O error; the rest goes on.
    Failed,
    /// The power went during this operation.
    PowerLost,
    /// The power was off before.
    PowerOff,
}

impl Outcome {
    /// True when the operation's effect may be found on the disk.
    pub(super) fn reaches_disk(self) -> bool {
        matches!(self, Self::Done | Self::PowerLost)
    }

    pub(super) fn result(self) -> io::Result<()> {
        match self {
            Self::Done => Ok(()),
            Self::Failed => Err(io::Error::other("simulated I/O error")),
            Self::PowerLost | Self::PowerOff => Err(io::Error::other("simulated power cut")),
        }
    }
}

impl Faults {
    pub(super) fn operations(&self) -> u64 {
        self.operations
    }

    pub(super) fn fail_nth(&mut self, operation: Operation, nth: u64) {
        self.failures.push(Failure { operation, remaining: nth });
    }

    pub(super) fn power_off_at(&mut self, nth: u64) {
        self.power_off = Some(self.operations + nth);
    }

    /// Counts an operation and says how it ends.
    pub(super) fn begin(&mut self, operation: Operation) -> Outcome {
        self.operations += 1;
        match self.power_off {
            Some(at) if self.operations > at => return Outcome::PowerOff,
            Some(at) if self.operations == at => return Outcome::PowerLost,
            _ => {}
        }
        let mut fails = false;
        for failure in &mut self.failures {
            if failure.operation == operation || failure.operation == Operation::Any {
                failure.remaining = failure.remaining.saturating_sub(1);
                fails |= failure.remaining == 0;
            }
        }
        self.failures.retain(|failure| failure.remaining > 0);
        if fails { Outcome::Failed } else { Outcome::Done }
    }

    /// Refuses to grow past the capacity.
    pub(super) fn check_room(&self, used: u64, more: u64) -> io::Result<()> {
        match self.capacity {
            Some(capacity) if used.saturating_add(more) > capacity => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}
