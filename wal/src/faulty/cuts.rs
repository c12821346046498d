//! All that a power cut may leave of a simulated disk, numbered, so that it can be gone through.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::file::{Contents, Remains};
use super::{DirectoryChange, Disk, FaultyStorage, Inode};
use crate::codec::index;
use crate::nonces::SplitMix;

/// One in so many sectors is torn, where sectors are.
const TORN_ONE_IN: u64 = 8;

/// What a power cut at one moment may leave: every choice of the unsynced sectors whose bytes differ from what is
/// durable, of unsynced directory operations, and of an unsynced length (the old one, the new one, or, of a file that grew, half way). Some
/// of them leave the same, such as those of a file that lost its name.
pub struct PowerCuts {
    /// Files by their place in `files`.
    synced: BTreeMap<String, usize>,
    changes: Vec<Change>,
    files: Vec<Remains>,
}

/// A directory operation that may be lost, its file by its place.
enum Change {
    Create(String, usize),
    Rename(String, String, usize),
    Remove(String),
}

/// Decides one thing after the other, each among so many.
type Decide<'a> = dyn FnMut(u64) -> u64 + 'a;

impl PowerCuts {
    pub(super) fn of(disk: &Disk) -> Self {
        let mut inodes: Vec<Inode> = Vec::new();
        let mut place = |inode: &Inode| match inodes.iter().position(|known| Arc::ptr_eq(known, inode)) {
            Some(known) => known,
            None => {
                inodes.push(Arc::clone(inode));
                inodes.len() - 1
            }
        };
        let synced = disk.synced.iter().map(|(name, inode)| (name.clone(), place(inode))).collect();
        let change = |change: &DirectoryChange| match change {
            DirectoryChange::Create { name, inode } => Change::Create(name.clone(), place(inode)),
            DirectoryChange::Rename { from, to, inode } => {
                Change::Rename(from.clone(), to.clone(), place(inode))
            }
            DirectoryChange::Remove { name } => Change::Remove(name.clone()),
        };
        let changes = disk.unsynced.iter().map(change).collect();
        let files = inodes.iter().map(|inode| super::lock(inode).remains()).collect();
        Self { synced, changes, files }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u128 {
        let names = 1_u128.checked_shl(u32::try_from(self.changes.len()).unwrap_or(u32::MAX));
        let files = self.files.iter().map(Remains::choices);
        files.fold(names.unwrap_or(u128::MAX), u128::saturating_mul)
    }

    /// The disk that the `number`th leaves, from 0, where nothing unsynced is. It has no faults.
    #[must_use]
    pub fn image(&self, number: u128) -> FaultyStorage {
        let mut rest = number;
        self.decided(&mut |options| {
            let options = u128::from(options);
            let choice = rest % options;
            rest /= options;
            u64::try_from(choice).expect("it is below a 64-bit number")
        })
    }

    /// A disk on which some of the unsynced sectors hold neither what was there nor what was written, as `seed` decides.
    #[must_use]
    pub fn torn_image(&self, seed: u64) -> FaultyStorage {
        let mut random = SplitMix(seed);
        let names = self.names(&mut |options| random.below(options));
        let mut garbage = SplitMix(seed.rotate_left(32));
        let live = names.into_iter().map(|(name, file)| {
            let file = &self.files[file];
            let torn = &mut |bytes: &mut [u8]| {
                if garbage.below(TORN_ONE_IN) == 0 {
                    bytes.fill_with(|| garbage.next().to_le_bytes()[0]);
                }
            };
            (name, file.left(&mut |options| random.below(options), torn))
        });
        Self::disk(live)
    }

    fn decided(&self, decide: &mut Decide<'_>) -> FaultyStorage {
        let names = self.names(decide);
        Self::disk(names.into_iter().map(|(name, file)| (name, self.files[file].left(decide, &mut |_| {}))))
    }

    /// The names that are left. Operations are kept or lost one by one, and happen in their order.
    fn names(&self, decide: &mut Decide<'_>) -> BTreeMap<String, usize> {
        let mut names = self.synced.clone();
        for change in self.changes.iter().filter(|_| decide(2) == 1) {
            match change {
                Change::Create(name, file) => {
                    names.insert(name.clone(), *file);
                }
                Change::Rename(from, to, file) => {
                    if names.get(from) == Some(file) {
                        names.remove(from);
                    }
                    names.insert(to.clone(), *file);
                }
                Change::Remove(name) => {
                    names.remove(name);
                }
            }
        }
        names
    }

    fn disk(files: impl Iterator<Item = (String, Contents)>) -> FaultyStorage {
        let live = files.map(|(name, contents)| (name, Arc::new(Mutex::new(contents)))).collect();
        FaultyStorage::of(live, false)
    }
}

impl Remains {
    /// The lengths that may be left.
    fn lengths(&self) -> Vec<usize> {
        let (old, new) = (self.synced.len(), self.live.len());
        match old.cmp(&new) {
            std::cmp::Ordering::Equal => vec![old],
            std::cmp::Ordering::Greater => vec![old, new],
            std::cmp::Ordering::Less => vec![old, new, usize::midpoint(old, new)],
        }
    }

    /// How many ways there are for this file.
    fn choices(&self) -> u128 {
        let sectors = u32::try_from(self.changed.len()).unwrap_or(u32::MAX);
        let lengths = self.lengths().len() as u128;
        1_u128.checked_shl(sectors).unwrap_or(u128::MAX).saturating_mul(lengths)
    }

    /// What is left when it is decided so. `torn` sees each unsynced sector.
    fn left(&self, decide: &mut Decide<'_>, torn: &mut dyn FnMut(&mut [u8])) -> Contents {
        let lengths = self.lengths();
        let len = match lengths[..] {
            [only] => only,
            _ => lengths[index(decide(crate::codec::offset(lengths.len())))],
        };
        let mut bytes = Vec::clone(&self.synced);
        bytes.resize(len, 0);
        for sector in &self.changed {
            let range = Self::range(*sector, len);
            if decide(2) == 1 && !range.is_empty() {
                bytes[range.clone()].copy_from_slice(&self.live[range]);
            }
        }
        for sector in &self.unsynced {
            torn(&mut bytes[Self::range(*sector, len)]);
        }
        Contents::durable_of(bytes)
    }
}
