//! What a file of a channel holds in all.

use std::collections::BTreeMap;

use longmen_ledger::{Currency, Date};

use crate::row::{RowKind, StatementRow};

/// What must be true of a file, as far as it is known before it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Whose file it is: the channel's number for the merchant, or the account at the bank.
    pub merchant: Option<Box<str>>,
    /// The date that it is of.
    pub date: Option<Date>,
    /// SHA-1 of its bytes as they are unpacked, in hexadecimal digits, where the channel gives one.
    pub sha1: Option<Box<str>>,
}

/// Sums of rows of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub rows: u64,
    /// Minor units, as [`StatementRow::gross`] counts them.
    pub gross: i128,
    pub fee: i128,
}

/// What a file holds in all, once it was read to its end and everything agreed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Whose file it is; `None` where it has no row and does not say.
    pub merchant: Option<Box<str>>,
    /// The date that it is of; `None` where it has no row and does not say.
    pub date: Option<Date>,
    pub rows: u64,
    /// Of the rows that moved money, by currency and kind.
    pub sums: BTreeMap<(&'static str, RowKind), Sums>,
    /// Rows that moved none: failed, or closed.
    pub unmoved: u64,
}

impl Received {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: &StatementRow) {
        self.rows += 1;
        if !row.state.moves_money() {
            self.unmoved += 1;
            return;
        }
        let sums = self.sums.entry((row.currency.code(), row.kind)).or_default();
        sums.rows += 1;
        sums.gross += i128::from(row.gross.0);
        sums.fee += i128::from(row.fee.0);
    }

    /// What comes to the merchant by all of it in a currency, in minor units.
    #[must_use]
    pub fn net(&self, currency: Currency) -> i128 {
        let of_currency = self.sums.iter().filter(|((code, _), _)| *code == currency.code());
        of_currency.map(|(_, sums)| sums.gross - sums.fee).sum()
    }
}
