//! Known transaction ids: what makes the same request give the same answer.

use std::collections::VecDeque;
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

/// The ids inside the window, in generations of fixed capacity. Nothing is ever rehashed, and the next generation is made
/// a little with every id, so no transaction waits for a table.
#[derive(Clone, Debug)]
pub struct KnownIds {
    hash: FixedState,
    /// The least that a generation holds.
    capacity: usize,
    /// How long an id is kept, in microseconds of logged time.
    keep_us: i64,
    /// The number of the oldest generation that is kept.
    oldest: u32,
    /// The newest is last.
    generations: VecDeque<Generation>,
    next: Draft,
}

/// The next generation, being made while the newest one fills.
#[derive(Clone, Debug)]
struct Draft {
    capacity: usize,
    slots: Vec<Slot>,
    index: Vec<u64>,
    /// How long the index will be.
    places: usize,
    /// How many places are made with each id.
    step: usize,
}

/// So many ids, with an index over them.
#[derive(Clone, Debug)]
struct Generation {
    capacity: usize,
    /// The logged time of its newest id, in microseconds since 1970.
    newest_us: i64,
    slots: Vec<Slot>,
    /// A table at most half full, searched linearly: the upper half of an id's hash over its place from 1; 0 is vacant.
    index: Vec<u64>,
}

impl KnownIds {
    /// No ids yet. `seed` keeps clients from choosing ids that collide; `capacity` is that of one generation; after
    /// `keep_us` of logged time an id need not be known any more, since a request so old is refused by its time.
    #[must_use]
    pub fn new(seed: u64, capacity: usize, keep_us: i64) -> KnownIds {
        let capacity = capacity.clamp(1, MOST);
        let generations = VecDeque::from([Generation::new(capacity)]);
        let next = Draft::new(capacity, capacity);
        KnownIds { hash: FixedState::with_seed(seed), capacity, keep_us, oldest: 0, generations, next }
    }

    /// What is known of an id.
    #[must_use]
    #[inline]
    pub fn get(&self, client: ClientId, id: TransactionId) -> Option<Known> {
        let hash = self.hash(client, id);
        self.find(hash, client, id).map(|at| self.slot(at).known())
    }

    /// Notes that an unknown id is under way, at this logged time.
    pub fn begin(&mut self, client: ClientId, id: TransactionId, time_us: i64) -> KnownRef {
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
        self.insert(hash, slot, time_us)
    }

    /// Notes the first result of an id that is under way.
    ///
    /// # Panics
    /// If the id is decided already: a transaction is decided once.
    pub fn decide(&mut self, at: KnownRef, decided: &Decided) {
        let generation = &mut self.generations[(at.generation - self.oldest) as usize];
        let slot = &mut generation.slots[at.place as usize];
        assert!(slot.pending, "transaction {} of client {} is decided once", join(slot.id), slot.client);
        slot.content = decided.content;
        slot.frame_outcome = decided.frame << 16 | u64::from(decided.outcome.number());
        slot.ordinal = decided.ordinal;
        slot.step = decided.step;
        slot.pending = false;
    }

    /// Notes an id that the log has decided, at the logged time of its frame.
    ///
    /// # Panics
    /// If the id is known: a log holds one record of a transaction.
    pub fn restore(&mut self, client: ClientId, id: TransactionId, decided: &Decided, time_us: i64) {
        assert!(
            self.get(client, id).is_none(),
            "the log holds one record of transaction {id} of client {client}"
        );
        let at = self.begin(client, id, time_us);
        self.decide(at, decided);
    }

    /// Touches what a look-up of these ids will read, so that the processor fetches them side by side.
    pub fn fetch(&self, ids: impl Iterator<Item = (ClientId, TransactionId)>) {
        let touched = ids.fold(0, |sum, (client, id)| {
            let hash = self.hash(client, id);
            self.generations.iter().fold(sum, |sum, table| sum ^ table.index[table.start(hash)])
        });
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
        let generations = self.generations.iter().enumerate().rev();
        generations
            .filter_map(|(index, table)| {
                Some((index, table.find(hash, |slot| slot.id == key && slot.client == client.0)?))
            })
            .map(|(index, place)| KnownRef { generation: self.number(index), place })
            .next()
    }

    fn slot(&self, at: KnownRef) -> &Slot {
        &self.generations[(at.generation - self.oldest) as usize].slots[at.place as usize]
    }

    fn insert(&mut self, hash: u64, slot: Slot, time_us: i64) -> KnownRef {
        if self.generations.back().is_some_and(Generation::is_full) {
            self.begin_generation(time_us);
        }
        self.next.go_on();
        let generation = self.number(self.generations.len() - 1);
        let newest = self.generations.back_mut().expect("there is always a generation");
        newest.newest_us = newest.newest_us.max(time_us);
        KnownRef { generation, place: newest.insert(hash, slot) }
    }

