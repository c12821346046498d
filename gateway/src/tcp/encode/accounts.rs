//! The accounts that an answer about the past speaks of: what people call them, and what their amounts are in.

use longmen_engine::ledger::AccountId;

use super::pack::Pack;
use crate::service::question::KnownAccounts;

/// How many fields [`write_known_account`] adds to a map.
pub(super) const KNOWN_ACCOUNT_FIELDS: u32 = 6;

/// Writes an account's id and natural key, and the decimal places of its currency. Of an account that is not open, which
/// only a log can name that contradicts itself, the texts are empty.
pub(super) fn write_known_account(pack: &mut Pack<'_>, accounts: &KnownAccounts, id: AccountId) {
    let key = accounts.key(id);
    pack.name("account").unsigned(id.0);
    pack.name("entity").text(key.map_or("", |key| &key.entity));
    pack.name("number").text(key.map_or("", |key| &key.number));
    pack.name("type").text(key.map_or("", |key| &key.kind));
    pack.name("currency").text(key.map_or("", |key| key.currency.code()));
    pack.name("exponent").unsigned(key.map_or(0, |key| key.currency.exponent()));
}
