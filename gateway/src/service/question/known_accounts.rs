//! The accounts that an answer about the past speaks of: what people call them, and what their amounts are in.

use std::collections::BTreeMap;

use longmen_engine::ledger::{AccountId, AccountKey, AccountView};

/// The natural keys of accounts and the codes of their subjects, by id.
#[derive(Debug, Default)]
pub(crate) struct KnownAccounts(BTreeMap<AccountId, (AccountKey, Box<str>)>);

impl KnownAccounts {
    /// The keys of accounts that the engine told of.
    pub(crate) fn of(found: Vec<AccountView>) -> KnownAccounts {
        let known = found.into_iter().map(|account| (account.id, (account.key, account.subject)));
        KnownAccounts(known.collect())
    }

    /// The accounts.
    pub(crate) fn ids(&self) -> impl Iterator<Item = AccountId> {
        self.0.keys().copied()
    }

    /// The key of an account; `None` where it is not open, as only a log can have it that contradicts itself.
    pub(crate) fn key(&self, id: AccountId) -> Option<&AccountKey> {
        self.0.get(&id).map(|(key, _)| key)
    }

    /// The code of its subject; empty where it is not open.
    pub(crate) fn subject(&self, id: AccountId) -> &str {
        self.0.get(&id).map_or("", |(_, subject)| subject)
    }
}
