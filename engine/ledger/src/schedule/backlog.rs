//! What was taken in and is not decided: requests in order of arrival, and transactions that a round put off.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::access::acting::Acting;
use crate::answer::Posted;
use crate::commands::caller::Caller;
use crate::commands::close::Close;
use crate::commands::command::Command;
use crate::commands::wake_hot::Resting;
use crate::ids::AccountId;
use crate::schedule::jobs::{JobRef, Jobs};

/// What waits, and who may go next.
#[derive(Clone, Debug, Default)]
pub(super) struct Backlog {
    pub(super) queue: VecDeque<Queued>,
    pub(super) jobs: Jobs,
    /// Transactions that wait for a later round, in order of arrival.
    pub(super) deferred: VecDeque<JobRef>,
    pub(super) exclusive: Exclusive,
}

/// What waits in order of arrival.
#[derive(Clone, Debug)]
pub(super) enum Queued {
    Job(u32),
    Command(Caller, Option<Arc<Acting>>, Command),
    /// A close whose results are being carried forward by the job in front of it.
    Close(Caller, Close),
    Snapshot,
}

impl Backlog {
    /// Whether a round could take a transaction.
    pub(super) fn has_transactions(&self) -> bool {
        !self.deferred.is_empty() || matches!(self.queue.front(), Some(Queued::Job(_)))
    }

    /// Hands the results of the ledger's own postings to the close that they carry forward for: it stands behind them.
    pub(super) fn take_carried(&mut self, posted: &Posted) {
        let Some(Queued::Close(_, close)) = self.queue.front_mut() else {
            unreachable!("the ledger posts of itself only to carry forward")
        };
        close.refused = posted.results.iter().find_map(|result| result.rejection);
    }

    /// Whether results are being carried forward, and the close behind them has not ended.
    pub(super) fn is_carrying(&self) -> bool {
        self.queue.iter().take(2).any(|queued| matches!(queued, Queued::Close(..)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.deferred.is_empty() && self.exclusive.is_nothing()
    }
}

/// What runs exclusively.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Exclusive {
    /// Nothing.
    #[default]
    Nothing,
    /// The transaction at the front of the queue wants to, with these hot accounts.
    Wanted(Vec<AccountId>),
    /// They rest: it may come.
    Ready(Vec<Resting>),
    /// It is under way.
    Running(Vec<Resting>),
}

impl Exclusive {
    pub(super) fn is_nothing(&self) -> bool {
        *self == Exclusive::Nothing
    }
}
