//! Every power cut of every small history of a log: each history of a few steps, and in each of its operations every
//! subset of the sectors, names and lengths that are not synced, where there are not too many; seeded ones where there
//! are, and some with torn sectors. Recoveries are steps of histories too, so that second cuts fall into all their
//! operations. Each thing that a cut may leave is recovered from by the production code, once.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use longmen_wal::{FaultyStorage, Inspected, LogOptions, LogWriter, Opened, PowerCuts, WritePath, inspect};

use crate::kit::{body, contents, open_with, sections_of, used};
use crate::random::Random;

/// Three pages: a header and at most two frames, so that segments change all the time.
const SMALL: LogOptions =
    LogOptions { segment_bytes: 12288, segments_ahead: 0, write_path: WritePath::Pwritev };

/// What a log may do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// A frame with so many bytes of payload: in one sector, in three, in two pages.
    Append(usize),
    Sync,
    /// An idle frame carries the mark.
    Mark,
    /// The process ends and another recovers; what was written is there, synced or not.
    Kill,
    /// The power goes and the log is recovered: nothing unsynced is left.
    CutBare,
    /// ... any part of it is left, and some sectors are torn.
    CutTorn,
    /// The log is closed and opened again.
    Stop,
    /// The same on a disk without room for a segment: where a short one does, it begins with that. Then there is room.
    StopFull,
}

const STEPS: [Step; 10] = [
    Step::Append(100),
    Step::Append(1300),
    Step::Append(4300),
    Step::Sync,
    Step::Mark,
    Step::Kill,
    Step::CutBare,
    Step::CutTorn,
    Step::Stop,
    Step::StopFull,
];

/// Where there are more ways for a cut than this, it is so many seeded ones: after the step of this number, the start
/// being 0; after later ones as after the last.
const MOST: [u128; 5] = [4096, 4096, 4096, 4096, 320];
/// How many more have torn sectors.
const TORN: u64 = 4;
/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Histories, the beginnings of others included.
    pub(crate) histories: u64,
    /// Syncs before which the power went, and ends of steps.
    pub(crate) moments: u64,
    /// Moments all of whose cuts were made.
    pub(crate) exhausted: u64,
    /// Power cuts.
    pub(crate) cuts: u64,
    /// Those that left what no other had left, or with as much acknowledged: each was recovered from.
    pub(crate) distinct: u64,
    /// Recoveries that cut a torn tail.
    pub(crate) torn_tails: u64,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.histories += other.histories;
        self.moments += other.moments;
        self.exhausted += other.exhausted;
        self.cuts += other.cuts;
        self.distinct += other.distinct;
        self.torn_tails += other.torn_tails;
    }
}

/// What a cut has left, and how many frames were acknowledged by then.
type Seen = Mutex<HashSet<(u64, u64)>>;

/// What was known before the power went.
#[derive(Clone, Copy)]
struct Before {
    acknowledged: u64,
    /// The last run that had begun.
    epoch: u64,
}

/// A log in the course of a history, and what must and may be found of it.
struct Life<'a> {
    seen: &'a Seen,
    counts: Counts,
    history: &'a [Step],
    /// Steps of the history that were taken.
    taken: usize,
    disk: FaultyStorage,
    /// Whether power cuts are made in the step being taken.
    noting: bool,
    writer: Option<LogWriter>,
    epoch: u64,
    /// The sections of each frame that was written, from number 1.
    frames: Vec<Vec<Vec<u8>>>,
    acknowledged: u64,
}

impl<'a> Life<'a> {
    fn new(seen: &'a Seen, history: &'a [Step]) -> Self {
        Self {
            seen,
            counts: Counts::default(),
            history,
            taken: 0,
            disk: FaultyStorage::new(),
            noting: false,
            writer: None,
            epoch: 0,
            frames: Vec::new(),
            acknowledged: 0,
        }
    }

    /// Lives through the history, until a step does nothing. The cuts in so many of its beginnings, the empty one
    /// first, were made before.
    fn live(mut self, made: usize) -> Counts {
        self.step(made == 0, Self::recover);
        for step in self.history {
            self.taken += 1;
            let operations = self.disk.operations();
            self.step(self.taken >= made, |life| life.take(*step));
            if self.disk.operations() == operations {
                break;
            }
        }
        self.counts
    }

