//! A run: the journal is read on, days are folded, and what is to be posted is kept.

use longmen_client::Client;
use longmen_ledger::Date;
use longmen_reconciliation_store::Store;

use crate::accounting_date::accounting_date;
use crate::interest::error::InterestError;
use crate::interest::run::{Accrued, Run};
use crate::interest::settings::Settings;
use crate::interest::step::Watch;

/// Reads an entity's journal on, folds the days up to `date` of each account that has interest, and keeps what is to be posted. All of it is
/// kept, or nothing. Memory is that of a million movements at most, however long the journal is.
///
/// # Errors
/// [`InterestError`].
pub async fn accrue(
    client: &mut Client,
    store: &mut Store,
    settings: &Settings,
    entity: &str,
    date: Date,
    watch: Watch<'_>,
) -> Result<Accrued, InterestError> {
    let (current, frame) = accounting_date(client, entity).await?;
    if date > current {
        return Err(InterestError::NotYet { entity: entity.to_owned(), date, current });
    }
    let mut run = Run::new(store.begin_interest(entity, date, frame)?, settings, entity, watch);
    run.hold_to_terms()?;
    let pending = run.read(client, frame).await?;
    run.fold(pending, date)?;
    run.keep_sums()?;
    run.keep_terms(date)?;
    run.end(client).await
}
