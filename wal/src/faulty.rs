//! Storage in memory that forgets what was not synced and fails on demand, behind the production trait.
//!
//! Each file keeps what is synced apart from what is only written, by sectors of 512 bytes, and so does the
//! directory, by operation. [`FaultyStorage::power_cut`] keeps any subset of what was not synced; dropping the log
//! and opening the same storage again is a process kill, which keeps everything. Everything repeats by seed.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::codec::index;
use crate::nonces::SplitMix;
use crate::storage::{Storage, StorageFile, WritePath};

mod cuts;
mod faults;
mod file;
#[cfg(test)]
mod tests;

pub use cuts::PowerCuts;
use faults::Faults;
pub use faults::Operation;
use file::{Contents, MemoryFile};

/// The bytes of a file, shared by its name and its open handles.
type Inode = Arc<Mutex<Contents>>;

/// A simulated disk. Clones are handles to the same disk; [`FaultyStorage::branch`] makes another one.
#[derive(Clone, Default)]
pub struct FaultyStorage {
    disk: Arc<Mutex<Disk>>,
}

/// The directory as it looks, as it would be found after a power cut, and what lies between.
#[derive(Default)]
struct Disk {
    live: BTreeMap<String, Inode>,
    synced: BTreeMap<String, Inode>,
    unsynced: Vec<DirectoryChange>,
    faults: Faults,
    torn_sectors: bool,
    /// What power cuts might have left before each sync, where that is wanted.
    cuts: Option<Vec<PowerCuts>>,
}

/// A directory operation that no directory sync has made durable.
#[derive(Clone)]
enum DirectoryChange {
    Create { name: String, inode: Inode },
    Rename { from: String, to: String, inode: Inode },
    Remove { name: String },
}

