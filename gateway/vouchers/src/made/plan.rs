//! How vouchers are made.

use longmen_ledger::Currency;
use serde::Deserialize;

use super::mode::Mode;
use crate::pattern::Patterns;
use crate::words::Words;

/// What counts as a source document (附单据数).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attachments {
    /// None does: 0.
    None,
    /// The list that a voucher is made from: 1.
    #[default]
    One,
    /// Each transaction, to 999.
    Transactions,
}

/// What happens to a day whose period is closed in the accounting system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenClosed {
    /// It is refused.
    #[default]
    Refuse,
    /// It is posted on the first open date, and its own date stands in the texts.
    NextOpenDate,
}

/// How vouchers are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub mode: Mode,
    /// The most lines that a voucher may have; at least 2.
    pub line_limit: usize,
    /// 本位币
    pub local_currency: Currency,
    pub words: Words,
    /// The word of off-balance vouchers. Without it off-balance entries are refused.
    pub off_balance_word: Option<Box<str>>,
    /// Off-balance subjects that go into no voucher.
    pub left_out: Patterns<()>,
    /// Their subject that splits what is too long; without it that is refused.
    pub clearing: Option<Box<str>>,
    /// Whether a voucher has lines of one currency only; what has several is more than one voucher.
    pub one_currency: bool,
    pub attachments: Attachments,
    pub when_closed: WhenClosed,
    /// Whether a line's text ends with the transaction's id, or with the batch that it is of.
    pub reference_in_summary: bool,
}
