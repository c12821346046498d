//! That a proof finds what is missing.

use longmen_vouchers::*;

use crate::day::{C, D, currency, date, day, leg, settings, topup, vouchers_of};

fn turnovers() -> Vec<Turnover> {
    let rows = [
        ("30010404", 20_000, 0),
        ("642107", 40, 0),
        ("2011010201", 0, 20_000),
        ("22410605", 0, 40),
        ("9001", 7, 0),
        ("M01", 3, 0),
        ("2012", 0, 3),
    ];
    let row = |(subject, debit, credit): (&str, i128, i128)| Turnover {
        subject: subject.into(),
        currency: currency("CNY"),
        debit,
        credit,
    };
    rows.map(row).into()
}

fn vouchers(top: &str) -> Vec<Voucher> {
    let memo = [leg("t3", "in", "M01", D, 3), leg("t3", "in", "2012", C, 3), leg("t3", "in", "9001", D, 7)];
    let entries = [topup("t1"), topup("t2"), memo.to_vec()].concat();
    let top = format!("{top}\noff_balance_word = \"表\"\nclearing = \"199\"");
    vouchers_of(&day(entries), &settings("u8_text", &top, ""), &Conditions::default())
}

#[test]
fn vouchers_of_every_mode_are_proved_whole() {
    for (top, count, lines) in [
        ("mode = \"day\"", 2, 7),
        ("mode = \"transaction\"", 4, 11),
        ("mode = \"packed\"", 2, 11),
        ("mode = \"transaction\"\nline_limit = 3", 6, 15),
    ] {
        let proof = prove(&turnovers(), &vouchers(top)).unwrap_or_else(|lacks| panic!("{top}: {lacks:?}"));
        assert_eq!(proof, Proof { vouchers: count, lines, turnovers: 7 }, "{top}");
    }
    assert_eq!(prove(&[], &[]), Ok(Proof { vouchers: 0, lines: 0, turnovers: 0 }));
}

#[test]
fn whatever_is_missing_too_much_or_changed_is_found() {
    #[track_caller]
    fn check(top: &str, change: impl FnOnce(&mut Vec<Turnover>, &mut Vec<Voucher>), expect: &[&str]) {
        let (mut turnovers, mut vouchers) = (turnovers(), vouchers(top));
        change(&mut turnovers, &mut vouchers);
        let lacks = prove(&turnovers, &vouchers).expect_err("something was wrong");
        let codes: Vec<&str> = lacks.iter().map(Lack::code).collect();
        assert_eq!(codes, expect, "{lacks:?}");
    }
    let each = "mode = \"transaction\"";
    check(each, |books, _| books[0].debit += 1, &["turnover"]);
    // A side too much on both sides nets out, and is found all the same.
    check(each, |books, _| (books[0].debit, books[0].credit) = (20_001, 1), &["turnover"]);
    check(each, |books, _| drop(books.pop()), &["turnover"]);
    check(each, |books, _| books[4].currency = currency("USD"), &["turnover", "turnover"]);
    check(each, |_, vouchers| drop(vouchers.pop()), &["turnover"]);
    check(
        each,
        |_, vouchers| drop(vouchers.remove(0)),
        &["keys", "turnover", "turnover", "turnover", "turnover"],
    );
    check(each, |_, vouchers| vouchers[1].sequence = 1, &["keys"]);
    check(each, |_, vouchers| vouchers[1].content.date = date("2024-06-19"), &["other_day"]);
    check(each, |_, vouchers| vouchers[1].content.entity = "XY".into(), &["other_day"]);
    check(each, |_, vouchers| vouchers[0].content.lines[0].local.0 += 1, &["unbalanced"]);
    check(each, |_, vouchers| vouchers[0].content.lines[0].amount.0 += 1, &["unbalanced", "turnover"]);
    check(each, |_, vouchers| vouchers[0].content.lines[0].books = Books::OffBalance, &["mixed_books"]);
    let split = "mode = \"transaction\"\nline_limit = 3";
    check(
        split,
        |_, vouchers| drop(vouchers[0].content.lines.pop()),
        &["unbalanced", "unbalanced", "clearing"],
    );
}
