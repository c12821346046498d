//! What an audit finds, and where.

use std::fmt;

use longmen_wal::{AuditError, FrameView, SegmentNumber};

pub(super) use super::book_fault::BookFault;
use super::ids::id_of;
use crate::ledger::{Position, TransactionKey};

/// Why a data directory did not pass its audit.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The log's files do not hold, or could not be read.
    #[error(transparent)]
    Log(#[from] AuditError),
    /// The files hold, and what stands in them is no good books.
    #[error(transparent)]
    Books(Box<BookFinding>),
}

/// Something in the records that must not be there, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookFinding {
    /// The frame; `None` for what shows only at the end of the log.
    pub place: Option<FramePlace>,
    /// The record in the frame.
    pub record: RecordPlace,
    /// The transaction that the record belongs to, where it can be told.
    pub transaction: Option<FoundTransaction>,
    /// What does not hold.
    pub fault: BookFault,
}

/// A transaction as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTransaction {
    /// Its client and id.
    pub key: TransactionKey,
    /// The text that the id was given as; empty where it was a number.
    pub text_id: Box<str>,
}

/// Where a frame lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FramePlace {
    pub segment: SegmentNumber,
    /// Where it begins in the segment, bytes.
    pub offset: u64,
    /// Its number.
    pub frame: u64,
}

/// Which record of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordPlace {
    /// The frame as a whole.
    Frame,
    /// The section with this place in the frame, from 0.
    Section(u16),
    /// The administrative record with this place in its section, from 0.
    Admin(u32),
    /// The head of the transaction with this ordinal.
    Head(u32),
    /// The record at this place in an entries section.
    Entry {
        /// The owner of the section.
        section: u16,
        /// Its offset in the section, in units of 8 bytes.
        slot: u32,
    },
}

/// A finding before its frame is added.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) record: RecordPlace,
    pub(super) fault: BookFault,
}

/// The result of a check inside a frame. Boxed: it is handed up from every entry, and almost always good.
pub(super) type Checked<T = ()> = Result<T, Box<Flaw>>;

impl RecordPlace {
    pub(super) fn entry(at: Position) -> RecordPlace {
        RecordPlace::Entry { section: at.section, slot: at.slot }
    }

    #[cold]
    pub(super) fn flaw(self, fault: impl Into<BookFault>) -> Box<Flaw> {
        Box::new(Flaw { record: self, fault: fault.into() })
    }

    /// Passes if `holds`.
    #[inline]
    pub(super) fn check<F: Into<BookFault>>(self, holds: bool, fault: impl FnOnce() -> F) -> Checked {
        if holds { Ok(()) } else { Err(self.flaw(fault())) }
    }
}

impl FramePlace {
    pub(super) fn of(view: &FrameView) -> FramePlace {
        FramePlace { segment: view.segment(), offset: view.offset(), frame: view.number().0 }
    }
}

impl fmt::Display for BookFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(FramePlace { segment, offset, frame }) => {
                write!(f, "{}, offset {offset}, frame {frame}", segment.file_name())?;
            }
            None => write!(f, "at the end of the log")?,
        }
        match self.record {
            RecordPlace::Frame => {}
            RecordPlace::Section(index) => write!(f, ", section {index}")?,
            RecordPlace::Admin(index) => write!(f, ", administrative record {index}")?,
            RecordPlace::Head(ordinal) => write!(f, ", transaction {ordinal}")?,
            RecordPlace::Entry { section, slot } => write!(f, ", entry {section}/{slot}")?,
        }
        if let Some(FoundTransaction { key, text_id }) = &self.transaction {
            write!(f, ", {} of client {}", id_of(key.id, text_id), key.client)?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl std::error::Error for BookFinding {}
