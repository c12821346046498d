//! Holds as an answer tells them.

use serde::{Deserialize, Serialize};

/// Holds, by account and name: one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
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
    /// Who alone may release or spend it; empty: anyone who knows its name.
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
