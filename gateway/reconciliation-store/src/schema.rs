//! The database's own settings, whose it is, and its versions.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;

/// Says in the file itself that it is a desk of Longmen: `LMRC`.
const APPLICATION: u32 = 0x4C4D_5243;

/// Memory for pages.
pub(crate) const CACHE_KIB: i64 = 64 << 10;

/// What makes each version of the one before, from the empty database on. One that was released is never changed: the next is added.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("interest.sql"),
    include_str!("interest_by_day.sql"),
    include_str!("interest_asked.sql"),
    include_str!("interest_terms.sql"),
    include_str!("day_ends.sql"),
    include_str!("bills.sql"),
    include_str!("vouchers.sql"),
];

/// What SQLite is told at each opening: what was answered is on the disk, and nothing names what is not there.
pub(crate) fn prepare(connection: &Connection, busy: Duration) -> Result<(), StoreError> {
    connection.busy_timeout(busy)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // In KiB, where negative: names of breaks lie at random, so a run with a million of them wants its index in memory.
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Brings a database to the version of this program, each version whole or not at all.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found = version(connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", index + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Holds to the version of this program: who only reads changes nothing.
pub(crate) fn require(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let (found, known) = (version(connection, path)?, known());
    match found == known {
        true => Ok(()),
        false => Err(StoreError::OlderVersion { path: path.to_owned(), found, known }),
    }
}

/// The version of a database that is this program's, and not a newer one's.
fn version(connection: &Connection, path: &Path) -> Result<u32, StoreError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    let (application, found) = (number("application_id")?, number("user_version")?);
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && (application != 0 || found != 0 || tables != 0) {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    if found > known() {
        return Err(StoreError::NewerVersion { path: path.to_owned(), found, known: known() });
    }
    Ok(found)
}

fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).expect("there are few versions")
}
