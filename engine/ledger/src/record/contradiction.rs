//! Contradictions: records under good sums that can be read, and that do not follow from the records before them.

use crate::ids::{AccountId, ClientId, EntityId, LineId, Position, SubjectId, TransactionId, UnitId};
use crate::money::date::Date;
use crate::record::entry::LINK_EVERY;

/// What a record says that cannot be. No ledger writes it; replay refuses it, and live code stops.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A record of an account without an opening.
    #[error("the account was not opened before")]
    NotOpened,
    /// A second opening.
    #[error("the account was opened before")]
    OpenedBefore,
    /// Before + amount = after does not hold for the balance.
    #[error("balance {before} and the movement do not give {after}")]
    Balance {
        /// The balance before.
        before: i128,
        /// What the record says of it after.
        after: i128,
    },
    /// Sums of a merged entry that no legs come to.
    #[error("the sums of a merged entry are more than legs come to")]
    Merged,
    /// Before + amount = after does not hold for what is frozen.
    #[error("frozen {before} and the record do not give {after}")]
    Frozen {
        /// The sum of open holds before.
        before: i64,
        /// What the record says of it after.
        after: i64,
    },
    /// Before + amount = after does not hold for a hold.
    #[error("a hold of {before} and the move do not give {after}")]
    Hold {
        /// What remained of it.
        before: i64,
        /// What the record says remains.
        after: i64,
    },
    /// The chain is broken.
    #[error("the chain's last record is {last}, not {named}")]
    Chain {
        /// The newest record of the account.
        last: Position,
        /// What the record names as the one before it.
        named: Position,
    },
    /// Rules that this version does not know, or that go back.
    #[error("rules of version {version}, and {before} before")]
    Rules {
        /// The version that the record names.
        version: u16,
        /// The version until now.
        before: u16,
    },
    /// The record lies before one that was taken already.
    #[error("the chain's last record, {last}, lies behind it")]
    Order {
        /// The newest record of the account.
        last: Position,
    },
    /// A link is missing, too many, or leads elsewhere.
    #[error("every {LINK_EVERY}th posting links to those before it, and no other")]
    Link,
    /// A proposal out of order, or an end that it cannot have: it had ended, or nobody may end it so.
    #[error("proposal {0} is out of order, or does not end so")]
    Proposal(u64),
    /// Ids that a ledger gives in order.
    #[error("client {0} is out of order")]
    Client(ClientId),
    /// A client or an entity of the same name.
    #[error("{0:?} was there before")]
    Name(Box<str>),
    /// Ids that a ledger gives in order.
    #[error("entity {0} is out of order")]
    Entity(EntityId),
    /// Ids that a ledger gives in order.
    #[error("subject {0} is out of order")]
    Subject(SubjectId),
    /// Ids that a ledger gives in order.
    #[error("account {0} is out of order")]
    Account(AccountId),
    /// An account whose attributes are not those of its subject.
    #[error("account {0} is not of its subject's entity, side or balance sheet")]
    Placement(AccountId),
    /// A line that belongs to another subject or currency, or is out of order.
    #[error("line {0} of the general ledger is not that of the account's subject and currency")]
    Line(LineId),
    /// A balancing unit that belongs to another entity or currency, or is out of order.
    #[error("balancing unit {0} is not that of the account's entity and currency")]
    Unit(UnitId),
    /// An entity that was not opened.
    #[error("entity {0} was not opened before")]
    UnknownEntity(EntityId),
    /// A subject that was not opened in this entity.
    #[error("entity {0} has no subject {1}")]
    UnknownSubject(EntityId, SubjectId),
    /// A customer's account that was not opened in this entity.
    #[error("entity {0} has no account {1}")]
    UnknownAccount(EntityId, AccountId),
    /// A date that is closed while another is current, or before itself.
    #[error("{closed} is closed for {next} when {current} is current")]
    Closing {
        /// The current accounting date.
        current: Date,
        /// The date that is closed.
        closed: Date,
        /// The date that begins.
        next: Date,
    },
    /// A second record of a transaction whose id cannot have been forgotten before it.
    #[error("transaction {1} of client {0} has a record before")]
    Decided(ClientId, TransactionId),
    /// The row of an account that a snapshot has is not that of the account.
    #[error("its row is that of another line, subject or side, or holds more than it may")]
    Row,
    /// A snapshot without the row of an account.
    #[error("{0} accounts have no row")]
    Rows(usize),
    /// More hot accounts than a node may have.
    #[error("{0} accounts are hot")]
    Hot(usize),
}
