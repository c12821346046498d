//! When a bill is stated, and when it is due.

use jiff::civil;
use longmen_ledger::Date;
use serde::Deserialize;

use crate::refusal::Refusal;

/// The cycle of bills (账单周期).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    statement: MonthDay,
    due: Due,
    /// Days after the due date on which a payment is still in time (容时).
    grace: Grace,
}

/// A day that every month has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenDay")]
enum MonthDay {
    /// From 1 to 28.
    Day(i8),
    End,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a day from 1 to 28, or \"month_end\"")]
enum WrittenDay {
    Number(i64),
    Word(String),
}

/// 最后还款日
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Due {
    /// The next such day after the statement.
    Day(MonthDay),
    /// So many days after the statement.
    DaysAfter(DaysAfter),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
struct DaysAfter(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
struct Grace(u32);

impl Cycle {
    /// Whether a bill is stated at the end of a date (账单日).
    #[must_use]
    pub fn is_statement_date(&self, date: Date) -> bool {
        self.statement.is(date)
    }

    /// The date up to which a bill of that statement date is to be paid.
    ///
    /// # Errors
    /// [`Refusal::NoDayAfter`], at the end of the calendar.
    pub fn due_date(&self, statement: Date) -> Result<Date, Refusal> {
        match self.due {
            Due::DaysAfter(DaysAfter(days)) => after(statement, days),
            Due::Day(day) => {
                let mut date = after(statement, 1)?;
                while !day.is(date) {
                    date = after(date, 1)?;
                }
                Ok(date)
            }
        }
    }

    /// The last date on which a payment counts as made on the due date.
    pub(crate) fn grace_date(&self, due: Date) -> Result<Date, Refusal> {
        after(due, self.grace.0)
    }
}

fn after(date: Date, days: u32) -> Result<Date, Refusal> {
    Date::from_days(date.days() + days).ok_or(Refusal::NoDayAfter(date))
}

impl MonthDay {
    fn is(self, date: Date) -> bool {
        let civil = civil::Date::constant(1970, 1, 1)
            .checked_add(jiff::Span::new().days(i64::from(date.days())))
            .expect("a date of the ledger is within the calendar");
        match self {
            MonthDay::Day(day) => civil.day() == day,
            MonthDay::End => civil == civil.last_of_month(),
        }
    }
}

impl TryFrom<WrittenDay> for MonthDay {
    type Error = &'static str;

    fn try_from(written: WrittenDay) -> Result<MonthDay, &'static str> {
        let day = match written {
            WrittenDay::Word(word) if word == "month_end" => return Ok(MonthDay::End),
            WrittenDay::Word(_) => None,
            WrittenDay::Number(number) => i8::try_from(number).ok().filter(|day| (1..=28).contains(day)),
        };
        day.map(MonthDay::Day).ok_or("no day that every month has: 1 to 28, or \"month_end\"")
    }
}

impl TryFrom<i64> for DaysAfter {
    type Error = &'static str;

    fn try_from(days: i64) -> Result<DaysAfter, &'static str> {
        let days = u32::try_from(days).ok().filter(|days| (1..=60).contains(days));
        days.map(DaysAfter).ok_or("a bill is due 1 to 60 days after its statement")
    }
}

impl TryFrom<i64> for Grace {
    type Error = &'static str;

    fn try_from(days: i64) -> Result<Grace, &'static str> {
        u32::try_from(days).ok().filter(|days| *days <= 15).map(Grace).ok_or("grace is 0 to 15 days")
    }
}