impl DirectoryChange {
    fn apply(&self, directory: &mut BTreeMap<String, Inode>) {
        match self {
            Self::Create { name, inode } => {
                directory.insert(name.clone(), Arc::clone(inode));
            }
            Self::Rename { from, to, inode } => {
                if directory.get(from).is_some_and(|found| Arc::ptr_eq(found, inode)) {
                    directory.remove(from);
                }
                directory.insert(to.clone(), Arc::clone(inode));
            }
            Self::Remove { name } => {
                directory.remove(name);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FaultyStorage {
    /// An empty disk without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a power cut also leave garbage in unsynced sectors, not only their old or new contents.
    pub fn set_torn_sectors(&self, torn: bool) {
        lock(&self.disk).torn_sectors = torn;
    }

    /// Lets the disk hold at most `bytes`; beyond, operations fail as on a full disk. `None` lifts the limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        lock(&self.disk).faults.capacity = bytes;
    }

    /// Makes the `nth` (from 1, counted from now) operation of this kind fail with an I/O error, once. A failed
    /// write may have been half done. After a failed sync the data still reads back, but no later sync makes
    /// it durable.
    pub fn fail_nth(&self, operation: Operation, nth: u64) {
        lock(&self.disk).faults.fail_nth(operation, nth);
    }

    /// Switches the power off at the `nth` operation from now: that one and all later ones fail. Writes and
    /// directory operations that fail so may still reach the disk.
    pub fn power_off_at(&self, nth: u64) {
        lock(&self.disk).faults.power_off_at(nth);
    }

    /// How many operations that change something were asked for so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        lock(&self.disk).faults.operations()
    }

    /// The disk as a power cut now might leave it: every unsynced sector old or new, every unsynced directory
    /// operation done or not (a rename done whole), as `seed` decides. The new disk has no faults.
    #[must_use]
    pub fn power_cut(&self, seed: u64) -> Self {
        let disk = lock(&self.disk);
        let mut random = SplitMix(seed);
        let mut names = disk.synced.clone();
        for change in &disk.unsynced {
            if random.coin() {
                change.apply(&mut names);
            }
        }
        let survive = |(name, inode): (String, Inode)| {
            let contents = lock(&inode).after_power_cut(&mut random, disk.torn_sectors);
            (name, Arc::new(Mutex::new(contents)))
        };
        let live: BTreeMap<String, Inode> = names.into_iter().map(survive).collect();
        Self::of(live, disk.torn_sectors)
    }

    /// The disk as a power cut now leaves it that keeps nothing unsynced. The new disk has no faults.
    #[must_use]
    pub fn without_unsynced(&self) -> Self {
        let disk = lock(&self.disk);
        let synced = disk.synced.iter();
        let synced = synced.map(|(name, inode)| {
            let contents = lock(inode).synced_alone();
            (name.clone(), Arc::new(Mutex::new(contents)))
        });
        Self::of(synced.collect(), disk.torn_sectors)
    }

    /// All that a power cut now might leave.
    #[must_use]
    pub fn power_cuts(&self) -> PowerCuts {
        PowerCuts::of(&lock(&self.disk))
    }

    /// Begins to note, before each sync of a file or the directory, all that a power cut there might leave. What is not
    /// synced only grows between two syncs, so that a cut anywhere between leaves nothing else.
    pub fn note_cuts(&self) {
        lock(&self.disk).cuts = Some(Vec::new());
    }

    /// What was noted since [`FaultyStorage::note_cuts`]; no more is.
    #[must_use]
    pub fn take_cuts(&self) -> Vec<PowerCuts> {
        lock(&self.disk).cuts.take().unwrap_or_default()
    }

    /// A sum over the names and bytes of all files: disks with another one differ.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let disk = lock(&self.disk);
        let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
        for (name, inode) in &disk.live {
            let contents = lock(inode);
            digest.update(name.as_bytes());
            digest.update(&contents.len().to_le_bytes());
            digest.update(&contents.on_medium(0..index(contents.len())));
        }
        digest.finalize()
    }

    /// How many bytes its files have.
    #[must_use]
    pub fn used(&self) -> u64 {
        lock(&self.disk).used()
    }

    /// Another disk in the same state, unsynced data included, without faults.
    #[must_use]
    pub fn branch(&self) -> Self {
        let disk = lock(&self.disk);
        let mut copies: Vec<(Inode, Inode)> = Vec::new();
        let mut copy = |inode: &Inode| {
            if let Some((_, copy)) = copies.iter().find(|(original, _)| Arc::ptr_eq(original, inode)) {
                return Arc::clone(copy);
            }
            let copy = Arc::new(Mutex::new(lock(inode).duplicate()));
            copies.push((Arc::clone(inode), Arc::clone(&copy)));
            copy
        };
        let mut directory = |names: &BTreeMap<String, Inode>| -> BTreeMap<String, Inode> {
            names.iter().map(|(name, inode)| (name.clone(), copy(inode))).collect()
        };
        let (live, synced) = (directory(&disk.live), directory(&disk.synced));
        let unsynced = disk.unsynced.iter().map(|change| match change {
            DirectoryChange::Create { name, inode } => {
                DirectoryChange::Create { name: name.clone(), inode: copy(inode) }
            }
            DirectoryChange::Rename { from, to, inode } => {
                DirectoryChange::Rename { from: from.clone(), to: to.clone(), inode: copy(inode) }
            }
            DirectoryChange::Remove { name } => DirectoryChange::Remove { name: name.clone() },
        });
        let unsynced = unsynced.collect();
        let torn_sectors = disk.torn_sectors;
        let branched = Disk { live, synced, unsynced, torn_sectors, ..Disk::default() };
        Self { disk: Arc::new(Mutex::new(branched)) }
    }

    fn of(live: BTreeMap<String, Inode>, torn_sectors: bool) -> Self {
        let synced = live.clone();
        let disk = Disk { live, synced, torn_sectors, ..Disk::default() };
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// The bytes of a file, `None` when there is none of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        let inode = lock(&self.disk).live.get(name).cloned()?;
        let contents = lock(&inode);
        let bytes = contents.on_medium(0..index(contents.len()));
        Some(bytes.into_owned())
    }

    /// Puts a file there, durably, in place of any of that name: damage, and files from elsewhere.
    pub fn set_file(&self, name: &str, bytes: &[u8]) {
        let inode = Arc::new(Mutex::new(Contents::durable(bytes)));
        let mut disk = lock(&self.disk);
        disk.live.insert(name.to_owned(), Arc::clone(&inode));
        disk.synced.insert(name.to_owned(), inode);
    }

    /// Takes a file away, durably.
    pub fn delete_file(&self, name: &str) {
        let mut disk = lock(&self.disk);
        disk.live.remove(name);
        disk.synced.remove(name);
    }

    /// Flips bit `bit` (0 to 7) of the byte at `offset`, durably, also beneath somebody who is writing the file: what is written
    /// of it later is written. Panics when there is no such byte.
    pub fn flip_bit(&self, name: &str, offset: u64, bit: u32) {
        let inode = lock(&self.disk).live.get(name).cloned().expect("the file to damage exists");
        lock(&inode).rot(index(offset), bit);
    }

    /// Cuts a file to its first `len` bytes, durably. Panics when it is shorter.
    pub fn truncate(&self, name: &str, len: u64) {
        let bytes = self.file(name).expect("the file to cut exists");
        self.set_file(name, &bytes[..index(len)]);
    }
}

impl Disk {
    fn used(&self) -> u64 {
        self.live.values().map(|inode| lock(inode).len()).sum()
    }

