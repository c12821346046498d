//! An account as an answer tells it.

use serde::{Deserialize, Serialize};

use super::integer::{wide, wide_or_none};
use crate::account::{Owner, Side};

/// An account and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The dense id.
    pub id: u64,
    /// The code of the accounting entity.
    pub entity: Box<str>,
    /// The account number.
    pub number: Box<str>,
    /// The account type.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// The currency's ISO 4217 code.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's normal side.
    pub normal: Side,
    /// Who owns it.
    pub owner: Owner,
    /// The balance.
    #[serde(deserialize_with = "wide")]
    pub balance: i128,
    /// The sum of open holds.
    #[serde(deserialize_with = "wide")]
    pub frozen: i128,
    /// What may be taken out; no limit for an account that may go negative.
    #[serde(deserialize_with = "wide")]
    pub available: i128,
    /// Whether the balance may go below zero without limit.
    pub may_go_negative: bool,
    pub overdraft_limit: i64,
    /// The cap on the balance, if any.
    pub credit_limit: Option<i64>,
    /// The withholding reserve.
    pub withholding: i64,
    /// The most that one transaction may take out, if there is such a limit.
    pub transaction_limit: Option<i64>,
    /// The most that the transactions of one accounting date may take out, if there is such a limit.
    pub day_limit: Option<i64>,
    /// What the transactions of the date have used of the day limit; absent where there is none, or the node is older.
    #[serde(default, deserialize_with = "wide_or_none")]
    pub day_used: Option<i128>,
    /// 0 closed, 1 normal, 3 loss reported, 4 judicial freeze.
    pub account_state: u8,
    /// 0 receives only, 1 normal, 2 neither, 3 partial stop, 4 pays only.
    pub payment_state: u8,
    /// The accounting date that the next three figures speak of.
    pub date: Box<str>,
    /// The balance at the end of the date before.
    #[serde(deserialize_with = "wide")]
    pub opening: i128,
    /// Debit turnover of the date.
    #[serde(deserialize_with = "wide")]
    pub debit_turnover: i128,
    /// Credit turnover of the date.
    #[serde(deserialize_with = "wide")]
    pub credit_turnover: i128,
    /// Whether a batching actor posts to it.
    pub hot: bool,
    /// Where its newest record lies in the log.
    pub last: Box<str>,
}

impl Account {
    /// What is left of the limit per day on its accounting date; `None` where it has none, or the node does not say.
    #[must_use]
    pub fn day_left(&self) -> Option<i128> {
        Some((i128::from(self.day_limit?) - self.day_used?).max(0))
    }
}