    /// Takes a step and makes the power cuts of it.
    fn step(&mut self, is_new: bool, step: impl FnOnce(&mut Self)) {
        let before = Before { acknowledged: self.acknowledged, epoch: self.epoch };
        self.noting = is_new;
        self.note();
        step(self);
        if is_new {
            let moments = self.disk.take_cuts();
            self.counts.histories += 1;
            moments.iter().for_each(|cuts| self.cut(cuts, before));
            let after = Before { acknowledged: self.acknowledged, epoch: self.epoch };
            self.cut(&self.disk.power_cuts(), after);
        }
    }

    fn take(&mut self, step: Step) {
        let writer = self.writer.as_mut().expect("a log is open between steps");
        match step {
            Step::Append(bytes) => {
                let body = body(self.taken as u64, bytes);
                let number = writer.append(&body).unwrap();
                self.frames.push(sections_of(&body));
                assert_eq!(number.0, self.frames.len() as u64);
            }
            Step::Sync => self.acknowledged = writer.sync().unwrap().0,
            Step::Mark => {
                self.acknowledged = writer.write_mark().unwrap().0;
                self.frames.resize(writer.next_frame().0 as usize - 1, Vec::new());
            }
            Step::Kill => self.recover(),
            Step::CutBare => self.restart(self.disk.without_unsynced()),
            Step::CutTorn => self.restart(self.disk.power_cuts().torn_image(self.seed())),
            Step::Stop => self.stop(Self::recover),
            Step::StopFull => self.stop(|life| {
                life.disk.set_capacity(Some(used(&life.disk) + SMALL.segment_bytes - 1));
                let opened = open_with(&life.disk, SMALL, life.seed());
                life.disk.set_capacity(None);
                match opened {
                    Ok(opened) => life.go_on(opened),
                    Err(error) => {
                        assert!(error.is_disk_full(), "{error}");
                        life.recover();
                    }
                }
            }),
        }
    }

    fn stop(&mut self, start: impl FnOnce(&mut Self)) {
        let last = self.frames.len();
        self.writer.take().expect("a log is open between steps").close().unwrap();
        start(self);
        assert!(self.frames.len() >= last, "a clean end loses nothing");
    }

    fn note(&self) {
        if self.noting {
            self.disk.note_cuts();
        }
    }

    /// Goes on with what a cut has left.
    fn restart(&mut self, disk: FaultyStorage) {
        self.writer = None;
        self.disk = disk;
        self.note();
        self.recover();
    }

    fn open(&self, disk: &FaultyStorage, seed: u64) -> Opened {
        let opened = open_with(disk, SMALL, seed);
        opened.unwrap_or_else(|error| panic!("{:?}: {error}", self.so_far()))
    }

