//! What runs exclusively on hot accounts. A batching actor's gate knows nothing of holds, and a forced transaction passes no
//! gate. So a transaction that moves a hold of a hot account, or is forced on one, waits until everything before it is
//! decided and merged; then its hot accounts rest: they are ordinary accounts until it is done. What comes after it waits.
//! So it too takes effect at an exact place between two transactions.

use crate::commands::wake_hot::{self, Resting};
use crate::ids::AccountId;
use crate::schedule::backlog::{Exclusive, Queued};
use crate::schedule::jobs::JobRef;
use crate::schedule::{Coordinator, Step};
use crate::state::State;

impl Coordinator {
    /// Whether a round may take transactions from the queue.
    pub(super) fn takes_newcomers(&self) -> bool {
        match self.backlog.exclusive {
            Exclusive::Nothing => !self.expiry_is_due(),
            Exclusive::Wanted(_) | Exclusive::Running(_) => false,
            Exclusive::Ready(_) => true,
        }
    }

    /// Whether the next transaction of the queue must wait until it can run exclusive; one that now can is under way.
    pub(super) fn waits_for_exclusivity(&mut self, what: JobRef) -> bool {
        match std::mem::take(&mut self.backlog.exclusive) {
            Exclusive::Ready(resting) => {
                self.backlog.exclusive = Exclusive::Running(resting);
                false
            }
            Exclusive::Running(resting) => {
                self.backlog.exclusive = Exclusive::Running(resting);
                true
            }
            Exclusive::Nothing | Exclusive::Wanted(_) => {
                let accounts = self.resting_for(what);
                let waits = !accounts.is_empty();
                if waits {
                    self.backlog.exclusive = Exclusive::Wanted(accounts);
                }
                waits
            }
        }
    }

    /// The hot accounts that must rest for a transaction.
    fn resting_for(&mut self, what: JobRef) -> Vec<AccountId> {
        if self.state.hot.were_never() {
            return Vec::new();
        }
        let Some(plan) = self.plan(what) else { return Vec::new() };
        let (batch, transaction) =
            self.backlog.jobs.get(what.job).transaction(what.index).expect("only a batch has actions");
        let forced = batch.legs(transaction).iter().filter(|_| plan.forced).map(|leg| leg.account);
        let accounts = plan.effects.iter().map(|effect| effect.account).chain(forced);
        let mut accounts: Vec<AccountId> = accounts.filter(|account| self.state.is_hot(*account)).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// What must be done about a transaction that runs exclusive before anything else is, once all before it is decided.
    pub(super) fn next_exclusive(&mut self) -> Option<Step> {
        if !self.backlog.deferred.is_empty() || !self.round.prepared.is_empty() {
            return None;
        }
        match std::mem::take(&mut self.backlog.exclusive) {
            Exclusive::Nothing => None,
            Exclusive::Wanted(accounts) => {
                self.backlog.exclusive = Exclusive::Wanted(accounts.clone());
                if let Some(merge) = self.merge_first() {
                    return Some(merge);
                }
                let State { books, hot, .. } = &mut self.state;
                let gates = accounts.into_iter().filter_map(|account| hot.remove(account, books));
                let resting = gates.map(|gate| Resting { account: gate.account, legs: gate.legs }).collect();
                self.backlog.exclusive = Exclusive::Ready(resting);
                None
            }
            Exclusive::Ready(resting) => {
                assert!(
                    matches!(self.backlog.queue.front(), Some(Queued::Job(_))),
                    "what is to run exclusive stays at the front of the queue"
                );
                self.backlog.exclusive = Exclusive::Ready(resting);
                None
            }
            Exclusive::Running(resting) => {
                let outcome = wake_hot::begin(&self.state, resting);
                Some(self.wait(outcome))
            }
        }
    }
}
