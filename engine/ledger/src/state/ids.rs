//! Transaction ids: which are known, which are under way, and what a client's own time says of one.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::idempotency::decided::{Decided, Known};
use crate::idempotency::known_ids::{IdHash, KnownIds, KnownRef};
use crate::ids::TransactionKey;
use crate::rejection::Rejection;
use crate::state::settings::LedgerSettings;
use crate::state::time_window::TimeWindow;

/// What makes a repeated request give its first result.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    pub(crate) known: KnownIds,
    /// Transactions that wait for what they name, and whose ids are not noted as under way yet.
    waiting: HashSet<TransactionKey, FixedState>,
    pub(crate) window: TimeWindow,
}

impl Ids {
    pub(crate) fn new(known: KnownIds, window: TimeWindow) -> Ids {
        Ids { known, waiting: HashSet::default(), window }
    }

    /// Begins a round: what waited is looked at again.
    pub(crate) fn begin_round(&mut self) {
        self.waiting.clear();
    }

    /// What is known of an id, whose hash this is, with what waits unnoted.
    #[inline]
    pub(crate) fn get(&self, hash: IdHash, key: TransactionKey) -> Option<Known> {
        let waits = !self.waiting.is_empty() && self.waiting.contains(&key);
        if waits { Some(Known::Pending) } else { self.known.get_hashed(hash, key.client, key.id) }
    }

    /// The same, of an id that was not hashed yet.
    pub(crate) fn look_up(&self, key: TransactionKey) -> Option<Known> {
        self.get(self.known.hash(key.client, key.id), key)
    }

    /// Notes an id as under way.
    pub(crate) fn begin(&mut self, hash: IdHash, key: TransactionKey) -> KnownRef {
        self.known.begin_hashed(hash, key.client, key.id, self.window.clock_us())
    }

    /// Notes that a transaction waits whose id is not under way yet.
    pub(crate) fn note_waiting(&mut self, key: TransactionKey) {
        self.waiting.insert(key);
    }

    /// Notes a result.
    pub(crate) fn decide(&mut self, begun: KnownRef, decided: &Decided) {
        self.known.decide(begun, decided);
    }

    /// What refuses a new id for the time that the client gives it.
    pub(crate) fn outside_window(&self, time: u32, settings: &LedgerSettings) -> Option<Rejection> {
        self.window.refuse(time, settings)
    }
}
