//! A row of a table whose columns are known, asked for by their names.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{self, Time};
use jiff::fmt::strtime::BrokenDownTime;
use longmen_ledger::{Amount, Currency, Date};

use super::cell::{Cell, Cells, Digits};
use super::names::{BETWEEN, Names};
use super::shape::{DateRule, Pattern};
use crate::columns::date_of;
use crate::refusal::{Refusal, RefusalCode};

/// A row.
pub(super) struct Record<'a> {
    pub(super) row: &'a Cells,
    pub(super) places: &'a BTreeMap<&'a str, usize>,
    pub(super) digits: Digits,
}

impl Record<'_> {
    /// The cell of a column; `None` where the row ends before it.
    pub(super) fn cell(&self, column: &str) -> Option<&Cell> {
        self.places.get(column).and_then(|place| self.row.cells.get(*place))
    }

    pub(super) fn is_blank(&self, column: &str) -> bool {
        self.cell(column).is_none_or(Cell::is_blank)
    }

    /// What stands in a column.
    pub(super) fn text(&self, column: &str) -> Result<String, Refusal> {
        let text = self.cell(column).map_or(Ok(String::new()), Cell::text);
        text.map_err(|why| self.bad(column, why))
    }

    /// What stands in a column, or in several; nothing, where nothing stands in any.
    pub(super) fn joined(&self, names: &Names) -> Result<String, Refusal> {
        if let Some(column) = names.single() {
            return self.text(column);
        }
        let (mut joined, mut is_empty) = (String::new(), true);
        for (at, column) in names.all().enumerate() {
            let text = self.text(column)?;
            if text.contains(BETWEEN) {
                let why = format!("a `{BETWEEN}` is what stands between the parts of {names}");
                return Err(self.bad(column, why));
            }
            is_empty &= text.is_empty();
            joined.extend((at > 0).then_some(BETWEEN));
            joined.push_str(&text);
        }
        Ok(if is_empty { String::new() } else { joined })
    }

    /// The same of what the table may not have.
    pub(super) fn text_of(&self, names: Option<&Names>) -> Result<Box<str>, Refusal> {
        Ok(names.map(|names| self.joined(names)).transpose()?.unwrap_or_default().into())
    }

    /// The same, where something must stand there.
    pub(super) fn needed(&self, names: &Names) -> Result<Box<str>, Refusal> {
        let text = self.joined(names)?;
        if text.is_empty() { Err(self.bad_word(names, "", "it is empty")) } else { Ok(text.into()) }
    }

    /// An amount, or `None` where there is none.
    pub(super) fn amount(&self, column: &str, currency: Currency) -> Result<Option<Amount>, Refusal> {
        let amount = self.cell(column).map_or(Ok(None), |cell| cell.amount(currency, self.digits));
        amount.map_err(|why| self.bad(column, why))
    }

    /// A date, by its format, or as the sheet has it; and the same as the ledger has it. Where it has no year it is the last of that day
    /// that is not after the date that is expected, and not so many days before it that the profile has a file span no more.
    pub(super) fn date(
        &self,
        rule: &DateRule,
        expected: Option<Date>,
    ) -> Result<(civil::Date, Date), Refusal> {
        let DateRule { pattern, has_no_year, before } = rule;
        let date = match self.cell(&pattern.column) {
            Some(Cell::Moment(moment)) => moment.date(),
            _ if *has_no_year => self.date_without_year(pattern, *before, expected)?,
            _ => {
                let date = self.parsed(pattern)?.to_date();
                date.map_err(|error| self.bad(&pattern.column, error))?
            }
        };
        let known = date_of(date).ok_or_else(|| self.bad(&pattern.column, "dates begin in 1970"))?;
        Ok((date, known))
    }

    fn date_without_year(
        &self,
        pattern: &Pattern,
        before: u32,
        expected: Option<Date>,
    ) -> Result<civil::Date, Refusal> {
        let parsed = self.parsed(pattern)?;
        let column = &*pattern.column;
        let in_year = |year| civil::Date::new(year, parsed.month()?, parsed.day()?).ok();
        // A leap year has every day that there is.
        if in_year(2000).is_none() {
            return Err(self.bad(column, "there is no such day"));
        }
        let last = expected.ok_or_else(|| self.bad(column, "it has no year, and no date is expected"))?;
        let is_near = |date: &civil::Date| {
            date_of(*date)
                .is_some_and(|date| last.days().checked_sub(date.days()).is_some_and(|days| days <= before))
        };
        let near = [last.year(), last.year() - 1].into_iter().filter_map(in_year).find(is_near);
        near.ok_or_else(|| self.other_date(column, last, before))
    }

    /// That a row is of none of the dates that the file may have.
    pub(super) fn other_date(&self, column: &str, last: Date, before: u32) -> Refusal {
        let why = match before {
            0 => format!("the file is of {last}"),
            1 => format!("the file is of {last}, and a row may be of the day before"),
            _ => format!("the file is of {last}, and a row may be of {before} days before"),
        };
        Refusal { code: RefusalCode::WrongDate, ..self.bad(column, why) }
    }

    /// The same of a time.
    pub(super) fn time(&self, pattern: &Pattern) -> Result<Time, Refusal> {
        if let Some(Cell::Moment(moment)) = self.cell(&pattern.column) {
            return Ok(moment.time());
        }
        let time = self.parsed(pattern)?.to_time();
        time.map_err(|error| self.bad(&pattern.column, error))
    }

    fn parsed(&self, Pattern { column, format }: &Pattern) -> Result<BrokenDownTime, Refusal> {
        let text = self.text(column)?;
        let parsed = BrokenDownTime::parse(&**format, &text).ok();
        // Where nothing stands between digits, one that is missing would move the others.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let is_whole =
            |tm: &BrokenDownTime| !is_plain || tm.to_string(&**format).is_ok_and(|same| same == text);
        let parsed = parsed.filter(is_whole);
        parsed.ok_or_else(|| self.bad(column, format!("it is not as the format `{format}` has it")))
    }

    /// That a cell is wrong, with what stands in it.
    pub(super) fn bad(&self, column: &str, why: impl fmt::Display) -> Refusal {
        let text = match self.cell(column) {
            Some(Cell::Number(number)) => number.to_string(),
            cell => cell.and_then(|cell| cell.text().ok()).unwrap_or_default(),
        };
        Refusal::of(RefusalCode::BadRow, self.row.line, column, format!("`{text}`: {why}"))
    }

    /// That what stands in one column or in several is wrong.
    pub(super) fn bad_word(&self, names: &Names, text: &str, why: impl fmt::Display) -> Refusal {
        Refusal::of(RefusalCode::BadRow, self.row.line, &names.to_string(), format!("`{text}`: {why}"))
    }
}
