//! What a step of a scenario does or checks.

use std::fmt;

use jiff::Timestamp;
use longmen_client::{Amount, Side};
use longmen_engine::ledger::Date;
use serde::Deserialize;

/// What a step does or checks. Accounts that are checked are indices into the scenario's accounts, and their figures
/// are minor units of the account's currency, natural: positive on the subject's normal side. What is asked of the
/// node stands as written: whether there is such an account, or whether an amount is one, is for the node to say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    Post {
        id: String,
        posting: Posting,
        /// The id of the original that this refunds.
        refunds: Option<String>,
        outcome: Outcome,
    },
    /// Holds what the legs take, until it is confirmed or cancelled.
    Try {
        id: String,
        posting: Posting,
        expires: Option<Expiry>,
        outcome: Outcome,
    },
    Confirm {
        id: String,
        /// The id of the try.
        tried: String,
        outcome: Outcome,
    },
    CancelTry {
        id: String,
        /// The id of the try.
        tried: String,
        outcome: Outcome,
    },
    Cancel {
        id: String,
        outcome: Outcome,
    },
    Reverse {
        id: String,
        reverses: String,
        /// What the posted reversal must look like.
        style: Option<Style>,
        forced: bool,
        value_date: Option<Date>,
        outcome: Outcome,
    },
    Freeze {
        hold: String,
        account: String,
        amount: String,
        kind: Option<HoldKind>,
        authority: Option<String>,
        expires: Option<Expiry>,
        outcome: Outcome,
    },
    Unfreeze {
        /// Where the file gives none, one made of the hold and the number of the step.
        id: String,
        hold: String,
        /// `None`: all that remains.
        amount: Option<String>,
        authority: Option<String>,
        forced: bool,
        value_date: Option<Date>,
        outcome: Outcome,
    },
    Raise {
        /// Where the file gives none, one made of the hold and the number of the step.
        id: String,
        hold: String,
        amount: String,
        authority: Option<String>,
        /// `None`: as before.
        expires: Option<Expiry>,
        value_date: Option<Date>,
        outcome: Outcome,
    },
    Consume {
        id: String,
        hold: String,
        /// `None`: what the legs take from the held account.
        amount: Option<String>,
        authority: Option<String>,
        posting: Posting,
        outcome: Outcome,
    },
    SetState {
        account: String,
        account_state: Option<u8>,
        payment_state: Option<u8>,
        outcome: Outcome,
    },
    SetReserve {
        account: String,
        amount: String,
        outcome: Outcome,
    },
    SetLimits {
        account: String,
        transaction: LimitChange,
        day: LimitChange,
        overdraft: LimitChange,
        credit: LimitChange,
        outcome: Outcome,
    },
    MapType {
        kind: String,
        /// The code of a subject, which need not exist.
        subject: String,
        from: Date,
        outcome: Outcome,
    },
    SetBookingMode {
        kind: String,
        /// As the protocol has it, such as `single_double`.
        mode: String,
        from: Date,
        outcome: Outcome,
    },
    CloseDay {
        next: Date,
        /// The labels of the accounts that income and expense are carried forward to first, one for each currency.
        carry_forward: Vec<String>,
        /// Whether it may lie far ahead.
        forced: bool,
        outcome: Outcome,
    },
    Check {
        figures: Vec<Figure>,
        remaining: Vec<Remaining>,
    },
    CheckTurnover {
        date: Date,
        turnovers: Vec<(usize, i128, i128)>,
    },
    CheckBalanceAt {
        account: usize,
        at: Moment,
        balance: i128,
    },
    /// An operation that this version of the program does not know.
    Unknown {
        op: String,
    },
}

impl Op {
    /// Its name in scenario files.
    pub(crate) fn name(&self) -> &str {
        match self {
            Op::Post { .. } => "post",
            Op::Try { .. } => "try",
            Op::Confirm { .. } => "confirm",
            Op::CancelTry { .. } => "cancel_try",
            Op::Cancel { .. } => "cancel",
            Op::Reverse { .. } => "reverse",
            Op::Freeze { .. } => "freeze",
            Op::Unfreeze { .. } => "unfreeze",
            Op::Raise { .. } => "raise",
            Op::Consume { .. } => "consume",
            Op::SetState { .. } => "set_state",
            Op::SetReserve { .. } => "set_reserve",
            Op::SetLimits { .. } => "set_limits",
            Op::MapType { .. } => "map_type",
            Op::SetBookingMode { .. } => "set_booking_mode",
            Op::CloseDay { .. } => "close_day",
            Op::Check { .. } => "check",
            Op::CheckTurnover { .. } => "check_turnover",
            Op::CheckBalanceAt { .. } => "check_balance_at",
            Op::Unknown { op } => op,
        }
    }

