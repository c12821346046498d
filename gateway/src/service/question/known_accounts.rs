//! The accounts that an answer about the past speaks of: what people call them, and what their amounts are in.

use std::collections::BTreeMap;

use longmen_engine::ledger::{AccountId, AccountKey, AccountView};

/// The natural keys of accounts, by id.
#[derive(Debug, Default)]
pub(crate) struct KnownAccounts(BTreeMap<AccountId, AccountKey>);

impl KnownAccounts {
    /// The keys of accounts that the engine told of.
    pub(crate) fn of(found: Vec<AccountView>) -> KnownAccounts {
        KnownAccounts(found.into_iter().map(|account| (account.id, account.key)).collect())
    }

    /// The accounts.
    pub(crate) fn ids(&self) -> impl Iterator<Item = AccountId> {
        self.0.keys().copied()
    }

    /// The key of an account; `None` where it is not open, as only a log can have it that contradicts itself.
    pub(crate) fn key(&self, id: AccountId) -> Option<&AccountKey> {
        self.0.get(&id)
    }
}
