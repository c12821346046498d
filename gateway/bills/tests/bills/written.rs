//! Settings that are wrong, each told in one line with its number.

use longmen_bills::{MovementKind, Settings};

use crate::books::PLAN;

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (from, to, line, expect) in [
        ("statement = 5", "statement = 29", 6, "no day that every month has"),
        ("statement = 5", "statement = 0", 6, "no day that every month has"),
        ("statement = 5", "statement = -5", 6, "no day that every month has"),
        ("statement = 5", "statement = \"end\"", 6, "no day that every month has"),
        ("statement = 5", "statement = 5.5", 6, "a day from 1 to 28"),
        ("statement = 5\n", "", 5, "missing field `statement`"),
        ("{ day = 25 }", "{ day = 31 }", 7, "no day that every month has"),
        ("{ day = 25 }", "{ days_after = 0 }", 7, "1 to 60 days after"),
        ("{ day = 25 }", "{ days_after = 61 }", 7, "1 to 60 days after"),
        ("{ day = 25 }", "{ day = 25, days_after = 3 }", 7, ""),
        ("{ day = 25 }", "25", 7, ""),
        ("grace = 0", "grace = 16", 8, "grace is 0 to 15 days"),
        ("grace = 0", "grace = -1", 8, "grace is 0 to 15 days"),
        ("grace = 0", "graze = 0", 8, "unknown field `graze`"),
        ("\"10%\"", "\"0.10\"", 11, "no share such as 10%"),
        ("\"10%\"", "\"101%\"", 11, "above the whole"),
        ("\"10%\"", "10", 11, "invalid type"),
        ("CNY = \"10.00\"", "CNY = \"10.001\"", 12, "10.001 CNY is no amount"),
        ("CNY = \"10.00\"", "CNY = \"-1\"", 12, "-1 CNY is no amount"),
        ("CNY = \"10.00\"", "XXY = \"10\"", 12, "XXY is no currency"),
        (
            "rounding = \"half_up\"\n\n[plans.p.rep",
            "rounding = \"half\"\n\n[plans.p.rep",
            13,
            "unknown variant `half`",
        ),
        ("[\"fee\", \"interest\", \"principal\"]", "[\"fee\", \"principal\"]", 16, "each once"),
        ("[\"fee\", \"interest\", \"principal\"]", "[\"fee\", \"fee\", \"principal\"]", 16, "each once"),
        (
            "[\"fee\", \"interest\", \"principal\"]",
            "[\"fee\", \"interest\", \"tax\"]",
            16,
            "unknown variant `tax`",
        ),
        ("first = \"part\"", "first = \"none\"", 17, "unknown variant `none`"),
        ("\"0.05%\"", "\"0.05\"", 20, "no share such as 10%"),
        ("on = \"principal\"", "on = \"fee\"", 21, "unknown variant `fee`"),
        ("credit_spend = \"spend\"", "credit_spend = \"buy\"", 3, "unknown variant `buy`"),
        ("[kinds]", "[kinds", 2, ""),
        ("[plans.p.late]", "[plans.p.late]\n\"a\\nb\" = 1", 20, "unknown field"),
    ] {
        assert!(PLAN.contains(from), "{from}");
        let fault = Settings::parse(&PLAN.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(fault.starts_with(&format!("line {line}, column ")), "{from} -> {to}: {fault}");
        assert!(fault.contains(expect) && !fault.contains('\n'), "{from} -> {to}: {fault}");
    }
}

#[test]
fn settings_may_begin_with_a_mark_of_byte_order() {
    let settings = Settings::parse(&format!("\u{feff}{PLAN}")).unwrap();
    assert_eq!(settings.kind_of("credit_spend"), Some(MovementKind::Spend));
    assert_eq!(settings.plan("q"), None);
}

#[test]
fn kinds_have_effects_and_some_need_an_original() {
    use MovementKind::{Fee, Interest, Refund, Repayment, Reversal, Spend};
    for (kind, alone) in
        [(Spend, true), (Fee, true), (Interest, true), (Repayment, true), (Refund, false), (Reversal, false)]
    {
        assert_eq!(kind.effect(None).is_some(), alone, "{}", kind.name());
    }
}
