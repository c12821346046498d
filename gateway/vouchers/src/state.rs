//! Where a voucher stands.

use serde::{Deserialize, Serialize};

use crate::acknowledgement::Outcome;

/// Where a voucher stands. Its number is used up in every state: one that is rejected is exported again under its number, or voided there (作废) and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// Made and numbered.
    Made,
    /// Written to a file with this digest.
    Exported { file: Box<str> },
    /// The accounting system has it, under this number of its own.
    Accepted { file: Box<str>, number: Box<str> },
    /// The accounting system refused it.
    Rejected { file: Box<str>, reason: Box<str> },
}

/// Why a state does not follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum StateError {
    /// It was exported, and the file had other bytes.
    #[error("was exported as {was}, and would be {is} now: settings or program are others than then")]
    OtherBytes { was: Box<str>, is: Box<str> },
    /// An answer came to what was never exported.
    #[error("was never exported, and has an answer")]
    NotExported,
    /// It was accepted, and an answer says something else.
    #[error("was accepted as {was}, and is {is} now: it may be there twice")]
    OtherAnswer { was: Box<str>, is: Box<str> },
}

impl StateError {
    /// Its name: `other_bytes`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

impl State {
    /// After a file with this digest was written. Before there is an answer, and after it was accepted, a file again has the same bytes; what was
    /// rejected may have others, since something was to be put right.
    ///
    /// # Errors
    /// [`StateError::OtherBytes`].
    pub fn exported(self, digest: &str) -> Result<State, StateError> {
        match self {
            State::Exported { file } | State::Accepted { file, .. } if *file != *digest => {
                Err(StateError::OtherBytes { was: file, is: digest.into() })
            }
            State::Made | State::Exported { .. } | State::Rejected { .. } => {
                Ok(State::Exported { file: digest.into() })
            }
            accepted @ State::Accepted { .. } => Ok(accepted),
        }
    }

    /// After an answer of the accounting system. The same answer again changes nothing; a late acceptance counts after a rejection.
    ///
    /// # Errors
    /// [`StateError::NotExported`], [`StateError::OtherAnswer`].
    pub fn answered(self, outcome: &Outcome) -> Result<State, StateError> {
        let file = match self {
            State::Made => return Err(StateError::NotExported),
            State::Accepted { file, number } => {
                return match outcome {
                    Outcome::Accepted { number: again } if *again == number => {
                        Ok(State::Accepted { file, number })
                    }
                    Outcome::Accepted { number: is } | Outcome::Rejected { reason: is } => {
                        Err(StateError::OtherAnswer { was: number, is: is.clone() })
                    }
                };
            }
            State::Exported { file } | State::Rejected { file, .. } => file,
        };
        Ok(match outcome {
            Outcome::Accepted { number } => State::Accepted { file, number: number.clone() },
            Outcome::Rejected { reason } => State::Rejected { file, reason: reason.clone() },
        })
    }
}
