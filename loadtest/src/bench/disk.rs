//! What the disk does alone, in the way in which a node's log uses it: no node on it answers sooner.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use longmen_wal::{DirectoryStorage, Storage, StorageFile, WritePath};
use longmen_workload::LoadError;
use longmen_workload::measure::{Latencies, microseconds};

use super::own_node::new_directory;
use super::{BenchSettings, Outcome};

/// What a frame of a few transactions takes.
const WRITE: u64 = 4_096;
/// The file that is written over and over, as a segment is that was made ahead.
const FILE: u64 = 16 << 20;
/// How long the disk is watched, at most.
const LONGEST: Duration = Duration::from_secs(2);

/// A file that is written over and over, 4 KiB at a time.
pub(super) struct Probe {
    file: Arc<dyn StorageFile>,
    size: u64,
    block: Vec<u8>,
    place: u64,
}

impl Probe {
    /// A new file in this directory.
    pub(super) fn in_directory(directory: &Path) -> io::Result<Probe> {
        let storage = DirectoryStorage::open(directory).map_err(io::Error::other)?;
        Probe::over(storage.create("disk", FILE, WritePath::Direct)?)
    }

    /// This file, which is written once and whole: what a file system does at the first write of a page is done.
    pub(super) fn over(file: Arc<dyn StorageFile>) -> io::Result<Probe> {
        let size = file.size()?;
        let block = vec![1; usize::try_from(WRITE).expect("a small constant")];
        for place in (0..size).step_by(block.len()) {
            file.write_at(&[IoSlice::new(&block)], place)?;
        }
        file.sync()?;
        Ok(Probe { file, size, block, place: 0 })
    }

    /// Writes 4 KiB behind what was written last, and syncs them.
    pub(super) fn write(&mut self) -> io::Result<()> {
        self.file.write_at(&[IoSlice::new(&self.block)], self.place)?;
        self.file.sync()?;
        self.place = (self.place + WRITE) % self.size;
        Ok(())
    }
}

/// Latencies of writes of 4 KiB, each synced before the next, in a new directory where nodes have theirs.
pub(super) fn alone(settings: &BenchSettings, row: Duration) -> Result<Latencies, LoadError> {
    let directory = new_directory(settings)?;
    let mut probe = Probe::in_directory(directory.path())?;
    let (mut latencies, began) = (Latencies::default(), Instant::now());
    loop {
        let from = began.elapsed();
        if from >= LONGEST.min(row / 4) {
            break;
        }
        probe.write()?;
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
