//! A run: the books of a date compared with the channel's file of it.

use std::collections::BTreeMap;
use std::fmt;

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::{Class, Compared, Fate, Rules, Sums};

use crate::digest::Digest;
use crate::names::{Channel, Person};
use crate::stored_file::FileId;

/// The number of a run, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The books' side: which rows, and of which books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookSide {
    /// Of the rows that were compared.
    pub digest: Digest,
    pub rows: u64,
    /// The ledger, by whatever tells it from every other.
    pub ledger: Box<str>,
    /// The frame as of which the rows were read.
    pub frame: u64,
    /// The last date that was closed then: the date that is compared, or a later one.
    pub closed: Date,
}

/// What a run rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInputs {
    pub channel: Channel,
    /// With the date.
    pub rules: Rules,
    /// The active version of the channel's file of the date.
    pub file: FileId,
    pub book: BookSide,
}

/// The sums of a run in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunTotals {
    pub currency: Currency,
    pub book: Sums,
    pub file: Sums,
    /// Rows of either side that moved nothing and that the other knows nothing of.
    pub unmoved: u64,
    /// Findings by class and fate, what was matched among them, and what they explain.
    pub classes: BTreeMap<(Class, Fate), Sums>,
}

impl RunTotals {
    /// The sums of a comparison that was made in memory.
    #[must_use]
    pub fn of(currency: Currency, compared: &Compared) -> RunTotals {
        RunTotals {
            currency,
            book: compared.book,
            file: compared.file,
            unmoved: compared.unmoved,
            classes: compared.by_class(),
        }
    }
}

/// A run that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub inputs: RunInputs,
    /// By currency.
    pub totals: Vec<RunTotals>,
    /// Of everything that was found: the same inputs give the same.
    pub result: Digest,
    /// A moment in microseconds since 1970 in UTC.
    pub made_at_us: i64,
    pub made_by: Person,
    /// Whether it is the one that counts: a later one of the same day takes its place.
    pub is_current: bool,
    /// Whether what it rests on is no longer so: its file was superseded, or what waited before it is another. It is to be made again.
    pub is_stale: bool,
}
