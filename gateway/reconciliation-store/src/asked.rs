//! What the ledger was asked for, and what it said: of interest and of bills alike.

use rusqlite::{TransactionBehavior, params};

use crate::error::StoreError;
use crate::interest_due::DueState;
use crate::store::Store;

/// Notes that the ledger is about to be asked for postings for the first time, at a moment in seconds since 1970.
pub(crate) fn note_asked<'k>(
    store: &mut Store,
    table: &str,
    keys: impl Iterator<Item = &'k str>,
    at: u32,
) -> Result<(), StoreError> {
    let transaction = store.reader.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let update = format!("UPDATE {table} SET asked = ? WHERE key = ? AND asked IS NULL");
    let mut update = transaction.prepare_cached(&update)?;
    for key in keys {
        update.execute(params![at, key])?;
    }
    drop(update);
    Ok(transaction.commit()?)
}

/// Notes what the ledger said to postings: `None` where it is posted, else its code.
pub(crate) fn note_answers(
    store: &mut Store,
    table: &str,
    answers: &[(String, Option<String>)],
) -> Result<(), StoreError> {
    let transaction = store.reader.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let update = format!(
        "UPDATE {table} SET state = ?2, refusal = ?3, refusals = refusals + (?3 IS NOT NULL),
         asked = CASE WHEN ?3 IS NULL THEN asked END WHERE key = ?1"
    );
    let mut update = transaction.prepare_cached(&update)?;
    for (key, refusal) in answers {
        let state = if refusal.is_some() { DueState::Refused } else { DueState::Posted };
        update.execute(params![key, state.name(), refusal])?;
    }
    drop(update);
    Ok(transaction.commit()?)
}
