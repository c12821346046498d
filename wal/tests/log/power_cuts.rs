//! Power cuts and kills at random operations, in the middle of recoveries too; and every cut of small histories.
//!
//! Mutations tried against these tests are listed in `docs/WAL_FORMAT.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Instant;

use longmen_wal::{FaultyStorage, OpenError, Opened};

use crate::every_cut::every_history;
use crate::kit::{body, contents, open, sections_of};
use crate::random::Random;

/// A history has four steps.
const STEPS: usize = 4;
/// In these histories so many different things are left by power cuts, and recovered from.
const PROMISED: u64 = 1_000_000;

type Sections = Vec<Vec<u8>>;

/// What may and what must be found in the log.
#[derive(Default)]
struct Model {
    /// Every body handed over, by the number it would get.
    bodies: BTreeMap<u64, Sections>,
    /// Frames the log may have written on its own.
    idle: BTreeSet<u64>,
    /// Every frame up to here was acknowledged.
    acknowledged: u64,
}

impl Model {
    /// Everything acknowledged is there, with the bodies it had, and what else is there follows without a gap.
    fn check(&mut self, opened: &Opened, what: &str) {
        let found = contents(&opened.reader);
        let last = found.len() as u64;
        assert_eq!(opened.report.last.0, last, "{what}");
        assert!(last >= self.acknowledged, "{what}: {last} frames, {} acknowledged", self.acknowledged);
        for ((number, sections), expected) in found.iter().zip(1..) {
            assert_eq!(*number, expected, "{what}");
            let is_idle = sections.is_empty() && self.idle.contains(number);
            assert!(is_idle || self.bodies.get(number) == Some(sections), "{what}: frame {number}");
            if is_idle {
                self.bodies.remove(number);
            } else {
                self.idle.remove(number);
            }
        }
        self.bodies.retain(|number, _| *number <= last);
        self.idle.retain(|number| *number <= last);
        // What recovery shows it has made durable.
        self.acknowledged = last;
    }

    /// Random work until something fails or it is enough.
    fn work(&mut self, opened: Opened, random: &mut Random) {
        let mut writer = opened.writer;
        for _ in 0..random.below(12) {
            let next = writer.next_frame().0;
            let synced = match random.below(8) {
                0..=3 => {
                    let body = body(random.next(), random.below(9000) as usize);
                    self.bodies.insert(next, sections_of(&body));
                    match writer.append(&body) {
                        Ok(number) => assert_eq!(number.0, next),
                        Err(_) => return,
                    }
                    continue;
                }
                4..=6 => writer.sync(),
                _ => {
                    self.idle.insert(next);
                    writer.write_mark()
                }
            };
            match synced {
                Ok(durable) => self.acknowledged = self.acknowledged.max(durable.0),
                Err(_) => return,
            }
        }
        if random.below(4) == 0 {
            let last = writer.next_frame().0;
            self.idle.insert(last);
            if writer.close().is_ok() {
                self.acknowledged = last - 1;
            }
        }
    }
}

/// One storage through several lives. Returns how often it was cut or killed.
fn lives(seed: u64) -> u64 {
    let mut random = Random(seed);
    let mut disk = FaultyStorage::new();
    disk.set_torn_sectors(random.below(3) == 0);
    let mut model = Model::default();
    let count = 2 + random.below(3);
    for life in 0..count {
        let what = format!("seed {seed}, life {life}");
        disk.power_off_at(1 + random.below(60));
        match open(&disk, random.next()) {
            Ok(opened) => {
                model.check(&opened, &what);
                model.work(opened, &mut random);
            }
            Err(OpenError::Refused(finding)) => panic!("{what}: refused: {finding}"),
            Err(_) => {}
        }
        disk = if random.below(4) == 0 { disk.branch() } else { disk.power_cut(random.next()) };
    }
    let what = format!("seed {seed}, the end");
    let opened = open(&disk, random.next()).unwrap_or_else(|error| panic!("{what}: {error}"));
    model.check(&opened, &what);
    let cut = disk.power_cut(random.next());
    let again = open(&cut, random.next()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(contents(&again.reader), contents(&opened.reader), "{what}: a second recovery differs");
    model.work(again, &mut random);
    count
}

#[test]
fn nothing_acknowledged_is_ever_lost() {
    let seeds = std::env::var("LONGMEN_WAL_SEEDS").map_or(10_000, |text| text.parse().unwrap());
    let begin = Instant::now();
    let lived: u64 = (0..seeds).map(lives).sum();
    println!("{seeds} seeds, {lived} cuts and kills, {:?}", begin.elapsed());
}

/// `LONGMEN_WAL_STEPS=N` goes through the histories of N steps.
#[test]
fn a_million_power_cuts_of_small_histories_are_survived() {
    let steps = std::env::var("LONGMEN_WAL_STEPS").map_or(STEPS, |text| text.parse().unwrap());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let begin = Instant::now();
    let counts = every_history(steps, threads);
    println!("histories of {steps} steps, {threads} threads: {counts:?}, {:?}", begin.elapsed());
    assert!(steps < STEPS || counts.distinct >= PROMISED, "{counts:?}");
}
