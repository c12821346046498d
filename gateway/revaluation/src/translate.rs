//! Results that were carried in a foreign currency, turned into the local one.

use longmen_ledger::{Currency, Date};

use crate::balances::Balances;
use crate::entry::Entry;
use crate::rates::{Rate, Rates};
use crate::refusal::Refusal;
use crate::revalue::check_local;
use crate::settings::{Pair, Settings};

/// What becomes of what was carried in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    pub row: TranslationRow,
    /// What is to be posted; `None` where nothing was carried.
    pub entry: Option<Entry>,
}

/// How an amount comes about. Amounts are debit-positive, in minor units of their currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranslationRow {
    pub currency: Currency,
    /// What was carried: a profit is below zero, a loss above.
    pub carried: i128,
    pub rate: Rate,
    /// The same at the rate, rounded.
    pub local: i128,
}

/// Takes what was carried in foreign currencies (本年利润) through the position accounts into the local currency, at the rate of a date.
///
/// A profit of 50.00 USD at 7.10 is `D profit USD 50.00 / C position USD 50.00` and `D position CNY 355.00 / C profit CNY 355.00`. The
/// position may be a minor unit off then, since rounded sums are no sums of what is rounded: [`revalue`](crate::revalue) takes that up.
///
/// # Errors
/// [`Refusal`], where a rate or balance is missing, or an amount is too large. Then nothing is translated.
pub fn translate(
    settings: &Settings,
    rates: &Rates,
    balances: &Balances,
    date: Date,
) -> Result<Vec<Translation>, Refusal> {
    let local = check_local(settings, rates)?;
    let translated = |pair: &Pair| {
        let currency = pair.foreign.currency;
        let rate = rates.get(currency, date)?;
        let carried = balances.get(&pair.foreign)?;
        let worth = rate.convert(carried, (currency, local), settings.rounding)?;
        let position = settings.position(currency).expect("what is carried has a position");
        let taken = carried.checked_neg().ok_or(Refusal::Overflow { currency })?;
        let moves = [
            (&pair.foreign, taken),
            (&position.foreign, carried),
            (&position.local, -worth),
            (&pair.local, worth),
        ];
        let entry = Entry::of(("translate", &settings.entity, date, currency), &moves)?;
        Ok(Translation { row: TranslationRow { currency, carried, rate, local: worth }, entry })
    };
    settings.carried.iter().map(translated).collect()
}
