//! Known transaction ids: what makes the same request give the same answer.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::head::Outcome;
use super::ids::{ClientId, TransactionId};

/// What is known of a transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Under way: its result is not decided yet.
    Pending,
    /// Decided.
    Decided(Decided),
}

/// The first result of a transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The digest of the content that it came with; 0 for a cancel.
    pub content: u64,
    /// The result.
    pub outcome: Outcome,
    /// The step that a refusal speaks of.
    pub step: u16,
    /// Where its record lies: the frame.
    pub frame: u64,
    /// Where its record lies: the ordinal.
    pub ordinal: u32,
}

/// 48 bytes an id, so that tens of millions fit in memory.
#[derive(Clone, Debug)]
struct Slot {
    id: [u64; 2],
    content: u64,
    /// The frame, shifted by 16, over the outcome's number.
    frame_outcome: u64,
    ordinal: u32,
    client: u32,
    step: u16,
    pending: bool,
}

/// The ids inside the window, in generations of fixed capacity: a table is never rehashed while work waits.
#[derive(Clone, Debug)]
pub struct KnownIds {
    hash: FixedState,
    capacity: usize,
    /// The newest is last.
    generations: Vec<HashTable<Slot>>,
}

impl KnownIds {
    /// No ids yet. `seed` keeps clients from choosing ids that collide; `capacity` is that of one generation.
    #[must_use]
    pub fn new(seed: u64, capacity: usize) -> KnownIds {
        KnownIds {
            hash: FixedState::with_seed(seed),
            capacity,
            generations: vec![HashTable::with_capacity(capacity)],
        }
    }

    /// What is known of an id.
    #[must_use]
    #[inline]
    pub fn get(&self, client: ClientId, id: TransactionId) -> Option<Known> {
        let hash = self.hash(client, id);
        let key = split(id);
        let matches = |slot: &Slot| slot.id == key && slot.client == client.0;
        self.generations.iter().rev().find_map(|table| table.find(hash, matches)).map(Slot::known)
    }

    /// Notes that an id is under way.
    pub fn begin(&mut self, client: ClientId, id: TransactionId) {
        let slot = Slot {
            id: split(id),
            content: 0,
            frame_outcome: 0,
            ordinal: 0,
            client: client.0,
            step: 0,
            pending: true,
        };
        self.insert(slot);
    }

    /// Notes the first result of an id, under way or not.
    ///
    /// # Panics
    /// If the id is decided already: a transaction is decided once.
    pub fn decide(&mut self, client: ClientId, id: TransactionId, decided: &Decided) {
        let key = split(id);
        let slot = Slot {
            id: key,
            content: decided.content,
            frame_outcome: decided.frame << 16 | u64::from(decided.outcome.number()),
            ordinal: decided.ordinal,
            client: client.0,
            step: decided.step,
            pending: false,
        };
        let hash = self.hash(client, id);
        let matches = |slot: &Slot| slot.id == key && slot.client == client.0;
        match self.generations.iter_mut().rev().find_map(|table| table.find_mut(hash, matches)) {
            Some(there) => {
                assert!(there.pending, "transaction {id} of client {client} is decided once");
                *there = slot;
            }
            None => self.insert(slot),
        }
    }

    /// How many ids are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.generations.iter().map(HashTable::len).sum()
    }

    /// Whether no id is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn insert(&mut self, slot: Slot) {
        let newest = self.generations.last().expect("there is always a generation");
        if newest.len() >= self.capacity {
            self.generations.push(HashTable::with_capacity(self.capacity));
        }
        let hash = self.hash(ClientId(slot.client), join(slot.id));
        let state = &self.hash;
        let newest = self.generations.last_mut().expect("there is always a generation");
        newest.insert_unique(hash, slot, |slot| hash_of(state, ClientId(slot.client), join(slot.id)));
    }

    #[inline]
    fn hash(&self, client: ClientId, id: TransactionId) -> u64 {
        hash_of(&self.hash, client, id)
    }
}

impl Slot {
    fn known(&self) -> Known {
        if self.pending {
            return Known::Pending;
        }
        let number = u16::try_from(self.frame_outcome & 0xffff).expect("sixteen bits");
        Known::Decided(Decided {
            content: self.content,
            outcome: Outcome::from_number(number).expect("only outcomes are kept"),
            step: self.step,
            frame: self.frame_outcome >> 16,
            ordinal: self.ordinal,
        })
    }
}

#[inline]
fn hash_of(state: &FixedState, client: ClientId, id: TransactionId) -> u64 {
    state.hash_one((id.0, client.0))
}

fn split(id: TransactionId) -> [u64; 2] {
    let bytes = id.0.to_le_bytes();
    let (low, high) = bytes.split_at(8);
    [low, high].map(|half| u64::from_le_bytes(half.try_into().expect("half of 16 bytes is 8")))
}

fn join(id: [u64; 2]) -> TransactionId {
    TransactionId(u128::from(id[1]) << 64 | u128::from(id[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Rejection;

    #[test]
    fn ids_are_known_over_generations_and_by_client() {
        let mut known = KnownIds::new(7, 10);
        let decided = |n: u32| Decided {
            content: u64::from(n),
            outcome: if n % 2 == 0 {
                Outcome::Posted
            } else {
                Outcome::Refused(Rejection::InsufficientFunds)
            },
            step: 3,
            frame: 1 << 40 | u64::from(n),
            ordinal: n,
        };
        for n in 0..100 {
            let id = TransactionId(u128::from(n) << 64 | 5);
            assert_eq!(known.get(ClientId(1), id), None);
            known.begin(ClientId(1), id);
            assert_eq!(known.get(ClientId(1), id), Some(Known::Pending));
            known.decide(ClientId(1), id, &decided(n));
        }
        for n in 0..100 {
            let id = TransactionId(u128::from(n) << 64 | 5);
            assert_eq!(known.get(ClientId(1), id), Some(Known::Decided(decided(n))));
            assert_eq!(known.get(ClientId(2), id), None);
        }
        assert_eq!(known.len(), 100);
    }
}
