//! Known ids against a model that knows everything: ids in and out of order, archives, crashes and restarts, and clocks that
//! jump.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::Rejection;
use crate::idempotency::known_ids::*;
use crate::idempotency::pages::tests::archive as archive_of;
use crate::record::head::Outcome;

/// What a window is at first; a start may have another.
const KEEP_US: i64 = 1_000;

/// The archive of ids that leave memory.
fn archive(sealed: &SealedIds) -> ArchivedIds {
    archive_of(sealed, |_| {})
}

/// What a start reads of an archive that lies in a file.
fn read(archive: &ArchivedIds) -> ArchivedIds {
    ArchivedIds { pages: Arc::clone(&archive.pages), ..*archive }
}

/// What a frame of the log says.
struct Frame {
    time_us: i64,
    heads: Vec<(TransactionId, Decided)>,
}

/// An id that is decided: when it came, and its first result.
#[derive(Clone, Copy)]
struct First {
    begun_us: i64,
    decided: Decided,
}

/// A node's ids, and everything that lies in its files or that a client was told.
struct World {
    rng: StdRng,
    keep_us: i64,
    known: KnownIds,
    ids: u128,
    time_us: i64,
    pending: Vec<(TransactionId, KnownRef, i64)>,
    first: BTreeMap<TransactionId, First>,
    /// Frame 1 is first; the last is being made.
    log: Vec<Frame>,
    durable: u64,
    files: BTreeMap<u32, ArchivedIds>,
    archiving: Option<SealedIds>,
    /// Whether clients give an id again once its first result is too old.
    gives_again: bool,
    restarts_from_archives: u32,
    forgotten: u32,
}

impl World {
    fn new(seed: u64, gives_again: bool) -> World {
        let mut rng = StdRng::seed_from_u64(seed);
        let capacity = rng.random_range(1..50);
        let mut known = KnownIds::new(rng.random(), capacity, KEEP_US);
        // Places in the index come again after 2^25 groups.
        known.generations[0].group = rng.random_range(0..2) * ((1 << 25) - rng.random_range(0..200));
        World {
            known,
            keep_us: KEEP_US,
            rng,
            ids: 0,
            time_us: 1_000_000,
            pending: Vec::new(),
            first: BTreeMap::new(),
            log: vec![Frame { time_us: 1_000_000, heads: Vec::new() }],
            durable: 0,
            files: BTreeMap::new(),
            archiving: None,
            gives_again,
            restarts_from_archives: 0,
            forgotten: 0,
        }
    }

    fn frame(&self) -> u64 {
        self.log.len() as u64
    }

    fn step(&mut self) {
        match self.rng.random_range(0..1_000) {
            0..500 => self.begin(),
            500..860 => self.decide(),
            860..900 => self.end_frame(),
            900..940 => self.durable = self.rng.random_range(self.durable..self.frame()),
            940..965 => self.seal(),
            965..990 => self.finish(),
            990..993 => self.give_memory(),
            993..995 => self.time_us += self.rng.random_range(0..3 * KEEP_US),
            995..997 => self.restart(),
            _ => self.check(),
        }
    }

    fn begin(&mut self) {
        let id = TransactionId(match self.rng.random_range(0..10) {
            0 if self.gives_again && self.ids > 0 => self.rng.random_range(0..self.ids),
            _ => self.ids,
        });
        if self.known.get(ClientId(1), id).is_some() || self.was_answered_lately(id) {
            return;
        }
        assert!(!self.must_be_known(id), "{id} would be posted twice");
        self.ids = self.ids.max(id.0 + 1);
        let at = self.known.begin(ClientId(1), id, self.time_us);
        self.first.remove(&id);
        self.pending.push((id, at, self.time_us));
    }

    fn decide(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let index = self.rng.random_range(0..self.pending.len());
        let (id, at, begun_us) = self.pending.swap_remove(index);
        let frame = self.frame();
        let now = self.log.last_mut().unwrap();
        let outcome = match self.rng.random_range(0..3) {
            0 => Outcome::Refused(Rejection::InsufficientFunds),
            _ => Outcome::Posted,
        };
        let ordinal = u32::try_from(now.heads.len()).unwrap();
        let decided = Decided { content: self.rng.random(), outcome, step: 7, frame, ordinal };
        now.heads.push((id, decided));
        self.known.decide(at, &decided);
        self.first.insert(id, First { begun_us, decided });
    }

    fn end_frame(&mut self) {
        self.time_us += self.rng.random_range(0..60);
        self.log.last_mut().unwrap().time_us = self.time_us;
        self.log.push(Frame { time_us: self.time_us, heads: Vec::new() });
    }

    fn seal(&mut self) {
        if self.archiving.is_none() {
            self.archiving = self.known.seal(self.durable);
        }
    }

    /// What was to be archived is, or is not.
    fn finish(&mut self) {
        let Some(sealed) = self.archiving.take() else { return };
        if self.rng.random_range(0..5) == 0 {
            self.known.not_archived();
            return;
        }
        self.write(&sealed);
        self.known.archived(archive(&sealed));
    }

    fn give_memory(&mut self) {
        if let Some(IdMemory { table, pieces, piece }) = self.known.wants_memory() {
            let room = (0..pieces).map(|_| IndexRoom::ready(piece)).collect();
            self.known.give_memory(IdTable::ready(table), room);
        }
    }

    fn write(&mut self, sealed: &SealedIds) {
        self.forgotten += u32::try_from(sealed.forgotten.len()).unwrap();
        sealed.forgotten.iter().for_each(|archive| drop(self.files.remove(&archive.number)));
        self.files.insert(sealed.number, archive(sealed));
    }

