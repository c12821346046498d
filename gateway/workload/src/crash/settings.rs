//! How a crash run goes.

use std::time::Duration;

/// How a crash run goes.
#[derive(Clone, Debug)]
pub struct CrashSettings {
    /// How many times the node is killed.
    pub rounds: u32,
    /// What all random choices come from; when a process is killed is still never quite the same twice.
    pub seed: u64,
    /// Connections that load the node.
    pub connections: u32,
    /// Accounts of customers.
    pub accounts: usize,
    /// The longest time under load before the kill.
    pub longest: Duration,
    /// Whether the accounting date is closed now and then.
    pub close_days: bool,
}

impl Default for CrashSettings {
    fn default() -> CrashSettings {
        CrashSettings {
            rounds: 10,
            seed: 1,
            connections: 4,
            accounts: 2_000,
            longest: Duration::from_millis(500),
            close_days: true,
        }
    }
}
