//! Values in a scenario file, and what is wrong with one.

use std::fmt;

use longmen_engine::ledger::{AmountError, Currency, Date, YearStart};

/// What is wrong with a scenario, and where.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}")]
pub(crate) struct Wrong {
    place: String,
    what: String,
}

pub(super) fn wrong(place: &str, what: impl fmt::Display) -> Wrong {
    Wrong { place: place.to_owned(), what: what.to_string() }
}

pub(super) fn date(place: &str, text: &str) -> Result<Date, Wrong> {
    Date::parse(text).ok_or_else(|| wrong(place, format!("`{text}` is no date")))
}

pub(super) fn year_starts(month: Option<u8>) -> Result<YearStart, Wrong> {
    let month = month.unwrap_or(YearStart::JANUARY.month());
    YearStart::from_month(month).ok_or_else(|| wrong("year_starts", format!("{month} is no month, 1 to 12")))
}

pub(super) fn currency(place: &str, text: &str) -> Result<Currency, Wrong> {
    Currency::from_code(text).ok_or_else(|| wrong(place, format!("`{text}` is no currency")))
}

pub(super) fn amount(place: &str, currency: Currency, text: &str) -> Result<i64, Wrong> {
    let parsed = currency.parse_amount(text).map(|amount| amount.0);
    parsed.map_err(|error: AmountError| wrong(place, format!("`{text}`: {error}")))
}
