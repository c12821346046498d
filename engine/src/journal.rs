//! The journal, as the pipeline sees it: it takes sealed frames, and tells when they are committed. Today a frame is
//! committed when the disk of the node has it.

use longmen_wal::{AppendError, Body, SpaceGauge, SyncError};

/// Makes frames last.
pub(crate) trait Journal {
    /// Whether it takes another frame now.
    fn may_seal(&self) -> bool;

    /// Takes a frame, and tells when it is committed. Small frames may be by the time this returns.
    ///
    /// # Errors
    /// [`JournalError`], after which the node must end.
    fn seal(&mut self, number: u64, body: Body) -> Result<(), JournalError>;

    /// Takes an empty frame that carries the durable mark. Its logged time is that of the frame before it.
    ///
    /// # Errors
    /// [`JournalError`], after which the node must end.
    fn seal_idle(&mut self, number: u64) -> Result<(), JournalError>;

    /// Asks whether this node may still speak for the ledger, and tells when it is confirmed. An answer without content
    /// waits for that: no frame of its own says so.
    fn confirm(&mut self) -> Ticket;

    /// What has come about since the last call. Never blocks.
    fn poll(&mut self) -> Option<Told>;

    /// The room in the log.
    fn space(&self) -> SpaceGauge;
}

/// What a journal tells.
pub(crate) enum Told {
    /// All frames up to this one are committed.
    Committed {
        upto: u64,
        /// Bodies that are no longer needed, whose memory may serve again.
        returned: Vec<Body>,
    },
    /// What was asked by this ticket, and by all before it, is confirmed.
    Confirmed(Ticket),
}

/// A question to [`Journal::confirm`]. Later ones are greater; none is used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

impl Ticket {
    /// Moves on to the next one.
    pub(crate) fn advance(&mut self) -> Ticket {
        self.0 += 1;
        *self
    }
}

/// Why a frame is not durable. Never retried in place: a failed sync leaves clean-looking pages that the disk may not have,
/// so the node ends, and recovery decides from the disk.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(feature = "simulation"), expect(unreachable_pub, reason = "the simulation looks at it"))]
pub enum JournalError {
    /// It could not be written.
    #[error("frame {number} cannot be written: {error}")]
    Write {
        /// The frame.
        number: u64,
        /// Why.
        error: AppendError,
    },
    /// It could not be synced.
    #[error("frame {number} cannot be synced: {error}")]
    Sync {
        /// The frame.
        number: u64,
        /// Why.
        error: SyncError,
    },
}
