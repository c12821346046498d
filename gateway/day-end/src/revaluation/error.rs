//! Why nothing was booked.

use longmen_client::ClientError;
use longmen_ledger::Date;
use longmen_revaluation::Refusal;

use crate::error::NodeError;

/// Why nothing was booked.
#[derive(Debug, thiserror::Error)]
pub enum RevaluationError {
    #[error(
        "{entity} is at {current}, and positions are revalued on the current date, before it is closed: {date} is another"
    )]
    NotCurrent { entity: String, date: Date, current: Date },
    #[error(
        "{entity} is at {current}, and {date} is not closed: what a close carries is translated after it"
    )]
    NotClosed { entity: String, date: Date, current: Date },
    #[error("the settings name {0}, and there is no such account")]
    NoAccount(String),
    #[error("{code}: {0}", code = .0.code())]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl From<ClientError> for RevaluationError {
    fn from(error: ClientError) -> RevaluationError {
        RevaluationError::Node(error.into())
    }
}
