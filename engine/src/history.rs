//! History: statements, past balances, registers and transactions, read from the log in place. The log is the journal
//! (流水); there is no second copy of it and no index of entries but each account's own chain.
//!
//! Nothing here asks a shard for anything but the head of a chain, which comes with an [`AccountView`]: a long search
//! costs a reader's time and nobody else's.
//!
//! [`AccountView`]: crate::ledger::AccountView

mod balance;
mod carried;
mod chain;
mod find;
mod general_ledger;
mod lines;
mod made;
mod merged;
mod original;
mod page;
mod query;
mod register;
mod statement;
mod transaction;
mod value;
mod view;

use std::sync::PoisonError;

use longmen_wal::{Damaged, FrameNumber, FrameView, LogReader, ReadError};

use crate::ledger::{
    AccountId, Head, Position, ReplayError, SectionKind, Tail,
    notes::{self, Note},
    read_tail,
};
use crate::scrubber::{ScrubProgress, ScrubReport};

pub use balance::{Moment, PastBalance};
pub use carried::CarriedLeg;
pub use find::{FindQuery, FoundPage, Outcomes, Sought};
pub use general_ledger::{Closings, GeneralLedger, LedgerLine};
pub use lines::{HoldLine, Merged, StatementLine};
pub use merged::MergedPage;
pub use query::{Cursor, NotACursor, PageOrder, RangeFigures, StatementPage, StatementQuery, StatementRange};
pub use register::{
    ClosedDate, ClosedLine, LedgerRegister, RegisterEntry, RegisterPage, Registered, RegisteredCommand,
};
pub use transaction::{HoldMoved, RecordedLeg, TransactionRecord};
pub use view::{Turnover, View};

/// Reads what is durable. Clones are cheap; every call may touch the disk, so call it where blocking is allowed.
#[derive(Clone)]
pub struct History {
    reader: LogReader,
    scrub: ScrubProgress,
}

/// Why history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A frame holds what cannot be read.
    #[error(transparent)]
    Records(#[from] ReplayError),
    /// What is asked for from a place that came from outside: no record of the account lies there. Nothing is damaged.
    #[error("no entry of account {account} lies at {at}")]
    NotThere {
        account: AccountId,
        /// Where it was looked for.
        at: Position,
    },
    /// What is asked for from a place that came from outside: the log has no such frame yet. Nothing is damaged.
    #[error("frame {frame} is not in the log")]
    NoFrame { frame: u64 },
    /// A chain leads where no record of its account lies.
    #[error("account {account}: the chain leads to {at}, where no record of it lies")]
    BrokenChain {
        account: AccountId,
        /// Where the chain led.
        at: Position,
    },
}

impl History {
    /// Whether the log has this frame, for a place that came from outside.
    ///
    /// # Errors
    /// [`HistoryError::NoFrame`], where it has not.
    pub fn has_frame(&self, frame: u64) -> Result<(), HistoryError> {
        let durable = 1..=self.reader.durable().0;
        if durable.contains(&frame) { Ok(()) } else { Err(HistoryError::NoFrame { frame }) }
    }

    /// The history that a log holds, as far as `reader` sees it durable.
    #[must_use]
    pub fn new(reader: LogReader) -> History {
        History { reader, scrub: ScrubProgress::default() }
    }

    /// What was found damaged of what was durable since the node started.
    #[must_use]
    pub fn damaged(&self) -> Damaged {
        self.reader.damage().seen()
    }

    /// How far the scrub has come.
    #[must_use]
    pub fn scrub(&self) -> ScrubReport {
        self.scrub.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the scrub tells how far it has come.
    pub(crate) fn scrub_progress(&self) -> ScrubProgress {
        ScrubProgress::clone(&self.scrub)
    }

    fn frame(&self, frame: u64) -> Result<FrameView, HistoryError> {
        Ok(self.reader.frame(FrameNumber(frame))?)
    }
}

fn section(view: &FrameView, kind: SectionKind, owner: u16) -> Result<&[u8], HistoryError> {
    let section = view.section(kind as u16, owner).map_err(ReadError::from)?;
    Ok(section.map_or(&[], |section| section.bytes))
}

fn head_of(view: &FrameView, ordinal: u32) -> Result<Option<Head>, HistoryError> {
    Ok(Head::read(section(view, SectionKind::Heads, 0)?, ordinal))
}

fn tail_of<'v>(view: &'v FrameView, head: &Head) -> Result<Tail<'v>, HistoryError> {
    Ok(read_tail(head, section(view, SectionKind::Tails, 0)?).unwrap_or_default())
}

fn kind_of(view: &FrameView, head: &Head) -> Result<String, HistoryError> {
    let kind = notes::read(tail_of(view, head)?.notes).find(|(note, _)| *note == Note::Kind);
    Ok(kind.map_or(String::new(), |(_, text)| text.to_owned()))
}

fn notes_of(bytes: &[u8]) -> Vec<(Note, String)> {
    notes::read(bytes).map(|(note, text)| (note, text.to_owned())).collect()
}
