//! The accounting dates that a statement is about.

use jiff::civil::{Date, date};

/// A range of calendar dates, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Date,
    pub(crate) to: Date,
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    Day,
    Month,
    Quarter,
    Year,
}

impl Period {
    /// The period of that length in which `day` lies.
    pub(crate) fn around(span: Span, day: Date) -> Period {
        let (from, to) = match span {
            Span::Day => (day, day),
            Span::Month => (day.first_of_month(), day.last_of_month()),
            Span::Quarter => {
                let first = date(day.year(), (day.month() - 1) / 3 * 3 + 1, 1);
                (first, date(day.year(), first.month() + 2, 1).last_of_month())
            }
            Span::Year => (day.first_of_year(), day.last_of_year()),
        };
        Period { from, to }
    }
}

/// A day, `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    let parsed = (text.len() == 10).then(|| text.parse().ok()).flatten();
    parsed.ok_or_else(|| "expected a date, YYYY-MM-DD".to_owned())
}

/// The first day of a month, `YYYY-MM`.
pub(crate) fn month(text: &str) -> Result<Date, String> {
    day(&format!("{text}-01")).map_err(|_| "expected a month, YYYY-MM".to_owned())
}

/// The first day of a quarter, `YYYY-Qn`.
pub(crate) fn quarter(text: &str) -> Result<Date, String> {
    let read = || {
        let (year, number) = text.split_once("-Q")?;
        let number: i8 = number.parse().ok().filter(|number| (1..=4).contains(number))?;
        Date::new(year.parse().ok()?, 3 * number - 2, 1).ok()
    };
    read().ok_or_else(|| "expected a quarter, YYYY-Qn".to_owned())
}

/// The first day of a year, `YYYY`.
pub(crate) fn year(text: &str) -> Result<Date, String> {
    day(&format!("{text}-01-01")).map_err(|_| "expected a year, YYYY".to_owned())
}
