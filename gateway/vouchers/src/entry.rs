//! What the books give of a day.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency, Date, Side, SubjectClass};
use serde::{Deserialize, Serialize};

/// Further terms of a line (辅助核算), by their names: `customer`, `department`.
pub type Aux = BTreeMap<Box<str>, Box<str>>;

/// The books of one entity (会计主体) on one accounting date (会计日). The date is closed: a day that may still grow is no day to make vouchers of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub entity: Box<str>,
    pub date: Date,
    /// In the order in which they were posted.
    pub entries: Vec<Entry>,
}

/// In which books an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Books {
    /// 表内: the general ledger.
    General,
    /// 备忘: the other side of what is booked single-sided. Counts in a voucher, and not in the general ledger.
    Memo,
    /// 表外: single entry, in vouchers of its own.
    OffBalance,
}

impl Books {
    /// The books of a subject's class.
    #[must_use]
    pub fn of(class: SubjectClass) -> Books {
        match class {
            SubjectClass::Memo => Books::Memo,
            SubjectClass::OffBalance => Books::OffBalance,
            _ => Books::General,
        }
    }
}

/// What an entry is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One transaction, by its id.
    Transaction(Box<str>),
    /// So many transactions of one type, already added up, by the name of their batch.
    Batch { reference: Box<str>, transactions: u64 },
}

/// An entry of a transaction (分录), or a turnover (发生额) of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub subject: Box<str>,
    pub books: Books,
    pub aux: Aux,
    pub side: Side,
    pub currency: Currency,
    /// In minor units; a red entry's (红字) is negative and stays on its side.
    pub amount: Amount,
    /// The transaction's type.
    pub kind: Box<str>,
    pub source: Source,
    /// 摘要: what people call it.
    pub summary: Box<str>,
}
