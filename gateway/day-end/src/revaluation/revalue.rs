//! Positions are brought to the closing rate, before the close.

use longmen_client::Client;
use longmen_ledger::Date;
use longmen_revaluation::{Rates, Row, Settings};

use crate::accounting_date::accounting_date;
use crate::revaluation::balances::balances_at;
use crate::revaluation::done::Done;
use crate::revaluation::error::RevaluationError;
use crate::revaluation::posting::Posting;

/// Brings the position accounts of an entity to the rate of its accounting date, and books the differences; nothing, where `is_dry`. The
/// difference of a currency is booked once a date.
///
/// # Errors
/// [`RevaluationError`]; nothing is booked then, not where one rate of many is missing either. What the ledger refuses is none.
pub async fn revalue(
    client: &mut Client,
    settings: &Settings,
    rates: &Rates,
    date: Date,
    is_dry: bool,
) -> Result<Vec<Done<Row>>, RevaluationError> {
    let entity = settings.entity();
    let (current, _) = accounting_date(client, entity).await?;
    if date != current {
        return Err(RevaluationError::NotCurrent { entity: entity.to_owned(), date, current });
    }
    let balances = balances_at(client, settings, date).await?;
    let found = longmen_revaluation::revalue(settings, rates, &balances, date)?;
    let found = found.into_iter().map(|one| (one.row, one.entry)).collect();
    Posting { settings, date, label: "revalue", on_date: true }.post(client, found, is_dry).await
}
