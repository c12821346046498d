//! The directory: which account has a natural key. It names places in the table of accounts and has no keys of its own, so
//! it can be made beside that table, of the same records.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::currency::Currency;
use super::entry::OpenedEntry;
use super::ids::{AccountId, EntityId};
use super::registry::Account;
use super::replay::{FrameRecords, ReplayError};

/// A natural key, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct KeyRef<'a> {
    pub(super) entity: EntityId,
    pub(super) number: &'a str,
    pub(super) kind: &'a str,
    pub(super) currency: Currency,
}

/// The accounts by their natural keys.
#[derive(Clone, Debug)]
pub struct Directory {
    hash: FixedState,
    ids: HashTable<AccountId>,
}

impl Directory {
    /// An empty directory. `seed` keeps clients from choosing names that collide.
    pub(super) fn new(seed: u64) -> Directory {
        Directory { hash: FixedState::with_seed(seed), ids: HashTable::new() }
    }

    /// The directory of so many accounts that a snapshot opens. Whether they may be opened is for the registry to say, which
    /// takes it with [`super::Registry::restore`].
    ///
    /// # Errors
    /// [`ReplayError`] where a record cannot be read.
    pub fn of_names(seed: u64, accounts: usize, names: &FrameRecords<'_>) -> Result<Directory, ReplayError> {
        let mut directory = Directory { ids: HashTable::with_capacity(accounts), ..Directory::new(seed) };
        let mut hashes = Vec::new();
        names.each_opened(|opened| {
            hashes.clear();
            hashes.extend(opened.iter().map(|entry| directory.hash_of(entry.natural_key())));
            directory.fetch(hashes.iter().copied());
            for (hash, entry) in hashes.iter().zip(opened) {
                directory
                    .ids
                    .insert_unique(*hash, entry.account, |_| unreachable!("there is room for all accounts"));
            }
            Ok(())
        })?;
        Ok(directory)
    }

    /// Adds an account that is the last of these.
    pub(super) fn add(&mut self, id: AccountId, key: KeyRef<'_>, accounts: &[Account]) {
        let hash = self.hash_of(key);
        let state = &self.hash;
        self.ids.insert_unique(hash, id, |id| state.hash_one(in_directory(accounts, *id).natural_key()));
    }

    /// The account of a natural key, among these.
    pub(super) fn find(&self, key: KeyRef<'_>, accounts: &[Account]) -> Option<AccountId> {
        self.ids.find(self.hash_of(key), |id| in_directory(accounts, *id).natural_key() == key).copied()
    }

    /// How many accounts it has.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Touches the places that accounts will have, so that the processor fetches them side by side.
    pub(super) fn fetch_opened(&self, opened: &[OpenedEntry<'_>]) {
        self.fetch(opened.iter().map(|opened| self.hash_of(opened.natural_key())));
    }

    fn fetch(&self, hashes: impl Iterator<Item = u64>) {
        let touched = hashes.fold(false, |any, hash| any | self.ids.find(hash, |_| false).is_some());
        std::hint::black_box(touched);
    }

    fn hash_of(&self, key: KeyRef<'_>) -> u64 {
        self.hash.hash_one(key)
    }
}

fn in_directory(accounts: &[Account], id: AccountId) -> &Account {
    &accounts[id.index().expect("accounts in the directory have a place")]
}
