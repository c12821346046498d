//! Day counts (计息基准): how many days there are between two dates, and how many make a year.

use longmen_ledger::Date;

use crate::calendar::{civil, is_in_leap_year, is_last_of_month, last_of_year};
use crate::exact::Exact;

/// A day count, by the name that contracts have for it. The 2006 ISDA Definitions, section 4.16, say what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::Display, strum::VariantArray)]
pub enum DayCount {
    /// Days as they are, a year of 360.
    #[strum(serialize = "ACT/360")]
    Actual360,
    /// Days as they are, a year of 365, leap years too.
    #[strum(serialize = "ACT/365F")]
    Actual365Fixed,
    /// Days as they are; those of a leap year by 366, others by 365.
    #[strum(serialize = "ACT/ACT ISDA")]
    ActualActualIsda,
    /// Months of 30 days by the American rule: a 31st is a 30th where the first date is a 30th or 31st, and so is the end of February.
    #[strum(serialize = "30/360 US")]
    Thirty360Us,
    /// Months of 30 days: each 31st is a 30th.
    #[strum(serialize = "30E/360")]
    ThirtyE360,
}

impl DayCount {
    /// Days from `from`, which counts, to `to`, which does not (算头不算尾).
    #[must_use]
    pub fn days(self, from: Date, to: Date) -> i64 {
        match self {
            DayCount::Actual360 | DayCount::Actual365Fixed | DayCount::ActualActualIsda => {
                i64::from(to.days()) - i64::from(from.days())
            }
            DayCount::Thirty360Us => thirty_us(from, to),
            DayCount::ThirtyE360 => {
                let (first, second) = (civil(from), civil(to));
                let of_months = (second.year - first.year) * 360 + (second.month - first.month) * 30;
                of_months + second.day.min(30) - first.day.min(30)
            }
        }
    }

    /// What part of a year it is from `from` to `to`, as numerator and denominator.
    #[must_use]
    pub fn year_fraction(self, from: Date, to: Date) -> (i128, i128) {
        let (mut numerator, mut at) = (0, from);
        while at < to {
            // In a year of one length; over its end where that may change.
            let end = self.alike_until(at).following().map_or(to, |next| next.min(to));
            numerator += i128::from(self.days(from, end) - self.days(from, at)) * self.share(at);
            at = end;
        }
        Exact::of(numerator, self.denominator()).fraction()
    }

    /// Days of the year of a day.
    pub(crate) fn year_of(self, day: Date) -> u16 {
        match self {
            DayCount::Actual360 | DayCount::Thirty360Us | DayCount::ThirtyE360 => 360,
            DayCount::Actual365Fixed => 365,
            DayCount::ActualActualIsda => 365 + u16::from(is_in_leap_year(day)),
        }
    }

    /// Days of any year, where all have as many.
    pub(crate) fn fixed_year(self) -> Option<u16> {
        (self != DayCount::ActualActualIsda).then(|| self.year_of(Date::FIRST))
    }

    /// The last day from which on a year has as many days as on this.
    pub(crate) fn alike_until(self, day: Date) -> Date {
        if self == DayCount::ActualActualIsda { last_of_year(day) } else { Date::LAST }
    }

    /// A number that the days of each of its years divide.
    pub(crate) fn denominator(self) -> i128 {
        match self.fixed_year() {
            Some(days) => days.into(),
            None => 365 * 366,
        }
    }

    fn share(self, day: Date) -> i128 {
        self.denominator() / i128::from(self.year_of(day))
    }
}

fn thirty_us(from: Date, to: Date) -> i64 {
    let (mut first, mut second) = (civil(from), civil(to));
    let ends_february = |date: Date, month: i64| month == 2 && is_last_of_month(date);
    if ends_february(from, first.month) {
        if ends_february(to, second.month) {
            second.day = 30;
        }
        first.day = 30;
    }
    if second.day == 31 && first.day >= 30 {
        second.day = 30;
    }
    first.day = first.day.min(30);
    (second.year - first.year) * 360 + (second.month - first.month) * 30 + second.day - first.day
}
