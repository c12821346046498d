//! Which accounts have batching actors, as the node tells while it is under load.

use std::collections::BTreeSet;
use std::time::Instant;

use longmen_client::Client;
use longmen_workload::LoadError;

/// Accounts that became hot, and that cooled down.
#[derive(Default)]
pub(super) struct Heat {
    hot: Option<BTreeSet<u64>>,
    pub(super) promotions: Vec<Instant>,
    pub(super) coolings: u64,
}

impl Heat {
    /// Another node is asked from now on: what it has hot at first is no promotion.
    pub(super) fn forget(&mut self) {
        self.hot = None;
    }

    /// Asks once more.
    pub(super) async fn ask(&mut self, client: &mut Client) -> Result<(), LoadError> {
        let now: BTreeSet<u64> = client.status().await?.hot.into_iter().map(|(account, _)| account).collect();
        if let Some(before) = &self.hot {
            let at = Instant::now();
            self.promotions.extend(now.difference(before).map(|_| at));
            self.coolings += u64::try_from(before.difference(&now).count()).unwrap_or(0);
        }
        self.hot = Some(now);
        Ok(())
    }
}
