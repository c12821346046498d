//! A row of a table whose columns are known, asked for by their names.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{Date, Time};
use jiff::fmt::strtime::BrokenDownTime;
use longmen_ledger::{Amount, Currency};

use super::cell::{Cell, Cells};
use super::settings::Pattern;
use crate::refusal::{Refusal, RefusalCode};

/// A row.
pub(super) struct Record<'a> {
    pub(super) row: &'a Cells,
    pub(super) places: &'a BTreeMap<&'a str, usize>,
    pub(super) thousands: bool,
}

impl Record<'_> {
    /// The cell of a column; `None` where the row ends before it.
    pub(super) fn cell(&self, column: &str) -> Option<&Cell> {
        self.places.get(column).and_then(|place| self.row.cells.get(*place))
    }

    /// What stands in a column.
    pub(super) fn text(&self, column: &str) -> Result<String, Refusal> {
        let text = self.cell(column).map_or(Ok(String::new()), Cell::text);
        text.map_err(|why| self.bad(column, why))
    }

    /// What stands in a column that the table may not have.
    pub(super) fn text_of(&self, column: Option<&str>) -> Result<Box<str>, Refusal> {
        Ok(column.map(|column| self.text(column)).transpose()?.unwrap_or_default().into())
    }

    /// An amount, or `None` where there is none.
    pub(super) fn amount(&self, column: &str, currency: Currency) -> Result<Option<Amount>, Refusal> {
        let amount = self.cell(column).map_or(Ok(None), |cell| cell.amount(currency, self.thousands));
        amount.map_err(|why| self.bad(column, why))
    }

    /// A date, by its format, or as the sheet has it.
    pub(super) fn date(&self, pattern: &Pattern) -> Result<Date, Refusal> {
        if let Some(Cell::Moment(moment)) = self.cell(&pattern.column) {
            return Ok(moment.date());
        }
        let date = self.parsed(pattern)?.to_date();
        date.map_err(|error| self.bad(&pattern.column, error))
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
        let parsed = BrokenDownTime::parse(&**format, text);
        parsed.map_err(|_| self.bad(column, format!("it is not as the format `{format}` has it")))
    }

    /// That a cell is wrong, with what stands in it.
    pub(super) fn bad(&self, column: &str, why: impl fmt::Display) -> Refusal {
        let text = match self.cell(column) {
            Some(Cell::Number(number)) => number.to_string(),
            cell => cell.and_then(|cell| cell.text().ok()).unwrap_or_default(),
        };
        Refusal::of(RefusalCode::BadRow, self.row.line, column, format!("`{text}`: {why}"))
    }
}
