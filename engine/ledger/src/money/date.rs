//! Calendar dates: accounting dates (会计日) and value dates (期望入账日).

use std::fmt;

use jiff::civil;

/// A calendar date, as days since 1970-01-01. Has no time zone: the entity's accounting calendar decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

impl Date {
    /// 1970-01-01, the first date there is.
    pub const FIRST: Date = Date(0);

    /// 9999-12-31, the last date that the calendar has.
    pub const LAST: Date = Date(LAST);

    /// The date of a count of days since 1970-01-01, if the calendar has it (to the year 9999).
    #[must_use]
    pub fn from_days(days: u32) -> Option<Date> {
        (days <= LAST).then_some(Date(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> u32 {
        self.0
    }

    /// Reads `YYYY-MM-DD`; dates before 1970 have no books here.
    #[must_use]
    pub fn parse(text: &str) -> Option<Date> {
        if text.len() != 10 {
            return None;
        }
        let date: civil::Date = text.parse().ok()?;
        let span = EPOCH.until(date).ok()?;
        u32::try_from(span.get_days()).ok().map(Date)
    }

    /// The date of a moment in microseconds since 1970, in UTC.
    #[must_use]
    pub fn of_time_us(time_us: i64) -> Date {
        Date(u32::try_from(time_us.div_euclid(86_400_000_000)).unwrap_or(0))
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Date {
        Date(self.0 + 1)
    }

    /// The day after, if the calendar has one.
    #[must_use]
    pub fn following(self) -> Option<Date> {
        Date::from_days(self.0 + 1)
    }

    /// The day before, if dates reach back so far.
    #[must_use]
    pub fn previous(self) -> Option<Date> {
        self.0.checked_sub(1).map(Date)
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.civil().year()
    }

    /// The calendar month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        u8::try_from(self.civil().month()).expect("months are 1 to 12")
    }

    fn civil(self) -> civil::Date {
        EPOCH
            .checked_add(jiff::Span::new().days(i64::from(self.0)))
            .expect("a Date is only made from days that the calendar has")
    }
}

/// The month in which the books' year begins (会计年度): January in China, April, July or October elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct YearStart(u8);

impl YearStart {
    /// The calendar year.
    pub const JANUARY: YearStart = YearStart(1);

    /// The month of that number, from 1 to 12.
    #[must_use]
    pub fn from_month(month: u8) -> Option<YearStart> {
        (1..=12).contains(&month).then_some(YearStart(month))
    }

    /// The number of the month.
    #[must_use]
    pub fn month(self) -> u8 {
        self.0
    }

    /// The books' year of a date: the calendar year in which it begins.
    #[must_use]
    pub fn year_of(self, date: Date) -> i16 {
        date.year() - i16::from(date.month() < self.0)
    }
}

impl Default for YearStart {
    fn default() -> YearStart {
        YearStart::JANUARY
    }
}

/// 9999-12-31.
const LAST: u32 = 2_932_896;

const EPOCH: civil::Date = civil::Date::constant(1970, 1, 1);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.civil().fmt(f)
    }
}

/// A moment in microseconds since 1970 for people, in UTC to the second.
#[must_use]
pub fn show_time(time_us: i64) -> String {
    let second = time_us.div_euclid(1_000_000).rem_euclid(86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", Date::of_time_us(time_us))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_and_print() {
        #[track_caller]
        fn check(text: &str, days: Option<u32>) {
            assert_eq!(Date::parse(text).map(Date::days), days, "{text}");
            if let Some(days) = days {
                assert_eq!(Date::from_days(days).unwrap().to_string(), text);
            }
        }
        check("1970-01-01", Some(0));
        check("2018-05-01", Some(17_652));
        check("2020-02-29", Some(18_321));
        check("2019-02-29", None);
        check("1969-12-31", None);
        check("2018-5-1", None);
        check("tomorrow", None);
        check("9999-12-31", Some(LAST));
        assert_eq!(Date::from_days(LAST + 1), None);
        assert_eq!(Date::of_time_us(86_400_000_000 - 1), Date(0));
        assert_eq!(Date::parse("2019-01-02").unwrap().year(), 2019);
    }

    #[test]
    fn moments_are_shown_to_the_second() {
        assert_eq!(show_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(show_time(1_525_278_600_999_999), "2018-05-02T16:30:00Z");
    }

    #[test]
    fn the_books_year_begins_in_its_month() {
        #[track_caller]
        fn check(month: u8, date: &str, year: i16) {
            let starts = YearStart::from_month(month).unwrap();
            assert_eq!(starts.year_of(Date::parse(date).unwrap()), year, "{date} in {month}");
        }
        check(1, "2019-01-01", 2019);
        check(1, "2019-12-31", 2019);
        check(4, "2019-03-31", 2018);
        check(4, "2019-04-01", 2019);
        check(12, "2019-11-30", 2018);
        check(12, "2019-12-01", 2019);
        check(7, "1970-06-30", 1969);
        assert_eq!([0, 13].map(YearStart::from_month), [None, None]);
    }
}
