//! The fields of a part of a document: texts of elements that are asked for by where they stand in it.

use std::collections::BTreeMap;
use std::io::BufRead;

use jiff::civil::DateTime;
use longmen_ledger::{Amount, Currency, Date};

use super::elements::Elements;
use crate::columns::date_of;
use crate::refusal::{Refusal, RefusalCode};

/// The fields of an element.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    /// The line on which the element begins.
    pub(super) line: u64,
    fields: BTreeMap<&'static str, Field>,
}

#[derive(Clone, Debug)]
struct Field {
    line: u64,
    text: Box<str>,
    currency: Box<str>,
}

/// A date, and the time where there is one.
pub(super) type Moment = (Date, Option<DateTime>);

impl Fields {
    pub(super) fn at(line: u64) -> Fields {
        Fields { line, fields: BTreeMap::new() }
    }

    /// Keeps the text of an element that closes, if it is one of those that are wanted. None comes twice.
    pub(super) fn keep<R: BufRead>(
        &mut self,
        wanted: &[&'static str],
        path: &str,
        elements: &Elements<R>,
    ) -> Result<(), Refusal> {
        let Some(name) = wanted.iter().copied().find(|name| *name == path) else { return Ok(()) };
        let field = Field {
            line: elements.line(),
            text: elements.text().into(),
            currency: elements.currency().into(),
        };
        match self.fields.insert(name, field) {
            None => Ok(()),
            Some(_) => Err(elements.bad(name, "it is there twice")),
        }
    }

    /// The first of some fields that is there and has something in it.
    pub(super) fn any(&self, names: &[&'static str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    /// A field that has something in it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|field| &*field.text).filter(|text| !text.is_empty())
    }

    /// The same, where it must be there.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| self.missing(name))
    }

    /// That a field is not there.
    pub(super) fn missing(&self, name: &str) -> Refusal {
        Refusal::of(RefusalCode::BadRow, self.line, name, "it is not there")
    }

    /// That a field is wrong, with what stands in it.
    pub(super) fn bad(&self, name: &str, why: &str) -> Refusal {
        let (line, text) = self.fields.get(name).map_or((self.line, ""), |field| (field.line, &field.text));
        Refusal::of(RefusalCode::BadRow, line, name, format!("`{text}`: {why}"))
    }

    /// The currency of an amount.
    pub(super) fn currency(&self, name: &str) -> Result<Currency, Refusal> {
        self.needed(name)?;
        let code = self.fields.get(name).map_or("", |field| &field.currency);
        Currency::from_code(code)
            .ok_or_else(|| self.bad(name, &format!("its currency `{code}` is none of ISO 4217")))
    }

    /// An amount in a currency. None is negative: another field says which way it went.
    pub(super) fn amount(&self, name: &str, currency: Currency) -> Result<Amount, Refusal> {
        let own = self.currency(name)?;
        if own != currency {
            return Err(self.bad(name, &format!("it is in {own}, and the account in {currency}")));
        }
        let amount = currency.parse_amount(self.needed(name)?);
        let amount = amount.map_err(|error| self.bad(name, &error.to_string()))?;
        match amount.0 < 0 {
            true => Err(self.bad(name, "it is negative: CdtDbtInd says which way it went")),
            false => Ok(amount),
        }
    }

    /// Whether something is a credit, and not a debit.
    pub(super) fn is_credit(&self, name: &str) -> Result<bool, Refusal> {
        match self.needed(name)? {
            "CRDT" => Ok(true),
            "DBIT" => Ok(false),
            _ => Err(self.bad(name, "it is neither CRDT nor DBIT")),
        }
    }

    /// A truth value of XML Schema.
    pub(super) fn truth(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(self.bad(name, "it is neither true nor false")),
        }
    }

    /// A date by one field, or with the time by another.
    pub(super) fn moment(&self, date: &str, time: &str) -> Result<Option<Moment>, Refusal> {
        if let Some(text) = self.text(date) {
            let date = parse_date(text).ok_or_else(|| self.bad(date, "it is no date such as 2024-06-18"))?;
            return Ok(Some((date, None)));
        }
        let Some(text) = self.text(time) else { return Ok(None) };
        let moment = parse_time(text);
        moment.map(Some).ok_or_else(|| self.bad(time, "it is no time such as 2024-06-18T10:00:00"))
    }
}

/// A date of XML Schema. An offset from UTC, where it has one, is that of the bank: its day is the bank's day.
fn parse_date(text: &str) -> Option<Date> {
    let (date, offset) = text.split_at_checked("2024-06-18".len())?;
    is_offset(offset).then(|| Date::parse(date)).flatten()
}

/// A time of XML Schema, as clocks showed it at the bank.
fn parse_time(text: &str) -> Option<Moment> {
    let (time, rest) = text.split_at_checked("2024-06-18T10:00:00".len())?;
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let time = is_offset(offset).then(|| DateTime::strptime("%Y-%m-%dT%H:%M:%S", time).ok()).flatten()?;
    Some((date_of(time.date())?, Some(time)))
}

/// Nothing, `Z`, or such as `+08:00`.
fn is_offset(text: &str) -> bool {
    match text.as_bytes() {
        [] | b"Z" => true,
        [b'+' | b'-', hours @ .., b':', a, b] => [hours, &[*a, *b]].concat().iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
