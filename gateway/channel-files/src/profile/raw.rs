//! A profile as it is written, before it is known to make sense.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use longmen_ledger::Currency;
use serde::Deserialize;

use super::amount::AmountRule;
use super::any_profile::AnyProfile;
use super::cell::Digits;
use super::money_profile::{Named, Order, Profile};
use super::names::Names;
use super::profile_error::{ProfileError, bad, unused};
use super::raw_amount::RawAmount;
use super::raw_layout::{RawLayout, RawLines};
use super::shape::{CurrencyRule, DateRule, Footer, Header, Layout, Pattern, Shape};
use super::trade_profile::{TradeColumns, TradeProfile, Words};
use crate::row::{RowKind, RowState};

/// A profile, key by key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProfile {
    #[serde(default)]
    rows: RawRows,
    layout: RawLayout,
    encoding: Option<String>,
    separator: Option<String>,
    quote: Option<String>,
    sheet: Option<Box<str>>,
    length: Option<usize>,
    blanks: Option<bool>,
    fields: Option<Vec<(Box<str>, usize)>>,
    skip: Option<u64>,
    header: Option<RawHeader>,
    footer: Option<RawFooter>,
    order: Option<Order>,
    #[serde(default)]
    thousands: bool,
    #[serde(default)]
    minor: bool,
    currency: RawCurrency,
    date: RawDate,
    time: Option<Pattern>,
    amount: RawAmount,
    fees: Option<Vec<RawAmount>>,
    #[serde(default)]
    columns: RawColumns,
    kinds: Option<RawWords>,
    states: Option<RawWords>,
}

