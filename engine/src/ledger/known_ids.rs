//! Known transaction ids: what makes the same request give the same answer.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::contradiction::Contradiction;
use super::head::Outcome;
use super::id_pages::{ArchivedIds, archive_hash};
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

/// The ids inside the window, in generations of fixed capacity: the newest in memory, those before in archives of which
/// only a filter is in memory. Nothing is ever rehashed, and the table of the next generation may be made elsewhere ahead
/// of need: what takes long is to touch so much memory for the first time.
#[derive(Clone, Debug)]
pub struct KnownIds {
    hash: FixedState,
    /// The least that a generation holds.
    capacity: usize,
    /// How long an id is kept, in microseconds of logged time.
    keep_us: i64,
    /// What has left memory, oldest first.
    archived: VecDeque<Arc<ArchivedIds>>,
    /// The seed of archives' hashes.
    archive_seed: u64,
    /// Archives that are not needed any more.
    forgotten: Vec<Arc<ArchivedIds>>,
    /// The number of the oldest generation in memory.
    oldest: u32,
    /// The newest is last.
    generations: VecDeque<Generation>,
    /// Ids that were decided in frames up to this one may be missing in memory.
    after: u64,
    /// Whether the oldest is being archived.
    archiving: bool,
    /// The newest frame in which an id was decided.
    newest_frame: u64,
    /// The table of the next generation, if it came.
    next: Option<IdTable>,
}

#[derive(Clone, Debug)]
struct Generation {
    /// The logged time of its newest id, in microseconds since 1970.
    newest_us: i64,
    /// Ids that are under way.
    pending: usize,
    /// The newest frame in which one of its ids was decided.
    last_frame: u64,
    /// When it was left for the next: every id decided in frames up to this one is in it or was before it.
    covers: u64,
    table: Table,
}

#[derive(Clone, Debug)]
enum Table {
    Own(IdTable),
    /// Full, decided, and being archived.
    Shared(Arc<IdTable>),
}

/// A generation that may leave memory: full, and durable.
#[derive(Debug)]
pub struct SealedIds {
    /// Its number.
    pub number: u32,
    /// Its ids.
    pub table: Arc<IdTable>,
    /// The logged time of its newest id, in microseconds since 1970.
    pub newest_us: i64,
    /// Ids that were decided in frames up to this one may be missing in it and behind.
    pub after: u64,
    /// The newest frame in which one of its ids was decided.
    pub last_frame: u64,
    /// Every id that was decided in frames up to this one is in it or was before it.
    pub covers: u64,
    /// The seed of archives' hashes.
    pub seed: u64,
    /// How many wait behind it.
    pub behind: usize,
    /// Archives whose ids are too old to be asked for.
    pub forgotten: Vec<Arc<ArchivedIds>>,
}

impl KnownIds {
    /// The most that a generation holds: a table that is being archived takes memory until it is.
    const LARGEST: usize = 16 << 20;
    /// So many generations stay in memory behind the newest: who asks again mostly does so soon.
    const KEPT: usize = 1;

    /// No ids yet. `seed` keeps clients from choosing ids that collide; `capacity` is the least of one generation; after
    /// `keep_us` of logged time an id need not be known any more, since a request so old is refused by its time.
    #[must_use]
    pub fn new(seed: u64, capacity: usize, keep_us: i64) -> KnownIds {
        let capacity = capacity.clamp(1, Self::LARGEST);
        let generations = VecDeque::from([Generation::new(IdTable::lazy(capacity))]);
        KnownIds {
            hash: FixedState::with_seed(seed),
            capacity,
            keep_us,
            archived: VecDeque::new(),
            archive_seed: seed,
            forgotten: Vec::new(),
            oldest: 0,
            generations,
            after: 0,
            archiving: false,
            newest_frame: 0,
            next: None,
        }
    }

    /// What is known of an id.
    #[must_use]
    #[inline]
    pub fn get(&self, client: ClientId, id: TransactionId) -> Option<Known> {
        let hash = self.hash(client, id);
        for generation in self.generations.iter().rev() {
            let table = generation.table.get();
            if let Some(place) = table.find(hash, client, id) {
                return Some(table.known(place));
            }
        }
        if self.archived.is_empty() {
            return None;
        }
        let hash = archive_hash(self.archive_seed, client, id);
        self.archived.iter().rev().find_map(|archive| archive.find(hash, client, id)).map(Known::Decided)
    }

