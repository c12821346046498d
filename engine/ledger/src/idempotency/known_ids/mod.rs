//! Known transaction ids: what makes the same request give the same answer.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::idempotency::decided::{Decided, Known};
use crate::idempotency::generation::{Generation, SealedIds, Table};
use crate::idempotency::index::{GROUP, Groups, IdIndex, IndexHalf, IndexRoom};
use crate::idempotency::pages::{ArchivedIds, id_hash};
use crate::idempotency::table::IdTable;
use crate::ids::{ClientId, TransactionId};
use crate::record::contradiction::Contradiction;

/// Where an id under way is noted, so that its result needs no second search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownRef {
    generation: u32,
    place: u32,
}

/// An id's hash, by which these known ids look for it: made once, since an id is fetched, looked up and begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdHash(u64);

/// The ids inside the window, in generations of fixed capacity: the newest in memory, those before in archives. One index
/// says where each of them is looked for. Nothing is ever rehashed at once, and the memory of the next generation may be made
/// elsewhere ahead of need: what takes long is to touch so much of it for the first time.
#[derive(Clone, Debug)]
pub struct KnownIds {
    /// The seed of the hashes.
    seed: u64,
    /// What a generation holds.
    capacity: usize,
    /// How long an id is kept, in microseconds of logged time.
    keep_us: i64,
    /// How long after one record of an id another may follow: the id was forgotten in between, and given again with a
    /// later time.
    apart_us: i64,
    index: IdIndex,
    /// What was archived, oldest first.
    archived: VecDeque<Archived>,
    /// Archives that are not needed any more.
    forgotten: Vec<Arc<ArchivedIds>>,
    /// The number of the oldest generation in memory.
    oldest: u32,
    /// The newest is last. The first of them may be archived already.
    generations: VecDeque<Generation>,
    /// Ids that were decided in frames up to this one may be missing in what is not archived.
    after: u64,
    /// The generation that is being archived, and how many archives are removed with it.
    archiving: Option<(u32, usize)>,
    /// The newest frame in which an id was decided.
    newest_frame: u64,
    /// How many ids are known.
    len: usize,
    /// The table of the next generation, if it came.
    next: Option<IdTable>,
}

#[derive(Clone, Debug)]
struct Archived {
    /// Its first group in the index.
    group: u64,
    archive: Arc<ArchivedIds>,
}

/// Memory that will be needed for ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdMemory {
    /// The ids of a generation.
    pub table: usize,
    /// How many pieces of the index.
    pub pieces: usize,
    /// The buckets of a piece, see [`IndexRoom::ready`].
    pub piece: usize,
}

impl KnownIds {
    /// How many generations stay in memory behind the newest: most repeats come soon.
    const KEPT: usize = 1;
    /// No window is shorter, whatever it was set to when a log was written: it reaches an hour ahead.
    const APART_US: i64 = 3_600_000_000;
    /// With fewer ids than this no memory is made ahead: a node that is hardly used need not have it.
    const FEW: usize = 1 << 14;

    /// No ids yet. `seed` keeps clients from choosing ids that collide; `capacity` is that of one generation; after
    /// `keep_us` of logged time an id need not be known any more, since a request so old is refused by its time.
    #[must_use]
    pub fn new(seed: u64, capacity: usize, keep_us: i64) -> KnownIds {
        let capacity = capacity.clamp(1, IdTable::MOST);
        KnownIds {
            seed,
            capacity,
            keep_us,
            apart_us: KnownIds::APART_US.min(keep_us / 4),
            index: IdIndex::new(0, capacity),
            archived: VecDeque::new(),
            forgotten: Vec::new(),
            oldest: 0,
            generations: VecDeque::from([Generation::new(0, IdTable::lazy(capacity))]),
            after: 0,
            archiving: None,
            newest_frame: 0,
            len: 0,
            next: None,
        }
    }

    /// The hash of an id.
    #[must_use]
    #[inline]
    pub fn hash(&self, client: ClientId, id: TransactionId) -> IdHash {
        IdHash(id_hash(self.seed, client, id))
    }

