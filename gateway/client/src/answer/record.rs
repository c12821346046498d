//! A transaction as the log has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::integer::wide;
use crate::account::Side;

/// A transaction as the log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionRecord {
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
    pub accounting_date: Box<str>,
    pub value_date: Box<str>,
    /// The ledger's time, in microseconds since 1970.
    pub time_us: i64,
    /// Its notes, by name: `type`, `reference`, `tags`, `operator`, `approval`, `reason`.
    pub notes: BTreeMap<Box<str>, Box<str>>,
    /// Its legs; none where it was merely found, unless they were asked for.
    #[serde(default)]
    pub legs: Vec<RecordedLeg>,
    /// Of a try the legs that its confirm posts; none where it was merely found.
    #[serde(default)]
    pub tried: Vec<TriedLeg>,
    /// What it did to holds; none where it was merely found, or the node does not say.
    #[serde(default)]
    pub held: Vec<HoldMoved>,
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

/// A leg as the log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedLeg {
    pub account: u64,
    /// The code of its entity.
    pub entity: Box<str>,
    pub number: Box<str>,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: Box<str>,
    /// The ISO 4217 code of its currency, which the amounts are in.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The code of its subject; empty where the node does not say.
    #[serde(default)]
    pub subject: Box<str>,
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
    pub account: u64,
    /// The code of its entity.
    pub entity: Box<str>,
    pub number: Box<str>,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: Box<str>,
    /// The ISO 4217 code of its currency, which the amount is in.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
    /// How much.
    pub amount: i64,
}

/// What a transaction did to a hold: its own, which has its client and id, or the one that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldMoved {
    /// The account.
    pub account: u64,
    /// The code of its entity.
    pub entity: Box<str>,
    /// Its number.
    pub number: Box<str>,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: Box<str>,
    /// Its currency's ISO 4217 code.
    pub currency: Box<str>,
    /// Decimal places of its currency.
    pub exponent: u8,
    /// What became of the hold: `frozen`, `raised`, `released`, `consumed` or `restored`.
    #[serde(rename = "move")]
    pub moved: Box<str>,
    /// By how much, in minor units.
    pub amount: i64,
}
