//! What every profile says: what a table looks like, and how dates and amounts are written in it.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use longmen_ledger::Currency;

use super::amount::AmountRule;
use super::cell::Digits;
use super::fixed::FixedLayout;
use super::names::Names;

/// What a table looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) layout: Layout,
    pub(super) header: Header,
    pub(super) footer: Option<Footer>,
    pub(super) currency: CurrencyRule,
    pub(super) date: DateRule,
    pub(super) time: Option<Pattern>,
    pub(super) amount: AmountRule,
    pub(super) digits: Digits,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Delimited {
        encoding: &'static Encoding,
        separator: char,
        quote: Option<char>,
    },
    /// A sheet by its name, or the first.
    Sheet {
        name: Option<Box<str>>,
    },
    Fixed(FixedLayout),
}

/// Where the header stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Behind so many lines; of lines of fixed fields, which have none, where rows begin.
    Behind(u64),
    /// It is the first line that has all columns.
    Find,
}

/// Where rows end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Footer {
    /// At the first row where this column is empty.
    Empty(Box<str>),
    /// At the first row whose first cell begins with this.
    Begins(Box<str>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CurrencyRule {
    Fixed(Currency),
    /// A column with codes, or with these words.
    Column {
        name: Names,
        words: BTreeMap<Box<str>, Currency>,
    },
}

/// A column with a date or a time, and its format as strptime has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pattern {
    pub(super) column: Box<str>,
    pub(super) format: Box<str>,
}

/// Where the date of a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateRule {
    pub(super) pattern: Pattern,
    /// Whether it has no year, so that the date of the file tells it.
    pub(super) has_no_year: bool,
    /// By how many days a row may be of a date before that of the file.
    pub(super) before: u32,
}

impl DateRule {
    /// Whether nobody can tell the date of a row, or whether it is one of the file's, without the date of the file.
    pub(super) fn needs_expected(&self) -> bool {
        self.has_no_year || self.before > 0
    }
}

impl Shape {
    /// How many lines stand before all that is looked at.
    pub(super) fn skip(&self) -> u64 {
        match self.header {
            Header::Behind(lines) => lines,
            Header::Find => 0,
        }
    }

    /// The columns that it needs.
    pub(super) fn columns(&self) -> Vec<&str> {
        let mut columns = vec![&*self.date.pattern.column];
        columns.extend(self.time.iter().map(|time| &*time.column));
        columns.extend(self.amount.columns());
        if let CurrencyRule::Column { name, .. } = &self.currency {
            columns.extend(name.all());
        }
        if let Some(Footer::Empty(name)) = &self.footer {
            columns.push(name);
        }
        columns
    }
}

/// Columns, each once.
pub(super) fn each_once(mut columns: Vec<&str>) -> Vec<&str> {
    columns.sort_unstable();
    columns.dedup();
    columns
}
