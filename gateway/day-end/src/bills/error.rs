//! Why bills do not go on.

use longmen_bills::Refusal;
use longmen_client::ClientError;
use longmen_ledger::Date;
use longmen_reconciliation_store::StoreError;

use crate::error::NodeError;

/// Why bills do not go on. What was under way has kept nothing then.
#[derive(Debug, thiserror::Error)]
pub enum BillsError {
    #[error("{entity} is at {current}: {date} is not closed, and bills take closed dates")]
    NotClosed { entity: String, date: Date, current: Date },
    #[error("{entity} is at {today}, and its bills are at {taken}: run them first")]
    Behind { entity: String, taken: String, today: Date },
    #[error("the settings give {account} no plan, and it has bills: assign one to its subject, {subject}")]
    NoPlan { account: String, subject: String },
    #[error(
        "transaction {id} moves {account}, and its type `{label}` is not in the settings: say under [kinds] what it is to a bill"
    )]
    UnknownType { id: String, account: String, label: String },
    #[error("{account} has a currency that this program does not know")]
    UnknownCurrency { account: String },
    #[error("{account}: {refusal}")]
    Refused { account: String, refusal: Refusal },
    #[error("what is kept of {account} cannot be read")]
    Kept { account: String, source: rmp_serde::decode::Error },
    #[error("what is kept of {account} cannot be written")]
    Keep { account: String, source: rmp_serde::encode::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl From<ClientError> for BillsError {
    fn from(error: ClientError) -> BillsError {
        BillsError::Node(error.into())
    }
}