    /// A look-up asks every generation, so they grow with what there is: half of it each, and their number stays small.
    fn begin_generation(&mut self, time_us: i64) {
        self.forget_before(time_us - self.keep_us);
        let newest = self.next.capacity;
        let capacity = ((self.len() + newest) / 2).clamp(self.capacity, MOST);
        let next = std::mem::replace(&mut self.next, Draft::new(capacity, newest));
        self.generations.push_back(next.finish());
    }

    fn forget_before(&mut self, time_us: i64) {
        while self.generations.front().is_some_and(|oldest| oldest.newest_us < time_us) {
            self.generations.pop_front();
            self.oldest += 1;
        }
    }

    fn number(&self, index: usize) -> u32 {
        self.oldest + u32::try_from(index).expect("generations are counted in a u32")
    }

    #[inline]
    fn hash(&self, client: ClientId, id: TransactionId) -> u64 {
        self.hash.hash_one((id.0, client.0))
    }
}

impl Draft {
    /// A generation of this capacity, to be made while `ids` come.
    fn new(capacity: usize, ids: usize) -> Draft {
        let places = places_for(capacity);
        let (slots, index) = (Vec::with_capacity(capacity), Vec::with_capacity(places));
        Draft { capacity, slots, index, places, step: places.div_ceil(ids) }
    }

    /// Makes as much as one id's share: writing to memory for the first time is what takes long.
    #[inline]
    fn go_on(&mut self) {
        let made = (self.index.len() + self.step).min(self.places);
        self.index.resize(made, 0);
    }

    /// Makes what is left, which is nothing where the ids came that it was told of.
    fn finish(mut self) -> Generation {
        self.index.resize(self.places, 0);
        let Draft { capacity, slots, index, .. } = self;
        Generation { capacity, newest_us: i64::MIN, slots, index }
    }
}

/// A table at most half full.
fn places_for(capacity: usize) -> usize {
    (2 * capacity).next_power_of_two()
}

impl Generation {
    /// The first one, which nobody waited for: the system clears its memory where it is touched.
    fn new(capacity: usize) -> Generation {
        let (slots, index) = (Vec::with_capacity(capacity), vec![0; places_for(capacity)]);
        Generation { capacity, newest_us: i64::MIN, slots, index }
    }

    fn is_full(&self) -> bool {
        self.slots.len() >= self.capacity
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

/// The most ids of one generation: their places fit half an index entry.
const MOST: usize = 1 << 30;

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
        let mut known = KnownIds::new(7, 10, 1_000);
        let decided = |n: u32| Decided {
            content: u64::from(n),
            outcome: if n.is_multiple_of(2) {
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
            let at = known.begin(ClientId(1), id, 0);
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

    #[test]
    fn ids_are_forgotten_a_generation_at_a_time_when_they_are_too_old() {
        let mut known = KnownIds::new(7, 10, 1_000);
        for n in 0..100 {
            let decided = Decided { content: 0, outcome: Outcome::Posted, step: 0, frame: 1, ordinal: 0 };
            let at = known.begin(ClientId(1), TransactionId(n), i64::try_from(n).unwrap() * 100);
            known.decide(at, &decided);
        }
        assert!((10..=40).contains(&known.len()), "{}", known.len());
        for n in 0..100 {
            let is_known = known.get(ClientId(1), TransactionId(n)).is_some();
            assert!(is_known || n < 90, "an id of the last 1,000 us is known: {n}");
        }
    }

    /// Generations grow with what is known, and each is made by the time it is needed.
    #[test]
    fn a_hundred_thousand_ids_take_few_generations_which_are_ready_in_time() {
        let mut known = KnownIds::new(7, 1_000, i64::MAX);
        for n in 0..100_000 {
            let filling = known.generations.back().unwrap();
            if filling.is_full() {
                assert_eq!(known.next.index.len(), known.next.places, "at {n}");
            }
            let decided = Decided { content: 0, outcome: Outcome::Posted, step: 0, frame: 1, ordinal: 0 };
            let at = known.begin(ClientId(1), TransactionId(n), 0);
            known.decide(at, &decided);
        }
        assert!(known.generations.len() <= 14, "{}", known.generations.len());
        assert!(known.generations.iter().all(|one| 2 * one.slots.len() <= one.index.len()));
        assert!((0..100_000).all(|n| known.get(ClientId(1), TransactionId(n)).is_some()));
    }
}
