//! What is done about a break, step by step.

use std::fmt;

use longmen_ledger::{Currency, TransactionId};
use longmen_reconciliation::{End, Entries, StepKind};

use crate::break_id::BreakId;
use crate::names::{Channel, Person, Reason};
use crate::step_tag::StepTag;

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
    /// The ledger's number of the client whose transaction it is, once the ledger has it.
    pub client: Option<u32>,
    /// The code of the refusal, where it was refused.
    pub refusal: Option<Box<str>>,
    /// Moments are microseconds since 1970 in UTC.
    pub made_at_us: i64,
    pub changed_at_us: i64,
    /// Whether it counts, or may yet, and was made for what the break no longer is: no run finds it, or another difference. A person has to
    /// undo it.
    pub is_orphaned: bool,
    /// The text id that its transaction has, where it is not the one that break and step give: it was booked by another desk.
    pub(crate) transaction: Option<Box<str>>,
    pub(crate) channel: Channel,
    /// What the break was when it was drafted.
    pub(crate) content: Box<str>,
    pub(crate) currency: Currency,
}

impl Handling {
    /// The text id of its transaction in the ledger. It follows from break and step, so that whatever is sent twice is booked once.
    #[must_use]
    pub fn transaction_text(&self) -> String {
        self.transaction.as_deref().map_or_else(|| format!("{}-{}", self.break_id, self.step), str::to_owned)
    }

    /// How its transaction is named whoever asks: `CLIENT/ID` once the client is known, else its text id.
    #[must_use]
    pub fn transaction_name(&self) -> String {
        let text = self.transaction_text();
        self.client.map_or_else(|| text.clone(), |client| format!("{client}/{text}"))
    }

    /// What its transaction says of it in the ledger, by its tags.
    #[must_use]
    pub fn tag(&self) -> StepTag {
        let Draft { kind, ends, .. } = self.draft;
        StepTag { kind, ends, content: self.content.clone(), channel: self.channel.clone() }
    }

    /// What would be said of a transaction that takes it back.
    #[must_use]
    pub fn tag_of_undo(&self) -> StepTag {
        StepTag { kind: StepKind::Undo, ends: None, ..self.tag() }
    }

    /// Whether it is under way: the ledger has not decided.
    #[must_use]
    pub fn is_in_hand(&self) -> bool {
        matches!(self.state, HandlingState::Drafted | HandlingState::Proposed)
    }

    /// The id that the text stands for.
    #[must_use]
    pub fn transaction(&self) -> TransactionId {
        TransactionId::of_text(&self.transaction_text())
    }
}
