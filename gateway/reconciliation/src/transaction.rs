//! A transaction of one side, as far as it is compared.

use longmen_channel_files::{RowKind, StatementRow};
use longmen_ledger::{Amount, Currency};

/// How far it has come, on either side.
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
pub enum BookState {
    /// Booked; the channel has moved the money.
    Done,
    /// Tried and not confirmed: nothing is booked yet.
    Pending,
    /// Nothing came of it.
    Failed,
}

impl BookState {
    /// Its name: `done`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A transaction of the books, or of a channel's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transaction {
    pub kind: RowKind,
    /// The number that the merchant gave it, by which both sides know it.
    pub merchant_number: Box<str>,
    /// How its own side names it: the transaction's id in the books, the channel's number in the file.
    pub reference: Box<str>,
    /// Where it stands: the line of the file.
    pub line: u64,
    /// In minor units: positive what comes to the merchant.
    pub gross: Amount,
    /// In minor units: positive what the merchant pays. In the books what the rule of fees expects.
    pub fee: Amount,
    pub currency: Currency,
    pub state: BookState,
}

impl Transaction {
    /// What it moved, in minor units: nothing, where it is not done.
    #[must_use]
    pub fn net(&self) -> i128 {
        match self.state {
            BookState::Done => i128::from(self.gross.0) - i128::from(self.fee.0),
            BookState::Pending | BookState::Failed => 0,
        }
    }
}

impl From<StatementRow> for Transaction {
    fn from(row: StatementRow) -> Transaction {
        Transaction {
            kind: row.kind,
            merchant_number: row.merchant_number,
            reference: row.channel_number,
            line: row.line,
            gross: row.gross,
            fee: row.fee,
            currency: row.currency,
            state: if row.state.moves_money() { BookState::Done } else { BookState::Failed },
        }
    }
}