    /// Kills the node, and starts it from its files as recovery does.
    fn restart(&mut self) {
        if let Some(sealed) = self.archiving.take().filter(|_| self.rng.random()) {
            self.write(&sealed);
        }
        self.pending.clear();
        self.log.truncate(usize::try_from(self.durable).unwrap());
        self.first.retain(|_, first| first.decided.frame <= self.durable);
        self.damage();
        // What was forgotten and given again is there twice for a longer window: the newer record counts.
        self.keep_us = [KEEP_US / 2, KEEP_US, 3 * KEEP_US][self.rng.random_range(0..3)];
        let oldest = self.time_us - self.keep_us;
        let mut from = 1 + self.log.partition_point(|frame| frame.time_us < oldest) as u64;
        self.known = KnownIds::new(self.rng.random(), self.rng.random_range(1..50), self.keep_us);
        let archives = self.whole();
        match (archives.first(), archives.last()) {
            (Some(first), Some(last)) if first.after < from && from <= last.covers + 1 => {
                from = last.covers + 1;
                self.known
                    .know_archives(archives, oldest, |halves| halves.iter_mut().for_each(IndexHalf::fill));
                self.restarts_from_archives += 1;
            }
            _ => {
                self.known.know_after(from - 1);
                self.files.clear();
            }
        }
        for frame in self.log.iter().skip(usize::try_from(from - 1).unwrap()) {
            for (id, decided) in &frame.heads {
                let hash = self.known.hash(ClientId(1), *id);
                let logged = |number: u64| Some(self.log[usize::try_from(number - 1).unwrap()].time_us);
                self.known.restore(hash, ClientId(1), *id, decided, frame.time_us, logged).unwrap();
            }
        }
        self.log.push(Frame { time_us: self.time_us, heads: Vec::new() });
        self.check();
    }

    /// Loses an archive now and then.
    fn damage(&mut self) {
        if self.rng.random_range(0..8) == 0 {
            let numbers: Vec<u32> = self.files.keys().copied().collect();
            if !numbers.is_empty() {
                self.files.remove(&numbers[self.rng.random_range(0..numbers.len())]);
            }
        }
    }

    /// The archives that follow each other. What is behind them goes.
    fn whole(&mut self) -> Vec<ArchivedIds> {
        let mut whole: Vec<ArchivedIds> = Vec::new();
        for archive in self.files.values() {
            let follows = whole.last().is_none_or(|before| {
                archive.number == before.number + 1
                    && archive.after == before.after.max(before.last_frame)
                    && archive.seed == before.seed
            });
            if !follows || archive.last_frame > self.durable {
                break;
            }
            whole.push(read(archive));
        }
        let last = whole.last().map(|archive| archive.number);
        self.files.retain(|number, _| last.is_some_and(|last| *number <= last));
        whole
    }

    /// Whether a client may give this id again with its own time, and must hear of its first result.
    fn must_be_known(&self, id: TransactionId) -> bool {
        self.first.get(&id).is_some_and(|first| first.begun_us >= self.time_us - self.keep_us)
    }

    /// Whether its first result is in a frame that a start would read. Live, an id is forgotten by when it came, which is
    /// here long before it is decided; clients are not that fast.
    fn was_answered_lately(&self, id: TransactionId) -> bool {
        let Some(First { decided, .. }) = self.first.get(&id) else { return false };
        let frame = &self.log[usize::try_from(decided.frame - 1).unwrap()];
        frame.time_us >= self.time_us - KEEP_US.max(self.keep_us) || decided.frame == self.frame()
    }

    fn check(&self) {
        for (id, First { decided, .. }) in &self.first {
            match self.known.get(ClientId(1), *id) {
                Some(known) => assert_eq!(known, Known::Decided(*decided), "{id}"),
                None => assert!(!self.must_be_known(*id), "{id} would be posted twice"),
            }
            assert_eq!(self.known.get(ClientId(2), *id), None);
        }
        for (id, ..) in &self.pending {
            assert_eq!(self.known.get(ClientId(1), *id), Some(Known::Pending), "{id}");
        }
        let archived: u64 = self.known.archived.iter().map(|archived| archived.archive.ids).sum();
        let in_memory = self.known.generations.iter().filter(|generation| !generation.is_archived);
        let in_memory: usize = in_memory.map(|generation| generation.table.get().len()).sum();
        assert_eq!(self.known.len(), usize::try_from(archived).unwrap() + in_memory);
        assert!(self.known.generations.iter().filter(|generation| generation.is_archived).count() <= 1);
    }
}

fn run(seeds: std::ops::Range<u64>, steps: u32, gives_again: bool) {
    let (mut from_archives, mut forgotten) = (0, 0);
    for seed in seeds {
        let outcome = std::panic::catch_unwind(|| {
            let mut world = World::new(seed, gives_again);
            (0..steps).for_each(|_| world.step());
            world.check();
            (world.restarts_from_archives, world.forgotten)
        });
        let (restarts, gone) = outcome.unwrap_or_else(|_| panic!("with seed {seed}"));
        (from_archives, forgotten) = (from_archives + restarts, forgotten + gone);
    }
    assert!(from_archives > 0 && forgotten > 0, "{from_archives} restarts, {forgotten} forgotten");
}

#[test]
fn an_id_keeps_its_first_result_over_archives_and_restarts() {
    run(0..200, 5_000, false);
}

#[test]
fn an_id_that_was_forgotten_may_be_given_again() {
    run(0..200, 5_000, true);
}
