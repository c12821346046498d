//! What a round of load, kill and recovery came to.

/// What one round came to.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Round {
    /// Its number, from 1.
    pub round: u32,
    /// Shards of the node that was killed.
    pub shards: u16,
    /// Shards of the node that recovered.
    pub shards_after: u16,
    /// Transactions of one request.
    pub batch: usize,
    /// Milliseconds under load.
    pub killed_after_ms: u64,
    /// Transactions answered before the kill.
    pub acknowledged: u64,
    /// Transactions under way at the kill.
    pub unanswered: u64,
    /// Of them, those that were there.
    pub unanswered_there: u64,
    /// Whether it was killed once more while it recovered.
    pub killed_again: bool,
    /// Milliseconds until the node served again.
    pub recovered_in_ms: u64,
    /// What did not hold, in words.
    pub differences: Vec<String>,
}

impl Round {
    /// Whether everything held.
    #[must_use]
    pub fn held(&self) -> bool {
        self.differences.is_empty()
    }
}
