//! What the coordinator is set to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::transaction::refund_windows::RefundWindows;

use crate::account::AccountKey;
use crate::tariff::Tariffs;

/// What the coordinator is set to.
#[derive(Clone, Debug)]
pub struct LedgerSettings {
    /// How many shards.
    pub shards: u16,
    /// How far back a client's own time may lie, in seconds (3 days by default).
    pub window_back: u32,
    /// How far ahead, in seconds.
    pub window_ahead: u32,
    /// How many bytes of records one round may make, about, and how many may wait for the journal before no further
    /// round begins.
    pub frame_bytes: usize,
    /// How many ids a generation of known ids holds: each leaves for an archive of its own.
    pub known_ids: usize,
    /// How many accounts may be hot.
    pub hot_accounts: usize,
    /// Whether accounts become hot by their measured rate.
    pub hot_by_rate: bool,
    /// How long refunds are taken.
    pub refund_windows: RefundWindows,
    /// By way of which accounts refunds may go.
    pub refund_clearing: RefundClearing,
    /// What reads the rules for fees and splits; without it there are none.
    pub tariffs: Option<Arc<dyn Tariffs>>,
    /// A random number that keeps clients from choosing ids and names that collide.
    pub seed: u64,
}

/// By way of which accounts refunds may go, beside those that the original moved: a house that takes a refund from the
/// merchant first and pays it out later, or pays it out first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundClearing {
    /// By the original's type (交易类型).
    pub by_type: BTreeMap<Box<str>, Vec<AccountKey>>,
}

impl RefundClearing {
    /// The accounts for an original of this type.
    #[must_use]
    pub fn accounts_for(&self, kind: &str) -> &[AccountKey] {
        self.by_type.get(kind).map_or(&[], Vec::as_slice)
    }
}

impl Default for LedgerSettings {
    fn default() -> LedgerSettings {
        LedgerSettings {
            shards: 1,
            window_back: 3 * 86_400,
            window_ahead: 3_600,
            frame_bytes: 8 << 20,
            known_ids: 1 << 20,
            hot_accounts: 64,
            hot_by_rate: true,
            refund_windows: RefundWindows::default(),
            refund_clearing: RefundClearing::default(),
            tariffs: None,
            seed: 0,
        }
    }
}

impl LedgerSettings {
    /// How long after its frame an id may still come again with a time inside the window, in microseconds.
    #[must_use]
    pub fn keep_ids_us(&self) -> i64 {
        (i64::from(self.window_back) + i64::from(self.window_ahead)) * 1_000_000
    }
}
