//! What is done about a break, step by step.

use std::fmt;

use longmen_ledger::TransactionId;
use longmen_reconciliation::{End, Entries, StepKind};

use crate::break_id::BreakId;
use crate::names::{Person, Reason};

/// The number of a handling, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandlingId(pub i64);

impl fmt::Display for HandlingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a handling has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum HandlingState {
    /// It is written down, and the ledger knows nothing of it.
    Drafted,
    /// The ledger has it as a proposal, and others approve it there.
    Proposed,
    /// It is in the books.
    Posted,
    /// It is not in the books and will not be: the ledger, an approver or its maker said no.
    Refused,
    /// It was in the books, and another handling has taken it back.
    Undone,
}

impl HandlingState {
    /// Its name: `proposed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What somebody wants to do about a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub kind: StepKind,
    /// How the break has ended once this is posted; `None` where another step follows.
    pub ends: Option<End>,
    pub reason: Reason,
    /// The transaction that is confirmed, cancelled or reversed, by its id in the ledger; of what has entries that of nothing.
    pub original: Option<Box<str>>,
    /// Where [`StepKind::has_entries`].
    pub entries: Option<Entries>,
}

/// One step of what is done about a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    pub id: HandlingId,
    pub break_id: BreakId,
    /// Counted from 1 for each break.
    pub step: u32,
    pub draft: Draft,
    /// The handling that this one takes back.
    pub undoes: Option<HandlingId>,
    pub maker: Person,
    pub state: HandlingState,
    /// The ledger's name for the proposal, where there is one.
    pub proposal: Option<Box<str>>,
    /// The code of the refusal, where it was refused.
    pub refusal: Option<Box<str>>,
    /// Moments are microseconds since 1970 in UTC.
    pub made_at_us: i64,
    pub changed_at_us: i64,
    /// Whether it counts, or may yet, and was made for what the break no longer is: no run finds it, or another difference. A person has to
    /// undo it.
    pub is_orphaned: bool,
}

impl Handling {
    /// The text id of its transaction in the ledger. It follows from break and step, so that whatever is sent twice is booked once.
    #[must_use]
    pub fn transaction_text(&self) -> String {
        format!("{}-{}", self.break_id, self.step)
    }

    /// The id that the text stands for.
    #[must_use]
    pub fn transaction(&self) -> TransactionId {
        TransactionId::of_text(&self.transaction_text())
    }
}
