//! A subject's turnovers of a date.

use longmen_ledger::Currency;

/// What the general ledger, or the totals of a memo account, have on a leaf subject and an accounting date, in minor units. Red entries are in it with
/// their minus, on their side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turnover {
    pub subject: Box<str>,
    pub currency: Currency,
    /// 借方发生额
    pub debit: i128,
    /// 贷方发生额
    pub credit: i128,
}
