//! What can go wrong for a client: refusals by the node, and failures on the way to it.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::answer::Proposal;
use crate::compact::BadCompactAnswer;
use crate::frame::FrameError;
use crate::wire::REJECTIONS;

/// The node's coded no to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code, such as `insufficient_funds`; `docs/PROTOCOL.md` lists them.
    pub code: Box<str>,
    /// What exactly was wrong, for people.
    pub message: Option<Box<str>>,
}

impl Refusal {
    /// The refusal with this number in compact answers.
    #[must_use]
    pub fn from_number(number: u16) -> Refusal {
        let known = usize::from(number).checked_sub(1).and_then(|index| REJECTIONS.get(index));
        let code = known.map_or_else(|| format!("rejection_{number}").into(), |code| (*code).into());
        Refusal { code, message: None }
    }

    /// Whether nothing was done and the same request, with the same id, may be sent again later.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        matches!(&*self.code, "busy" | "out_of_disk" | "shutting_down")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.code),
            None => f.write_str(&self.code),
        }
    }
}

impl std::error::Error for Refusal {}

/// Why a request has no answer, or a refusal for one.
///
/// After a failure (anything but [`ClientError::Refused`]) it is unknown whether a post was done: send it again with
/// the same ids over a new connection, and the node gives the first result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The node could not be reached.
    #[error("cannot reach {address}")]
    Connect {
        /// Where.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The node was reached, and there is no connection by TLS: one side does not trust the other, or the node speaks none.
    #[error("no TLS with {address}")]
    Tls {
        /// Where.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Nothing was done: it was proposed, as the client asked, and waits for approval or was decided before.
    #[error("proposed as number {}, {}", .0.proposal, .0.state)]
    Proposed(Box<Proposal>),
    /// The connection broke.
    #[error("the connection to the node broke")]
    Io(#[from] io::Error),
    /// No answer came in the time that there was for it. It may still come.
    #[error("no answer within {limit:?}")]
    TimedOut {
        /// How long was waited.
        limit: Duration,
    },
    /// The node closed the connection without a word.
    #[error("the node closed the connection")]
    Closed,
    /// The node ended the connection and said why.
    #[error("the node ended the connection: {0}")]
    Dismissed(Refusal),
    /// What came is no frame.
    #[error("the node sent what is no frame")]
    Frame(#[from] FrameError),
    /// An answer does not have the shape that its operation promises.
    #[error("the node sent an answer of another shape")]
    Shape(#[from] rmp_serde::decode::Error),
    /// A compact answer does not have the shape that it must have.
    #[error(transparent)]
    Compact(#[from] BadCompactAnswer),
    /// An answer lacks what its operation promises.
    #[error("the node's answer lacks {what}")]
    Lacks {
        /// What is not there.
        what: &'static str,
    },
    /// The request cannot be written as MessagePack.
    #[error("the request cannot be written")]
    Encode(#[from] rmp_serde::encode::Error),
    /// The node refused the request.
    #[error("refused: {0}")]
    Refused(Refusal),
}

impl From<Refusal> for ClientError {
    fn from(refusal: Refusal) -> ClientError {
        ClientError::Refused(refusal)
    }
}

impl ClientError {
    /// The refusal, if this is one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            ClientError::Refused(refusal) | ClientError::Dismissed(refusal) => Some(refusal),
            _ => None,
        }
    }
}
