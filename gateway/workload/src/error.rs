//! What keeps the harness from doing its work. That a node gave a wrong answer is no error here but a finding.

use longmen_client::{ClientError, Refusal};
use longmen_server::NodeError;

/// Why a load or crash run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The node could not be reached, or the connection broke when nobody was killing it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The node refused to open what the workload needs.
    #[error("the node refused {what}: {refusal}")]
    Refused {
        /// What was asked for.
        what: String,
        /// Why not.
        refusal: Refusal,
    },
    /// The node did not start or stop.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Files or timers of this machine.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The last answers did not come.
    #[error("{requests} requests have no answer after {seconds} s")]
    Unanswered {
        /// How many.
        requests: usize,
        /// How long was waited.
        seconds: u64,
    },
}
