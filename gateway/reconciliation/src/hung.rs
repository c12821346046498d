//! What is hung over (存疑): on one side only, and not for so long that it is a difference.

use longmen_ledger::Date;

use crate::transaction::Transaction;

/// Whose a transaction is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::FromRepr,
    strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Side {
    Book,
    File,
}

impl Side {
    /// Its name: `book`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A transaction that was found on one side only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hung {
    pub side: Side,
    /// The date of the file and of the books that it was in.
    pub since: Date,
    /// Files that have come since, and did not have it.
    pub days: u32,
    pub transaction: Transaction,
}