    /// Has the processor fetch what a look-up of this id reads, while other work goes on: of several ids one right after the
    /// other.
    #[inline]
    pub fn fetch(&self, hash: IdHash) {
        self.index.fetch(hash.0);
    }

    /// What is known of an id.
    #[must_use]
    pub fn get(&self, client: ClientId, id: TransactionId) -> Option<Known> {
        self.get_hashed(self.hash(client, id), client, id)
    }

    /// What is known of an id, whose hash this is.
    #[must_use]
    #[inline]
    pub fn get_hashed(&self, hash: IdHash, client: ClientId, id: TransactionId) -> Option<Known> {
        debug_assert_eq!(hash, self.hash(client, id), "an id is looked for by its own hash");
        let newest = || self.newest_group(self.newest().table.get().len());
        let known = || Groups { oldest: self.oldest_group(), newest: newest() };
        self.index.find(hash.0, known, |group| self.get_in(group, client, id))
    }

    fn get_in(&self, group: u64, client: ClientId, id: TransactionId) -> Option<Known> {
        let place = |first: u64| (group - first) * GROUP as u64;
        if let Some(in_memory) = self.generations.iter().rfind(|generation| generation.group <= group) {
            let table = in_memory.table.get();
            let first = usize::try_from(place(in_memory.group)).expect("a place in memory");
            return table.find(first, GROUP, client, id).map(|place| table.known(place));
        }
        let behind = self.archived.partition_point(|archived| archived.group <= group);
        let Archived { group: first, archive } = &self.archived[behind.checked_sub(1)?];
        archive.find(place(*first), client, id).map(Known::Decided)
    }

    /// Notes that an unknown id is under way, at this logged time.
    pub fn begin(&mut self, client: ClientId, id: TransactionId, time_us: i64) -> KnownRef {
        self.begin_hashed(self.hash(client, id), client, id, time_us)
    }

    /// Notes that an unknown id, whose hash this is, is under way, at this logged time.
    pub fn begin_hashed(
        &mut self,
        hash: IdHash,
        client: ClientId,
        id: TransactionId,
        time_us: i64,
    ) -> KnownRef {
        debug_assert_eq!(hash, self.hash(client, id), "an id is looked for by its own hash");
        if self.newest().table.get().is_full() {
            self.forget_before(time_us - self.keep_us);
            self.begin_generation();
        }
        self.begin_in_newest(hash, client, id, time_us)
    }

