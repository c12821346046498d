//! What a journal is made of.

use super::chart::{ChartEntity, JournalAccount};
use crate::ledger::notes::Note;
use crate::ledger::{
    AccountId, ActionCode, Amount, ClientId, Date, EntityId, Side, Subject, TransactionId, TransactionKey,
};

/// Which part of the journal is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only the books of the entity with this code.
    pub entity: Option<Box<str>>,
    /// The first accounting date; what was before is given as opening balances.
    pub from: Option<Date>,
    /// The last accounting date.
    pub to: Option<Date>,
}

/// How much of a journal was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Frames read.
    pub frames: u64,
    /// Accounts.
    pub accounts: u64,
    /// Posted transactions.
    pub transactions: u64,
    pub legs: u64,
    /// Days of accounts with movement.
    pub days: u64,
}

/// A piece of a journal.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// An entity (会计主体) was opened.
    Entity(&'a ChartEntity),
    /// A subject (科目) was opened.
    Subject(&'a Subject),
    /// An account was opened.
    Account(&'a JournalAccount),
    /// The balances that an entity's accounts bring into a scope that begins later than its books: those that are not
    /// zero, by account. Debits equal credits in them.
    Opening {
        entity: EntityId,
        /// The first date of the scope.
        from: Date,
        /// Account and balance, debit-positive.
        balances: &'a [(AccountId, i128)],
    },
    /// A transaction was posted.
    Transaction(JournalTransaction<'a>),
    /// An account moved on a date that is over, or that the log ends in.
    Day(Day),
    /// An accounting date was closed (日切). Comes behind the date's transactions and days.
    Closed {
        entity: EntityId,
        /// The date that takes no more entries.
        date: Date,
        /// The date that began.
        next: Date,
    },
}

/// A posted transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalTransaction<'a> {
    pub client: ClientId,
    /// The client's id for it.
    pub id: TransactionId,
    /// The text that the id was given as; empty where it was a number.
    pub text_id: &'a str,
    /// What it does: posts, reverses, refunds ...
    pub action: ActionCode,
    /// The transaction that it undoes, refunds or confirms, or whose hold it moves.
    pub original: Option<TransactionKey>,
    /// The text that it gave that one's id as; empty where it was a number, or there is none.
    pub original_text: &'a str,
    /// The frame that holds it.
    pub frame: u64,
    /// Its ordinal among the frame's transactions.
    pub ordinal: u32,
    pub accounting_date: Date,
    pub value_date: Date,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// The notes that came with it.
    pub notes: &'a [(Note, &'a str)],
    /// Its legs inside the scope, in step order; at least one.
    pub legs: &'a [JournalLeg],
}

impl<'a> JournalTransaction<'a> {
    /// The text of a note; empty where there is none.
    #[must_use]
    pub fn note(&self, wanted: Note) -> &'a str {
        self.notes.iter().find(|(note, _)| *note == wanted).map_or("", |(_, text)| text)
    }
}

/// A leg of a posted transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalLeg {
    pub account: AccountId,
    /// The leg's step.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
    /// Minor units; negative in a red entry (红字), which stays on its side.
    pub amount: Amount,
    /// The account's balance after it, debit-positive; of a leg on a hot account, in the order of the log.
    pub balance_after: i128,
    /// Whether its entry is merged with others of the frame.
    pub merged: bool,
}

/// What an account's own entries say of one accounting date on which it moved. Minor units, balances debit-positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub account: AccountId,
    /// The accounting date.
    pub date: Date,
    /// The balance before its first entry of the date.
    pub opening: i128,
    /// Debit turnover (借方发生额); red entries count negative.
    pub debit: i128,
    /// Credit turnover (贷方发生额); red entries count negative.
    pub credit: i128,
    /// The balance after its last entry of the date.
    pub closing: i128,
}
