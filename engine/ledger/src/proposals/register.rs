//! The proposals that the ledger remembers: those that are open, and the newest of those that have ended.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::ids::TransactionKey;
use crate::proposals::decision::Decision;
use crate::proposals::proposal::Proposal;
use crate::record::admin::Admin;
use crate::record::contradiction::Contradiction;

/// The most proposals that may be open at once.
pub const MAX_OPEN: usize = 10_000;
/// The most of one maker.
pub const MAX_OPEN_OF_ONE: usize = 1_000;
/// How many more may be open of what was done at once, and of changes of access.
const URGENT: usize = 1_000;
/// How many of those that have ended are remembered, so that whoever asks again learns what became of them. Older ones are
/// in the log.
pub const MAX_ENDED: usize = 10_000;

/// A proposal, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    pub proposal: Proposal,
    /// `None`: it is open.
    pub decision: Option<Decision>,
}

/// The proposals by number.
#[derive(Clone, Debug, Default)]
pub struct Proposals {
    /// The number of the newest; 0: there was none.
    newest: u64,
    by_number: BTreeMap<u64, Registered>,
    by_key: BTreeMap<TransactionKey, u64>,
    open: BTreeSet<u64>,
    /// How many are open, by maker.
    open_by: BTreeMap<Box<str>, usize>,
    expiries: BTreeSet<(i64, u64)>,
    /// Those that have ended, in the order of their ends.
    ended: VecDeque<u64>,
}

impl Proposals {
    /// The number that the next one gets.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.newest + 1
    }

    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Registered> {
        self.by_number.get(&number)
    }

    /// The proposal of that name.
    #[must_use]
    pub fn named(&self, key: TransactionKey) -> Option<&Registered> {
        self.by_number.get(self.by_key.get(&key)?)
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Whether one more of this maker may be open.
    pub(crate) fn has_room(&self, maker: &str, is_urgent: bool) -> bool {
        let most = if is_urgent { MAX_OPEN + URGENT } else { MAX_OPEN };
        self.open() < most && self.open_by.get(maker).is_none_or(|own| *own < MAX_OPEN_OF_ONE)
    }

    /// From the one behind this number on, in order: the open ones, or all.
    pub fn after(&self, number: u64, only_open: bool) -> impl Iterator<Item = &Registered> {
        let from = number.saturating_add(1);
        let open = only_open.then(|| self.open.range(from..).map(|number| &self.by_number[number]));
        let all = (!only_open).then(|| self.by_number.range(from..).map(|(_, registered)| registered));
        open.into_iter().flatten().chain(all.into_iter().flatten())
    }

    /// The next moment at which one ends by itself.
    pub(crate) fn next_expiry(&self) -> Option<i64> {
        self.expiries.first().map(|(moment, _)| *moment)
    }

    /// The one that ends next, if that is due at this time.
    pub(crate) fn due(&self, time_us: i64) -> Option<u64> {
        self.expiries.first().filter(|(moment, _)| *moment <= time_us).map(|(_, number)| *number)
    }

    /// Takes a record, live or replayed.
    ///
    /// # Errors
    /// [`Contradiction`], where it does not follow from those before it.
    pub(crate) fn take(&mut self, record: &Admin) -> Result<(), Contradiction> {
        match record {
            Admin::Proposed(proposal) => self.take_proposal(proposal),
            Admin::Decided(decision) => self.take_decision(decision),
            _ => Ok(()),
        }
    }

    /// A proposal has a number above those before it. Snapshots have those that are remembered, so numbers may be left out.
    fn take_proposal(&mut self, proposal: &Proposal) -> Result<(), Contradiction> {
        if proposal.number <= self.newest || !self.has_room(&proposal.maker, true) {
            return Err(Contradiction::Proposal(proposal.number));
        }
        self.newest = proposal.number;
        self.open.insert(proposal.number);
        *self.open_by.entry(proposal.maker.clone()).or_default() += 1;
        self.expiries.extend(proposal.expires_us.map(|moment| (moment, proposal.number)));
        self.by_key.insert(proposal.key, proposal.number);
        let registered = Registered { proposal: proposal.clone(), decision: None };
        self.by_number.insert(proposal.number, registered);
        Ok(())
    }

    fn take_decision(&mut self, decision: &Decision) -> Result<(), Contradiction> {
        let number = decision.number;
        let contradiction = || Contradiction::Proposal(number);
        let registered = self.by_number.get_mut(&number).ok_or_else(contradiction)?;
        let expires_us = registered.proposal.expires_us;
        if registered.decision.is_some() || !registered.proposal.may_end(decision.kind, &decision.by) {
            return Err(contradiction());
        }
        if let Some(moment) = expires_us {
            self.expiries.remove(&(moment, number));
        }
        registered.decision = Some(decision.clone());
        self.open.remove(&number);
        let own = self.open_by.entry(registered.proposal.maker.clone()).or_default();
        *own -= 1;
        if *own == 0 {
            self.open_by.remove(&registered.proposal.maker);
        }
        self.ended.push_back(number);
        self.forget();
        Ok(())
    }

    /// Forgets the one that ended first, where there are more than are remembered; but never the newest, whose number tells
    /// the next.
    fn forget(&mut self) {
        if self.ended.len() <= MAX_ENDED {
            return;
        }
        let Some(number) = self.ended.pop_front() else { return };
        if number == self.newest {
            return self.ended.push_back(number);
        }
        let forgotten =
            self.by_number.remove(&number).expect("what has ended is remembered until it is forgotten");
        if self.by_key.get(&forgotten.proposal.key) == Some(&number) {
            self.by_key.remove(&forgotten.proposal.key);
        }
    }

    /// Writes those that are remembered as administrative records: proposals by number, then what became of them, in the order
    /// of their ends.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for Registered { proposal, .. } in self.by_number.values() {
            Admin::Proposed(Box::new(proposal.clone())).write(out);
        }
        for decision in self.ended.iter().filter_map(|number| self.by_number[number].decision.clone()) {
            Admin::Decided(decision).write(out);
        }
    }
}
