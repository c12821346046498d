//! What becomes of a day's entries.

use longmen_ledger::Amount;
use longmen_vouchers::*;

use crate::day::{C, D, currency, date, day, in_currency, leg, settings, show_all, topup, vouchers_of};

#[track_caller]
fn check(top: &str, tables: &str, entries: &[Entry], expect: &[&str]) {
    let vouchers = vouchers_of(&day(entries.to_vec()), &settings("u8_text", top, tables), &rates());
    assert_eq!(show_all(&vouchers), expect, "{top}");
}

fn rates() -> Conditions {
    let rates = [(currency("USD"), "7.1234".parse().unwrap()), (currency("JPY"), "0.0453".parse().unwrap())];
    Conditions { rates: rates.into(), closed_through: None }
}

/// The mirror of a transaction in red: the same sides, with a minus.
fn red(transaction: &str, entries: &[Entry]) -> Vec<Entry> {
    let reversed = |entry: &Entry| Entry {
        amount: Amount(-entry.amount.0),
        source: Source::Transaction(transaction.into()),
        ..entry.clone()
    };
    entries.iter().map(reversed).collect()
}

#[test]
fn each_mode_has_its_vouchers() {
    let two = [topup("t1"), topup("t2")].concat();
    let one = "D 30010404 CNY 100.00; D 642107 CNY 0.20; C 2011010201 CNY 100.00; C 22410605 CNY 0.20";
    let each: [&str; 2] = [&format!("记1 Black: {one}"), &format!("记2 Black: {one}")];
    check("mode = \"transaction\"", "", &two, &each);
    check("mode = \"packed\"", "", &two, &[&format!("记1 Black: {one}; {one}")]);
    check("mode = \"packed\"\nline_limit = 8", "", &two, &[&format!("记1 Black: {one}; {one}")]);
    check("mode = \"packed\"\nline_limit = 7", "", &two, &each);
    let sums = "D 30010404 CNY 200.00; D 642107 CNY 0.40; C 2011010201 CNY 200.00; C 22410605 CNY 0.40";
    check("mode = \"day\"", "", &two, &[&format!("记1 Black: {sums}")]);
    check("mode = \"day_with_aux\"", "", &two, &[&format!("记1 Black: {sums}")]);
    check("mode = \"day\"", "", &[], &[]);
}

#[test]
fn aux_divides_the_sums_only_where_it_is_asked_for() {
    let of = |customer: &str, transaction: &str| {
        let mut entries = topup(transaction);
        entries[2].aux.insert("customer".into(), customer.into());
        entries
    };
    let two = [of("K2", "t1"), of("K1", "t2")].concat();
    let divided = "记1 Black: D 30010404 CNY 200.00; D 642107 CNY 0.40; C 2011010201 CNY 100.00; \
                   C 2011010201 CNY 100.00; C 22410605 CNY 0.40";
    check("mode = \"day_with_aux\"", "", &two, &[divided]);
    let summed =
        "记1 Black: D 30010404 CNY 200.00; D 642107 CNY 0.40; C 2011010201 CNY 200.00; C 22410605 CNY 0.40";
    check("mode = \"day\"", "", &two, &[summed]);
}

#[test]
fn sides_are_never_netted_and_red_is_kept_red() {
    let back = [leg("t2", "topup", "30010404", C, 10_000), leg("t2", "topup", "2011010201", D, 10_000)];
    check(
        "mode = \"day\"",
        "",
        &[&topup("t1")[..], &back].concat(),
        &["记1 Black: D 2011010201 CNY 100.00; D 30010404 CNY 100.00; D 642107 CNY 0.20; \
           C 2011010201 CNY 100.00; C 22410605 CNY 0.20; C 30010404 CNY 100.00"],
    );
    let all = [topup("t1"), topup("t2"), red("t3", &topup("t1"))].concat();
    check(
        "mode = \"day\"",
        "",
        &all,
        &[
            "记1 Black: D 30010404 CNY 200.00; D 642107 CNY 0.40; C 2011010201 CNY 200.00; C 22410605 CNY 0.40",
            "记2 Red: D 30010404 CNY -100.00; D 642107 CNY -0.20; C 2011010201 CNY -100.00; C 22410605 CNY -0.20",
        ],
    );
    // Red and black that balance only together stay together.
    let mixed =
        [leg("t1", "refund", "1", D, 100), leg("t1", "refund", "2", C, 107), leg("t1", "refund", "3", C, -7)];
    check("mode = \"day\"", "", &mixed, &["记1 Mixed: D 1 CNY 1.00; C 2 CNY 1.07; C 3 CNY -0.07"]);
    check("mode = \"transaction\"", "", &mixed, &["记1 Mixed: D 1 CNY 1.00; C 2 CNY 1.07; C 3 CNY -0.07"]);
}

