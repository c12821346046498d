//! Days on which interest is settled (结息日).

use std::fmt;
use std::str::FromStr;

use longmen_ledger::Date;

use crate::calendar::{civil, day_of_month, next_month};

/// When a period of interest ends. A day that a month does not have is its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementRule {
    /// On that day of each month, which counts; paid on the day after.
    Monthly { day: u8 },
    /// On that day of March, June, September and December.
    Quarterly { day: u8 },
    /// On that day of the year.
    Yearly { month: u8, day: u8 },
    /// On the account's maturity (到期日), which does not count.
    AtMaturity,
    /// When the account is closed (销户, 利随本清), on a day which does not count.
    AtClose,
}

/// The text is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is none of `monthly 20`, `quarterly 20`, `yearly 12-20`, `maturity`, `close`")]
pub struct NoSettlementRule;

impl SettlementRule {
    /// The first day of settlement on or after a day, where the calendar has them.
    #[must_use]
    pub fn on_or_after(self, day: Date) -> Option<Date> {
        let (day_of, is_due): (u8, &dyn Fn(i64) -> bool) = match self {
            SettlementRule::Monthly { day } => (day, &|_| true),
            SettlementRule::Quarterly { day } => (day, &|month| month % 3 == 0),
            SettlementRule::Yearly { month, day } => (day, &move |other| other == i64::from(month)),
            SettlementRule::AtMaturity | SettlementRule::AtClose => return None,
        };
        let mut month = day;
        loop {
            let due = day_of_month(month, day_of)?;
            if due >= day && is_due(civil(due).month) {
                return Some(due);
            }
            month = next_month(month)?;
        }
    }

    /// The last day of settlement before a day, if it is not before `earliest`.
    pub(crate) fn before(self, day: Date, earliest: Date) -> Option<Date> {
        let mut found = None;
        // A year and a day back there is one of each rule.
        let mut from =
            Date::from_days(day.days().saturating_sub(367)).map_or(earliest, |from| from.max(earliest));
        while let Some(due) = self.on_or_after(from).filter(|due| *due < day) {
            found = Some(due);
            from = due.next();
        }
        found
    }
}

impl FromStr for SettlementRule {
    type Err = NoSettlementRule;

    fn from_str(text: &str) -> Result<SettlementRule, NoSettlementRule> {
        let number = |text: &str, most: u8| {
            let number = text.parse::<u8>().ok().filter(|number| (1..=most).contains(number));
            number.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit())).ok_or(NoSettlementRule)
        };
        match text.split_once(' ') {
            None if text == "maturity" => Ok(SettlementRule::AtMaturity),
            None if text == "close" => Ok(SettlementRule::AtClose),
            Some(("monthly", day)) => Ok(SettlementRule::Monthly { day: number(day, 31)? }),
            Some(("quarterly", day)) => Ok(SettlementRule::Quarterly { day: number(day, 31)? }),
            Some(("yearly", date)) => {
                let (month, day) = date.split_once('-').ok_or(NoSettlementRule)?;
                Ok(SettlementRule::Yearly { month: number(month, 12)?, day: number(day, 31)? })
            }
            _ => Err(NoSettlementRule),
        }
    }
}

impl fmt::Display for SettlementRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettlementRule::Monthly { day } => write!(f, "monthly {day}"),
            SettlementRule::Quarterly { day } => write!(f, "quarterly {day}"),
            SettlementRule::Yearly { month, day } => write!(f, "yearly {month}-{day}"),
            SettlementRule::AtMaturity => f.write_str("maturity"),
            SettlementRule::AtClose => f.write_str("close"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settlement_days_follow_the_rule() {
        #[track_caller]
        fn check(rule: &str, day: &str, due: &str, before: &str) {
            let read: SettlementRule = rule.parse().unwrap();
            assert_eq!(read.to_string(), rule);
            let day = Date::parse(day).unwrap();
            assert_eq!(read.on_or_after(day).unwrap().to_string(), due, "{rule} from {day}");
            assert_eq!(read.before(day, Date::FIRST).unwrap().to_string(), before, "{rule} before {day}");
        }
        check("quarterly 20", "2024-03-20", "2024-03-20", "2023-12-20");
        check("quarterly 20", "2024-03-21", "2024-06-20", "2024-03-20");
        check("quarterly 20", "2024-12-21", "2025-03-20", "2024-12-20");
        check("quarterly 31", "2024-06-01", "2024-06-30", "2024-03-31");
        check("monthly 20", "2024-01-20", "2024-01-20", "2023-12-20");
        check("monthly 31", "2024-02-01", "2024-02-29", "2024-01-31");
        check("monthly 31", "2023-02-28", "2023-02-28", "2023-01-31");
        check("yearly 12-20", "2024-12-21", "2025-12-20", "2024-12-20");
        check("yearly 2-29", "2024-03-01", "2025-02-28", "2024-02-29");
        check("yearly 2-29", "2025-03-01", "2026-02-28", "2025-02-28");
        let quarterly = SettlementRule::Quarterly { day: 20 };
        let day = |text| Date::parse(text).unwrap();
        assert_eq!(quarterly.before(day("2024-03-21"), day("2024-03-21")), None);
        assert_eq!(quarterly.before(day("1970-01-01"), Date::FIRST), None);
        assert_eq!(quarterly.on_or_after(day("9999-12-21")), None);
        assert_eq!(SettlementRule::AtClose.on_or_after(day("2024-03-21")), None);
    }

    #[test]
    fn other_texts_are_no_rules() {
        for text in [
            "",
            "monthly",
            "monthly 0",
            "monthly 32",
            "monthly +1",
            "daily 1",
            "yearly 13-1",
            "yearly 1",
            "close 1",
        ] {
            assert_eq!(text.parse::<SettlementRule>(), Err(NoSettlementRule), "{text}");
        }
    }
}
