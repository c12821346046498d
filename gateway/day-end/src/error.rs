//! Why a node did not say what a run asked.

use longmen_client::ClientError;

/// Why a node did not say what a run asked.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    #[error("the node does not know the entity {0}")]
    NoEntity(String),
    #[error(
        "the books have no account {account}, which the settings name for {what}: mend the settings, where an account is its NUMBER or NUMBER/TYPE, \
         or open it; nothing was kept"
    )]
    NoAccount { account: String, what: String },
    #[error(
        "the ledger has another transaction with the id {key}: another desk works on these books; go on with the directory of that one, or a copy of it"
    )]
    OtherDesk { key: String },
    /// The node said what it cannot.
    #[error("the node's answer has {what} `{text}`")]
    Answer { what: &'static str, text: String },
    #[error(transparent)]
    Client(#[from] ClientError),
}
