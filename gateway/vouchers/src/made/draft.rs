//! A voucher before its number is drawn.

use longmen_ledger::{Amount, Currency, Date, Side};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::mode::Mode;
use crate::entry::{Aux, Books};

/// What is in a voucher but its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub entity: Box<str>,
    /// The accounting date of the books (会计日).
    #[serde(with = "crate::plain::date")]
    pub date: Date,
    /// The date there (制单日期): the same, unless its period was closed.
    #[serde(with = "crate::plain::date")]
    pub posting_date: Date,
    pub mode: Mode,
    /// 表外: single-sided, and balances with nothing.
    pub is_off_balance: bool,
    /// 凭证字
    pub word: Box<str>,
    pub tone: Tone,
    /// 附单据数
    pub attachments: u16,
    pub header_text: Box<str>,
    #[serde(with = "crate::plain::currency")]
    pub local_currency: Currency,
    pub lines: Vec<Line>,
}

/// Whether lines are red (红字).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// None is.
    Black,
    /// All are.
    Red,
    /// Some are, and only together do they balance.
    Mixed,
}

/// Why a line is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The books have it.
    Books,
    /// Where what belongs together was split, it makes each part balance, and over all parts comes to nothing (过渡科目).
    Clearing,
}

/// A line of a voucher (分录).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Ours; of a clearing line theirs.
    pub subject: Box<str>,
    pub books: Books,
    pub origin: Origin,
    pub aux: Aux,
    #[serde(with = "crate::plain::side")]
    pub side: Side,
    #[serde(with = "crate::plain::currency")]
    pub currency: Currency,
    /// In minor units of its currency; negative where it is red.
    #[serde(with = "crate::plain::minor")]
    pub amount: Amount,
    /// In minor units of the local currency (本位币金额). Rounded half up line by line; what debits then lack to credits is on the largest line of the currency.
    #[serde(with = "crate::plain::minor")]
    pub local: Amount,
    /// What one unit of its currency is in the local one.
    #[serde(with = "crate::plain::decimal")]
    pub rate: Decimal,
    /// 摘要
    pub summary: Box<str>,
    /// The transactions' type.
    pub kind: Box<str>,
    /// The ids of the transactions that it stands for, or the references of their batches.
    pub sources: Vec<Box<str>>,
}

impl Draft {
    /// The year and month of the posting date (会计年度, 会计期间).
    #[must_use]
    pub fn period(&self) -> (i16, u8) {
        (self.posting_date.year(), self.posting_date.month())
    }
}
