//! When holds expire and proposals end: once everything that arrived before is decided.

use crate::commands::{expire_holds, expire_proposals};
use crate::schedule::{Coordinator, Step};

impl Coordinator {
    /// The next moment at which a hold expires or a proposal ends, in microseconds since 1970: the coordinator's driver asks
    /// for the next step then, if nothing else comes.
    #[must_use]
    pub fn next_expiry(&self) -> Option<i64> {
        let (of_hold, of_proposal) =
            (self.state.holds.next_expiry(), self.state.books.catalog.proposals().next_expiry());
        match (of_hold, of_proposal) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Whether a hold expires or a proposal ends at the time of the open frame.
    pub(super) fn expiry_is_due(&self) -> bool {
        self.next_expiry().is_some_and(|moment| moment <= self.state.output.frame.time_us)
    }

    /// Lets the holds expire and ends the proposals whose moment has come, once everything that arrived before is decided.
    pub(super) fn next_expiring(&mut self, now_us: i64) -> Option<Step> {
        let first = self.next_expiry()?;
        if first > now_us.max(self.state.output.frame.time_us) {
            return None;
        }
        self.state.set_time(now_us);
        let settled = self.backlog.deferred.is_empty()
            && self.round.prepared.is_empty()
            && self.backlog.exclusive.is_nothing();
        if !self.expiry_is_due() || !settled {
            return None;
        }
        if let Some(merge) = self.merge_first() {
            return Some(merge);
        }
        expire_proposals::run(&mut self.state);
        let outcome = expire_holds::begin(&mut self.state);
        Some(self.wait(outcome))
    }
}