#[test]
fn lines_of_nothing_are_dropped_and_credits_follow_debits() {
    let entries = [
        leg("t1", "pay", "5", C, 3),
        leg("t1", "pay", "4", D, 0),
        leg("t1", "pay", "1", D, 2),
        leg("t1", "pay", "1", D, 1),
    ];
    check("mode = \"transaction\"", "", &entries, &["记1 Black: D 1 CNY 0.02; D 1 CNY 0.01; C 5 CNY 0.03"]);
    check("mode = \"transaction\"", "", &[leg("t1", "pay", "4", D, 0)], &[]);
}

#[test]
fn what_is_off_the_balance_stands_apart_and_alone() {
    let mut entries = topup("t1");
    entries.insert(0, leg("t1", "topup", "90010101", D, 500));
    entries.push(leg("t2", "topup", "90010101", C, 300));
    let on =
        "记1 Black: D 30010404 CNY 100.00; D 642107 CNY 0.20; C 2011010201 CNY 100.00; C 22410605 CNY 0.20";
    for mode in ["day", "packed"] {
        let top = format!("mode = \"{mode}\"\noff_balance_word = \"表\"");
        check(&top, "", &entries, &[on, "表1 Black: D 90010101 CNY 5.00; C 90010101 CNY 3.00"]);
    }
    check(
        "mode = \"transaction\"\noff_balance_word = \"表\"",
        "",
        &entries,
        &[on, "表1 Black: D 90010101 CNY 5.00", "表2 Black: C 90010101 CNY 3.00"],
    );
    check("mode = \"day\"\nleft_out = [\"9*\"]", "", &entries, &[on]);
}

#[test]
fn memo_totals_count_and_are_summed_up_in_every_mode() {
    let memo =
        |id: &str, amount| [leg(id, "topup", "M01", D, amount), leg(id, "topup", "2011010201", C, amount)];
    let out = [leg("t3", "payout", "2011010201", D, 40), leg("t3", "payout", "M01", C, 40)];
    let plain = [leg("t4", "pay", "1", D, 5), leg("t4", "pay", "2", C, 5)];
    let entries = [&memo("t1", 100)[..], &memo("t2", 200), &out, &plain].concat();
    check(
        "mode = \"day\"",
        "",
        &entries,
        &[
            "记1 Black: D 1 CNY 0.05; C 2 CNY 0.05; D 2011010201 CNY 0.40; C M01 CNY 0.40; D M01 CNY 3.00; C 2011010201 CNY 3.00",
        ],
    );
    check(
        "mode = \"transaction\"",
        "",
        &entries,
        &[
            "记1 Black: D 1 CNY 0.05; C 2 CNY 0.05",
            "记2 Black: D 2011010201 CNY 0.40; C M01 CNY 0.40",
            "记3 Black: D M01 CNY 3.00; C 2011010201 CNY 3.00",
        ],
    );
}

