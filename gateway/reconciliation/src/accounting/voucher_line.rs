//! A line of a voucher (记账凭证).

use longmen_ledger::{Currency, Date};

/// A line of a voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherLine {
    pub entity: Box<str>,
    /// Its own side's number; of ours empty where a transaction is in no voucher yet.
    pub voucher: Box<str>,
    /// What both sides know it by: the number of our voucher, which theirs keeps as its source. Empty where theirs has none.
    pub source: Box<str>,
    pub date: Date,
    pub subject: Box<str>,
    pub currency: Currency,
    /// In minor units; a red line (红字) has a minus.
    pub debit: i128,
    pub credit: i128,
    /// The transaction that it is of; empty where that is not told.
    pub transaction: Box<str>,
    /// Of ours: whether it was given to the accounting system.
    pub is_exported: bool,
    /// Where it stands: the line of the file.
    pub line: u64,
}
