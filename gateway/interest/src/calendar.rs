//! Days, months and years of dates, for what the ledger's dates do not tell.

use jiff::civil;
use longmen_ledger::Date;

/// Year, month and day of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

pub(crate) fn civil(date: Date) -> Civil {
    let date = jiff_of(date);
    Civil { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

pub(crate) fn is_last_of_month(date: Date) -> bool {
    let date = jiff_of(date);
    date == date.last_of_month()
}

pub(crate) fn is_in_leap_year(date: Date) -> bool {
    jiff_of(date).in_leap_year()
}

/// 31 December of the date's year.
pub(crate) fn last_of_year(date: Date) -> Date {
    from_jiff(jiff_of(date).last_of_year()).expect("the year of a date ends within the calendar")
}

/// That day of the month in which `date` is, or the month's last where it is shorter.
pub(crate) fn day_of_month(date: Date, day: u8) -> Option<Date> {
    let first = jiff_of(date).first_of_month();
    let day = first.days_in_month().min(i8::try_from(day).unwrap_or(i8::MAX));
    from_jiff(civil::Date::new(first.year(), first.month(), day).ok()?)
}

/// The first of the month after.
pub(crate) fn next_month(date: Date) -> Option<Date> {
    from_jiff(jiff_of(date).last_of_month().tomorrow().ok()?)
}

fn jiff_of(date: Date) -> civil::Date {
    EPOCH
        .checked_add(jiff::Span::new().days(i64::from(date.days())))
        .expect("a date of the ledger is within the calendar")
}

fn from_jiff(date: civil::Date) -> Option<Date> {
    let days = EPOCH.until(date).ok()?.get_days();
    Date::from_days(u32::try_from(days).ok()?)
}

const EPOCH: civil::Date = civil::Date::constant(1970, 1, 1);
