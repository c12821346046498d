//! What does not hold of an administrative record.

use crate::ledger::{AccountId, ClientId, Date, EntityId, LineId};

/// Why an administrative record cannot be. Amounts are minor units, balances debit-positive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminFault {
    /// A client that no record has named.
    #[error("client {client} was never named")]
    UnknownClient { client: ClientId },
    /// A name that is taken.
    #[error("the {what} {name} was there before")]
    NameTaken {
        /// What has the name.
        what: &'static str,
        name: Box<str>,
    },
    /// An administrative record that says what cannot be.
    #[error("the {what} {why}")]
    BadRecord {
        /// What it is about.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A proposal that was not made, decided or done as four eyes ask.
    #[error("proposal {number} {why}")]
    Proposal {
        number: u64,
        /// What does not hold.
        why: &'static str,
    },
    /// A record that only snapshots have.
    #[error("a record that only snapshots have")]
    OfSnapshots,
    /// A customer's account that is none of the entity.
    #[error("ties account {account} to a customer, which is none of entity {entity}")]
    Tie { entity: EntityId, account: AccountId },
    /// Figures of a line without the close of their date.
    #[error("figures of line {line} on {date}, which is not closed behind them")]
    FiguresAlone {
        line: LineId,
        /// The date that they speak of.
        date: Date,
    },
    /// Figures of a line that the entity does not have.
    #[error("figures of line {line}, which the entity does not have")]
    UnknownLine { line: LineId },
    /// Two figures of one line for one date.
    #[error("figures of line {line} stand there twice")]
    LineTwice { line: LineId },
    /// The figures of a closed date are not those of its entries. Each is balance before, debit and credit turnover.
    #[error("line {line} has {said:?} on {date}, and its entries make {found:?}")]
    LineFigures {
        line: LineId,
        date: Date,
        /// The figures; zeros where none are written down.
        said: [i128; 3],
        /// What the entries make.
        found: [i128; 3],
    },
}