    /// The steps that were taken.
    fn so_far(&self) -> &'a [Step] {
        &self.history[..self.taken]
    }

    /// Recovers, and goes on from what is there.
    fn recover(&mut self) {
        let opened = self.open(&self.disk, self.seed());
        self.go_on(opened);
    }

    fn go_on(&mut self, opened: Opened) {
        let found: Vec<_> = contents(&opened.reader).into_iter().map(|(_, sections)| sections).collect();
        let same = found.len().min(self.frames.len());
        let what = self.so_far();
        assert!(found[..same] == self.frames[..same], "{what:?}: frames are not what was written");
        // A log that is closed may end with an idle frame.
        let idle = found[same..].iter().all(Vec::is_empty) && found.len() <= same + 1;
        assert!(idle, "{what:?}: frames that were never written");
        assert!(found.len() as u64 >= self.acknowledged, "{what:?}: what was acknowledged is gone");
        self.acknowledged = found.len() as u64;
        self.frames = found;
        self.epoch = opened.report.epoch.0;
        self.writer = Some(opened.writer);
    }

    /// The same for the same beginning of a history, so that those who share it share its bytes.
    fn seed(&self) -> u64 {
        let steps = self.history[..self.taken].iter();
        let places =
            steps.map(|step| STEPS.iter().position(|one| one == step).expect("all are there") as u64);
        Random(places.fold(1, |seed, place| seed * 16 + place)).next()
    }

    /// The power goes at one moment: every way, or many.
    fn cut(&mut self, cuts: &PowerCuts, before: Before) {
        self.counts.moments += 1;
        let count = cuts.count();
        let mut random = Random(self.seed() ^ self.counts.moments);
        let most = MOST[self.taken.min(MOST.len() - 1)];
        if count <= most {
            self.counts.exhausted += 1;
            (0..count).for_each(|number| self.left(&cuts.image(number), before));
        } else {
            for _ in 0..most {
                let number = (u128::from(random.next()) << 64 | u128::from(random.next())) % count;
                self.left(&cuts.image(number), before);
            }
        }
        for _ in 0..TORN {
            self.left(&cuts.torn_image(random.next()), before);
        }
    }

    /// Recovers from what a cut has left, unless the same was seen before.
    fn left(&mut self, disk: &FaultyStorage, before: Before) {
        let Before { acknowledged, epoch } = before;
        self.counts.cuts += 1;
        if !self.seen.lock().unwrap().insert((disk.digest(), acknowledged)) {
            return;
        }
        self.counts.distinct += 1;
        // A recovery discards a tail before it removes the file.
        let recovering = self.epoch > epoch;
        let good = if recovering { 0 } else { highest_good(disk, epoch) };
        let what = self.so_far();
        let mut opened = self.open(disk, self.seed() ^ 1);
        let found = contents(&opened.reader);
        let last = found.len() as u64;
        assert!(last >= acknowledged, "{what:?}: {last} frames are there, {acknowledged} were acknowledged");
        assert_eq!(opened.report.last.0, last, "{what:?}");
        assert!(last <= self.frames.len() as u64, "{what:?}: frame {last} was never written");
        for ((number, sections), (expected, frame)) in found.iter().zip((1..).zip(&self.frames)) {
            let same = *number == expected && sections == frame;
            assert!(same, "{what:?}: frame {number} is not what was written");
        }
        match opened.report.cut {
            None => assert!(good <= last, "{what:?}: frame {good} was there and was cut without a word"),
            Some(cut) => {
                self.counts.torn_tails += 1;
                let holds = cut.first.0 == last + 1 && cut.last.0 >= good.max(cut.first.0);
                assert!(holds, "{what:?}: {cut:?}, frame {good} was there");
            }
        }
        let next = body(99, 300);
        opened.writer.append(&next).unwrap();
        assert_eq!(opened.writer.sync().unwrap().0, last + 1, "{what:?}");
        let mut goes_on = found;
        goes_on.push((last + 1, sections_of(&next)));
        assert!(contents(&opened.reader) == goes_on, "{what:?}: the log does not go on");
    }
}

/// The highest frame anywhere on the disk whose head holds and whose run had begun.
fn highest_good(disk: &FaultyStorage, epoch: u64) -> u64 {
    let mut highest = 0;
    let mut visit = |found| {
        if let Inspected::Frame(frame) = found
            && frame.epoch.0 <= epoch
        {
            highest = highest.max(frame.number.0);
        }
    };
    inspect(disk, &mut visit).unwrap();
    highest
}

/// The `number`th history of so many steps, in an order in which those with the same beginning are neighbours.
fn history(number: usize, length: usize) -> Vec<Step> {
    let place = |at: usize| number / STEPS.len().pow((length - 1 - at) as u32) % STEPS.len();
    (0..length).map(|at| STEPS[place(at)]).collect()
}

/// Goes through all histories of so many steps, on so many threads.
pub(crate) fn every_history(length: usize, threads: usize) -> Counts {
    let (seen, next, total) = (Seen::default(), AtomicUsize::new(0), Mutex::new(Counts::default()));
    let groups = STEPS.len().pow(2);
    let size = STEPS.len().pow(length as u32) / groups;
    // A thread has all histories that begin with the same two steps.
    let work = || loop {
        let group = next.fetch_add(1, Ordering::Relaxed);
        if group >= groups {
            return;
        }
        let mut before: Vec<Step> = history(group * size, length);
        for number in group * size..(group + 1) * size {
            let now = history(number, length);
            let first = number == group * size;
            // The cuts in a beginning are made with the first history that has it.
            let shared = now.iter().zip(&before).take_while(|(now, before)| now == before).count();
            let made = match (first, number) {
                (true, 0) => 0,
                (true, _) if group.is_multiple_of(STEPS.len()) => 1,
                (true, _) => 2,
                (false, _) => shared + 1,
            };
            before.clone_from(&now);
            let counts = Life::new(&seen, &now).live(made);
            total.lock().unwrap().add(counts);
        }
    };
    thread::scope(|scope| {
        (0..threads).for_each(|_| {
            scope.spawn(work);
        });
    });
    total.into_inner().unwrap()
}
