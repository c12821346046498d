//! A shard's part of the general ledger (总账), kept in step with the postings (二级同步核算).

use super::date::Date;
use super::ids::UnitId;

/// A shard's part of a general ledger line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Debit-positive, kept in step with the postings.
    pub balance: i128,
    /// Turnover of `day`: debits, credits.
    pub turnover: (i128, i128),
    /// The accounting date that `turnover` speaks of.
    pub day: Date,
    /// The balancing unit; `None` off the balance sheet.
    pub unit: Option<UnitId>,
}

/// The sum of a shard's accounts of one line, added up anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountsTotal {
    /// Debit-positive.
    pub balance: i128,
    /// How many accounts.
    pub accounts: u64,
}
