//! Why a node did not say what a run asked.

use longmen_client::ClientError;

/// Why a node did not say what a run asked.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    #[error("the node does not know the entity {0}")]
    NoEntity(String),
    /// The node said what it cannot.
    #[error("the node's answer has {what} `{text}`")]
    Answer { what: &'static str, text: String },
    #[error(transparent)]
    Client(#[from] ClientError),
}
