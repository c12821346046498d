//! A table of transactions, row by row.

use std::io::BufRead;

use longmen_ledger::{Amount, Currency};

use super::record::Record;
use super::table::{self, currency_of};
use super::trade_profile::{TradeColumns, TradeProfile, Words};
use crate::identity::Identity;
use crate::received::{Expected, Received};
use crate::refusal::Refusal;
use crate::row::{RowKind, RowState, StatementRow};

/// Reads it.
pub(super) fn read(
    profile: &TradeProfile,
    input: &mut dyn BufRead,
    expected: &Expected,
    take: &mut dyn FnMut(StatementRow),
) -> Result<Received, Refusal> {
    let mut identity = Identity::of(expected);
    table::read(&profile.shape, &profile.required(), input, expected, &mut |record| {
        let Some(kind) = kind_of(profile, record)? else { return Ok(()) };
        if let Some(merchant) = &profile.columns.merchant {
            let whose = record.needed(merchant)?;
            identity.merchant(record.row.line, &merchant.to_string(), &whose)?;
        }
        let row = row(profile, record, kind, &mut identity, expected)?;
        identity.row(&row)?;
        take(row);
        Ok(())
    })?;
    Ok(identity.end())
}

/// What a row is about; `None` where rows of its kind are passed over.
fn kind_of(profile: &TradeProfile, record: &Record<'_>) -> Result<Option<RowKind>, Refusal> {
    match &profile.kinds {
        None => Ok(Some(RowKind::Other)),
        Some(words) => meant(words, record, "it is none of the words for a kind that the profile has"),
    }
}

fn row(
    profile: &TradeProfile,
    record: &Record<'_>,
    kind: RowKind,
    identity: &mut Identity,
    expected: &Expected,
) -> Result<StatementRow, Refusal> {
    let shape = &profile.shape;
    let TradeColumns { merchant_number, number, order, .. } = &profile.columns;
    let (date, known) = record.date(&shape.date, expected.date)?;
    let (column, before) = (&*shape.date.pattern.column, shape.date.before);
    match expected.date {
        Some(last) if last.days().checked_sub(known.days()).is_none_or(|days| days > before) => {
            return Err(record.other_date(column, last, before));
        }
        Some(_) => {}
        None => identity.date(record.row.line, column, known)?,
    }
    let time = shape.time.as_ref().map(|time| record.time(time)).transpose()?;
    let currency = currency_of(&shape.currency, record)?;
    let merchant_number = record.needed(merchant_number)?;
    Ok(StatementRow {
        line: record.row.line,
        kind,
        state: state_of(profile, record)?,
        order: order
            .as_ref()
            .map_or_else(|| Ok(merchant_number.clone()), |order| record.text_of(Some(order)))?,
        merchant_number,
        channel_number: record.text_of(number.as_ref())?,
        gross: shape.amount.amount(record, currency)?,
        fee: fee_of(profile, record, currency)?,
        currency,
        time: time.map(|time| date.to_datetime(time)),
        settle_date: None,
    })
}

fn state_of(profile: &TradeProfile, record: &Record<'_>) -> Result<RowState, Refusal> {
    let Some(words) = &profile.states else { return Ok(RowState::Success) };
    let state = meant(words, record, "it is none of the words for a state that the profile has")?;
    Ok(state.unwrap_or(RowState::Success))
}

/// What the merchant pays: fees as the table has them move its balance as amounts do.
fn fee_of(profile: &TradeProfile, record: &Record<'_>, currency: Currency) -> Result<Amount, Refusal> {
    let mut fee: i64 = 0;
    for rule in &profile.fees {
        let Amount(moved) = rule.amount_if_any(record, currency)?;
        let sum = fee.checked_sub(moved);
        let column = rule.columns().first().copied().unwrap_or_default();
        fee = sum.ok_or_else(|| record.bad(column, "with the other fees it is beyond the largest amount"))?;
    }
    Ok(Amount(fee))
}

/// What a word means; `None` where rows with it are passed over.
fn meant<T: Copy>(words: &Words<T>, record: &Record<'_>, why: &str) -> Result<Option<T>, Refusal> {
    let word = record.joined(&words.column)?;
    if words.ignored.contains(&*word) {
        return Ok(None);
    }
    let meaning = words.words.get(&*word).copied();
    meaning.map(Some).ok_or_else(|| record.bad_word(&words.column, &word, why))
}
