//! Known transaction ids: what makes the same request give the same answer.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

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

/// Where an id under way is noted, so that its result needs no second search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownRef {
    generation: u32,
    place: u32,
}

/// 48 bytes an id, side by side in order of arrival.
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

/// The ids inside the window, in generations of fixed capacity: nothing is ever rehashed while work waits.
#[derive(Clone, Debug)]
pub struct KnownIds {
    hash: FixedState,
    capacity: usize,
    /// The newest is last.
    generations: Vec<Generation>,
}

/// So many ids, with an index over them.
#[derive(Clone, Debug)]
struct Generation {
    slots: Vec<Slot>,
    /// A table at most half full, searched linearly: the upper half of an id's hash over its place from 1; 0 is vacant.
    index: Vec<u64>,
}

impl KnownIds {
    /// No ids yet. `seed` keeps clients from choosing ids that collide; `capacity` is that of one generation.
    #[must_use]
    pub fn new(seed: u64, capacity: usize) -> KnownIds {
        let capacity = capacity.clamp(1, 1 << 30);
        KnownIds { hash: FixedState::with_seed(seed), capacity, generations: vec![Generation::new(capacity)] }
    }

    /// What is known of an id.
    #[must_use]
    #[inline]
    pub fn get(&self, client: ClientId, id: TransactionId) -> Option<Known> {
        let hash = self.hash(client, id);
        self.find(hash, client, id).map(|at| self.slot(at).known())
    }

    /// Notes that an unknown id is under way.
    pub fn begin(&mut self, client: ClientId, id: TransactionId) -> KnownRef {
        let slot = Slot {
            id: split(id),
            content: 0,
            frame_outcome: 0,
            ordinal: 0,
            client: client.0,
            step: 0,
            pending: true,
        };
        let hash = self.hash(client, id);
        self.insert(hash, slot)
    }

    /// Notes the first result of an id that is under way.
    ///
    /// # Panics
    /// If the id is decided already: a transaction is decided once.
    pub fn decide(&mut self, at: KnownRef, decided: &Decided) {
        let slot = &mut self.generations[at.generation as usize].slots[at.place as usize];
        assert!(slot.pending, "transaction {} of client {} is decided once", join(slot.id), slot.client);
        slot.content = decided.content;
        slot.frame_outcome = decided.frame << 16 | u64::from(decided.outcome.number());
        slot.ordinal = decided.ordinal;
        slot.step = decided.step;
        slot.pending = false;
    }

    /// Notes an id that the log has decided.
    ///
    /// # Panics
    /// If the id is known: a log holds one record of a transaction.
    pub fn restore(&mut self, client: ClientId, id: TransactionId, decided: &Decided) {
        assert!(
            self.get(client, id).is_none(),
            "the log holds one record of transaction {id} of client {client}"
        );
        let at = self.begin(client, id);
        self.decide(at, decided);
    }

    /// Touches what a look-up of these ids will read, so that the processor fetches them side by side.
    pub fn fetch(&self, ids: impl Iterator<Item = (ClientId, TransactionId)>) {
        let Some(newest) = self.generations.last() else { return };
        let touched =
            ids.fold(0, |sum, (client, id)| sum ^ newest.index[newest.start(self.hash(client, id))]);
        std::hint::black_box(touched);
    }

    /// How many ids are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.generations.iter().map(|generation| generation.slots.len()).sum()
    }

    /// Whether no id is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn find(&self, hash: u64, client: ClientId, id: TransactionId) -> Option<KnownRef> {
        let key = split(id);
        self.generations.iter().enumerate().rev().find_map(|(generation, table)| {
            let place = table.find(hash, |slot| slot.id == key && slot.client == client.0)?;
            Some(KnownRef { generation: number(generation), place })
        })
    }

    fn slot(&self, at: KnownRef) -> &Slot {
        &self.generations[at.generation as usize].slots[at.place as usize]
    }

    fn insert(&mut self, hash: u64, slot: Slot) -> KnownRef {
        if self.generations.last().is_none_or(|newest| newest.slots.len() >= self.capacity) {
            self.generations.push(Generation::new(self.capacity));
        }
        let generation = self.generations.len() - 1;
        let place = self.generations[generation].insert(hash, slot);
        KnownRef { generation: number(generation), place }
    }

    #[inline]
    fn hash(&self, client: ClientId, id: TransactionId) -> u64 {
        self.hash.hash_one((id.0, client.0))
    }
}

impl Generation {
    fn new(capacity: usize) -> Generation {
        Generation { slots: Vec::with_capacity(capacity), index: vec![0; (2 * capacity).next_power_of_two()] }
    }

    /// Where the search for a hash begins.
    #[inline]
    fn start(&self, hash: u64) -> usize {
        usize::try_from(hash & (self.index.len() as u64 - 1)).expect("an index into a table fits a usize")
    }

    #[inline]
    fn find(&self, hash: u64, matches: impl Fn(&Slot) -> bool) -> Option<u32> {
        let mut at = self.start(hash);
        loop {
            let entry = self.index[at];
            if entry == 0 {
                return None;
            }
            let place = u32::try_from(entry & PLACE).expect("the lower half") - 1;
            if entry & !PLACE == hash & !PLACE && matches(&self.slots[place as usize]) {
                return Some(place);
            }
            at = (at + 1) & (self.index.len() - 1);
        }
    }

    fn insert(&mut self, hash: u64, slot: Slot) -> u32 {
        let place = u32::try_from(self.slots.len()).expect("a generation holds at most 2^30 ids");
        let mut at = self.start(hash);
        while self.index[at] != 0 {
            at = (at + 1) & (self.index.len() - 1);
        }
        self.index[at] = hash & !PLACE | u64::from(place + 1);
        self.slots.push(slot);
        place
    }
}

/// The lower half of an index entry.
const PLACE: u64 = 0xffff_ffff;

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

fn number(generation: usize) -> u32 {
    u32::try_from(generation).expect("generations are counted in a u32")
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
            let at = known.begin(ClientId(1), id);
            assert_eq!(known.get(ClientId(1), id), Some(Known::Pending));
            known.decide(at, &decided(n));
        }
        for n in 0..100 {
            let id = TransactionId(u128::from(n) << 64 | 5);
            assert_eq!(known.get(ClientId(1), id), Some(Known::Decided(decided(n))));
            assert_eq!(known.get(ClientId(2), id), None);
        }
        assert_eq!(known.len(), 100);
    }
}
