//! Newcomers: jobs as they are taken in, and as a round comes to their transactions.

use std::sync::Arc;

use prefetch_index::prefetch_index;

use crate::access::acting::Acting;
use crate::commands::caller::Caller;
use crate::ids::AccountId;
use crate::record::head::HEAD_BYTES;
use crate::schedule::Coordinator;
use crate::schedule::jobs::{JobRef, Work};
use crate::state::State;

/// What so many transactions look up is fetched together, while as many before them are looked at.
const FETCHED: u32 = 16;

/// While so many wait for a later round, no newcomer is looked at: all of them are looked at again in every round, and
/// newcomers that meet them would only wait as well.
const MOST_WAITING: usize = 128;

impl Coordinator {
    /// Takes a job in. What its first transactions look up is fetched while others are taken in.
    pub(super) fn add_job(&mut self, caller: Caller, acting: Option<Arc<Acting>>, work: Work) -> u32 {
        let job = self.backlog.jobs.add(caller, acting, work);
        self.backlog.jobs.get_mut(job).hash_ids(&self.state.ids.known);
        self.fetch(job, 0);
        job
    }

    /// Looks at transactions of the job at the front of the queue while their records have room, and gives the room
    /// that is left.
    pub(super) fn consider_more(&mut self, job: u32, mut room: usize) -> usize {
        if self.backlog.jobs.get(job).cursor == 0 {
            self.resolve_keys(job);
        }
        let len = self.backlog.jobs.get(job).len();
        for index in self.backlog.jobs.get(job).cursor..len {
            let full = room == 0 || self.backlog.deferred.len() >= MOST_WAITING;
            if full || self.waits_for_exclusivity(JobRef { job, index, begun: None }) {
                return 0;
            }
            if index % FETCHED == 0 {
                self.fetch(job, index + FETCHED);
            }
            let what = JobRef { job, index, begun: None };
            room = room.saturating_sub(self.record_bytes(what));
            self.backlog.jobs.get_mut(job).cursor = index + 1;
            if index + 1 == len {
                self.backlog.queue.pop_front();
            }
            self.consider(what);
        }
        room
    }

    /// Has the processor fetch what will be looked up for some transactions from one on. The processor does not wait for the
    /// lines, but for where their pages are, and finds that out for several at a time: so nothing else is done in between.
    fn fetch(&self, job: u32, from: u32) {
        let job = self.backlog.jobs.get(job);
        let some = from as usize..(from + FETCHED).min(job.len()) as usize;
        let Work::Post(batch) = &job.work else { return };
        let (Some(hashes), Some(ahead)) = (job.id_hashes(some.clone()), batch.transactions.get(some)) else {
            return;
        };
        hashes.iter().for_each(|hash| self.state.ids.known.fetch(*hash));
        let accounts = ahead.iter().flat_map(|transaction| batch.legs(transaction)).map(|leg| leg.account);
        accounts
            .filter_map(AccountId::index)
            .for_each(|place| prefetch_index(&self.state.books.descriptors, place));
    }

    /// About what a transaction's records take in the log.
    pub(super) fn record_bytes(&self, what: JobRef) -> usize {
        let per_leg = 88;
        self.backlog.jobs.get(what.job).transaction(what.index).map_or(HEAD_BYTES, |(batch, transaction)| {
            HEAD_BYTES + per_leg * batch.legs(transaction).len() + batch.notes(transaction).len()
        })
    }

    fn resolve_keys(&mut self, job: u32) {
        let Coordinator { state: State { books, .. }, backlog, .. } = self;
        if let Work::Post(batch) = &mut backlog.jobs.get_mut(job).work {
            batch.resolve(|key| books.catalog.find(key));
        }
    }
}
