//! What a snapshot holds exactly.

use crate::chart::line::Line;

/// What a snapshot holds exactly at its start.
#[derive(Clone, Debug)]
pub struct SnapshotStart {
    /// The frame it starts at: everything up to it is in, nothing after.
    pub frame: u64,
    /// The frame's logged time.
    pub time_us: i64,
    /// Clients, entities with their dates, subjects: administrative records.
    pub names: Vec<u8>,
    /// How many accounts there are.
    pub accounts: usize,
    /// The general ledger, by line.
    pub lines: Vec<Line>,
}
