//! One file of a simulated disk: what a reader sees, and what a power cut would leave.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IoSlice};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::faults::Operation;
use super::{Disk, Inode, lock};
use crate::codec::{index, offset};
use crate::nonces::SplitMix;
use crate::region::MappedBytes;
use crate::storage::StorageFile;

const SECTOR: usize = 512;

/// A file's bytes.
pub(super) struct Contents {
    /// What is read; at least `len` bytes, zeros behind.
    live: MappedBytes,
    len: usize,
    /// What is durable, and how long the file then is. Disks made of this one share it until they write.
    synced: Arc<Vec<u8>>,
    /// Sectors written since the last sync.
    unsynced: BTreeSet<usize>,
    /// Sectors a failed sync left clean-looking: only a new write and a sync make them durable.
    lost: BTreeSet<usize>,
    /// Bits that the medium has the wrong way round, by byte. Maps that are there show what was written, like a page cache.
    rotten: BTreeMap<usize, u8>,
}

impl Contents {
    /// A new file of zeros, not synced.
    pub(super) fn created(len: u64) -> Self {
        let len = index(len);
        Self {
            live: MappedBytes::in_memory(len),
            len,
            synced: Arc::default(),
            unsynced: BTreeSet::new(),
            lost: BTreeSet::new(),
            rotten: BTreeMap::new(),
        }
    }

    /// A file that is durable as it is.
    pub(super) fn durable(bytes: &[u8]) -> Self {
        Self::durable_of(bytes.to_vec())
    }

    /// A file that is durable with these bytes.
    pub(super) fn durable_of(bytes: Vec<u8>) -> Self {
        let live = MappedBytes::in_memory(bytes.len());
        live.copy_in(0, &bytes);
        let len = bytes.len();
        Self {
            live,
            len,
            synced: Arc::new(bytes),
            unsynced: BTreeSet::new(),
            lost: BTreeSet::new(),
            rotten: BTreeMap::new(),
        }
    }

    pub(super) fn duplicate(&self) -> Self {
        let live = MappedBytes::in_memory(self.len);
        live.copy_in(0, &self.on_medium(0..self.len));
        Self {
            live,
            len: self.len,
            synced: Arc::clone(&self.synced),
            unsynced: self.unsynced.clone(),
            lost: self.lost.clone(),
            rotten: BTreeMap::new(),
        }
    }

    pub(super) fn len(&self) -> u64 {
        offset(self.len)
    }

    fn bytes(&self) -> &[u8] {
        self.live.get(0..self.len).expect("the live bytes reach to the length")
    }

    /// Bytes as whoever reads the medium gets them.
    pub(super) fn on_medium(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        let mut bytes = Cow::Borrowed(&self.bytes()[range.clone()]);
        for (at, mask) in self.rotten.range(range.clone()) {
            bytes.to_mut()[at - range.start] ^= mask;
        }
        bytes
    }

    /// Flips a bit on the medium: of what is read there, and of what is durable.
    pub(super) fn rot(&mut self, at: usize, bit: u32) {
        assert!(at < self.len, "the byte to damage lies in the file");
        let mask = self.rotten.entry(at).or_default();
        *mask ^= 1 << bit;
        if *mask == 0 {
            self.rotten.remove(&at);
        }
        if let Some(byte) = Arc::make_mut(&mut self.synced).get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if end > self.live.len() {
            let grown = MappedBytes::in_memory(end.next_power_of_two());
            grown.copy_in(0, self.bytes());
            self.live = grown;
        }
        self.live.copy_in(at, bytes);
        self.len = self.len.max(end);
        for sector in at / SECTOR..end.div_ceil(SECTOR) {
            self.unsynced.insert(sector);
            self.lost.remove(&sector);
        }
        let rewritten = at / SECTOR * SECTOR..end.div_ceil(SECTOR) * SECTOR;
        self.rotten.retain(|at, _| !rewritten.contains(at));
    }

    /// Cuts the file to `len` bytes, not synced. Maps that are there keep what they show.
    pub(super) fn cut(&mut self, len: usize) {
        assert!(len <= self.len, "a cut makes a file shorter");
        let cut = MappedBytes::in_memory(len);
        cut.copy_in(0, &self.bytes()[..len]);
        (self.live, self.len) = (cut, len);
        let behind = len.div_ceil(SECTOR);
        self.unsynced.split_off(&behind);
        self.lost.split_off(&behind);
        self.rotten.split_off(&len);
    }

    fn sync(&mut self) {
        let synced = Arc::make_mut(&mut self.synced);
        synced.resize(self.len, 0);
        for sector in std::mem::take(&mut self.unsynced) {
            let range = sector * SECTOR..((sector + 1) * SECTOR).min(self.len);
            let live = self.live.get(range.clone()).expect("sectors lie inside the file");
            synced[range.clone()].copy_from_slice(live);
            self.rotten.range(range).for_each(|(at, mask)| synced[*at] ^= mask);
        }
    }

