//! Scenarios: a chart, accounts, and steps with the figures that must come out.

mod chart;
mod file;
mod player;

use std::fmt;

use longmen_client::{Owner, Side};
use longmen_engine::ledger::{Currency, Date};
use serde::Deserialize;

pub(crate) use chart::{Place, open_chart};
pub(crate) use player::{Played, Player};

/// A scenario, ready to be played.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scenario {
    /// Its name, such as `S04`.
    pub(crate) name: String,
    /// What it shows.
    pub(crate) title: String,
    /// The code of its accounting entity.
    pub(crate) entity: String,
    /// The first accounting date.
    pub(crate) start: Date,
    /// The leaf subjects.
    pub(crate) subjects: Vec<Subject>,
    /// The accounts.
    pub(crate) accounts: Vec<Account>,
    /// The steps, in order.
    pub(crate) steps: Vec<Step>,
}

/// A leaf subject.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subject {
    pub(crate) code: String,
    pub(crate) name: String,
    /// `asset`, `liability` and so on.
    pub(crate) class: String,
    pub(crate) normal: Side,
}

/// An account, named by its label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) label: String,
    pub(crate) subject: String,
    pub(crate) currency: Currency,
    pub(crate) owner: Owner,
    pub(crate) may_go_negative: bool,
    /// Minor units.
    pub(crate) overdraft_limit: i64,
    /// Minor units.
    pub(crate) credit_limit: Option<i64>,
    pub(crate) hot: bool,
}

/// One step, with the note that the file has beside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) note: String,
    pub(crate) op: Op,
}

impl Step {
    /// Whether this version of the program cannot play it.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.op, Op::Unknown { .. })
    }
}

/// What a step does or checks. Accounts are indices into the scenario's accounts, figures are minor units of their
/// account's currency and natural: positive on the subject's normal side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    Post {
        id: String,
        kind: String,
        value_date: Option<Date>,
        legs: Vec<Leg>,
        outcome: Outcome,
    },
    Cancel {
        id: String,
        outcome: Outcome,
    },
    SetState {
        account: usize,
        account_state: Option<u8>,
        payment_state: Option<u8>,
        outcome: Outcome,
    },
    CloseDay {
        next: Date,
    },
    Check {
        figures: Vec<Figure>,
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
