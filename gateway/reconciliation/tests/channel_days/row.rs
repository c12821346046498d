//! A transaction as one side has it.

use longmen_channel_files::RowKind;
use longmen_ledger::{Amount, Currency};
use longmen_reconciliation::{BookState, Side, Transaction};

/// A transaction as one side has it on one day of a chain.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) side: Side,
    pub(crate) day: u32,
    pub(crate) kind: RowKind,
    /// What names it on both sides, with the kind: where that is the number of its order, it has none of its own.
    pub(crate) number: String,
    pub(crate) order: String,
    /// The side's own name for it.
    pub(crate) reference: String,
    /// In fen, with the merchant's signs.
    pub(crate) gross: i64,
    pub(crate) fee: i64,
    pub(crate) state: BookState,
}

impl Row {
    /// The same so many days later.
    pub(crate) fn later(self, days: u32) -> Row {
        Row { day: self.day + days, ..self }
    }

    pub(crate) fn in_state(self, state: BookState) -> Row {
        Row { state, ..self }
    }

    /// The same of so much more, in the direction that it has.
    pub(crate) fn larger(self, by: i64) -> Row {
        Row { gross: self.gross + self.gross.signum() * by, ..self }
    }

    /// The same with a fee of so much more: a fee that is given back is negative.
    pub(crate) fn dearer(self, by: i64) -> Row {
        let sign = if self.fee < 0 || self.kind == RowKind::Refund { -1 } else { 1 };
        Row { fee: self.fee + sign * by, ..self }
    }

    /// What it moved.
    pub(crate) fn net(&self) -> i64 {
        if self.state == BookState::Done { self.gross - self.fee } else { 0 }
    }

    /// As it is compared.
    pub(crate) fn transaction(&self, line: u64) -> Transaction {
        Transaction {
            kind: self.kind,
            merchant_number: self.number.as_str().into(),
            reference: self.reference.as_str().into(),
            line,
            gross: Amount(self.gross),
            fee: Amount(self.fee),
            currency: Currency::from_code("CNY").unwrap(),
            state: self.state,
        }
    }
}

/// Fen as yuan.
pub(crate) fn yuan(fen: i64) -> String {
    Currency::from_code("CNY").unwrap().print(fen.into())
}

/// When the row at this place among so many was done: hour, minute and second of a day, in order.
pub(crate) fn clock(place: usize, of: usize) -> (usize, usize, usize) {
    let second = place * 86_400 / of.max(1);
    (second / 3_600, second / 60 % 60, second % 60)
}
