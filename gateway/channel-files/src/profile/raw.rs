//! A profile as it is written, before it is known to make sense.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use longmen_ledger::Currency;
use serde::Deserialize;

use super::amount::{AmountRule, Minus};
use super::settings::{CurrencyRule, Footer, Header, Layout, Named, Order, Pattern, Profile};

/// Why a profile is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is no TOML, or has a key that is not known, or lacks one.
    #[error("it cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// What a key says makes no sense.
    #[error("{key}: {reason}")]
    Key { key: &'static str, reason: String },
}

/// A profile, key by key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProfile {
    layout: RawLayout,
    encoding: Option<String>,
    separator: Option<String>,
    quote: Option<String>,
    sheet: Option<Box<str>>,
    skip: Option<u64>,
    header: Option<RawHeader>,
    footer: Option<RawFooter>,
    #[serde(default)]
    order: Order,
    #[serde(default)]
    thousands: bool,
    currency: RawCurrency,
    date: Pattern,
    time: Option<Pattern>,
    amount: RawAmount,
    #[serde(default)]
    columns: Named,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawLayout {
    Delimited,
    Sheet,
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
    column: Option<Box<str>>,
    #[serde(default)]
    words: BTreeMap<Box<str>, Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAmount {
    signed: Option<Box<str>>,
    incoming: Option<Box<str>>,
    outgoing: Option<Box<str>>,
    column: Option<Box<str>>,
    direction: Option<Box<str>>,
    #[serde(default, rename = "in")]
    in_words: Vec<Box<str>>,
    #[serde(default, rename = "out")]
    out_words: Vec<Box<str>>,
    minus: Option<Minus>,
}

fn bad<T>(key: &'static str, reason: impl Into<String>) -> Result<T, ProfileError> {
    Err(ProfileError::Key { key, reason: reason.into() })
}

impl RawProfile {
    /// The profile, where all that it says fits together.
    pub(super) fn checked(self) -> Result<Profile, ProfileError> {
        let layout = self.layout()?;
        let header = match (self.skip, self.header) {
            (Some(_), Some(_)) => {
                return bad("header", "the header is behind `skip` lines, or is to be found");
            }
            (skip, None) => Header::Behind(skip.unwrap_or_default()),
            (None, Some(RawHeader::Find)) => Header::Find,
        };
        check_date(&self.date)?;
        if let Some(time) = &self.time {
            check_time(time)?;
        }
        let profile = Profile {
            layout,
            header,
            footer: self.footer.map(RawFooter::checked).transpose()?,
            order: self.order,
            currency: self.currency.checked()?,
            date: self.date,
            time: self.time,
            amount: self.amount.checked()?,
            thousands: self.thousands,
            columns: self.columns,
        };
        match profile.required().iter().any(|name| name.trim().is_empty()) {
            true => bad("columns", "a column has no name"),
            false => Ok(profile),
        }
    }

    fn layout(&self) -> Result<Layout, ProfileError> {
        if self.layout == RawLayout::Sheet {
            let text_only =
                [("encoding", &self.encoding), ("separator", &self.separator), ("quote", &self.quote)];
            return match text_only.into_iter().find(|(_, told)| told.is_some()) {
                Some((key, _)) => bad(key, "a sheet has none"),
                None => Ok(Layout::Sheet { name: self.sheet.clone() }),
            };
        }
        if self.sheet.is_some() {
            return bad("sheet", "a delimited table has none");
        }
        let label = self.encoding.as_deref().unwrap_or("utf-8");
        // Lines and separators are told apart by bytes that mean the same as in ASCII.
        let encoding =
            Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible());
        let Some(encoding) = encoding else {
            return bad("encoding", format!("`{label}` is none, or has lines of other bytes than ASCII"));
        };
        let separator = one("separator", self.separator.as_deref().unwrap_or(","))?;
        let quote = match self.quote.as_deref() {
            Some("none") => None,
            quote => Some(one("quote", quote.unwrap_or("\""))?),
        };
        match quote == Some(separator) {
            true => bad("quote", "it is the separator"),
            false => Ok(Layout::Delimited { encoding, separator, quote }),
        }
    }
}

fn one(key: &'static str, text: &str) -> Result<char, ProfileError> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if !matches!(character, '\n' | '\r') => Ok(character),
        _ => bad(key, format!("`{}` is no single character", text.escape_debug())),
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

impl RawAmount {
    fn checked(self) -> Result<AmountRule, ProfileError> {
        let RawAmount { signed, incoming, outgoing, column, direction, in_words, out_words, minus } = self;
        let has_words = !in_words.is_empty() || !out_words.is_empty();
        match (signed, incoming, outgoing, column, direction) {
            (Some(column), None, None, None, None) if !has_words && minus.is_none() => {
                Ok(AmountRule::Signed { column })
            }
            (None, Some(incoming), Some(outgoing), None, None) if !has_words => match incoming == outgoing {
                true => bad("amount.outgoing", "it is the column of what comes in"),
                false => Ok(AmountRule::Two { incoming, outgoing, minus: minus.unwrap_or_default() }),
            },
            (None, None, None, Some(column), Some(direction)) => {
                if in_words.is_empty() || out_words.is_empty() {
                    return bad("amount.in", "`direction` needs the words `in` and `out`");
                }
                if in_words.iter().any(|word| out_words.contains(word)) {
                    return bad("amount.out", "a word cannot mean both");
                }
                let minus = minus.unwrap_or_default();
                Ok(AmountRule::Directed { column, direction, in_words, out_words, minus })
            }
            _ => bad(
                "amount",
                "it says one of three: `signed`; `incoming` and `outgoing`; or `column`, `direction`, `in` and `out`",
            ),
        }
    }
}

/// A day that tells all parts of a date apart.
const SAMPLE: DateTime = DateTime::constant(2024, 12, 31, 10, 20, 30, 0);

/// A format is one of dates where it gives a date back as it was.
fn check_date(pattern: &Pattern) -> Result<(), ProfileError> {
    let read = written(pattern).and_then(|tm| tm.to_date().ok());
    match read == Some(SAMPLE.date()) {
        true => Ok(()),
        false => bad("date.format", format!("`{}` is no format of a date", pattern.format)),
    }
}

/// Of a time the hour is enough.
fn check_time(pattern: &Pattern) -> Result<(), ProfileError> {
    match written(pattern).and_then(|tm| tm.hour()) {
        Some(10) => Ok(()),
        _ => bad("time.format", format!("`{}` is no format of a time", pattern.format)),
    }
}

fn written(pattern: &Pattern) -> Option<BrokenDownTime> {
    let text = BrokenDownTime::from(SAMPLE).to_string(&*pattern.format).ok()?;
    BrokenDownTime::parse(&*pattern.format, text).ok()
}
