//! What a desk does not do, and why.

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::{Class, End, StepKind};

use crate::break_id::BreakId;
use crate::handling::{HandlingId, HandlingState};
use crate::names::Channel;
use crate::run::RunId;
use crate::settlement::SettlementId;
use crate::stored_file::{FileId, FileState};

/// What is refused. Each has a code, which stays as it is, and words, which need not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    #[error("there is no file {file}")]
    NoSuchFile { file: FileId },
    #[error("there is no run {run}")]
    NoSuchRun { run: RunId },
    #[error("there is no break {id}")]
    NoSuchBreak { id: BreakId },
    #[error("there is no handling {handling}")]
    NoSuchHandling { handling: HandlingId },
    #[error("file {file} came for the same day and waits for somebody to approve or reject it")]
    PendingVersion { file: FileId },
    #[error("file {file} is {}: nothing is to be decided about it", state.name())]
    NotPending { file: FileId, state: FileState },
    #[error("whoever imported a file does not approve it")]
    OwnImport,
    #[error("file {file} is {}: only the active version is compared", state.name())]
    FileNotActive { file: FileId, state: FileState },
    #[error("file {file} has no transactions")]
    NotTransactions { file: FileId },
    #[error("file {file} is of {channel}, {date}")]
    WrongFile { file: FileId, channel: Channel, date: Date },
    #[error("the books are closed up to {closed}, and {date} is compared")]
    BooksOpen { closed: Date, date: Date },
    #[error("{channel} was not compared on {date}, and what waits comes from there")]
    MissingRun { channel: Channel, date: Date },
    #[error("{channel} was compared first on {first}")]
    BeforeFirstRun { channel: Channel, first: Date },
    #[error("what the run of {channel} on {date} rests on has changed: compare it again first")]
    StaleRun { channel: Channel, date: Date },
    #[error("it waits for the next file")]
    StillHung,
    #[error("no run finds it any more")]
    Gone,
    #[error("it has ended: {}", end.name())]
    AlreadyEnded { end: End },
    #[error("handling {handling} is under way")]
    InHand { handling: HandlingId },
    #[error("handling {handling} was made for what the break no longer is: undo it first")]
    Orphaned { handling: HandlingId },
    #[error("a break of class {} does not end by {}", class.name(), end.name())]
    EndNotOpen { class: Class, end: End },
    #[error("{} does not end a break by {}", kind.name(), end.name())]
    EndNotOfKind { kind: StepKind, end: End },
    #[error("{} has to say how the break ends", kind.name())]
    NoEnd { kind: StepKind },
    #[error("{} needs entries", kind.name())]
    NoEntries { kind: StepKind },
    #[error("{} has the entries of the transaction that it names, and none of its own", kind.name())]
    NeedlessEntries { kind: StepKind },
    #[error("the entries are in {given}, and the break in {currency}")]
    WrongCurrency { given: Currency, currency: Currency },
    #[error("it is in suspense already")]
    AlreadyInSuspense,
    #[error("it is not in suspense")]
    NotInSuspense,
    #[error("it is in suspense, and has to leave it to end")]
    StillInSuspense,
    #[error("handling {handling} has done it")]
    AlreadyDone { handling: HandlingId },
    #[error("settlement {settlement} of that day is {} already", state.name())]
    AlreadySettled { settlement: SettlementId, state: HandlingState },
    #[error("there is no settlement {settlement}")]
    NoSuchSettlement { settlement: SettlementId },
    #[error("settlement {settlement} is {}", state.name())]
    SettlementInState { settlement: SettlementId, state: HandlingState },
    #[error("a handling is undone by itself, not drafted")]
    UndoIsNotDrafted,
    #[error("handling {handling} is {}", state.name())]
    WrongState { handling: HandlingId, state: HandlingState },
    #[error("handling {later} came after it: undo that first")]
    UndoLaterFirst { later: HandlingId },
}

impl Refusal {
    /// Its code: `missing_run`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}
