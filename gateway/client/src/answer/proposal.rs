//! Proposals as an answer tells them.

use serde::{Deserialize, Serialize};

/// Proposals, by number: one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    pub proposals: Vec<Proposal>,
    /// `after` of the next page; absent on the last.
    pub next: Option<u64>,
}

/// What somebody proposed (经办), and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its number.
    pub proposal: u64,
    /// The client of its maker.
    pub client: u32,
    /// The id that the client gave it, as 32 hexadecimal digits.
    pub id: Box<str>,
    /// The text that the id was given as; absent where it was a number.
    #[serde(default)]
    pub text_id: Option<Box<str>>,
    /// The principal who made it.
    pub maker: Box<str>,
    /// Whether it was done as it was proposed, and another is to review it.
    pub at_once: bool,
    /// When it ends if nobody decides, in microseconds since 1970.
    pub expires_us: Option<i64>,
    /// The frame that holds it.
    pub frame: u64,
    /// The digest of its content: whoever approves says it.
    pub digest: Box<str>,
    /// `open`, `unreviewed`, `approved`, `rejected`, `withdrawn` or `expired`.
    pub state: Box<str>,
    /// Who decided; empty where nobody has, or time did.
    pub decided_by: Box<str>,
    /// The frame in which that was.
    pub decided_in: Option<u64>,
    /// What was said with the decision: names and texts.
    pub decision: Vec<(Box<str>, Box<str>)>,
    /// What is to be done: names and texts, the operation first.
    pub content: Vec<(Box<str>, Box<str>)>,
    /// The legs that are to be posted.
    pub legs: Vec<ProposedLeg>,
    /// The accounts that it is about.
    pub accounts: Vec<ProposedAccount>,
}

/// A leg that is to be posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedLeg {
    #[serde(flatten)]
    pub account: ProposedAccount,
    pub step: u16,
    /// `debit` or `credit`.
    pub side: Box<str>,
    /// In minor units.
    pub amount: i64,
}

/// An account that a proposal is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedAccount {
    pub account: u64,
    /// The code of its entity.
    pub entity: Option<Box<str>>,
    pub number: Option<Box<str>>,
    /// Its type.
    #[serde(rename = "type")]
    pub account_type: Option<Box<str>>,
    pub currency: Option<Box<str>>,
}