    fn note_cuts(&mut self) {
        if let Some(mut cuts) = self.cuts.take() {
            cuts.push(PowerCuts::of(self));
            self.cuts = Some(cuts);
        }
    }

    fn change(&mut self, change: DirectoryChange) {
        change.apply(&mut self.live);
        self.unsynced.push(change);
    }

    fn inode(&self, name: &str) -> io::Result<Inode> {
        self.live.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Storage for FaultyStorage {
    fn create(&self, name: &str, len: u64, _: WritePath) -> io::Result<Arc<dyn StorageFile>> {
        let mut disk = lock(&self.disk);
        if disk.live.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let used = disk.used();
        disk.faults.check_room(used, len)?;
        let outcome = disk.faults.begin(Operation::Create);
        let inode = Arc::new(Mutex::new(Contents::created(len)));
        if outcome.reaches_disk() {
            disk.change(DirectoryChange::Create { name: name.to_owned(), inode: Arc::clone(&inode) });
        }
        outcome.result()?;
        Ok(Arc::new(MemoryFile::new(Arc::clone(&self.disk), inode)))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let inode = lock(&self.disk).inode(name)?;
        Ok(Arc::new(MemoryFile::new(Arc::clone(&self.disk), inode)))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(lock(&self.disk).live.keys().cloned().collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        let inode = disk.inode(from)?;
        let outcome = disk.faults.begin(Operation::Rename);
        if outcome.reaches_disk() {
            disk.change(DirectoryChange::Rename { from: from.to_owned(), to: to.to_owned(), inode });
        }
        outcome.result()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.inode(name)?;
        let outcome = disk.faults.begin(Operation::Remove);
        if outcome.reaches_disk() {
            disk.change(DirectoryChange::Remove { name: name.to_owned() });
        }
        outcome.result()
    }

    fn cut(&self, name: &str, len: u64) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        let inode = disk.inode(name)?;
        let outcome = disk.faults.begin(Operation::Cut);
        if outcome.reaches_disk() {
            lock(&inode).cut(index(len));
        }
        outcome.result()
    }

    fn sync_directory(&self) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.note_cuts();
        disk.faults.begin(Operation::SyncDirectory).result()?;
        disk.synced = disk.live.clone();
        disk.unsynced.clear();
        Ok(())
    }
}
