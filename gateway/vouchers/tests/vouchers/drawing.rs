//! Numbers (凭证号).

use longmen_vouchers::*;

use crate::day::{date, day, settings, topup};

fn drafts_of(entity: &str, on: &str, count: usize) -> Vec<Draft> {
    let entries = (0..count).flat_map(|number| topup(&format!("t{number}"))).collect();
    let day = Day { entity: entity.into(), date: date(on), ..day(entries) };
    let settings = settings("u8_text", "mode = \"transaction\"", "");
    drafts(&day, &settings.plan, &Conditions::default()).unwrap()
}

#[test]
fn numbers_go_on_within_a_month_and_begin_anew_with_the_next() {
    let mut numbers = Numbers::default();
    numbers.set_last("LM", "记", 2024, 6, 41);
    let mut all = Vec::new();
    for (entity, on, count) in [
        ("LM", "2024-06-18", 2),
        ("LM", "2024-06-19", 1),
        ("XY", "2024-06-19", 2),
        ("LM", "2024-07-01", 1),
        ("LM", "2024-06-30", 1),
        ("LM", "2025-06-01", 1),
    ] {
        let (after, vouchers) = numbers.draw(drafts_of(entity, on, count)).unwrap();
        numbers = after;
        all.extend(vouchers.iter().map(|voucher| format!("{} {}", voucher.source_key(), voucher.number)));
    }
    let expect = [
        "LM|2024-06-18|transaction|1 42",
        "LM|2024-06-18|transaction|2 43",
        "LM|2024-06-19|transaction|1 44",
        "XY|2024-06-19|transaction|1 1",
        "XY|2024-06-19|transaction|2 2",
        "LM|2024-07-01|transaction|1 1",
        "LM|2024-06-30|transaction|1 45",
        "LM|2025-06-01|transaction|1 1",
    ];
    assert_eq!(all, expect);
    let last = |entity, year, month| numbers.last(entity, "记", year, month);
    assert_eq!(
        [last("LM", 2024, 6), last("LM", 2024, 7), last("XY", 2024, 6), last("XY", 2023, 6)],
        [45, 1, 2, 0]
    );
}

#[test]
fn numbers_that_are_used_up_are_told_and_nothing_is_drawn() {
    let mut numbers = Numbers::default();
    numbers.set_last("LM", "记", 2024, 6, u32::MAX - 1);
    let before = numbers.clone();
    let error = numbers.draw(drafts_of("LM", "2024-06-18", 2)).unwrap_err();
    assert_eq!(error.to_string(), "the numbers of LM, 记, 2024-06 are used up");
    assert_eq!(numbers, before);
    assert_eq!(numbers.draw(drafts_of("LM", "2024-06-18", 1)).unwrap().1[0].number, u32::MAX);
}

#[test]
fn a_kept_voucher_is_the_voucher() {
    let (_, vouchers) = Numbers::default().draw(drafts_of("LM", "2024-06-18", 1)).unwrap();
    let kept = serde_json::to_string(&vouchers[0]).unwrap();
    assert_eq!(serde_json::from_str::<Voucher>(&kept).unwrap(), vouchers[0]);
    assert!(
        kept.starts_with(r#"{"sequence":1,"number":1,"content":{"entity":"LM","date":"2024-06-18","#),
        "{kept}"
    );
    for (from, to) in [
        ("\"2024-06-18\"", "\"2024-06-31\""),
        ("\"CNY\"", "\"XXX\""),
        ("\"debit\"", "\"left\""),
        ("\"rate\":\"1\"", "\"rate\":\"one\""),
        ("\"number\":1", "\"numero\":1"),
    ] {
        assert!(kept.contains(from), "{from}");
        assert!(serde_json::from_str::<Voucher>(&kept.replacen(from, to, 1)).is_err(), "{to}");
    }
}
