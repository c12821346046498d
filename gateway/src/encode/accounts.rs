//! The accounts that an answer about the past speaks of: what people call them, and what their amounts are in.

use std::collections::BTreeMap;

use longmen_engine::ledger::{AccountId, AccountKey, AccountView, Rejection};

use super::pack::Pack;

/// The natural keys of accounts, by id.
#[derive(Debug, Default)]
pub(crate) struct KnownAccounts(BTreeMap<AccountId, AccountKey>);

impl KnownAccounts {
    /// How many fields [`KnownAccounts::write`] adds to a map.
    pub(super) const FIELDS: u32 = 6;

    /// The keys of accounts that the engine told of.
    pub(crate) fn of(found: Vec<Result<AccountView, Rejection>>) -> KnownAccounts {
        KnownAccounts(found.into_iter().flatten().map(|account| (account.id, account.key)).collect())
    }

    /// Writes an account's id and natural key, and the decimal places of its currency. Of an account that is not open, which
    /// only a log can name that contradicts itself, the texts are empty.
    pub(super) fn write(&self, pack: &mut Pack<'_>, id: AccountId) {
        let key = self.0.get(&id);
        pack.name("account").unsigned(id.0);
        pack.name("entity").text(key.map_or("", |key| &key.entity));
        pack.name("number").text(key.map_or("", |key| &key.number));
        pack.name("type").text(key.map_or("", |key| &key.kind));
        pack.name("currency").text(key.map_or("", |key| key.currency.code()));
        pack.name("exponent").unsigned(key.map_or(0, |key| key.currency.exponent()));
    }
}
