//! Jobs: requests about transaction ids, whose results come one by one.

use std::ops::Range;
use std::sync::Arc;

use slab::Slab;
use smallvec::SmallVec;

use crate::access::acting::Acting;
use crate::actions::Action;
use crate::answer::{LegBalance, Made, MadeLegs, PostResult, Posted, ReplyTo};
use crate::batch::{Batch, Transaction};
use crate::commands::caller::Caller;
use crate::idempotency::known_ids::{IdHash, KnownIds, KnownRef};
use crate::ids::{ClientId, TransactionId, TransactionKey};
use crate::tariff::MadeLeg;
use crate::transaction::leg::Leg;

/// What a job is about.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Post(Batch),
    Cancel { id: TransactionId, time: u32, text_id: Box<str> },
    Locate(Vec<TransactionKey>),
}

/// One transaction of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JobRef {
    pub(super) job: u32,
    pub(super) index: u32,
    /// Where its id is noted as under way on its behalf.
    pub(super) begun: Option<KnownRef>,
}

/// A request with its results so far.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// `None`: the ledger asked itself.
    pub(super) reply_to: Option<ReplyTo>,
    pub(super) client: ClientId,
    /// Who acts for the client; `None`: itself, and it may do everything.
    pub(super) acting: Option<Arc<Acting>>,
    pub(super) work: Work,
    /// The next transaction that no round has looked at.
    pub(super) cursor: u32,
    /// Of the ids of the transactions to post; a single one takes no memory of its own.
    hashes: SmallVec<[IdHash; 2]>,
    results: Vec<PostResult>,
    balances: Vec<LegBalance>,
    undecided: usize,
}

impl Job {
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.results.len()).expect("a batch is capped far below 2^32")
    }

    pub(super) fn transaction(&self, index: u32) -> Option<(&Batch, &Transaction)> {
        match &self.work {
            Work::Post(batch) => Some((batch, &batch.transactions[index as usize])),
            Work::Cancel { .. } | Work::Locate(_) => None,
        }
    }

    /// What its records say of who acts for the client.
    #[inline]
    pub(super) fn acting(&self) -> &[u8] {
        self.acting.as_deref().map_or(&[], Acting::notes)
    }

    /// Makes the hashes of the ids of its transactions.
    #[inline]
    pub(super) fn hash_ids(&mut self, known: &KnownIds) {
        let Work::Post(batch) = &self.work else { return };
        if let [only] = &batch.transactions[..] {
            self.hashes.push(known.hash(self.client, only.id));
        } else {
            let hashes = batch.transactions.iter().map(|transaction| known.hash(self.client, transaction.id));
            self.hashes = hashes.collect();
        }
    }

    /// The hash of the id of a transaction to post.
    #[inline]
    pub(super) fn id_hash(&self, index: u32) -> IdHash {
        self.hashes[index as usize]
    }

    /// The hashes of the ids of some, if there are so many.
    pub(super) fn id_hashes(&self, some: Range<usize>) -> Option<&[IdHash]> {
        self.hashes.get(some)
    }

    pub(super) fn add_balance(&mut self, balance: LegBalance) {
        self.balances.push(balance);
    }
}

/// The legs that rules made for what was posted. Those of a repeat were made now, which may be others: its record has its own.
#[cold]
#[inline(never)]
fn made_legs(batch: &Batch, results: &[PostResult]) -> Option<Box<Made>> {
    let posted = (0..).zip(batch.transactions.iter().zip(results)).filter(|(_, (transaction, result))| {
        result.rejection.is_none() && batch.action(transaction).is_some_and(Action::makes_legs)
    });
    let made = posted.map(|(index, (transaction, result))| {
        let legs = if result.repeated { &[] } else { batch.legs(transaction) };
        let made =
            |leg: &Leg| MadeLeg { step: leg.step, account: leg.account, side: leg.side, amount: leg.amount };
        MadeLegs { transaction: index, legs: legs.iter().map(made).collect() }
    });
    let made: Vec<MadeLegs> = made.collect();
    (!made.is_empty()).then(|| Box::new(Made(made)))
}

/// The jobs under way, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Jobs(Slab<Job>);

impl Jobs {
    #[inline]
    pub(super) fn add(&mut self, caller: Caller, acting: Option<Arc<Acting>>, work: Work) -> u32 {
        let Caller { reply_to, client } = caller;
        let transactions = if let Work::Post(batch) = &work { batch.transactions.len() } else { 1 };
        let results = vec![PostResult::default(); transactions];
        let job = Job {
            reply_to,
            client,
            acting,
            work,
            cursor: 0,
            hashes: SmallVec::new(),
            results,
            balances: Vec::new(),
            undecided: transactions,
        };
        u32::try_from(self.0.insert(job)).expect("permits bound the jobs far below 2^32")
    }

    #[inline]
    pub(super) fn get(&self, job: u32) -> &Job {
        self.0.get(job as usize).expect("a job lives until its last result")
    }

    #[inline]
    pub(super) fn get_mut(&mut self, job: u32) -> &mut Job {
        self.0.get_mut(job as usize).expect("a job lives until its last result")
    }

    /// Notes a result, at this clock; the last one ends the job and gives its results, with who asked and who acted.
    #[inline]
    pub(super) fn finish(
        &mut self,
        what: JobRef,
        result: PostResult,
        clock_us: i64,
    ) -> Option<(Option<ReplyTo>, Option<Arc<Acting>>, Posted)> {
        let job = self.get_mut(what.job);
        job.results[what.index as usize] = result;
        job.undecided -= 1;
        if job.undecided > 0 {
            return None;
        }
        // A job is large: what its answer takes is taken from where it lies.
        let mut balances = std::mem::take(&mut job.balances);
        if balances.len() > 1 {
            balances.sort_by_key(|balance| (balance.transaction, balance.step));
        }
        let made = match &job.work {
            Work::Post(batch) if !batch.actions().is_empty() => made_legs(batch, &job.results),
            _ => None,
        };
        let posted = Posted { results: std::mem::take(&mut job.results), balances, made, clock_us };
        let (reply_to, acting) = (job.reply_to, job.acting.take());
        self.end(what.job);
        Some((reply_to, acting, posted))
    }

    /// Ends a job whose answer is not a list of results.
    #[inline]
    pub(super) fn end(&mut self, job: u32) -> Job {
        self.0.try_remove(job as usize).expect("a job lives until its last result")
    }
}
