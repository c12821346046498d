//! What the disk does alone, in the way in which a node's log uses it: no node on it answers sooner.

use std::io::{self, IoSlice};
use std::time::{Duration, Instant};

use longmen_wal::{DirectoryStorage, Storage, WritePath};

use super::own_node::new_directory;
use super::{BenchSettings, Outcome};
use crate::error::LoadError;
use crate::measure::Latencies;
use crate::run::microseconds;

/// What a frame of a few transactions takes.
const WRITE: usize = 4_096;
/// The file that is written over and over, as a segment is that was made ahead.
const FILE: u64 = 16 << 20;
/// How long the disk is watched, at most.
const LONGEST: Duration = Duration::from_secs(2);

/// Latencies of writes of 4 KiB, each synced before the next, in a new directory where nodes have theirs.
pub(super) fn alone(settings: &BenchSettings, row: Duration) -> Result<Latencies, LoadError> {
    let directory = new_directory(settings)?;
    let storage = DirectoryStorage::open(directory.path()).map_err(io::Error::other)?;
    let file = storage.create("disk", FILE, WritePath::Direct)?;
    let block = vec![1; WRITE];
    let places = (0..FILE).step_by(WRITE);
    for place in places.clone() {
        file.write_at(&[IoSlice::new(&block)], place)?;
    }
    file.sync()?;
    let (mut latencies, began) = (Latencies::default(), Instant::now());
    for place in places.cycle() {
        let from = began.elapsed();
        if from >= LONGEST.min(row / 4) {
            break;
        }
        file.write_at(&[IoSlice::new(&block)], place)?;
        file.sync()?;
        latencies.record(began.elapsed().saturating_sub(from));
    }
    Ok(latencies)
}

impl Outcome {
    /// Says what the disk did alone, just before.
    pub(super) fn note_disk(&mut self, alone: Latencies) {
        let at = |part| microseconds(alone.quantile_us(part));
        self.notes.push(format!(
            "the disk alone, just before: 4 KiB written and synced in {} (p50), {} (p99), {} (p99.9), {} at most",
            at(0.5),
            at(0.99),
            at(0.999),
            microseconds(alone.max_us()),
        ));
        self.disk_alone = Some(alone);
    }
}
