//! How the command line names a moment of the past.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::argument::plain;
use crate::report::period::day;

/// A date, `YYYY-MM-DD`, or a moment: a time with its offset such as `2018-05-02T16:30:00Z`, or `@` and seconds since
/// 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Date(Date),
    /// Microseconds since 1970.
    Time(i64),
}

impl Moment {
    /// Whether it ends before `other` begins.
    pub(crate) fn ends_before(&self, other: &Moment) -> bool {
        let us = |moment: &Moment, last| match moment {
            Moment::Date(date) => Moment::edge(*date, last),
            Moment::Time(time_us) => *time_us,
        };
        us(self, true) < us(other, false)
    }

    /// The first or the last microsecond of a date in UTC.
    pub(crate) fn edge(date: Date, last: bool) -> i64 {
        let start =
            date.to_zoned(TimeZone::UTC).expect("every date begins in UTC").timestamp().as_microsecond();
        if last { start + 86_400_000_000 - 1 } else { start }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Moment, String> {
        let wrong = || {
            "expected YYYY-MM-DD, a time such as 2018-05-02T16:30:00Z, or @ and seconds since 1970".to_owned()
        };
        if let Some(seconds) = text.strip_prefix('@') {
            let seconds: i64 = plain(seconds).ok_or_else(wrong)?;
            return seconds.checked_mul(1_000_000).map(Moment::Time).ok_or_else(wrong);
        }
        if let Ok(date) = day(text) {
            return Ok(Moment::Date(date));
        }
        text.parse::<Timestamp>().map(|time| Moment::Time(time.as_microsecond())).map_err(|_| wrong())
    }
}

/// Seconds since 1970, by this machine's clock.
pub(crate) fn now_seconds() -> u32 {
    u32::try_from(Timestamp::now().as_second()).unwrap_or(0)
}

/// A time of the ledger for people, in UTC.
pub(crate) fn time(time_us: i64) -> String {
    Timestamp::from_microsecond(time_us).map_or_else(|_| time_us.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates_or_times() {
        #[track_caller]
        fn check(text: &str, expect: Option<Moment>) {
            assert_eq!(text.parse().ok(), expect, "{text}");
        }
        let date = jiff::civil::date(2018, 5, 2);
        check("2018-05-02", Some(Moment::Date(date)));
        check("@5", Some(Moment::Time(5_000_000)));
        check("1970-01-01T00:00:01Z", Some(Moment::Time(1_000_000)));
        check("1970-01-01T08:00:00+08:00", Some(Moment::Time(0)));
        check("yesterday", None);
        check("@+5", None);
        check("1969-12-31", None);
        check("2018-02-30", None);
        check("@9223372036854775807", None);
        assert_eq!(Moment::edge(jiff::civil::date(1970, 1, 2), false), 86_400_000_000);
        assert_eq!(Moment::edge(jiff::civil::date(1970, 1, 1), true), 86_399_999_999);
        assert_eq!(time(0), "1970-01-01T00:00:00Z");
    }
}