    /// Notes that an unknown id is under way, at this logged time.
    pub fn begin(&mut self, client: ClientId, id: TransactionId, time_us: i64) -> KnownRef {
        let newest = self.newest().table.get();
        if newest.len() >= newest.capacity() {
            self.begin_generation(time_us);
        }
        let hash = self.hash(client, id);
        let generation = self.oldest
            + u32::try_from(self.generations.len() - 1).expect("generations are counted in a u32");
        let newest = self.generations.back_mut().expect("there is always a generation");
        newest.newest_us = newest.newest_us.max(time_us);
        newest.pending += 1;
        KnownRef { generation, place: newest.table.own().insert(hash, client, id) }
    }

    /// Notes the first result of an id that is under way.
    ///
    /// # Panics
    /// If the id is decided already: a transaction is decided once.
    pub fn decide(&mut self, at: KnownRef, decided: &Decided) {
        let generation = &mut self.generations[(at.generation - self.oldest) as usize];
        generation.table.own().decide(at.place, decided);
        generation.pending -= 1;
        generation.last_frame = generation.last_frame.max(decided.frame);
        self.newest_frame = self.newest_frame.max(decided.frame);
    }

    /// Notes an id that the log has decided, at the logged time of its frame, unless an archive has it.
    ///
    /// # Errors
    /// [`Contradiction`] if the id is known from another record: a log holds one record of a transaction.
    pub fn restore(
        &mut self,
        client: ClientId,
        id: TransactionId,
        decided: &Decided,
        time_us: i64,
    ) -> Result<(), Contradiction> {
        match self.get(client, id) {
            None => {
                let at = self.begin(client, id, time_us);
                self.decide(at, decided);
                Ok(())
            }
            Some(known) if known == Known::Decided(*decided) => Ok(()),
            Some(_) => Err(Contradiction::Decided(client, id)),
        }
    }

    /// Touches what a look-up of these ids will read, so that the processor fetches it side by side.
    pub fn fetch(&self, ids: impl Iterator<Item = (ClientId, TransactionId)>) {
        let touched = ids.fold(0, |sum, (client, id)| {
            let hash = self.hash(client, id);
            let resident = self.generations.iter();
            let sum = resident.fold(sum, |sum, generation| sum ^ generation.table.get().touch(hash));
            if self.archived.is_empty() {
                return sum;
            }
            let hash = archive_hash(self.archive_seed, client, id);
            self.archived.iter().fold(sum, |sum, archive| sum ^ archive.touch(hash))
        });
        std::hint::black_box(touched);
    }

    /// The capacity of the table that will be needed next, if it is not there: asked for when a quarter of the first is
    /// left, and at once from then on. A look-up asks every generation, so they grow with what there is, a third of it
    /// each, and their number stays small.
    #[must_use]
    pub fn wants_table(&self) -> Option<usize> {
        let first = self.newest().table.get();
        let is_first = self.generations.len() == 1 && self.archived.is_empty();
        let is_spared = is_first && 4 * first.len() < 3 * first.capacity();
        let wanted = self.next.is_none() && !is_spared;
        wanted.then(|| (self.len() / 3).clamp(self.capacity, Self::LARGEST))
    }

    /// Takes a table for the next generation. Without one a small one is made when it is needed.
    pub fn give_table(&mut self, table: IdTable) {
        self.next = Some(table);
    }

    /// Gives the oldest generation in memory out to be archived, if it may be: another is kept beside the newest, all its
    /// ids are decided, and the log is durable up to `durable` with the last of them. One at a time.
    pub fn seal(&mut self, durable: u64) -> Option<SealedIds> {
        let behind = self.generations.len().checked_sub(2 + Self::KEPT)?;
        let oldest = &mut self.generations[0];
        if self.archiving || oldest.pending > 0 || oldest.last_frame > durable {
            return None;
        }
        self.archiving = true;
        Some(SealedIds {
            number: self.oldest,
            table: oldest.table.share(),
            newest_us: oldest.newest_us,
            after: self.after,
            last_frame: oldest.last_frame,
            covers: oldest.covers,
            seed: self.archive_seed,
            behind,
            forgotten: std::mem::take(&mut self.forgotten),
        })
    }

