//! Working days (工作日): weekends are off, but for what a file of holidays and worked weekends (调休) says.

use std::collections::{BTreeMap, BTreeSet};

use longmen_ledger::Date;

/// What a file says of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DayKind {
    /// 上班: a day of a weekend that is worked.
    Working,
    /// 放假: banks are closed.
    Holiday,
}

/// Why a calendar is refused, or has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CalendarError {
    /// A date of a year that the calendar does not cover. Holidays are decided year by year, so nobody can guess them.
    #[error("{0} is in a year that the calendar does not cover")]
    YearNotCovered(Date),
    /// A date is there twice.
    #[error("{0} is there twice")]
    DuplicateDate(Date),
    /// A day is said to be worked that is of no weekend: most likely another date is meant.
    #[error("{0} is no Saturday or Sunday, so it is worked anyway: is another date meant?")]
    NoWeekend(Date),
    /// The calendar ends with the year 9999.
    #[error("the calendar has no day after {0}")]
    NoDayAfter(Date),
}

impl CalendarError {
    /// Its name: `year_not_covered`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// The working days of some years.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeSet<i16>,
    days: BTreeMap<Date, DayKind>,
}

impl Calendar {
    /// A calendar of whole years, in which weekends are off.
    #[must_use]
    pub fn of(years: impl IntoIterator<Item = i16>) -> Calendar {
        Calendar { years: years.into_iter().collect(), days: BTreeMap::new() }
    }

    /// Says what a date is.
    ///
    /// # Errors
    /// [`CalendarError`]: it was said before, its year is not covered, or a day is to be worked that is of no weekend.
    pub fn set(&mut self, date: Date, kind: DayKind) -> Result<(), CalendarError> {
        self.cover(date)?;
        if kind == DayKind::Working && !is_weekend(date) {
            return Err(CalendarError::NoWeekend(date));
        }
        match self.days.insert(date, kind) {
            None => Ok(()),
            Some(_) => Err(CalendarError::DuplicateDate(date)),
        }
    }

    /// Whether a date is a working day.
    ///
    /// # Errors
    /// [`CalendarError::YearNotCovered`].
    pub fn is_working(&self, date: Date) -> Result<bool, CalendarError> {
        self.cover(date)?;
        Ok(match self.days.get(&date) {
            Some(kind) => *kind == DayKind::Working,
            None => !is_weekend(date),
        })
    }

    /// The working day that is so many after a date; with none, that date itself or the first working day behind it.
    ///
    /// # Errors
    /// [`CalendarError`]: the calendar does not reach so far.
    pub fn working_day_after(&self, date: Date, days: u32) -> Result<Date, CalendarError> {
        let (mut day, mut passed) = (date, 0);
        while passed < days || (days == 0 && !self.is_working(day)?) {
            day = day.following().ok_or(CalendarError::NoDayAfter(day))?;
            passed += u32::from(self.is_working(day)?);
        }
        Ok(day)
    }

    /// How many working days lie behind a date, up to another with it; none, where that is not later.
    ///
    /// # Errors
    /// [`CalendarError::YearNotCovered`].
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<u32, CalendarError> {
        let (mut day, mut count) = (from, 0);
        while day < to {
            day = day.next();
            count += u32::from(self.is_working(day)?);
        }
        Ok(count)
    }

    fn cover(&self, date: Date) -> Result<(), CalendarError> {
        match self.years.contains(&date.year()) {
            true => Ok(()),
            false => Err(CalendarError::YearNotCovered(date)),
        }
    }
}

/// 1970-01-01 was a Thursday.
fn is_weekend(date: Date) -> bool {
    matches!(date.days() % 7, 2 | 3)
}
