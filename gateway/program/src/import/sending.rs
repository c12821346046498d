//! Sending, and what came of it.

use std::fmt;
use std::time::Duration;

use longmen_client::{ClientError, Opened, Refusal};
use serde::Serialize;

/// How long to wait before a request that found the node busy is sent again; then twice as long, and so on.
const FIRST_WAIT: Duration = Duration::from_millis(20);
/// The longest wait before giving up.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// What came of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// How many were done now.
    pub(crate) done: usize,
    /// How many were there already, and stay as they are.
    pub(crate) there: usize,
    /// What the node refused.
    pub(crate) refused: Vec<Refused>,
}

/// One thing that the node refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Refused {
    /// The line of its row; of a transaction that of the leg at fault, or of its first leg.
    pub(crate) line: u64,
    /// What it is called.
    pub(crate) name: String,
    /// The step of the leg at fault, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<u16>,
    /// The code of the rejection.
    pub(crate) code: String,
    /// What exactly was wrong, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}", self.line, self.name)?;
        if let Some(step) = self.step {
            write!(f, " at step {step}")?;
        }
        write!(f, ": {}", self.code)?;
        self.message.iter().try_for_each(|message| write!(f, ": {message}"))
    }
}

/// Sending came to an early end. What was answered stays done; of the request under way nobody knows.
#[derive(Debug, thiserror::Error)]
#[error(
    "broken off after {answered} of {count} {what}; run the same command again, and what is done already is not done twice"
)]
pub(crate) struct Broken {
    what: &'static str,
    answered: usize,
    count: usize,
    source: ClientError,
}

impl Sent {
    /// Takes in the result of an opening of the thing called `name`, on this line.
    pub(super) fn opened(&mut self, line: u64, name: &str, result: Result<Opened, Refusal>) {
        match result {
            Ok(opened) if opened.existed => self.there += 1,
            Ok(_) => self.done += 1,
            Err(Refusal { code, message }) => self.refused.push(Refused {
                line,
                name: name.to_owned(),
                step: None,
                code: code.into(),
                message: message.map(Into::into),
            }),
        }
    }

    /// How many were answered.
    pub(super) fn answered(&self) -> usize {
        self.done + self.there + self.refused.len()
    }

    /// It went no further, for this reason.
    pub(super) fn broken(&self, what: &'static str, count: usize, source: ClientError) -> Broken {
        Broken { what, answered: self.answered(), count, source }
    }
}

/// Asks, and asks again after a while as long as the node is busy.
pub(super) async fn patiently<T>(
    mut ask: impl AsyncFnMut() -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let mut wait = FIRST_WAIT;
    loop {
        match ask().await {
            Err(ClientError::Refused(refusal)) if &*refusal.code == "busy" && wait <= LAST_WAIT => {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            answer => return answer,
        }
    }
}
