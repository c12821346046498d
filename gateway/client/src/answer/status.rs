//! How a node is.

use serde::{Deserialize, Serialize};

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
    /// Proposals that wait for a decision, or for a review.
    #[serde(default)]
    pub open_proposals: u64,
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
    /// How many days after its accounting date an original may be refunded; absent where the node does not say.
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
    /// Whether its disk is full: what would write is refused, until there is room.
    #[serde(default)]
    pub out_of_disk: bool,
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