    fn lose_sync(&mut self) {
        self.lost.append(&mut self.unsynced);
    }

    /// What is durable and nothing else.
    pub(super) fn synced_alone(&self) -> Self {
        Self::durable(&self.synced)
    }

    /// What a power cut leaves.
    pub(super) fn after_power_cut(&self, random: &mut SplitMix, torn: bool) -> Self {
        let mut bytes = Vec::clone(&self.synced);
        bytes.resize(self.surviving_len(random), 0);
        for sector in self.unsynced.iter().chain(&self.lost) {
            let range = sector * SECTOR..((sector + 1) * SECTOR).min(bytes.len());
            if range.start >= range.end {
                continue;
            }
            if torn && random.below(8) == 0 {
                bytes[range].fill_with(|| random.next().to_le_bytes()[0]);
            } else if random.coin() {
                let live = self.live.get(range.clone()).expect("sectors lie inside the file");
                bytes[range].copy_from_slice(live);
            }
        }
        Self::durable_of(bytes)
    }

    /// What a power cut decides about.
    pub(super) fn remains(&self) -> Remains {
        let unsynced: Vec<usize> = self.unsynced.union(&self.lost).copied().collect();
        let live = self.bytes().to_vec();
        let differs = |sector: &usize| {
            let range = Remains::range(*sector, live.len());
            let new = &live[range.clone()];
            self.synced.get(range).map_or_else(|| new.iter().any(|byte| *byte != 0), |old| old != new)
        };
        let changed = unsynced.iter().copied().filter(differs).collect();
        Remains { synced: Arc::clone(&self.synced), live, unsynced, changed }
    }

    /// An unsynced length is the old one, the new one, or, where it grew, one between.
    fn surviving_len(&self, random: &mut SplitMix) -> usize {
        let synced = self.synced.len();
        if self.len <= synced {
            return if self.len < synced && random.coin() { self.len } else { synced };
        }
        match random.below(3) {
            0 => synced,
            1 => self.len,
            _ => synced + index(random.below(offset(self.len - synced))),
        }
    }
}

/// A file as a power cut finds it.
pub(super) struct Remains {
    /// What is durable.
    pub(super) synced: Arc<Vec<u8>>,
    /// What was written.
    pub(super) live: Vec<u8>,
    /// Sectors written and not synced.
    pub(super) unsynced: Vec<usize>,
    /// Those of them whose bytes are not what is durable.
    pub(super) changed: Vec<usize>,
}

impl Remains {
    /// The bytes of a sector in a file of this length.
    pub(super) fn range(sector: usize, len: usize) -> Range<usize> {
        (sector * SECTOR).min(len)..((sector + 1) * SECTOR).min(len)
    }
}

/// An open file.
pub(super) struct MemoryFile {
    disk: Arc<Mutex<Disk>>,
    inode: Inode,
}

impl MemoryFile {
    pub(super) fn new(disk: Arc<Mutex<Disk>>, inode: Inode) -> Self {
        Self { disk, inode }
    }
}

impl StorageFile for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(lock(&self.inode).len())
    }

    fn write_at(&self, bufs: &[IoSlice<'_>], at: u64) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        let total: usize = bufs.iter().map(|buf| buf.len()).sum();
        let growth = (at + offset(total)).saturating_sub(lock(&self.inode).len());
        let used = if growth > 0 { disk.used() } else { 0 };
        disk.faults.check_room(used, growth)?;
        let outcome = disk.faults.begin(Operation::Write);
        // A failed write got half way.
        let mut rest = match outcome.reaches_disk() {
            true => total,
            false if outcome == super::faults::Outcome::Failed => total / 2,
            false => 0,
        };
        let mut contents = lock(&self.inode);
        let mut at = index(at);
        for buf in bufs {
            let part = buf.len().min(rest);
            contents.write(at, &buf[..part]);
            at += part;
            rest -= part;
        }
        outcome.result()
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<()> {
        let contents = lock(&self.inode);
        let start = index(at);
        let end = start.checked_add(buf.len()).filter(|end| *end <= contents.len);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        buf.copy_from_slice(&contents.on_medium(start..end));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.note_cuts();
        let outcome = disk.faults.begin(Operation::Sync);
        let mut contents = lock(&self.inode);
        match outcome {
            super::faults::Outcome::Done => contents.sync(),
            _ => contents.lose_sync(),
        }
        outcome.result()
    }

    fn map(&self) -> io::Result<MappedBytes> {
        let contents = lock(&self.inode);
        if contents.rotten.is_empty() {
            return Ok(contents.live.clone());
        }
        // What is fetched from the medium now is as the medium has it.
        Ok(contents.duplicate().live)
    }
}