/// What the rows of a table are.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawRows {
    #[default]
    Money,
    Transactions,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawHeader {
    Find,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFooter {
    empty: Option<Box<str>>,
    begins: Option<Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCurrency {
    fixed: Option<Box<str>>,
    column: Option<Names>,
    #[serde(default)]
    words: BTreeMap<Box<str>, Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDate {
    column: Box<str>,
    format: Box<str>,
    year: Option<RawYear>,
    before: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawYear {
    Expected,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumns {
    balance: Option<Box<str>>,
    number: Option<Names>,
    merchant_number: Option<Names>,
    kind: Option<Names>,
    remark: Option<Names>,
    order: Option<Names>,
    merchant: Option<Names>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    column: Names,
    words: BTreeMap<Box<str>, Box<str>>,
    #[serde(default)]
    ignored: BTreeSet<Box<str>>,
}

impl RawProfile {
    /// The profile, where all that it says fits together.
    pub(super) fn checked(self) -> Result<AnyProfile, ProfileError> {
        let rows = self.rows;
        let RawProfile { order, fees, columns, kinds, states, .. } = self;
        let lines = RawLines {
            layout: self.layout,
            encoding: self.encoding,
            separator: self.separator,
            quote: self.quote,
            sheet: self.sheet,
            length: self.length,
            blanks: self.blanks,
            fields: self.fields,
        };
        let shape = Shape {
            header: header(self.layout, self.skip, self.header)?,
            layout: lines.checked()?,
            footer: self.footer.map(RawFooter::checked).transpose()?,
            currency: self.currency.checked()?,
            date: self.date.checked()?,
            time: self.time.map(check_time).transpose()?,
            amount: self.amount.checked()?,
            digits: digits(self.thousands, self.minor)?,
        };
        match rows {
            RawRows::Money => {
                let told =
                    [("fees", fees.is_some()), ("kinds", kinds.is_some()), ("states", states.is_some())];
                unused(&told, "a table of money has none")?;
                columns.money(shape, order.unwrap_or_default()).map(AnyProfile::Money)
            }
            RawRows::Transactions => {
                unused(&[("order", order.is_some())], "rows of transactions stand in any order")?;
                let fees = fees.into_iter().flatten().map(RawAmount::checked).collect::<Result<_, _>>()?;
                let kinds = kinds.map(|words| words.checked("kinds.words", KINDS)).transpose()?;
                let states = states.map(RawWords::states).transpose()?;
                columns.trades(shape, fees, kinds, states).map(AnyProfile::Trades)
            }
        }
    }
}

const KINDS: &str = "pay, refund, revoke, recharge, payout, settle, fee, other";
const STATES: &str = "success, processing, failed, closed";

fn header(layout: RawLayout, skip: Option<u64>, header: Option<RawHeader>) -> Result<Header, ProfileError> {
    match (skip, header) {
        (_, Some(_)) if layout == RawLayout::Fixed => bad("header", "lines of fixed fields have none"),
        (Some(_), Some(_)) => bad("header", "the header is behind `skip` lines, or is to be found"),
        (skip, None) => Ok(Header::Behind(skip.unwrap_or_default())),
        (None, Some(RawHeader::Find)) => Ok(Header::Find),
    }
}

fn digits(thousands: bool, minor: bool) -> Result<Digits, ProfileError> {
    match (thousands, minor) {
        (true, true) => bad("minor", "whole minor units have no `thousands`"),
        (true, false) => Ok(Digits::Thousands),
        (false, true) => Ok(Digits::Minor),
        (false, false) => Ok(Digits::Decimal),
    }
}

/// Columns have names, and are there where the profile itself has to know.
fn hold_columns(shape: &Shape, required: &[&str]) -> Result<(), ProfileError> {
    if required.iter().any(|name| name.trim().is_empty()) {
        return bad("columns", "a column has no name");
    }
    match &shape.layout {
        Layout::Fixed(layout) => layout.hold_to(required),
        _ => Ok(()),
    }
}

impl RawColumns {
    fn money(self, shape: Shape, order: Order) -> Result<Profile, ProfileError> {
        let told = [("columns.order", self.order.is_some()), ("columns.merchant", self.merchant.is_some())];
        unused(&told, "a table of money has none")?;
        unused(&[("date.before", shape.date.before > 0)], "lines of money are of their own date")?;
        let RawColumns { balance, number, merchant_number, kind, remark, .. } = self;
        let columns = Named { balance, number, merchant_number, kind, remark };
        let profile = Profile { shape, order, columns };
        hold_columns(&profile.shape, &profile.required())?;
        Ok(profile)
    }

    fn trades(
        self,
        shape: Shape,
        fees: Vec<AmountRule>,
        kinds: Option<Words<RowKind>>,
        states: Option<Words<RowState>>,
    ) -> Result<TradeProfile, ProfileError> {
        unused(&[("columns.kind", self.kind.is_some())], "of transactions `kinds` says it")?;
        let told = [("columns.balance", self.balance.is_some()), ("columns.remark", self.remark.is_some())];
        unused(&told, "a table of transactions has none")?;
        let RawColumns { merchant_number, number, order, merchant, .. } = self;
        let Some(merchant_number) = merchant_number else {
            return bad("columns.merchant_number", "it is needed: it names a transaction on both sides");
        };
        let columns = TradeColumns { merchant_number, number, order, merchant };
        let profile = TradeProfile { shape, fees, columns, kinds, states };
        hold_columns(&profile.shape, &profile.required())?;
        Ok(profile)
    }
}

impl RawWords {
    fn checked<T: FromStr>(self, key: &'static str, known: &str) -> Result<Words<T>, ProfileError> {
        let mut words = BTreeMap::new();
        for (word, meaning) in self.words {
            let Ok(means) = meaning.parse() else {
                return bad(key, format!("`{meaning}`, which {word} is to mean, is none of {known}"));
            };
            if self.ignored.contains(&word) {
                return bad(key, format!("`{word}` is in `ignored` as well"));
            }
            words.insert(word, means);
        }
        match words.is_empty() {
            true => bad(key, "without a word every row is refused"),
            false => Ok(Words { column: self.column, words, ignored: self.ignored }),
        }
    }

    /// A state is no reason to pass a row over: one that moved nothing is `failed`.
    fn states(self) -> Result<Words<RowState>, ProfileError> {
        unused(
            &[("states.ignored", !self.ignored.is_empty())],
            "a row that moved nothing is `failed` or `closed`",
        )?;
        self.checked("states.words", STATES)
    }
}

impl RawFooter {
    fn checked(self) -> Result<Footer, ProfileError> {
        match (self.empty, self.begins) {
            (Some(column), None) => Ok(Footer::Empty(column)),
            (None, Some(text)) if !text.trim().is_empty() => Ok(Footer::Begins(text.trim().into())),
            _ => bad("footer", "it says one of two: `empty` with a column, or `begins` with a text"),
        }
    }
}

impl RawCurrency {
    fn checked(self) -> Result<CurrencyRule, ProfileError> {
        let currency = |key, code: &str| match Currency::from_code(code) {
            Some(currency) => Ok(currency),
            None => bad(key, format!("`{code}` is no currency of ISO 4217")),
        };
        match (self.fixed, self.column) {
            (Some(code), None) if self.words.is_empty() => {
                Ok(CurrencyRule::Fixed(currency("currency.fixed", &code)?))
            }
            (None, Some(name)) => {
                let words = self.words.into_iter();
                let words = words.map(|(word, code)| Ok((word, currency("currency.words", &code)?)));
                Ok(CurrencyRule::Column { name, words: words.collect::<Result<_, ProfileError>>()? })
            }
            _ => bad("currency", "it says one of two: `fixed`, or `column` with `words` or without"),
        }
    }
}

/// A day that tells all parts of a date apart.
const SAMPLE: DateTime = DateTime::constant(2024, 12, 31, 10, 20, 30, 0);

/// Within so many days each day of a year comes once.
const MOST_BEFORE: u32 = 364;

impl RawDate {
    /// A format is one of dates where it gives a date back as it was; without a year, where it gives back its month and day.
    fn checked(self) -> Result<DateRule, ProfileError> {
        let RawDate { column, format, year, before } = self;
        let pattern = Pattern { column, format };
        let read = written(&pattern);
        let has_year = read.as_ref().is_some_and(|tm| tm.to_date().ok() == Some(SAMPLE.date()));
        let has_day = read.is_some_and(|tm| (tm.year(), tm.month(), tm.day()) == (None, Some(12), Some(31)));
        let format = &pattern.format;
        match year {
            None if !has_year => bad("date.format", format!("`{format}` is no format of a date")),
            Some(RawYear::Expected) if has_year => {
                bad("date.year", format!("the format `{format}` has a year of its own"))
            }
            Some(RawYear::Expected) if !has_day => {
                bad("date.format", format!("`{format}` is no format of a month and a day"))
            }
            _ if before.is_some_and(|days| days > MOST_BEFORE) => {
                bad("date.before", format!("rows may be of {MOST_BEFORE} days before at most"))
            }
            year => Ok(DateRule { pattern, has_no_year: year.is_some(), before: before.unwrap_or_default() }),
        }
    }
}

/// Of a time the hour is enough.
fn check_time(pattern: Pattern) -> Result<Pattern, ProfileError> {
    match written(&pattern).and_then(|tm| tm.hour()) {
        Some(10) => Ok(pattern),
        _ => bad("time.format", format!("`{}` is no format of a time", pattern.format)),
    }
}

fn written(pattern: &Pattern) -> Option<BrokenDownTime> {
    let text = BrokenDownTime::from(SAMPLE).to_string(&*pattern.format).ok()?;
    BrokenDownTime::parse(&*pattern.format, text).ok()
}
