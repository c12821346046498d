//! What a caller is told.

use longmen_engine::ledger::{ClientId, Currency, Opened, Posted, Rejection};
use longmen_engine::{HistoryError, Window};

use super::fault::Fault;
use super::in_flight::InFlight;
use super::question::QuestionAnswer;

/// An answer to a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The caller is known.
    Welcome(Welcome),
    /// Done, or was so already.
    Done,
    /// A date was not closed: income or expense in this currency has a balance, and no account was named to take it.
    NotCarried(Currency),
    /// Results of openings, in order.
    Opened(Vec<Result<Opened, Rejection>>),
    /// Results of a post, in order, and what was malformed in which transaction.
    Posted(Posted, Vec<(u32, Fault)>),
    /// The result of a cancel.
    Cancelled(Posted),
    /// What was asked. It is apart, so that the answer to a payment is no larger for it.
    Question(Box<QuestionAnswer>),
}

/// What a caller is told that is welcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Welcome {
    pub(crate) client: ClientId,
    /// The longest request, in bytes.
    pub(crate) request_bytes: u32,
    /// What it may have under way.
    pub(crate) session: InFlight,
    pub(crate) window: Window,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The request was refused, by a code, with what a person may want to read.
    Rejected(Rejection, Option<Box<str>>),
    /// The node failed at it.
    Failed(HistoryError),
}

/// What became of a request.
pub(crate) type Outcome = Result<Answer, Unanswered>;

/// What became of a request, with what the face kept beside it. The permits of `cost` are to be given back when the caller
/// has the answer.
#[derive(Debug)]
pub(crate) struct Answered<T> {
    pub(crate) ticket: T,
    pub(crate) cost: InFlight,
    pub(crate) outcome: Outcome,
}

impl From<Rejection> for Unanswered {
    fn from(rejection: Rejection) -> Unanswered {
        Unanswered::Rejected(rejection, None)
    }
}

impl From<HistoryError> for Unanswered {
    /// A place that nothing lies at is a slip of whoever asked; anything else is the node's.
    fn from(error: HistoryError) -> Unanswered {
        match error {
            HistoryError::NotThere { .. } | HistoryError::NoFrame { .. } => {
                Unanswered::Rejected(Rejection::Malformed, Some(error.to_string().into()))
            }
            error => Unanswered::Failed(error),
        }
    }
}