    /// What it acts on, in the words of the file.
    pub(crate) fn subject(&self) -> Option<&dyn fmt::Display> {
        match self {
            Op::Post { id, .. }
            | Op::Try { id, .. }
            | Op::Confirm { id, .. }
            | Op::CancelTry { id, .. }
            | Op::Cancel { id, .. }
            | Op::Reverse { id, .. }
            | Op::Consume { id, .. } => Some(id),
            Op::Freeze { hold, .. } | Op::Unfreeze { hold, .. } | Op::Raise { hold, .. } => Some(hold),
            Op::SetState { account, .. } | Op::SetReserve { account, .. } | Op::SetLimits { account, .. } => {
                Some(account)
            }
            Op::MapType { kind, .. } | Op::SetBookingMode { kind, .. } => Some(kind),
            Op::CloseDay { next, .. } => Some(next),
            Op::Check { .. } | Op::CheckTurnover { .. } | Op::CheckBalanceAt { .. } | Op::Unknown { .. } => {
                None
            }
        }
    }
}

/// Why something is done and by whom, as any step may say. Where a step only checks, these are words for the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Particulars {
    pub(crate) reason: Option<String>,
    pub(crate) approval: Option<String>,
    pub(crate) operator: Option<String>,
    pub(crate) reference: Option<String>,
    /// Several are joined by commas.
    pub(crate) tags: Option<String>,
    pub(crate) visibility: Option<String>,
}

/// What is posted, whatever it is part of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Posting {
    /// The transaction type; empty: none.
    pub(crate) kind: String,
    pub(crate) value_date: Option<Date>,
    pub(crate) accounting_date: Option<Date>,
    /// The client's own time, in seconds since 1970.
    pub(crate) time: Option<u32>,
    /// Whether it passes where only what is forced does.
    pub(crate) forced: bool,
    pub(crate) legs: Vec<Leg>,
}

/// One leg of a transaction, as the file gives it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leg {
    pub(crate) step: u16,
    /// The label of an account, which need not exist.
    pub(crate) account: String,
    pub(crate) side: Side,
    /// As written: whether it is an amount is for the node to say.
    pub(crate) amount: String,
    pub(crate) currency: String,
}

/// What a hold is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HoldKind {
    Business,
    Control,
    Judicial,
    Loss,
}

/// When something ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    At(Timestamp),
    /// Seconds from when the step is played.
    In(u32),
}

/// How a reversal is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Style {
    /// Negative amounts on the same sides (红字).
    Red,
    /// The same amounts on the opposite sides (蓝字反方向).
    BlueOpposite,
}

impl Style {
    /// Its name in scenario files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Style::Red => "red",
            Style::BlueOpposite => "blue_opposite",
        }
    }
}

/// What becomes of a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum LimitChange {
    #[default]
    Unchanged,
    /// There is none any more.
    Lifted,
    /// The amount, as written.
    To(String),
}

impl LimitChange {
    /// The same as a request says it.
    pub(crate) fn wire(&self) -> Option<Option<Amount>> {
        match self {
            LimitChange::Unchanged => None,
            LimitChange::Lifted => Some(None),
            LimitChange::To(amount) => Some(Some(Amount::Decimal(amount.clone()))),
        }
    }
}

/// What the answer must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Posted,
    Duplicate,
    /// The code.
    Rejected(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Posted => f.write_str("posted"),
            Outcome::Duplicate => f.write_str("duplicate"),
            Outcome::Rejected(code) => write!(f, "rejected:{code}"),
        }
    }
}

/// A figure of an account that must hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) account: usize,
    pub(crate) what: Shown,
    pub(crate) value: i128,
}

/// What must remain of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remaining {
    pub(crate) hold: String,
    /// The account that it was opened on.
    pub(crate) account: usize,
    pub(crate) value: i128,
}

/// Which figure of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Balance,
    Frozen,
    Available,
}

impl Shown {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Shown::Balance => "balance",
            Shown::Frozen => "frozen",
            Shown::Available => "available",
        }
    }
}

/// The end of a date, by one calendar or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    AccountingDate(Date),
    ValueDate(Date),
}