    /// The newest generation has room.
    #[inline]
    fn begin_in_newest(
        &mut self,
        hash: IdHash,
        client: ClientId,
        id: TransactionId,
        time_us: i64,
    ) -> KnownRef {
        let newest = self.generations.back_mut().expect("there is always a generation");
        newest.newest_us = newest.newest_us.max(time_us);
        newest.pending += 1;
        let place = newest.table.own().push(client, id);
        self.len += 1;
        let known = Groups { oldest: self.oldest_group(), newest: self.newest_group(place as usize + 1) };
        self.index.insert(hash.0, known);
        KnownRef { generation: self.number(self.generations.len() - 1), place }
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

    /// Notes an id that the log has decided, whose hash this is, at the logged time of its frame, unless an archive has it.
    /// An id that was forgotten, by this window or a shorter one, may have come again: then the newer record counts.
    /// `logged` tells the logged time of an earlier frame, if it can be had.
    ///
    /// # Errors
    /// [`Contradiction`] if the id is known from another record that no window lies before.
    pub fn restore(
        &mut self,
        hash: IdHash,
        client: ClientId,
        id: TransactionId,
        decided: &Decided,
        time_us: i64,
        logged: impl FnOnce(u64) -> Option<i64>,
    ) -> Result<(), Contradiction> {
        if let Some(known) = self.get_hashed(hash, client, id) {
            let Known::Decided(known) = known else { return Err(Contradiction::Decided(client, id)) };
            // An archive has this record, or one that came after it.
            if known == *decided {
                return Ok(());
            }
            let apart = logged(known.frame).map(|first_us| time_us.saturating_sub(first_us));
            if known.frame >= decided.frame || apart.is_none_or(|apart| apart <= self.apart_us) {
                return Err(Contradiction::Decided(client, id));
            }
        }
        // None is forgotten meanwhile: of a log that a wrong clock wrote, the clock may be right again and far behind.
        if self.newest().table.get().is_full() {
            self.begin_generation();
        }
        let at = self.begin_in_newest(hash, client, id, time_us);
        self.decide(at, decided);
        Ok(())
    }

    /// The memory that will be needed next, if it is not there: asked for when there are more than a few ids.
    #[must_use]
    pub fn wants_memory(&self) -> Option<IdMemory> {
        let few = KnownIds::FEW.min(self.capacity - self.capacity / 4);
        let wanted = self.next.is_none() && self.len >= few;
        wanted.then(|| IdMemory {
            table: self.capacity,
            pieces: self.index.lacks_room(self.capacity),
            piece: self.index.room_size(),
        })
    }

    /// Takes memory for the next generation. Without it some is found where it is needed, and left as soon as it comes.
    pub fn give_memory(&mut self, table: IdTable, room: Vec<IndexRoom>) {
        let newest = self.generations.back_mut().expect("there is always a generation");
        newest.table.own().close_if_lazy();
        self.next = Some(table);
        self.index.give_room(room);
    }

    /// Gives the oldest generation that is not archived out to be, if it may be: it is full, all its ids are decided, and
    /// the log is durable up to `durable` with the last of them. One at a time.
    pub fn seal(&mut self, durable: u64) -> Option<SealedIds> {
        let archived = self.archived_in_memory();
        let behind = self.generations.len().checked_sub(archived + 2)?;
        let number = self.number(archived);
        let sealed = &mut self.generations[archived];
        if self.archiving.is_some() || sealed.pending > 0 || sealed.last_frame > durable {
            return None;
        }
        self.archiving = Some((number, self.forgotten.len()));
        Some(SealedIds {
            number,
            table: sealed.table.share(),
            newest_us: sealed.newest_us,
            after: self.after,
            last_frame: sealed.last_frame,
            covers: sealed.covers.min(durable),
            seed: self.seed,
            behind,
            forgotten: self.forgotten.clone(),
        })
    }

    /// Takes the archive of the generation that was given out, and gives back the memory of the one that leaves.
    ///
    /// # Panics
    /// If none was given out.
    pub fn archived(&mut self, archive: ArchivedIds) -> Option<Arc<IdTable>> {
        let (number, removed) = self.archiving.take().expect("an archive is of ids that were given out");
        self.forgotten.drain(..removed);
        assert_eq!(archive.number, number, "one generation is archived at a time");
        let archived = self.archived_in_memory();
        let archive = Arc::new(archive);
        if number < self.oldest {
            self.forgotten.push(archive);
            return None;
        }
        let generation = &mut self.generations[archived];
        generation.is_archived = true;
        self.after = self.after.max(generation.last_frame);
        self.archived.push_back(Archived { group: generation.group, archive });
        self.leave()
    }

    /// Lets the oldest generation leave memory, if an archive has it and it need not stay.
    fn leave(&mut self) -> Option<Arc<IdTable>> {
        let stay = self.generations.len() < 2 + Self::KEPT || !self.generations[0].is_archived;
        match (!stay).then(|| self.drop_oldest().table)? {
            Table::Shared(table) => Some(table),
            Table::Own(_) => unreachable!("what is archived was shared"),
        }
    }

    fn archived_in_memory(&self) -> usize {
        self.generations.iter().take_while(|generation| generation.is_archived).count()
    }

    fn drop_oldest(&mut self) -> Generation {
        self.oldest += 1;
        self.generations.pop_front().expect("there is always a generation")
    }

    /// The generation that was given out could not be archived: it stays, and may be given out again.
    pub fn not_archived(&mut self) {
        self.archiving = None;
    }

    /// Goes on from the archives of runs before, oldest first, when nothing else is known yet. Those with ids of before
    /// `oldest_us` alone are forgotten: a run before may have forgotten them, and taken their ids again. `fill` is to call
    /// [`IndexHalf::fill`] for both halves of the index, on one thread or two.
    pub fn know_archives(
        &mut self,
        mut archives: Vec<ArchivedIds>,
        oldest_us: i64,
        fill: impl FnOnce(&mut [IndexHalf<'_>; 2]),
    ) {
        assert!(self.is_empty(), "archives come before what the log has after them");
        let Some(last) = archives.last() else { return };
        (self.oldest, self.seed) = (last.number + 1, last.seed);
        self.after = last.after.max(last.last_frame);
        let old = archives.iter().take_while(|archive| archive.newest_us < oldest_us).count();
        self.forgotten.extend(archives.drain(..old).map(Arc::new));
        let ids: u64 = archives.iter().map(|archive| archive.ids).sum();
        self.len = usize::try_from(ids).expect("usize is 64 bits wide");
        let mut group = 0;
        let first_group = |archive: ArchivedIds| {
            let first = group;
            group += groups_of(archive.ids);
            (first, archive)
        };
        let archives: Vec<_> = archives.into_iter().map(first_group).collect();
        let mut halves = IndexHalf::both(&archives, self.len, self.capacity);
        fill(&mut halves);
        self.index = IndexHalf::join(halves);
        assert_eq!(self.index.entries(), self.len, "an id that is not entered would be posted again");
        let archived =
            archives.into_iter().map(|(group, archive)| Archived { group, archive: Arc::new(archive) });
        self.archived.extend(archived);
        self.generations[0].group = group;
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
        self.len
    }

    /// Whether no id is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn newest(&self) -> &Generation {
        self.generations.back().expect("there is always a generation")
    }

    /// The first group of ids that are known.
    #[inline]
    fn oldest_group(&self) -> u64 {
        self.archived.front().map_or_else(|| self.generations[0].group, |archived| archived.group)
    }

    /// The last, when so many ids are in the newest generation.
    #[inline]
    fn newest_group(&self, ids: usize) -> u64 {
        self.newest().group + (ids.saturating_sub(1) / GROUP) as u64
    }

    /// The number of a generation, by its place among those in memory.
    #[inline]
    fn number(&self, place: usize) -> u32 {
        self.oldest + u32::try_from(place).expect("generations are counted in a u32")
    }

    /// Apart from what happens to each id.
    #[cold]
    fn begin_generation(&mut self) {
        // What is decided from here on is decided in the newest frame or a later one.
        let covers = self.newest_frame.saturating_sub(1);
        let newest = self.generations.back_mut().expect("there is always a generation");
        newest.covers = covers;
        let group = newest.group + groups_of(newest.table.get().len() as u64);
        let table = self.next.take().unwrap_or_else(|| IdTable::lazy(self.capacity));
        self.generations.push_back(Generation::new(group, table));
    }

    #[cold]
    fn forget_before(&mut self, time_us: i64) {
        while let Some(archived) = self.archived.pop_front_if(|archived| archived.archive.newest_us < time_us)
        {
            self.len -= usize::try_from(archived.archive.ids).expect("usize is 64 bits wide");
            self.forgotten.push(archived.archive);
            if self.archived.is_empty() {
                (0..self.archived_in_memory()).for_each(|_| drop(self.drop_oldest()));
            }
        }
        // The newest may hold ids that are still under way, whatever the clock says.
        let is_too_old = |generation: &Generation| {
            generation.newest_us < time_us && generation.pending == 0 && !generation.is_archived
        };
        while self.archived.is_empty() && self.generations.len() > 1 && is_too_old(&self.generations[0]) {
            let dropped = self.drop_oldest();
            self.after = self.after.max(dropped.last_frame);
            self.len -= dropped.table.get().len();
        }
    }
}

/// How many groups so many ids take.
fn groups_of(ids: u64) -> u64 {
    ids.div_ceil(GROUP as u64)
}

#[cfg(test)]
mod tests;
