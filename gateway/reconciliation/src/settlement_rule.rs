//! When a channel settles a day.

use std::fmt;
use std::str::FromStr;

use longmen_ledger::Date;

use crate::calendar::{Calendar, CalendarError};

/// No channel settles later than so many days after.
const LONGEST: u32 = 90;

/// How many days after a day its money is at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementRule {
    /// T+n: so many working days after.
    WorkingDays(u32),
    /// D+n: so many days of the calendar after.
    CalendarDays(u32),
}

impl SettlementRule {
    /// The date on which the bank has the money of a day.
    ///
    /// # Errors
    /// [`CalendarError`]: the calendar does not reach so far.
    pub fn due(self, day: Date, calendar: &Calendar) -> Result<Date, CalendarError> {
        match self {
            SettlementRule::WorkingDays(days) => calendar.working_day_after(day, days),
            SettlementRule::CalendarDays(days) => {
                Date::from_days(day.days() + days).ok_or(CalendarError::NoDayAfter(day))
            }
        }
    }
}

/// Why a text is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule such as t+1 (one working day after) or d+1 (one day of the calendar after)")]
pub struct NoRule;

impl FromStr for SettlementRule {
    type Err = NoRule;

    fn from_str(text: &str) -> Result<SettlementRule, NoRule> {
        let (kind, days) = text.split_once('+').ok_or(NoRule)?;
        let is_number = !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit());
        let days = days.parse().ok().filter(|days| is_number && *days <= LONGEST).ok_or(NoRule)?;
        match kind {
            "t" | "T" => Ok(SettlementRule::WorkingDays(days)),
            "d" | "D" => Ok(SettlementRule::CalendarDays(days)),
            _ => Err(NoRule),
        }
    }
}

impl fmt::Display for SettlementRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettlementRule::WorkingDays(days) => write!(f, "t+{days}"),
            SettlementRule::CalendarDays(days) => write!(f, "d+{days}"),
        }
    }
}