#[test]
fn what_is_too_long_is_split_with_clearing_lines_and_each_part_balances() {
    let legs = |sign: i64| {
        let mut legs = vec![leg("t1", "split", "1", D, sign * 60)];
        legs.extend((2..6).map(|place| leg("t1", "split", &place.to_string(), C, sign * 15)));
        legs
    };
    check(
        "mode = \"transaction\"\nline_limit = 3\nclearing = \"199\"",
        "",
        &legs(1),
        &[
            "记1 Black: D 1 CNY 0.60; C 2 CNY 0.15; C 199 CNY 0.45 clearing",
            "记2 Black: C 3 CNY 0.15; C 4 CNY 0.15; D 199 CNY 0.30 clearing",
            "记3 Black: C 5 CNY 0.15; D 199 CNY 0.15 clearing",
        ],
    );
    // The other side of red is red.
    check(
        "mode = \"day\"\nline_limit = 3\nclearing = \"199\"",
        "",
        &legs(-1),
        &[
            "记1 Red: D 1 CNY -0.60; C 2 CNY -0.15; C 199 CNY -0.45 clearing",
            "记2 Red: C 3 CNY -0.15; C 4 CNY -0.15; D 199 CNY -0.30 clearing",
            "记3 Red: C 5 CNY -0.15; D 199 CNY -0.15 clearing",
        ],
    );
    check(
        "mode = \"day\"\nline_limit = 5\nclearing = \"199\"",
        "",
        &legs(1),
        &["记1 Black: D 1 CNY 0.60; C 2 CNY 0.15; C 3 CNY 0.15; C 4 CNY 0.15; C 5 CNY 0.15"],
    );
    // Off the balance there is nothing to balance with.
    let off: Vec<Entry> = (1..4).map(|place| leg("t1", "note", &format!("900{place}"), D, 1)).collect();
    check(
        "mode = \"day\"\nline_limit = 2\noff_balance_word = \"表\"",
        "",
        &off,
        &["表1 Black: D 9001 CNY 0.01; D 9002 CNY 0.01", "表2 Black: D 9003 CNY 0.01"],
    );
}

#[test]
fn each_currency_balances_and_so_does_the_local_one() {
    let entries = [
        in_currency("USD", leg("t1", "fx", "1", D, 100)),
        in_currency("USD", leg("t1", "fx", "2", C, 33)),
        in_currency("USD", leg("t1", "fx", "3", C, 33)),
        in_currency("USD", leg("t1", "fx", "4", C, 34)),
        in_currency("JPY", leg("t1", "fx", "5", D, 1_000)),
        in_currency("JPY", leg("t1", "fx", "6", C, 500)),
        in_currency("JPY", leg("t1", "fx", "7", C, 500)),
    ];
    let vouchers = vouchers_of(&day(entries.to_vec()), &settings("u8_text", "", ""), &rates());
    let locals: Vec<(&str, i64)> =
        vouchers[0].content.lines.iter().map(|line| (&*line.subject, line.local.0)).collect();
    // 0.33 USD are 2.350722 yuan, 0.34 USD 2.421956; 500 JPY 22.65, 1000 JPY 45.30.
    let expect = [("1", 712), ("5", 4_530), ("2", 235), ("3", 235), ("4", 242), ("6", 2_265), ("7", 2_265)];
    assert_eq!(locals, expect);
    // Six cents in six lines of one are 0.07 each, and 0.43 together: what is left over is on the largest line.
    let mut cents = vec![in_currency("USD", leg("t2", "fx", "1", D, 6))];
    cents.extend((0..6).map(|_| in_currency("USD", leg("t2", "fx", "2", C, 1))));
    let made = vouchers_of(&day(cents), &settings("u8_text", "mode = \"transaction\"", ""), &rates());
    let locals: Vec<i64> = made[0].content.lines.iter().map(|line| line.local.0).collect();
    assert_eq!(locals, [42, 7, 7, 7, 7, 7, 7]);
}

#[test]
fn sap_has_a_voucher_for_each_currency() {
    let entries = [
        in_currency("USD", leg("t1", "fx", "1", D, 100)),
        in_currency("USD", leg("t1", "fx", "2", C, 100)),
        leg("t1", "fx", "3", D, 712),
        leg("t1", "fx", "4", C, 712),
    ];
    for (mode, attachments) in [("transaction", [1, 0]), ("packed", [1, 0]), ("day", [1, 0])] {
        let top = format!("mode = \"{mode}\"\nattachments = \"transactions\"");
        let vouchers = vouchers_of(&day(entries.to_vec()), &settings("sap_bapi_csv", &top, ""), &rates());
        let mut shown = show_all(&vouchers);
        shown.sort();
        assert_eq!(shown.len(), 2, "{mode}: {shown:?}");
        assert!(shown.iter().any(|one| one.ends_with("D 1 USD 1.00; C 2 USD 1.00")), "{shown:?}");
        let counts: Vec<u16> = vouchers.iter().map(|voucher| voucher.content.attachments).collect();
        assert_eq!(counts.iter().sum::<u16>(), attachments.iter().sum::<u16>());
    }
}

