//! Why there is no answer.

use longmen_access_log::Outcome;
use longmen_engine::HistoryError;
use longmen_engine::ledger::Rejection;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The request was refused, by a code, with what a person may want to read.
    Rejected(Rejection, Option<Box<str>>),
    /// The node failed at it.
    Failed(HistoryError),
}

impl Unanswered {
    /// What the access log has of it.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Unanswered::Rejected(rejection, _) => Outcome::Refused(*rejection),
            Unanswered::Failed(_) => Outcome::Failed,
        }
    }
}

impl From<Rejection> for Unanswered {
    fn from(rejection: Rejection) -> Unanswered {
        Unanswered::Rejected(rejection, None)
    }
}

impl From<HistoryError> for Unanswered {
    /// A place that nothing lies at is the caller's slip; anything else is the node's.
    fn from(error: HistoryError) -> Unanswered {
        match error {
            HistoryError::NotThere { .. } | HistoryError::NoFrame { .. } => {
                Unanswered::Rejected(Rejection::Malformed, Some(error.to_string().into()))
            }
            error => Unanswered::Failed(error),
        }
    }
}
