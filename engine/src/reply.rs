//! Answers on their way to a session.

use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;

use crate::ledger::Answer;

/// An answer, with the session's own number for the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The number that the request was submitted with.
    pub tag: u64,
    /// The answer. Everything that it rests on is durable.
    pub answer: Answer,
}

/// Where a session's answers go.
pub(crate) type ReplySender = UnboundedSender<Replies>;

/// Answers that became durable together.
#[derive(Debug)]
pub struct Replies {
    /// When they left the coordinator.
    pub made: Instant,
    /// The answers.
    pub replies: Vec<Reply>,
}
