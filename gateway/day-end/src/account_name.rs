//! Accounts by name: `ENTITY/NUMBER/CURRENCY`, or `ENTITY/NUMBER/TYPE/CURRENCY`; a slash in a part is `%2F`.

use longmen_client::{AccountKey, RecordedLeg};

/// The name of a leg's account.
pub(crate) fn name_of(leg: &RecordedLeg) -> String {
    text_of([&leg.entity, &leg.number, &leg.account_type], &leg.currency)
}

/// The name of an account.
pub(crate) fn name_of_key(key: &AccountKey) -> String {
    text_of([&key.entity, &key.number, &key.kind], &key.currency)
}

/// The account of a name; none where it is no name.
pub(crate) fn key_of(name: &str) -> Option<AccountKey> {
    let parts: Vec<String> = name.split('/').map(unescaped).collect();
    match &parts[..] {
        [entity, number, currency] => Some(AccountKey::new(entity, number, "", currency)),
        [entity, number, kind, currency] => Some(AccountKey::new(entity, number, kind, currency)),
        _ => None,
    }
}

/// The currency of a name.
pub(crate) fn currency_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// The account of an entity that a product names by its number, or number and type.
pub(crate) fn of_entity(entity: &str, number: &str, currency: &str) -> String {
    format!("{}/{number}/{currency}", escaped(entity))
}

fn text_of(parts: [&str; 3], currency: &str) -> String {
    let [entity, number, kind] = parts.map(escaped);
    match &*kind {
        "" => format!("{entity}/{number}/{currency}"),
        kind => format!("{entity}/{number}/{kind}/{currency}"),
    }
}

fn escaped(part: &str) -> String {
    part.replace("%25", "%2525").replace("%2F", "%252F").replace('/', "%2F")
}

fn unescaped(part: &str) -> String {
    part.replace("%2F", "/").replace("%25", "%")
}
