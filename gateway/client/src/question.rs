//! The bodies of questions about the past.

use serde::Serialize;

use crate::account::AccountRef;
use crate::id::TransactionId;

/// Body of `statement`. [`StatementRequest::new`] asks for all entries, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct StatementRequest<'a> {
    pub account: AccountRef,
    /// `next` of the page before this one; absent: start at the end of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<&'a str>,
    /// How many lines at most.
    pub limit: u32,
    /// The first date or moment of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<RangeEnd>,
    /// The last date or moment of the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<RangeEnd>,
    /// `accounting`, `time` or `value`: what the range goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'a str>,
    /// `newest_first` or `oldest_first`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<&'a str>,
    /// `customer`, `operations` or `internal`: for whose eyes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible_to: Option<&'a str>,
    /// Whether moves of holds are lines, too.
    pub holds: bool,
    /// Whether the legs of merged entries are lines.
    pub legs: bool,
    /// Whether the turnover of the whole range is wanted.
    pub totals: bool,
}

/// An end of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RangeEnd {
    /// A date, `YYYY-MM-DD`.
    Date(Box<str>),
    /// Microseconds since 1970, or the number of a frame.
    Number(i64),
}

impl StatementRequest<'_> {
    /// All entries, newest first.
    #[must_use]
    pub fn new(account: impl Into<AccountRef>, limit: u32) -> Self {
        StatementRequest {
            account: account.into(),
            before: None,
            limit,
            from: None,
            to: None,
            by: None,
            order: None,
            visible_to: None,
            holds: false,
            legs: false,
            totals: false,
        }
    }
}

/// Body of `balance_at`; one of the three moments is given.
#[derive(Clone, Debug, Serialize)]
pub struct BalanceAtRequest<'a> {
    pub account: AccountRef,
    /// The end of this accounting date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<&'a str>,
    /// The end of what was logged at this moment, in microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_us: Option<i64>,
    /// All that has this value date or an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_date: Option<&'a str>,
}

/// Body of `entry`.
#[derive(Clone, Debug, Serialize)]
pub struct EntryRequest<'a> {
    pub account: AccountRef,
    /// Where the merged entry lies, as a statement says.
    pub position: &'a str,
    /// The first leg of the page, counted from 0.
    pub from: u32,
    /// How many legs at most.
    pub limit: u32,
}

/// Body of `register`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RegisterRequest<'a> {
    /// The account; absent: what has no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountRef>,
    /// The entity whose dates are meant, where there is no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<&'a str>,
    /// The first date or frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<RangeEnd>,
    /// The last date or frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<RangeEnd>,
    /// `next` of the page before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
    /// How many rows at most.
    pub limit: u32,
}

/// Body of `find`: by `reference` or `id`, or all of the dates of an entity.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FindRequest<'a> {
    /// The reference, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'a str>,
    /// The id, as some client gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<TransactionId>,
    /// The entity whose transactions are meant, and whose dates; absent: every entity, and the whole log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<&'a str>,
    /// The first accounting date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'a str>,
    /// The last accounting date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<&'a str>,
    /// `next` of the page before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
    /// How many transactions at most.
    pub limit: u32,
    /// The number of the client that asked for them; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
    /// What became of them: `done`, `refused` (or cancelled) or `all`; absent: all of a reference or an id, and of dates what was
    /// done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<&'a str>,
    /// Whether they come with their legs on accounts of the entity (序时账), which then must be named.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub legs: bool,
}

/// Body of `general_ledger`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GeneralLedgerRequest<'a> {
    /// The entity's code.
    pub entity: &'a str,
    /// The first accounting date; absent: the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'a str>,
    /// The last accounting date; absent: the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<&'a str>,
}
