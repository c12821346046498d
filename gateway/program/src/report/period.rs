//! The accounting dates that a statement is about.

use jiff::civil::{Date, date};
use longmen_engine::ledger::Date as BooksDate;

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

/// A year of the books, by the calendar year in which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Year(pub(crate) i16);

/// A quarter of a year of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quarter {
    pub(crate) year: Year,
    /// 1 to 4.
    pub(crate) number: i8,
}

impl Period {
    /// The period of that length in which `day` lies, in books whose year begins in the month `starts`.
    pub(crate) fn around(span: Span, day: Date, starts: i8) -> Period {
        match span {
            Span::Day => Period { from: day, to: day },
            Span::Month => Period::months(day.year(), day.month(), 1),
            Span::Quarter => {
                // Months since the last quarter began.
                let into = (day.month() - starts).rem_euclid(3);
                Period::months(day.year(), day.month() - into, 3)
            }
            Span::Year => {
                let year = if day.month() < starts { day.year() - 1 } else { day.year() };
                Period::of_year(Year(year), starts)
            }
        }
    }

    /// A year of the books.
    pub(crate) fn of_year(year: Year, starts: i8) -> Period {
        Period::months(year.0, starts, 12)
    }

    /// A quarter of the books.
    pub(crate) fn of_quarter(quarter: Quarter, starts: i8) -> Period {
        Period::months(quarter.year.0, starts + 3 * (quarter.number - 1), 3)
    }

    /// `count` months from number `month` on, counted from January of the year.
    fn months(year: i16, month: i8, count: i8) -> Period {
        let month_at = |months: i8| {
            let years = i16::from((month - 1 + months).div_euclid(12));
            date(year + years, (month - 1 + months).rem_euclid(12) + 1, 1)
        };
        Period { from: month_at(0), to: month_at(count - 1).last_of_month() }
    }
}

/// A day that books may have, `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    let parsed: Option<Date> = (text.len() == 10).then(|| text.parse().ok()).flatten();
    let day = parsed.ok_or_else(|| "expected a date, YYYY-MM-DD".to_owned())?;
    match BooksDate::parse(text) {
        Some(_) => Ok(day),
        None => Err(format!("dates are from {} to {}", BooksDate::FIRST, BooksDate::LAST)),
    }
}

/// The first day of a month, `YYYY-MM`.
pub(crate) fn month(text: &str) -> Result<Date, String> {
    day(&format!("{text}-01")).map_err(|_| "expected a month, YYYY-MM".to_owned())
}

/// A quarter, `YYYY-Qn`.
pub(crate) fn quarter(text: &str) -> Result<Quarter, String> {
    let read = || {
        let (first, number) = text.split_once("-Q")?;
        let number: i8 = number.parse().ok().filter(|number| (1..=4).contains(number))?;
        Some(Quarter { year: year(first).ok()?, number })
    };
    read().ok_or_else(|| "expected a quarter, YYYY-Qn".to_owned())
}

/// A year, `YYYY`. The last one of the calendar may end behind it.
pub(crate) fn year(text: &str) -> Result<Year, String> {
    let first = day(&format!("{text}-01-01")).ok().filter(|first| first.year() < 9999);
    first.map(|first| Year(first.year())).ok_or_else(|| "expected a year, YYYY".to_owned())
}