#[test]
fn lines_carry_what_they_stand_for() {
    let two = [topup("t2"), topup("t1")].concat();
    let vouchers =
        vouchers_of(&day(two), &settings("u8_text", "attachments = \"transactions\"", ""), &rates());
    let draft = &vouchers[0].content;
    assert_eq!(draft.attachments, 2);
    assert_eq!(&*draft.header_text, "2024-06-18 day");
    for line in &draft.lines {
        assert_eq!(line.sources, ["t1".into(), "t2".into()]);
        assert_eq!(&*line.summary, "银联充值 LM20240618-topup");
        assert_eq!((&*line.kind, line.rate.to_string()), ("topup", "1".to_owned()));
    }
    let batch = |entry: Entry| Entry {
        source: Source::Batch { reference: "LM20240618-topup".into(), transactions: 250 },
        ..entry
    };
    let entries = topup("").into_iter().map(batch).collect();
    let top = "attachments = \"transactions\"\nreference_in_summary = false";
    let vouchers = vouchers_of(&day(entries), &settings("u8_text", top, ""), &rates());
    let draft = &vouchers[0].content;
    assert_eq!((draft.attachments, &*draft.lines[0].summary), (250, "银联充值"));
    assert_eq!(draft.lines[0].sources, ["LM20240618-topup".into()]);
    // Red and black ones of a batch are counted apart.
    let of = |transactions, sign: i64| {
        move |mut entry: Entry| {
            entry.amount.0 *= sign;
            entry.source = Source::Batch { reference: "LM20240618-topup".into(), transactions };
            entry
        }
    };
    let entries = topup("").into_iter().map(of(250, 1)).chain(topup("").into_iter().map(of(7, -1)));
    let vouchers = vouchers_of(&day(entries.collect()), &settings("u8_text", top, ""), &rates());
    let counts: Vec<u16> = vouchers.iter().map(|voucher| voucher.content.attachments).collect();
    assert_eq!(counts, [250, 7]);
    let top = "attachments = \"none\"\nmode = \"transaction\"";
    let vouchers = vouchers_of(&day(topup("t1")), &settings("u8_text", top, ""), &rates());
    let draft = &vouchers[0].content;
    assert_eq!((draft.attachments, &*draft.lines[0].summary), (0, "银联充值 t1"));
}

#[test]
fn a_closed_day_is_posted_on_the_first_open_date_and_says_so() {
    #[track_caller]
    fn check(closed: &str, posting: &str, period: (i16, u8), header: &str, summary: &str) {
        let settings = settings("u8_text", "when_closed = \"next_open_date\"", "");
        let conditions = Conditions { closed_through: Some(date(closed)), ..Conditions::default() };
        let vouchers = vouchers_of(&day(topup("t1")), &settings, &conditions);
        let draft = &vouchers[0].content;
        assert_eq!((draft.date, draft.posting_date), (date("2024-06-18"), date(posting)));
        assert_eq!(
            (draft.period(), &*draft.header_text, &*draft.lines[0].summary),
            (period, header, summary)
        );
        assert_eq!(vouchers[0].source_key(), "LM|2024-06-18|day|1");
        assert_eq!(vouchers[0].short_key(), "LM20240618D1");
    }
    let usual = "银联充值 LM20240618-topup";
    check("2024-06-17", "2024-06-18", (2024, 6), "2024-06-18 day", usual);
    let moved = "银联充值 LM20240618-topup 原日期2024-06-18";
    check("2024-06-18", "2024-06-19", (2024, 6), "原日期2024-06-18", moved);
    check("2024-06-30", "2024-07-01", (2024, 7), "原日期2024-06-18", moved);
    check("2024-12-31", "2025-01-01", (2025, 1), "原日期2024-06-18", moved);
}
