//! What answers carry, as it stands on the wire. Fields that a newer node adds are ignored.
//!
//! Balances are integers in minor units and *natural*, positive on the subject's normal side, unless said otherwise.
//! Dates are `YYYY-MM-DD`.

mod account;
mod hold;
pub(crate) mod integer;
mod proposal;
mod record;
mod status;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::account::Side;
pub use account::Account;
pub use hold::{Hold, Holds};
pub use proposal::{Proposal, Proposals, ProposedAccount, ProposedLeg};
pub use record::{HoldMoved, Named, RecordedLeg, TransactionRecord, TriedLeg};
pub use status::{DamagedPlace, ScrubStatus, Status};

use self::integer::wide;
use crate::error::{ClientError, Refusal};
use crate::wire::OK;

/// Payload of `hello`: who the client is, and what the node allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The ledger's number for the client.
    pub client: u32,
    /// The node's version.
    pub version: Box<str>,
    /// The longest request, header and body, in bytes.
    pub max_request: u32,
    /// The most transactions of one request.
    pub max_batch: u32,
    /// The most transactions of this connection that may wait for an answer.
    pub in_flight_transactions: u32,
    /// The most bytes of this connection that may wait for an answer.
    pub in_flight_bytes: u64,
    /// How far a transaction's time may lie behind the node's clock, in seconds; so long its id is known.
    #[serde(default)]
    pub window_back: u32,
    /// How far it may lie ahead.
    #[serde(default)]
    pub window_ahead: u32,
}

/// What an approval did: the result of the transaction, where it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    #[serde(default)]
    pub results: Vec<PostResult>,
}

/// One thing that is open now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its dense id.
    pub id: u64,
    /// Whether it was there before, with the same attributes.
    pub existed: bool,
}

/// Payload of `post` and `cancel`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// One each, in the order of the request.
    pub results: Vec<PostResult>,
    /// The balance after each leg of what was posted, where the request asked for them.
    #[serde(default)]
    pub balances: Vec<LegBalance>,
    /// The legs that rules made, of what was charged, or refunded by amount; of repeats too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<MadeLeg>,
}

/// The result of one transaction, or of a cancel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostResult {
    /// `posted` (for a cancel: `cancelled`), or the code of the rejection.
    pub outcome: Box<str>,
    /// The step of the leg that a rejection speaks of; 0 where it speaks of none.
    pub step: u16,
    /// Whether this is the first result of the id, given again.
    pub repeated: bool,
    /// The frame of the log that holds its record; 0 where none was written.
    pub frame: u64,
    /// The ordinal of its record among the frame's transactions.
    pub ordinal: u32,
    /// What exactly was malformed, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Box<str>>,
}

impl PostResult {
    /// Whether the transaction is in the books.
    #[must_use]
    pub fn is_posted(&self) -> bool {
        &*self.outcome == "posted"
    }
}

/// A leg that a rule made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeLeg {
    /// Index of the transaction in its request.
    pub transaction: u32,
    pub step: u16,
    /// The account's dense id.
    pub account: u64,
    pub side: Side,
    /// In minor units.
    pub amount: i64,
}

/// The balance of an account right after one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegBalance {
    /// Index of the transaction in its request.
    pub transaction: u32,
    /// The leg.
    pub step: u16,
    pub account: u64,
    /// The balance after.
    #[serde(deserialize_with = "wide")]
    pub balance: i128,
}

/// Status, payload and message of an answer, or status and payload of one of several results.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(crate) struct Outcome<T>(Box<str>, Option<T>, #[serde(default)] Option<Box<str>>);

impl<T> Outcome<T> {
    /// The payload of what went well.
    pub(crate) fn payload(self) -> Result<T, ClientError> {
        let payload = self.optional_payload()?;
        payload.ok_or(ClientError::Lacks { what: "its payload" })
    }

    /// Whether it went well, for operations whose answer has no payload.
    pub(crate) fn optional_payload(self) -> Result<Option<T>, Refusal> {
        let Outcome(code, payload, message) = self;
        if &*code == OK { Ok(payload) } else { Err(Refusal { code, message }) }
    }
}

/// Payload of the openings.
#[derive(Deserialize)]
pub(crate) struct OpenedAll {
    pub(crate) results: Vec<Outcome<Opened>>,
}

/// Payload of `balance` and `accounts`.
#[derive(Deserialize)]
pub(crate) struct AccountsFound {
    pub(crate) accounts: Vec<Outcome<Account>>,
    #[serde(default)]
    pub(crate) next: Option<Box<str>>,
}

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountsPage {
    /// In order of opening.
    pub accounts: Vec<Account>,
    /// Where the next page begins; absent on the last.
    pub next: Option<Box<str>>,
}

/// Each result on its own: a refusal is one of them, a missing payload spoils the whole answer.
pub(crate) fn each<T>(outcomes: Vec<Outcome<T>>) -> Result<Vec<Result<T, Refusal>>, ClientError> {
    let one = |outcome: Outcome<T>| match outcome.optional_payload() {
        Ok(Some(payload)) => Ok(Ok(payload)),
        Ok(None) => Err(ClientError::Lacks { what: "the payload of a result" }),
        Err(refusal) => Ok(Err(refusal)),
    };
    outcomes.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_one_by_one() {
        let wire =
            rmp_serde::to_vec(&((("ok", Some((7_u64, true))), ("key_conflict", None::<(u64, bool)>)),))
                .unwrap();
        let opened: OpenedAll = rmp_serde::from_slice(&wire).unwrap();
        let results = each(opened.results).unwrap();
        assert_eq!(results[0], Ok(Opened { id: 7, existed: true }));
        assert_eq!(&*results[1].as_ref().unwrap_err().code, "key_conflict");
    }

    #[test]
    fn an_answer_without_its_payload_is_a_failure() {
        let read = |wire: &[u8]| rmp_serde::from_slice::<Outcome<Opened>>(wire).unwrap().payload();
        assert!(matches!(read(&rmp_serde::to_vec(&("ok", ())).unwrap()), Err(ClientError::Lacks { .. })));
        let refused = read(&rmp_serde::to_vec(&("busy", (), "later")).unwrap()).unwrap_err();
        assert!(refused.refusal().is_some_and(Refusal::may_retry));
        assert_eq!(refused.to_string(), "refused: busy: later");
    }
}
