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
    if let Some(time) = parse_usual_time(text) {
        return Some(time);
    }
    let text = text.replace('/', "-");
    DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim()).ok()
}

/// The same as nearly every row has it, with all its digits: a tenth of the work of the general way.
fn parse_usual_time(text: &str) -> Option<DateTime> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let is_between = |place: usize| match place {
        4 | 7 => matches!(bytes[place], b'-' | b'/'),
        10 => bytes[place] == b' ',
        _ => bytes[place] == b':',
    };
    if ![4, 7, 10, 13, 16].into_iter().all(is_between) {
        return None;
    }
    let digit = |place: usize| bytes[place].checked_sub(b'0').filter(|digit| *digit < 10).map(i16::from);
    let two = |place: usize| Some(digit(place)? * 10 + digit(place + 1)?);
    let small = |place: usize| i8::try_from(two(place)?).ok();
    let year = two(0)? * 100 + two(2)?;
    DateTime::new(year, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, 0).ok()
}

/// The ledger's date of a calendar's.
pub(crate) fn date_of(date: jiff::civil::Date) -> Option<Date> {
    let days = jiff::civil::Date::constant(1970, 1, 1).until(date).ok()?.get_days();
    u32::try_from(days).ok().and_then(Date::from_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_way_of_a_time_reads_what_the_general_one_does() {
        let general =
            |text: &str| DateTime::strptime("%Y-%m-%d %H:%M:%S", text.replace('/', "-").trim()).ok();
        let mut texts = vec![
            "2024-06-18 10:00:00",
            "2024/06/18 10:00:00",
            "2024-06/18 10:00:00",
            "2024-06-18 10:00:60",
            "2024-06-18 24:00:00",
            "2023-02-29 00:00:00",
            "2024-02-29 23:59:59",
            "0000-01-01 00:00:00",
            "2024-6-18 10:00:00",
            " 2024-06-18 1:00:00",
            "2024-06-18  1:00:00",
            "2024-06-18T10:00:00",
            "２024-06-18 10:0:0",
            "2024-06-18 10:00:0x",
            "+024-06-18 10:00:00",
            "-024-06-18 10:00:00",
            "2024-06-18 10-00-00",
            "",
            "9999-12-31 23:59:59",
            "2024-00-18 10:00:00",
            "2024-06-18 10:60:00",
        ];
        texts.push("2024-06-18 10:00:00 ");
        for text in texts {
            assert_eq!(parse_time(text), general(text), "{text}");
            assert!(parse_usual_time(text).is_none_or(|time| Some(time) == general(text)), "{text}");
        }
    }

    #[test]
    fn dates_of_the_calendar_are_those_of_the_ledger() {
        for text in ["1970-01-01", "2024-02-29", "9999-12-31", "1969-12-31", "0001-01-01", "-000001-01-01"] {
            let date: jiff::civil::Date = text.parse().unwrap();
            assert_eq!(date_of(date), Date::parse(text), "{text}");
        }
    }
}
