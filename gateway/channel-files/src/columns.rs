//! The columns of a table, found by their names: what the channel adds or moves is no harm.

use std::fmt;

use jiff::civil::DateTime;
use longmen_ledger::{Amount, Currency, Date};

use crate::refusal::{Refusal, RefusalCode};

/// Where the columns are that a reader needs. `N` of them, in the order in which it names them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns<const N: usize> {
    names: [&'static str; N],
    places: [usize; N],
    /// How many columns the table has.
    pub(crate) count: usize,
}

/// The names of a column: the first is the one it has today, the others are those that it had.
pub(crate) type Names = &'static [&'static str];

impl<const N: usize> Columns<N> {
    /// Finds them in a header.
    ///
    /// # Errors
    /// `unknown_header`, where one is not there, or twice.
    pub(crate) fn find(line: u64, header: &[String], wanted: [Names; N]) -> Result<Columns<N>, Refusal> {
        let mut places = [0; N];
        for (place, names) in places.iter_mut().zip(&wanted) {
            let mut found = (0..).zip(header).filter(|(_, cell)| names.contains(&cell.as_str()));
            let first = found.next().map(|(at, _)| at);
            *place = first.ok_or_else(|| missing(line, names))?;
            if found.next().is_some() {
                return Err(Refusal::of(RefusalCode::UnknownHeader, line, names[0], "it is there twice"));
            }
        }
        Ok(Columns { names: wanted.map(|names| names[0]), places, count: header.len() })
    }

    /// The cells of a row, which has as many as the header.
    ///
    /// # Errors
    /// `bad_row`.
    pub(crate) fn row<'a, S: AsRef<str>>(
        &'a self,
        line: u64,
        cells: &'a [S],
    ) -> Result<Row<'a, S, N>, Refusal> {
        if cells.len() != self.count {
            let reason = format!("it has {} columns, and the header {}", cells.len(), self.count);
            return Err(Refusal::at(RefusalCode::BadRow, line, reason));
        }
        Ok(Row { line, columns: self, cells })
    }
}

fn missing(line: u64, names: Names) -> Refusal {
    Refusal::of(RefusalCode::UnknownHeader, line, names[0], "there is no such column")
}

/// A row, whose cells are asked for by the number of their column.
pub(crate) struct Row<'a, S, const N: usize> {
    pub(crate) line: u64,
    columns: &'a Columns<N>,
    cells: &'a [S],
}

impl<S: AsRef<str>, const N: usize> Row<'_, S, N> {
    /// A cell, without blanks around it.
    pub(crate) fn text(&self, column: usize) -> &str {
        self.cells[self.columns.places[column]].as_ref().trim()
    }

    /// An amount of money; an empty cell is none.
    pub(crate) fn amount(&self, column: usize, currency: Currency) -> Result<Amount, Refusal> {
        let text = self.text(column);
        currency.parse_amount(text.strip_prefix('+').unwrap_or(text)).map_err(|error| self.bad(column, error))
    }

    /// A time such as `2024-06-18 10:00:00`.
    fn time(&self, column: usize) -> Result<DateTime, Refusal> {
        parse_time(self.text(column))
            .ok_or_else(|| self.bad(column, "it is no time such as 2024-06-18 10:00:00"))
    }

    /// The same, with the date that it is of.
    pub(crate) fn moment(&self, column: usize) -> Result<(DateTime, Date), Refusal> {
        let time = self.time(column)?;
        Ok((time, date_of(time.date()).ok_or_else(|| self.bad(column, "dates begin in 1970"))?))
    }

    /// A number of rows; older files print `6.0`.
    pub(crate) fn count(&self, column: usize) -> Result<u64, Refusal> {
        let text = self.text(column);
        let whole = text.strip_suffix(".0").unwrap_or(text);
        whole.parse().map_err(|_| self.bad(column, "it is no number of rows"))
    }

    /// That a cell is wrong.
    pub(crate) fn bad(&self, column: usize, why: impl fmt::Display) -> Refusal {
        self.refuse(RefusalCode::BadRow, column, why)
    }

    /// That a cell is wrong, by its code.
    pub(crate) fn refuse(&self, code: RefusalCode, column: usize, why: impl fmt::Display) -> Refusal {
        let reason = format!("`{}`: {why}", self.text(column));
        Refusal::of(code, self.line, self.columns.names[column], reason)
    }
}

/// The name of a column with the brackets that channels write today: older files, and some tools, have those of ASCII.
pub(crate) fn column_name(text: &str) -> String {
    text.trim().replace('(', "（").replace(')', "）")
}

/// The currency of channels that settle in no other.
pub(crate) fn yuan() -> Currency {
    Currency::from_code("CNY").expect("ISO 4217 has it")
}

/// A time such as `2024-06-18 10:00:00`, or with slashes.
pub(crate) fn parse_time(text: &str) -> Option<DateTime> {
    let text = text.replace('/', "-");
    DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim()).ok()
}

/// The ledger's date of a calendar's.
pub(crate) fn date_of(date: jiff::civil::Date) -> Option<Date> {
    Date::parse(&date.to_string())
}
