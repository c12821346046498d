//! How long refunds are taken.

use std::collections::BTreeMap;

/// How long after an original its refunds are taken, in days between accounting dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundWindows {
    /// For types without a window of their own (one year by default).
    pub days: u32,
    /// By the original's type (交易类型).
    pub by_type: BTreeMap<Box<str>, u32>,
}

impl Default for RefundWindows {
    fn default() -> RefundWindows {
        RefundWindows { days: 365, by_type: BTreeMap::new() }
    }
}

impl RefundWindows {
    /// The window of an original of this type.
    #[must_use]
    pub fn days_for(&self, kind: &str) -> u32 {
        self.by_type.get(kind).copied().unwrap_or(self.days)
    }
}
