//! What has a transaction id, and what the node says to it.

use std::fmt;

use longmen_client::{Client, ClientError, PostResult, Transaction, TransactionId};

use super::Outcome;
use crate::failure::Failure;
use crate::moment::now_seconds;

/// Refusals that speak of another use of the id: they are not the id's own result, and so never marked as a repeat.
const OF_ANOTHER: [&str; 3] = ["already_posted", "cancelled", "idempotency_conflict"];

/// A request with a transaction id: sent again, it is answered with its first result.
#[derive(Clone, Debug)]
pub(super) enum Request {
    Post(Box<Transaction>),
    Cancel(TransactionId),
}

impl Request {
    pub(super) async fn send(&self, client: &mut Client) -> Result<Answer, Failure> {
        match self {
            Request::Post(transaction) => Answer::of(client.post_one(transaction).await, "posted"),
            Request::Cancel(id) => {
                Answer::of(client.cancel(id.clone(), Some(now_seconds())).await, "cancelled")
            }
        }
    }
}

/// What the node said to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A result; `done` is its outcome when all went well.
    Result { result: PostResult, done: &'static str },
    /// The request was refused as a whole, with this code.
    Refused(String),
}

impl Answer {
    fn of(said: Result<PostResult, ClientError>, done: &'static str) -> Result<Answer, Failure> {
        match said {
            Ok(result) => Ok(Answer::Result { result, done }),
            Err(ClientError::Refused(refusal)) => Ok(Answer::Refused(refusal.code.into())),
            Err(other) => Err(other.into()),
        }
    }

    /// The same in the words of scenario files.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Answer::Result { result, done } if *result.outcome != **done => {
                Outcome::Rejected(result.outcome.to_string())
            }
            Answer::Result { result, .. } if result.repeated => Outcome::Duplicate,
            Answer::Result { .. } => Outcome::Posted,
            Answer::Refused(code) => Outcome::Rejected(code.clone()),
        }
    }

    /// What the same request must get whenever it is sent again: the first result, marked as a repeat where the node
    /// remembers it, and the same refusal where it does not.
    pub(super) fn again(&self) -> Answer {
        match self {
            Answer::Result { result, done } => {
                let own = *result.outcome == **done || !OF_ANOTHER.contains(&&*result.outcome);
                let repeated = own && result.frame != 0;
                Answer::Result { result: PostResult { repeated, ..result.clone() }, done }
            }
            Answer::Refused(code) => Answer::Refused(code.clone()),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Result { result, .. } => {
                write!(f, "{}", result.outcome)?;
                if result.step != 0 {
                    write!(f, " at step {}", result.step)?;
                }
                if result.frame != 0 {
                    write!(f, ", record {}.{}", result.frame, result.ordinal)?;
                }
                f.write_str(if result.repeated { ", a repeat" } else { "" })
            }
            Answer::Refused(code) => f.write_str(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(outcome: &str, frame: u64, repeated: bool) -> Answer {
        let (step, ordinal, message) = (0, 0, None);
        let result = PostResult { outcome: outcome.into(), step, repeated, frame, ordinal, message };
        Answer::Result { result, done: "posted" }
    }

    #[test]
    fn a_remembered_result_comes_again_as_a_repeat() {
        #[track_caller]
        fn check(first: &Answer, outcome: &str, again: &Answer) {
            assert_eq!(first.outcome().to_string(), outcome);
            assert_eq!(first.again(), *again);
        }
        check(&result("posted", 7, false), "posted", &result("posted", 7, true));
        check(&result("posted", 7, true), "duplicate", &result("posted", 7, true));
        let short = "insufficient_funds";
        check(&result(short, 7, false), "rejected:insufficient_funds", &result(short, 7, true));
        check(&result("unbalanced", 0, false), "rejected:unbalanced", &result("unbalanced", 0, false));
        check(&result("cancelled", 7, false), "rejected:cancelled", &result("cancelled", 7, false));
        let busy = Answer::Refused("busy".to_owned());
        check(&busy, "rejected:busy", &busy);
    }

    #[test]
    fn a_cancel_is_done_when_it_is_cancelled() {
        let cancel = |frame, repeated| match result("cancelled", frame, repeated) {
            Answer::Result { result, .. } => Answer::Result { result, done: "cancelled" },
            refused => refused,
        };
        assert_eq!(cancel(3, false).outcome(), Outcome::Posted);
        assert_eq!(cancel(3, false).again(), cancel(3, true));
    }
}
