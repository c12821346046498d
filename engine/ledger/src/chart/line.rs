//! A shard's part of the general ledger (总账), kept in step with the postings (二级同步核算).

use crate::ids::UnitId;
use crate::money::date::Date;

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

impl Line {
    /// Adds another shard's part: its balance, and its turnover where it speaks of the same or a later date.
    pub(crate) fn add(&mut self, part: &Line) {
        self.balance += part.balance;
        if part.day > self.day {
            self.day = part.day;
            self.turnover = (0, 0);
        }
        if part.day == self.day {
            self.turnover.0 += part.turnover.0;
            self.turnover.1 += part.turnover.1;
        }
        self.unit = part.unit.or(self.unit);
    }
}

/// The sum of a shard's accounts of one line, added up anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountsTotal {
    /// Debit-positive.
    pub balance: i128,
    /// How many accounts.
    pub accounts: u64,
}
