//! Known transaction ids: what makes the same request give the same answer.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::head::Outcome;
use super::id_table::IdTable;
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

/// The ids inside the window, in generations of fixed capacity. Nothing is ever rehashed, and the table of the next
/// generation may be made elsewhere ahead of need: what takes long is to touch so much memory for the first time.
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
    /// The table of the next generation, if it came.
    next: Option<IdTable>,
}

#[derive(Clone, Debug)]
struct Generation {
    /// The logged time of its newest id, in microseconds since 1970.
    newest_us: i64,
    table: IdTable,
}

impl KnownIds {
    /// No ids yet. `seed` keeps clients from choosing ids that collide; `capacity` is the least of one generation; after
    /// `keep_us` of logged time an id need not be known any more, since a request so old is refused by its time.
    #[must_use]
    pub fn new(seed: u64, capacity: usize, keep_us: i64) -> KnownIds {
        let capacity = capacity.clamp(1, IdTable::MOST);
        let generations = VecDeque::from([Generation::new(IdTable::lazy(capacity))]);
        KnownIds { hash: FixedState::with_seed(seed), capacity, keep_us, oldest: 0, generations, next: None }
    }

    /// What is known of an id.
    #[must_use]
    #[inline]
    pub fn get(&self, client: ClientId, id: TransactionId) -> Option<Known> {
        let hash = self.hash(client, id);
        self.generations.iter().rev().find_map(|generation| {
            let table = &generation.table;
            table.find(hash, client, id).map(|place| table.known(place))
        })
    }

    /// Notes that an unknown id is under way, at this logged time.
    pub fn begin(&mut self, client: ClientId, id: TransactionId, time_us: i64) -> KnownRef {
        if self.newest().table.len() >= self.newest().table.capacity() {
            self.begin_generation(time_us);
        }
        let hash = self.hash(client, id);
        let generation = self.oldest
            + u32::try_from(self.generations.len() - 1).expect("generations are counted in a u32");
        let newest = self.generations.back_mut().expect("there is always a generation");
        newest.newest_us = newest.newest_us.max(time_us);
        KnownRef { generation, place: newest.table.insert(hash, client, id) }
    }

    /// Notes the first result of an id that is under way.
    ///
    /// # Panics
    /// If the id is decided already: a transaction is decided once.
    pub fn decide(&mut self, at: KnownRef, decided: &Decided) {
        let generation = &mut self.generations[(at.generation - self.oldest) as usize];
        generation.table.decide(at.place, decided);
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
            self.generations.iter().fold(sum, |sum, generation| sum ^ generation.table.touch(hash))
        });
        std::hint::black_box(touched);
    }

    /// The capacity of the table that will be needed next, if it is not there: asked for when a quarter of the first is
    /// left, and at once from then on. A look-up asks every generation, so they grow with what there is, a third of it
    /// each, and their number stays small.
    #[must_use]
    pub fn wants_table(&self) -> Option<usize> {
        let first = &self.newest().table;
        let is_spared = self.generations.len() == 1 && 4 * first.len() < 3 * first.capacity();
        let wanted = self.next.is_none() && !is_spared;
        wanted.then(|| (self.len() / 3).clamp(self.capacity, IdTable::MOST))
    }

    /// Takes a table for the next generation. Without one a small one is made when it is needed.
    pub fn give_table(&mut self, table: IdTable) {
        self.next = Some(table);
    }

    /// How many ids are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.generations.iter().map(|generation| generation.table.len()).sum()
    }

    /// Whether no id is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn newest(&self) -> &Generation {
        self.generations.back().expect("there is always a generation")
    }

    fn begin_generation(&mut self, time_us: i64) {
        self.forget_before(time_us - self.keep_us);
        let table = self.next.take().unwrap_or_else(|| IdTable::lazy(self.capacity));
        self.generations.push_back(Generation::new(table));
    }

    fn forget_before(&mut self, time_us: i64) {
        // The newest may hold ids that are still under way, whatever the clock says.
        while self.generations.len() > 1 && self.generations[0].newest_us < time_us {
            self.generations.pop_front();
            self.oldest += 1;
        }
    }

    #[inline]
    fn hash(&self, client: ClientId, id: TransactionId) -> u64 {
        self.hash.hash_one((id.0, client.0))
    }
}

impl Generation {
    fn new(table: IdTable) -> Generation {
        Generation { newest_us: i64::MIN, table }
    }
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
        assert!((10..=30).contains(&known.len()), "{}", known.len());
        for n in 0..100 {
            let is_known = known.get(ClientId(1), TransactionId(n)).is_some();
            assert!(is_known || n < 90, "an id of the last 1,000 us is known: {n}");
        }
    }

    /// With tables made ahead, generations grow with what is known, and there are few.
    #[test]
    fn a_hundred_thousand_ids_take_few_generations() {
        let mut known = KnownIds::new(7, 1_000, i64::MAX);
        for n in 0..100_000 {
            if let Some(capacity) = known.wants_table() {
                known.give_table(IdTable::ready(capacity));
                assert_eq!(known.wants_table(), None);
            }
            let decided = Decided { content: 0, outcome: Outcome::Posted, step: 0, frame: 1, ordinal: 0 };
            let at = known.begin(ClientId(1), TransactionId(n), 0);
            known.decide(at, &decided);
        }
        assert!(known.generations.len() <= 18, "{}", known.generations.len());
        assert!((0..100_000).all(|n| known.get(ClientId(1), TransactionId(n)).is_some()));
        assert!((100_000..200_000).all(|n| known.get(ClientId(1), TransactionId(n)).is_none()));
    }
}
