//! What answers carry, as it stands on the wire. Fields that a newer node adds are ignored.
//!
//! Balances are integers in minor units and *natural*, positive on the subject's normal side, unless said otherwise.
//! Dates are `YYYY-MM-DD`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use crate::account::{Owner, Side};
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

/// The balance of an account right after one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegBalance {
    /// Index of the transaction in its request.
    pub transaction: u32,
    /// The leg.
    pub step: u16,
    /// The account.
    pub account: u64,
    /// The balance after.
    #[serde(deserialize_with = "wide")]
    pub balance: i128,
}

/// An account and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The dense id.
    pub id: u64,
    /// The code of the accounting entity.
    pub entity: Box<str>,
    /// The account number.
    pub number: Box<str>,
    /// The account type.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// The currency's ISO 4217 code.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's normal side.
    pub normal: Side,
    /// Who owns it.
    pub owner: Owner,
    /// The balance.
    #[serde(deserialize_with = "wide")]
    pub balance: i128,
    /// The sum of open holds.
    #[serde(deserialize_with = "wide")]
    pub frozen: i128,
    /// What may be taken out; no limit for an account that may go negative.
    #[serde(deserialize_with = "wide")]
    pub available: i128,
    /// Whether the balance may go below zero without limit.
    pub may_go_negative: bool,
    /// The overdraft limit.
    pub overdraft_limit: i64,
    /// The cap on the balance, if any.
    pub credit_limit: Option<i64>,
    /// The withholding reserve.
    pub withholding: i64,
    /// The most that one transaction may take out, if there is such a limit.
    pub transaction_limit: Option<i64>,
    /// The most that the transactions of one accounting date may take out, if there is such a limit.
    pub day_limit: Option<i64>,
    /// What the transactions of the date have used of the day limit; absent where there is none, or the node is older.
    #[serde(default, deserialize_with = "wide_or_none")]
    pub day_used: Option<i128>,
    /// 0 closed, 1 normal, 3 loss reported, 4 judicial freeze.
    pub account_state: u8,
    /// 0 receives only, 1 normal, 2 neither, 3 partial stop, 4 pays only.
    pub payment_state: u8,
    /// The accounting date that the next three figures speak of.
    pub date: Box<str>,
    /// The balance at the end of the date before.
    #[serde(deserialize_with = "wide")]
    pub opening: i128,
    /// Debit turnover of the date.
    #[serde(deserialize_with = "wide")]
    pub debit_turnover: i128,
    /// Credit turnover of the date.
    #[serde(deserialize_with = "wide")]
    pub credit_turnover: i128,
    /// Whether a batching actor posts to it.
    pub hot: bool,
    /// Where its newest record lies in the log.
    pub last: Box<str>,
}

/// A transaction as the log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionRecord {
    /// The client.
    pub client: u32,
    /// The id as 32 hexadecimal digits.
    pub id: Box<str>,
    /// The text that the id was given as; absent where it was a number.
    #[serde(default)]
    pub text_id: Option<Box<str>>,
    /// The entity of its first account, by its dense id.
    pub entity: u16,
    /// What it does: `post`, or the name of its action.
    pub action: Box<str>,
    /// The transaction or hold that it names, if any.
    pub named: Option<Named>,
    /// `posted`, or the code of the rejection.
    pub outcome: Box<str>,
    /// The step of the leg that the rejection speaks of; 0 where it speaks of none.
    pub step: u16,
    /// The accounting date.
    pub accounting_date: Box<str>,
    /// The value date.
    pub value_date: Box<str>,
    /// The ledger's time, in microseconds since 1970.
    pub time_us: i64,
    /// Its notes, by name: `type`, `reference`, `tags`, `operator`, `approval`, `reason`.
    pub notes: BTreeMap<Box<str>, Box<str>>,
    /// Its legs; none where it was merely found.
    #[serde(default)]
    pub legs: Vec<RecordedLeg>,
    /// Of a try the legs that its confirm posts; none where it was merely found.
    #[serde(default)]
    pub tried: Vec<TriedLeg>,
    /// The frame that holds it.
    pub frame: u64,
    /// Its ordinal among the frame's transactions.
    pub ordinal: u32,
}

/// What a transaction names: the original that it undoes, refunds, confirms or cancels, or the hold that it moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The client of the transaction; of a hold, of the freeze.
    pub client: u32,
    /// Its id as 32 hexadecimal digits.
    pub id: Box<str>,
    /// The text that its id was given as; absent where none is known.
    #[serde(default)]
    pub text_id: Option<Box<str>>,
    /// Where its record lies, as `frame/ordinal`; absent for a hold.
    pub place: Option<Box<str>>,
    /// Whether funds and states were set aside, with an approval.
    pub forced: bool,
    /// Whether a reversal stands on the opposite sides (蓝字反方向) and not in red.
    pub blue: bool,
}

/// Holds, by account and name: one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// The holds.
    pub holds: Vec<Hold>,
    /// `after` of the next page; absent on the last.
    pub next: Option<Box<str>>,
}

/// A hold (冻结) as it stands. A try has one of its name on each account that it takes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The held account.
    pub account: u64,
    /// The code of its entity.
    pub entity: Box<str>,
    /// Its number.
    pub number: Box<str>,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: Box<str>,
    /// The ISO 4217 code of its currency, which the amounts are in.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The client of the transaction that froze.
    pub client: u32,
    /// The id of the transaction that froze, as 32 hexadecimal digits.
    pub id: Box<str>,
    /// The text that it was given as; absent where it was a number.
    #[serde(default)]
    pub text_id: Option<Box<str>>,
    /// `business`, `control`, `judicial`, `loss` or `try`.
    pub kind: Box<str>,
    /// Who alone may release or spend it; empty: whoever knows its name.
    pub authority: Box<str>,
    /// When it releases by itself, in microseconds since 1970, if ever.
    pub expires_us: Option<i64>,
    /// What was frozen at first and by raises.
    pub amount: i64,
    /// What is still frozen.
    pub remaining: i64,
    /// Whether it released by itself.
    pub expired: bool,
}

