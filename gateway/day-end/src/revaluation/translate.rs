//! What a close carried in foreign currencies is taken into the local one, after it.

use longmen_client::Client;
use longmen_ledger::Date;
use longmen_revaluation::{Rates, Settings, TranslationRow};

use crate::accounting_date::accounting_date;
use crate::revaluation::balances::balances_at;
use crate::revaluation::done::Done;
use crate::revaluation::error::RevaluationError;
use crate::revaluation::posting::Posting;

/// Takes what the close of a date carried in foreign currencies through the position accounts into the local one, at the rate of that date;
/// books nothing, where `is_dry`. It counts on the current date, with the value date of the rate, and is booked once for a currency.
///
/// # Errors
/// [`RevaluationError`]; nothing is booked then, not where one rate of many is missing either. What the ledger refuses is none.
pub async fn translate(
    client: &mut Client,
    settings: &Settings,
    rates: &Rates,
    date: Date,
    is_dry: bool,
) -> Result<Vec<Done<TranslationRow>>, RevaluationError> {
    let entity = settings.entity();
    let (current, _) = accounting_date(client, entity).await?;
    if date >= current {
        return Err(RevaluationError::NotClosed { entity: entity.to_owned(), date, current });
    }
    let balances = balances_at(client, settings, date).await?;
    let found = longmen_revaluation::translate(settings, rates, &balances, date)?;
    let found = found.into_iter().map(|one| (one.row, one.entry)).collect();
    Posting { settings, date, label: "translate", on_date: false }.post(client, found, is_dry).await
}
