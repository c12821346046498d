//! What a caller is told.

use longmen_engine::Window;
use longmen_engine::ledger::{ClientId, Currency, Opened, Posted, Rejection};

use super::fault::Fault;
use super::in_flight::InFlight;
use super::question::QuestionAnswer;
use super::unanswered::Unanswered;

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