    /// Takes the archive of the generation that was given out, and gives back what memory it had.
    pub fn archived(&mut self, archive: ArchivedIds) -> Option<Arc<IdTable>> {
        self.archiving = false;
        if archive.number != self.oldest {
            self.forgotten.push(Arc::new(archive));
            return None;
        }
        self.archived.push_back(Arc::new(archive));
        match self.drop_oldest().table {
            Table::Shared(table) => Some(table),
            Table::Own(_) => unreachable!("what is archived was shared"),
        }
    }

    fn drop_oldest(&mut self) -> Generation {
        let oldest = self.generations.pop_front().expect("there is always a generation");
        self.oldest += 1;
        self.after = self.after.max(oldest.last_frame);
        oldest
    }

    /// The generation that was given out could not be archived: it stays, and may be given out again.
    pub fn not_archived(&mut self) {
        self.archiving = false;
    }

    /// Goes on from the archives of runs before, oldest first, when nothing else is known yet.
    pub fn know_archives(&mut self, archives: Vec<ArchivedIds>) {
        assert!(self.is_empty(), "archives come before what the log has after them");
        if let Some(last) = archives.last() {
            self.oldest = last.number + 1;
            self.archive_seed = last.seed;
            self.after = last.last_frame;
        }
        self.archived.extend(archives.into_iter().map(Arc::new));
    }

    /// How many archives there are.
    #[must_use]
    pub fn archives(&self) -> usize {
        self.archived.len()
    }

    /// Ids that were decided in frames up to this one are too old to be known.
    pub fn know_after(&mut self, frame: u64) {
        self.after = frame;
    }

    /// How many ids are known.
    #[must_use]
    pub fn len(&self) -> usize {
        let archived: u64 = self.archived.iter().map(|archive| archive.ids).sum();
        let resident: usize = self.generations.iter().map(|generation| generation.table.get().len()).sum();
        usize::try_from(archived).expect("usize is 64 bits wide") + resident
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
        // What is decided from here on is decided in the newest frame or a later one.
        let covers = self.newest_frame.saturating_sub(1);
        self.generations.back_mut().expect("there is always a generation").covers = covers;
        let table = self.next.take().unwrap_or_else(|| IdTable::lazy(self.capacity));
        self.generations.push_back(Generation::new(table));
    }

    fn forget_before(&mut self, time_us: i64) {
        // The newest may hold ids that are still under way, whatever the clock says.
        while let Some(archive) = self.archived.pop_front_if(|archive| archive.newest_us < time_us) {
            self.forgotten.push(archive);
        }
        let is_too_old = |generation: &Generation| generation.newest_us < time_us && generation.pending == 0;
        while self.generations.len() > 1 && is_too_old(&self.generations[0]) {
            self.drop_oldest();
        }
    }

    #[inline]
    fn hash(&self, client: ClientId, id: TransactionId) -> u64 {
        self.hash.hash_one((id.0, client.0))
    }
}

const _: () = assert!(KnownIds::LARGEST <= IdTable::MOST);

impl Generation {
    fn new(table: IdTable) -> Generation {
        Generation { newest_us: i64::MIN, pending: 0, last_frame: 0, covers: 0, table: Table::Own(table) }
    }
}

impl Table {
    #[inline]
    fn get(&self) -> &IdTable {
        match self {
            Table::Own(table) => table,
            Table::Shared(table) => table,
        }
    }

    #[inline]
    fn own(&mut self) -> &mut IdTable {
        match self {
            Table::Own(table) => table,
            Table::Shared(_) => panic!("what is being archived is decided and full"),
        }
    }

    fn share(&mut self) -> Arc<IdTable> {
        let shared = match std::mem::replace(self, Table::Own(IdTable::lazy(0))) {
            Table::Own(table) => Arc::new(table),
            Table::Shared(table) => table,
        };
        *self = Table::Shared(Arc::clone(&shared));
        shared
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
