//! What is refused, and with which code.

use std::collections::BTreeSet;

use longmen_ledger::Amount;
use longmen_vouchers::*;
use strum::VariantArray as _;

use crate::day::{C, D, currency, date, day, in_currency, leg, settings, topup, vouchers_of};

/// A case: what refuses, and what it says.
struct Case {
    format: &'static str,
    top: &'static str,
    tables: &'static str,
    entries: Vec<Entry>,
    conditions: Conditions,
    expect: (&'static str, &'static str, &'static str),
}

fn case(
    format: &'static str,
    top: &'static str,
    tables: &'static str,
    entries: Vec<Entry>,
    expect: (&'static str, &'static str, &'static str),
) -> Case {
    Case { format, top, tables, entries, conditions: Conditions::default(), expect }
}

fn said(entry: Entry, summary: &str) -> Entry {
    Entry { summary: summary.into(), ..entry }
}

/// The worked top-up with another text.
fn topup_said(summary: &str) -> Vec<Entry> {
    topup("t1").into_iter().map(|entry| said(entry, summary)).collect()
}

fn with_aux(name: &str, value: &str) -> Vec<Entry> {
    let mut entries = topup("t1");
    entries[0].aux.insert(name.into(), value.into());
    entries
}

fn many(lines: usize) -> Vec<Entry> {
    let mut legs = vec![leg("t1", "split", "1", D, i64::try_from(lines).unwrap() - 1)];
    legs.extend((1..lines).map(|_| leg("t1", "split", "2", C, 1)));
    legs
}

fn of_amount(amount: i64) -> Vec<Entry> {
    vec![leg("t1", "pay", "1", D, amount), leg("t1", "pay", "2", C, amount)]
}

fn in_dollars(amount: i64) -> Vec<Entry> {
    of_amount(amount).into_iter().map(|entry| in_currency("USD", entry)).collect()
}

/// What refuses a day, before anything is written.
fn of_the_day() -> Vec<Case> {
    let short = vec![leg("t7", "pay", "1", D, 100), leg("t7", "pay", "2", C, 99)];
    let two_currencies =
        vec![leg("t7", "pay", "1", D, 100), in_currency("USD", leg("t7", "pay", "2", C, 100))];
    let batch = Source::Batch { reference: "b".into(), transactions: 1_000 };
    let batched: Vec<Entry> =
        topup("").into_iter().map(|entry| Entry { source: batch.clone(), ..entry }).collect();
    let closed = |case: Case, through: &str| Case {
        conditions: Conditions { closed_through: Some(date(through)), ..Conditions::default() },
        ..case
    };
    let rated = |case: Case, rate: &str| Case {
        conditions: Conditions {
            rates: [(currency("USD"), rate.parse().unwrap())].into(),
            closed_through: None,
        },
        ..case
    };
    let huge = [of_amount(i64::MAX), of_amount(1)].concat();
    vec![
        case(
            "u8_text",
            "mode = \"transaction\"",
            "",
            short.clone(),
            ("unbalanced", "t7", "debits less credits are 0.01 CNY"),
        ),
        case("u8_text", "", "", short, ("unbalanced", "pay", "debits less credits are 0.01 CNY")),
        case("u8_text", "", "", two_currencies, ("unbalanced", "pay", "debits less credits are 1.00 CNY")),
        closed(
            case(
                "u8_text",
                "",
                "",
                topup("t1"),
                ("closed_period", "LM", "2024-06-18 is closed there through 2024-06-30"),
            ),
            "2024-06-30",
        ),
        closed(
            case(
                "u8_text",
                "when_closed = \"next_open_date\"",
                "",
                topup("t1"),
                ("closed_period", "LM", "no date is open after 9999-12-31"),
            ),
            "9999-12-31",
        ),
        case("u8_text", "", "", in_dollars(1), ("no_rate", "pay", "USD has no rate")),
        rated(case("u8_text", "", "", in_dollars(1), ("no_rate", "pay", "the rate of USD is 0")), "0"),
        rated(case("u8_text", "", "", in_dollars(1), ("no_rate", "pay", "the rate of USD is -7")), "-7"),
        rated(
            case(
                "u8_text",
                "",
                "",
                in_dollars(1),
                ("no_rate", "pay", "the rate of USD is 7.12345678901, and 10 places fit"),
            ),
            "7.12345678901",
        ),
        rated(
            case(
                "u8_text",
                "",
                "",
                in_dollars(i64::MAX),
                ("overflow", "pay", "the local amount of 1 is beyond 64 bits"),
            ),
            "7",
        ),
        rated(
            case(
                "u8_text",
                "",
                "",
                in_dollars(i64::MAX),
                ("overflow", "pay", "the local amount of 1 is beyond 64 bits"),
            ),
            "79228162514264337593543950335",
        ),
        case("u8_text", "", "", huge, ("overflow", "pay", "the sum of 1 is beyond 64 bits")),
        case(
            "u8_text",
            "mode = \"packed\"",
            "",
            batched.clone(),
            ("no_transaction", "topup", "a turnover of 30010404 comes without its transactions"),
        ),
        case(
            "u8_text",
            "attachments = \"transactions\"",
            "",
            batched,
            ("too_many_attachments", "topup", "1000 source documents, and 999 fit"),
        ),
        case("u8_text", "line_limit = 3", "", topup("t1"), ("too_many_lines", "topup", "4 lines, and 3 fit")),
        case(
            "u8_text",
            "mode = \"packed\"\nline_limit = 3",
            "",
            topup("t1"),
            ("too_many_lines", "t1", "4 lines, and 3 fit"),
        ),
        case(
            "u8_text",
            "",
            "",
            vec![leg("t1", "note", "9001", D, 1)],
            (
                "no_off_balance_word",
                "note",
                "off-balance entries came, and no word is set for their vouchers",
            ),
        ),
        case(
            "u8_text",
            "left_out = [\"30*\"]",
            "",
            topup("t1"),
            ("left_out_of_balance", "30010404", "30010404 is left out and is not off-balance"),
        ),
    ]
}

/// What the target refuses of a day whose vouchers could be made.
fn of_the_target() -> Vec<Case> {
    let wide = "摘".repeat(22);
    let long = [leg("t1", "pay", "1234567890123456", D, 1), leg("t1", "pay", "2", C, 1)];
    let memo = [leg("t1", "in", "M01", D, 1), leg("t1", "in", "2011", C, 1)];
    let mixed = [leg("t1", "back", "1", D, 9), leg("t1", "back", "2", C, 10), leg("t1", "back", "3", C, -1)];
    let dinar: Vec<Entry> = of_amount(1_001).into_iter().map(|entry| in_currency("BHD", entry)).collect();
    let key = "LM|2024-06-18|day|1";
    let has_wide = "summary 摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘摘 LM20240618-topup has 61 bytes of GBK, and 60 fit";
    let plain = "reference_in_summary = false";
    vec![
        case(
            "u8_text",
            "",
            "[subjects]\n\"30*\" = \"1\"",
            topup("t1"),
            ("unknown_subject", key, "nothing says what 642107 is called there"),
        ),
        case(
            "u8_text",
            "",
            "",
            memo.to_vec(),
            ("unknown_memo", key, "nothing says which subject of theirs memo M01 stands for"),
        ),
        case(
            "u8_text",
            "",
            "[entities]\nXY = \"2\"",
            topup("t1"),
            ("unknown_entity", key, "nothing says what LM is called there"),
        ),
        case(
            "u8_text",
            "",
            "[currencies]\nUSD = \"2\"",
            topup("t1"),
            ("unknown_currency", key, "nothing says what CNY is called there"),
        ),
        case(
            "u8_text",
            "mode = \"day_with_aux\"",
            "",
            with_aux("shop", "7"),
            ("unknown_aux", "LM|2024-06-18|day_with_aux|1", "nothing says what shop is called there"),
        ),
        case(
            "u8_text",
            "mode = \"transaction\"",
            "[aux]\nshop = \"门店\"",
            with_aux("shop", "7"),
            ("unknown_aux", "LM|2024-06-18|transaction|1", "no column has 门店"),
        ),
        case("u8_text", "", "", topup_said(&wide), ("text_too_wide", key, has_wide)),
        case(
            "u8_text",
            "summary_width = 23",
            "",
            topup("t1"),
            ("text_too_wide", key, "summary 银联充值 LM20240618-topup has 25 bytes of GBK, and 23 fit"),
        ),
        case("kis_dbf", "", "", topup_said(&wide), ("text_too_wide", key, has_wide)),
        case(
            "u8_text",
            "",
            "",
            long.to_vec(),
            ("text_too_wide", key, "subject 1234567890123456 has 16 bytes of GBK, and 15 fit"),
        ),
        case(
            "sap_bapi_csv",
            plain,
            "[entities]\nLM = \"10000\"",
            topup("t1"),
            ("text_too_wide", key, "COMP_CODE 10000 has 5 characters, and 4 fit"),
        ),
        case(
            "sap_fiori_xlsx",
            plain,
            "[entities]\nLM = \"10000\"",
            topup("t1"),
            ("text_too_wide", key, "*Company Code (4) 10000 has 5 characters, and 4 fit"),
        ),
        case(
            "u8_text",
            "",
            "[people]\nmaker = \"一二三四五六七八九十壹\"",
            topup("t1"),
            ("text_too_wide", key, "maker 一二三四五六七八九十壹 has 22 bytes of GBK, and 20 fit"),
        ),
        case(
            "u8_text",
            plain,
            "",
            topup_said("充值😀"),
            ("not_in_gbk", key, "summary 充值😀 has 😀, which GBK has not"),
        ),
        case(
            "k3_dbf",
            plain,
            "",
            topup_said("𠮷"),
            ("not_in_gbk", key, "summary 𠮷 has 𠮷, which GBK has not"),
        ),
        case(
            "u8_text",
            plain,
            "",
            topup_said("a\r\nb"),
            ("bad_text", key, "summary \"a\\r\\nb\" has control characters"),
        ),
        case(
            "galaxy_json",
            plain,
            "",
            topup_said("a\0"),
            ("bad_text", key, "summary \"a\\0\" has control characters"),
        ),
        case(
            "k3_dbf",
            "",
            "",
            of_amount(10_000_000_000_000),
            ("amount_too_wide", key, "100000000000.00 CNY is wider than its field of 14"),
        ),
        case(
            "k3_dbf",
            "",
            "",
            of_amount(-1_000_000_000_000),
            ("amount_too_wide", key, "-10000000000.00 CNY is wider than its field of 14"),
        ),
        case(
            "u8_text",
            "",
            "",
            of_amount(1_000_000_000_000_000),
            ("amount_too_wide", key, "10000000000000.00 CNY is wider than its field of 16"),
        ),
        case(
            "sap_bapi_xlsx",
            "",
            "",
            of_amount(1_000_000_000_000_000),
            ("amount_too_wide", key, "10000000000000.00 CNY is wider than its field of 24"),
        ),
        case("u8_text", "", "", dinar, ("amount_too_fine", key, "1.001 BHD has 3 places, and 2 fit")),
        case(
            "sap_bapi_csv",
            "",
            "",
            mixed.to_vec(),
            ("mixed_red", key, "red lines balance only with others"),
        ),
        case(
            "sap_bapi_csv",
            "off_balance_word = \"表\"",
            "",
            vec![leg("t1", "note", "9001", D, 1)],
            ("no_off_balance", key, "sap_bapi_csv has no vouchers of one side"),
        ),
    ]
}

#[test]
fn what_is_wrong_is_refused_with_its_code_and_nothing_is_written() {
    let rates = [(currency("BHD"), "20".parse().unwrap())];
    for Case { format, top, tables, entries, conditions, expect } in of_the_day() {
        let settings = settings(format, top, tables);
        let refusal = drafts(&day(entries), &settings.plan, &conditions).expect_err(expect.0);
        assert_eq!((refusal.code.name(), &*refusal.about, &*refusal.reason), expect);
    }
    for Case { format, top, tables, entries, expect, .. } in of_the_target() {
        let settings = settings(format, top, tables);
        let conditions = Conditions { rates: rates.into(), closed_through: None };
        let drafts =
            drafts(&day(entries), &settings.plan, &conditions).unwrap_or_else(|refusal| panic!("{refusal}"));
        let refusal = settings.target.check(&drafts).expect_err(expect.0);
        assert_eq!((refusal.code.name(), &*refusal.about, &*refusal.reason), expect, "{format}");
        let (_, vouchers) = Numbers::default().draw(drafts).unwrap();
        let mut bytes = Vec::new();
        let error = settings.target.write(&vouchers, &mut bytes).expect_err(expect.0);
        assert!(matches!(error, WriteError::Refused(again) if again == refusal));
        assert!(bytes.is_empty());
    }
}

/// What was kept and changed since, or made for another target, is held to everything again.
#[test]
fn a_kept_voucher_that_was_changed_is_refused() {
    #[track_caller]
    fn check(format: &str, entries: Vec<Entry>, change: impl FnOnce(&mut Voucher), expect: (&str, &str)) {
        let rates = [(currency("USD"), "7".parse().unwrap())].into();
        let conditions = Conditions { rates, closed_through: None };
        let mut vouchers = vouchers_of(
            &day(entries),
            &settings("u8_text", "line_limit = 9999\nmode = \"transaction\"", ""),
            &conditions,
        );
        change(&mut vouchers[0]);
        let limit = if format.starts_with("sap") { "line_limit = 999" } else { "line_limit = 1000" };
        let error = settings(format, limit, "").target.write(&vouchers, &mut Vec::new());
        let Err(WriteError::Refused(Refusal { code, reason, .. })) = error else { panic!("{error:?}") };
        assert_eq!((code.name(), &*reason), expect);
    }
    let none = |_: &mut Voucher| {};
    check("sap_bapi_csv", many(1_000), none, ("too_many_lines", "1000 lines, and 999 fit"));
    check("u8_text", many(1_001), none, ("too_many_lines", "1001 lines, and 1000 fit"));
    let off_by_a_cent = |voucher: &mut Voucher| voucher.content.lines[0].amount.0 += 1;
    check("u8_text", topup("t1"), off_by_a_cent, ("unbalanced", "debits less credits are 0.01 CNY"));
    let locally = |voucher: &mut Voucher| voucher.content.lines[3].local = Amount(21);
    check("u8_text", topup("t1"), locally, ("unbalanced", "debits less credits are -0.01 CNY"));
    let two = [of_amount(1), in_dollars(1)].concat();
    check("sap_fiori_xlsx", two, none, ("mixed_currencies", "lines of more than one currency"));
}

#[test]
fn as_many_lines_as_fit_are_taken() {
    for (format, lines) in [("sap_bapi_csv", 999), ("u8_text", 1_000)] {
        let settings = settings(format, &format!("mode = \"transaction\"\nline_limit = {lines}"), "");
        let vouchers = vouchers_of(&day(many(lines)), &settings, &Conditions::default());
        assert_eq!((vouchers.len(), vouchers[0].content.lines.len()), (1, lines));
        settings.target.write(&vouchers, &mut Vec::new()).unwrap();
    }
}

#[test]
fn every_code_is_shown_by_a_case() {
    let cases: BTreeSet<&str> =
        of_the_day().iter().chain(&of_the_target()).map(|case| case.expect.0).collect();
    let elsewhere = BTreeSet::from(["mixed_currencies"]);
    let all: BTreeSet<&str> = RefusalCode::VARIANTS.iter().map(|code| code.name()).collect();
    assert_eq!(cases.union(&elsewhere).copied().collect::<BTreeSet<_>>(), all);
}