/// A leg as the log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedLeg {
    /// The account.
    pub account: u64,
    /// The code of its entity.
    pub entity: Box<str>,
    /// Its number.
    pub number: Box<str>,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: Box<str>,
    /// The ISO 4217 code of its currency, which the amounts are in.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The step.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
    /// How much.
    pub amount: i64,
    /// The account's balance after it, *debit-positive*.
    #[serde(deserialize_with = "wide")]
    pub balance_after: i128,
    /// Whether it went into a merged entry.
    pub merged: bool,
}

/// A leg that a try holds, and posts when it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriedLeg {
    /// The account.
    pub account: u64,
    /// The code of its entity.
    pub entity: Box<str>,
    /// Its number.
    pub number: Box<str>,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: Box<str>,
    /// The ISO 4217 code of its currency, which the amount is in.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The step.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
    /// How much.
    pub amount: i64,
}

/// How the node is. Counts are since it started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The node's version.
    pub version: Box<str>,
    /// The newest durable frame.
    pub durable: u64,
    /// The frame being filled.
    pub open: u64,
    /// Shards.
    pub shards: u16,
    /// Accounts.
    pub accounts: u64,
    /// Transactions decided.
    pub decided: u64,
    /// Of them refused.
    pub refused: u64,
    /// Rounds.
    pub rounds: u64,
    /// Transactions that had to wait for a later round, counted once for each time.
    pub deferred: u64,
    /// Transactions over several shards.
    pub spanning: u64,
    /// Known transaction ids.
    pub known_ids: u64,
    /// The ledger's logged time, in microseconds since 1970; it never goes back.
    #[serde(default)]
    pub time_us: i64,
    /// The node's clock, against which clients' times are held, as it last decided something.
    #[serde(default)]
    pub clock_us: i64,
    /// The clock of the node's machine.
    #[serde(default)]
    pub machine_us: i64,
    /// Accounts that a batching actor posts to, with the legs each has seen.
    pub hot: Vec<(u64, u64)>,
    /// Entities with their current accounting dates.
    pub entities: Vec<(Box<str>, Box<str>)>,
    /// For so many days after its accounting date an original is refunded; absent where the node does not say.
    #[serde(default)]
    pub refund_days: Option<u32>,
    /// The types that have other windows, in days.
    #[serde(default)]
    pub refund_windows: Vec<(Box<str>, u32)>,
    /// Open connections.
    pub connections: u32,
    /// Transactions of all connections that wait for an answer.
    pub in_flight_transactions: u64,
    /// Bytes of all connections that wait for an answer.
    pub in_flight_bytes: u64,
    /// What was found damaged on the node's disk since it started, unless a whole scrub since has found it mended.
    #[serde(default)]
    pub damaged: Vec<DamagedPlace>,
    /// How many places more there are than `damaged` has.
    #[serde(default)]
    pub damaged_more: u64,
    /// How often damage was met.
    #[serde(default)]
    pub damage_met: u64,
    /// How far the scrub has come.
    #[serde(default)]
    pub scrub: ScrubStatus,
}

/// A place on a node's disk that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamagedPlace {
    /// The file in the data directory.
    pub file: Box<str>,
    /// Where in the file, bytes.
    pub offset: Option<u64>,
    /// The frame that is, or should be, there.
    pub frame: Option<u64>,
    /// What does not hold.
    pub what: Box<str>,
}

/// How far a node's scrub has come, which reads everything on disk again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrubStatus {
    /// Bytes a second; 0: there is no scrub.
    pub rate: u64,
    /// How often everything was read since the node started.
    pub passes: u64,
    /// When that ended last, in microseconds since 1970.
    pub last_pass_us: Option<i64>,
    /// The file that is being read; empty between two passes.
    pub file: Box<str>,
    /// Where in the file, bytes.
    pub offset: u64,
    /// The frame that is being looked at.
    pub frame: u64,
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

/// Reads an integer that stands as a MessagePack integer where it fits 64 bits, and as decimal digits where not.
pub(crate) fn wide<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
    struct Wide;
    impl Visitor<'_> for Wide {
        type Value = i128;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an integer, or its decimal digits")
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<i128, E> {
            Ok(value.into())
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<i128, E> {
            Ok(value.into())
        }
        fn visit_i128<E: Error>(self, value: i128) -> Result<i128, E> {
            Ok(value)
        }
        fn visit_str<E: Error>(self, digits: &str) -> Result<i128, E> {
            digits.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_any(Wide)
}

/// The same, where a nil may stand.
fn wide_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i128>, D::Error> {
    #[derive(Deserialize)]
    struct Given(#[serde(deserialize_with = "wide")] i128);
    Ok(Option::<Given>::deserialize(deserializer)?.map(|Given(wide)| wide))
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

    #[test]
    fn wide_integers_come_as_integers_or_digits() {
        #[track_caller]
        fn check(balance: impl Serialize, expect: i128) {
            let wire = rmp_serde::to_vec(&(0, 1, 2, balance)).unwrap();
            assert_eq!(rmp_serde::from_slice::<LegBalance>(&wire).unwrap().balance, expect);
        }
        check(-5, -5);
        check(u64::MAX, u64::MAX.into());
        check(i64::MIN, i64::MIN.into());
        check("-170141183460469231731687303715884105728", i128::MIN);
    }
}
