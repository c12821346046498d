//! Scenarios: a chart, accounts, and steps with the figures that must come out.

mod actions;
mod answer;
mod chart;
mod checks;
mod file;
mod fit;
mod known;
mod op;
mod own_node;
mod player;

use longmen_client::{Owner, Side};
use longmen_engine::ledger::{Currency, Date, YearStart};

pub(crate) use chart::{Place, open_chart};
pub(crate) use op::{
    Expiry, Figure, HoldKind, Leg, LimitChange, Moment, Op, Outcome, Particulars, Posting, Remaining, Shown,
    Style,
};
pub(crate) use own_node::OwnNode;
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
    /// When the entity's year begins.
    pub(crate) year_starts: YearStart,
    /// The subjects that it needs.
    pub(crate) subjects: Vec<Subject>,
    pub(crate) accounts: Vec<Account>,
    /// The steps, in order.
    pub(crate) steps: Vec<Step>,
}

/// A subject.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subject {
    pub(crate) code: String,
    pub(crate) name: String,
    /// `asset`, `liability` and so on.
    pub(crate) class: String,
    pub(crate) normal: Side,
    /// Whether accounts may be opened under it.
    pub(crate) leaf: bool,
}

/// An account, named by its label. Limits are minor units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) label: String,
    /// The account type; empty: none.
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) currency: Currency,
    pub(crate) owner: Owner,
    pub(crate) customer: Option<String>,
    pub(crate) may_go_negative: bool,
    pub(crate) overdraft_limit: i64,
    pub(crate) credit_limit: Option<i64>,
    pub(crate) transaction_limit: Option<i64>,
    pub(crate) day_limit: Option<i64>,
    pub(crate) hot: bool,
}

/// One step, with what the file says beside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) note: String,
    pub(crate) particulars: Particulars,
    pub(crate) op: Op,
}
