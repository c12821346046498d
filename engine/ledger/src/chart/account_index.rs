//! The index of accounts: which account has a natural key. It names places in the table of accounts and has no keys of its own, so
//! it can be made beside that table, of the same records.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::account::registered::Account;
use crate::ids::{AccountId, EntityId};
use crate::money::currency::Currency;
use crate::record::entry::OpenedEntry;
use crate::record::frame::{FrameRecords, ReplayError};

/// A natural key, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyRef<'a> {
    pub(crate) entity: EntityId,
    pub(crate) number: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) currency: Currency,
}

/// The accounts by their natural keys.
#[derive(Clone, Debug)]
pub struct AccountIndex {
    hash: FixedState,
    ids: HashTable<AccountId>,
}

impl AccountIndex {
    /// An empty index. `seed` keeps clients from choosing names that collide.
    pub(crate) fn new(seed: u64) -> AccountIndex {
        AccountIndex { hash: FixedState::with_seed(seed), ids: HashTable::new() }
    }

    /// The index of so many accounts that a snapshot opens. Whether they may be opened is for the catalog to say, which
    /// takes it with [`crate::Catalog::restore`].
    ///
    /// # Errors
    /// [`ReplayError`] where a record cannot be read.
    pub fn of_names(
        seed: u64,
        accounts: usize,
        names: &FrameRecords<'_>,
    ) -> Result<AccountIndex, ReplayError> {
        let mut index = AccountIndex { ids: HashTable::with_capacity(accounts), ..AccountIndex::new(seed) };
        let mut hashes = Vec::new();
        names.each_opened(|opened| {
            hashes.clear();
            hashes.extend(opened.iter().map(|entry| index.hash_of(entry.natural_key())));
            index.fetch(hashes.iter().copied());
            for (hash, entry) in hashes.iter().zip(opened) {
                index
                    .ids
                    .insert_unique(*hash, entry.account, |_| unreachable!("there is room for all accounts"));
            }
            Ok(())
        })?;
        Ok(index)
    }

    /// Adds an account that is the last of these.
    pub(crate) fn add(&mut self, id: AccountId, key: KeyRef<'_>, accounts: &[Account]) {
        let hash = self.hash_of(key);
        let state = &self.hash;
        self.ids.insert_unique(hash, id, |id| state.hash_one(in_directory(accounts, *id).natural_key()));
    }

    /// The account of a natural key, among these.
    pub(crate) fn find(&self, key: KeyRef<'_>, accounts: &[Account]) -> Option<AccountId> {
        self.ids.find(self.hash_of(key), |id| in_directory(accounts, *id).natural_key() == key).copied()
    }

    /// How many accounts it has.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Touches the places that accounts will have, so that the processor fetches them side by side.
    pub(crate) fn fetch_opened(&self, opened: &[OpenedEntry<'_>]) {
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
    &accounts[id.index().expect("accounts in the index have a place")]
}

impl Account {
    /// What it is found by.
    pub(crate) fn natural_key(&self) -> KeyRef<'_> {
        KeyRef { entity: self.entity, number: &self.number, kind: &self.kind, currency: self.currency }
    }
}
