//! Working days, and the dates on which channels settle.

#![allow(clippy::unwrap_used)]

use longmen_ledger::Date;
use longmen_reconciliation::{Calendar, CalendarError, DayKind, NoRule, SettlementRule};

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// 2024 around the first days of May, the dragon boat festival and the national day, with the weekends that were worked for them.
fn calendar() -> Calendar {
    let mut calendar = Calendar::of([2024]);
    for (kind, days) in [
        (DayKind::Holiday, &["05-01", "05-02", "05-03", "05-04", "05-05", "06-10"][..]),
        (DayKind::Holiday, &["10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07"]),
        (DayKind::Working, &["04-28", "05-11", "09-29", "10-12"]),
    ] {
        for day in days {
            calendar.set(date(&format!("2024-{day}")), kind).unwrap();
        }
    }
    calendar
}

#[test]
fn rules_say_when_money_is_due() {
    let calendar = calendar();
    for (rule, day, due) in [
        ("t+1", "2024-06-18", "2024-06-19"),
        // A weekend comes in one line on Monday, day by day otherwise.
        ("t+1", "2024-06-14", "2024-06-17"),
        ("t+1", "2024-06-15", "2024-06-17"),
        ("t+1", "2024-06-16", "2024-06-17"),
        ("d+1", "2024-06-14", "2024-06-15"),
        ("d+1", "2024-06-16", "2024-06-17"),
        ("t+0", "2024-06-14", "2024-06-14"),
        ("t+0", "2024-06-15", "2024-06-17"),
        ("d+0", "2024-06-15", "2024-06-15"),
        ("T+2", "2024-06-14", "2024-06-18"),
        ("D+3", "2024-06-14", "2024-06-17"),
        // Holidays, and weekends that are worked for them.
        ("t+1", "2024-04-26", "2024-04-28"),
        ("t+1", "2024-04-27", "2024-04-28"),
        ("t+1", "2024-04-30", "2024-05-06"),
        ("t+3", "2024-05-08", "2024-05-11"),
        ("t+1", "2024-06-07", "2024-06-11"),
        ("t+1", "2024-09-30", "2024-10-08"),
        ("t+2", "2024-09-28", "2024-09-30"),
        ("t+90", "2024-01-01", "2024-05-08"),
    ] {
        let rule: SettlementRule = rule.parse().unwrap();
        assert_eq!(rule.due(date(day), &calendar).unwrap().to_string(), due, "{rule} of {day}");
    }
}

#[test]
fn what_the_calendar_does_not_cover_is_no_guess() {
    let calendar = calendar();
    let rule = SettlementRule::WorkingDays(1);
    let error = rule.due(date("2024-12-31"), &calendar).unwrap_err();
    assert_eq!(
        (error.code(), &error),
        ("year_not_covered", &CalendarError::YearNotCovered(date("2025-01-01")))
    );
    assert_eq!(calendar.is_working(date("2023-12-31")).unwrap_err().code(), "year_not_covered");
    assert_eq!(SettlementRule::CalendarDays(1).due(date("2024-12-31"), &calendar), Ok(date("2025-01-01")));
    let no_day = SettlementRule::CalendarDays(1).due(Date::LAST, &calendar).unwrap_err();
    assert_eq!(no_day.code(), "no_day_after");
    assert_eq!(Calendar::of([9999]).working_day_after(Date::LAST, 1).unwrap_err().code(), "no_day_after");
}

#[test]
fn a_calendar_refuses_what_cannot_be_meant() {
    let mut calendar = calendar();
    for (day, kind, code) in [
        ("2024-05-01", DayKind::Holiday, "duplicate_date"),
        ("2024-05-11", DayKind::Holiday, "duplicate_date"),
        ("2025-01-01", DayKind::Holiday, "year_not_covered"),
        ("2024-06-19", DayKind::Working, "no_weekend"),
    ] {
        assert_eq!(calendar.set(date(day), kind).unwrap_err().code(), code, "{day}");
    }
    // A weekend that is said to be off says nothing new, as official lists have it.
    calendar.set(date("2024-06-22"), DayKind::Holiday).unwrap();
    assert_eq!(calendar.is_working(date("2024-06-22")), Ok(false));
}

#[test]
fn working_days_between_two_dates_are_counted() {
    let calendar = calendar();
    for (from, to, days) in [
        ("2024-06-17", "2024-06-17", 0),
        ("2024-06-17", "2024-06-18", 1),
        ("2024-06-14", "2024-06-17", 1),
        ("2024-06-14", "2024-06-16", 0),
        ("2024-06-18", "2024-06-17", 0),
        ("2024-04-26", "2024-05-06", 4),
    ] {
        assert_eq!(calendar.working_days_between(date(from), date(to)), Ok(days), "{from} {to}");
    }
}

#[test]
fn a_rule_is_written_in_one_way() {
    for text in ["", "t", "t+", "+1", "x+1", "t+91", "t+-1", "t++1", "t+1.5", "t-1", "t+99999999999"] {
        assert_eq!(text.parse::<SettlementRule>(), Err(NoRule), "{text}");
    }
    for text in ["t+0", "t+1", "d+1", "d+90"] {
        assert_eq!(text.parse::<SettlementRule>().unwrap().to_string(), text);
    }
}
