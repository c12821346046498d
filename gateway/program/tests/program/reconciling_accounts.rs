//! `longmen reconcile-accounts`: the general ledger against the accounting system.

use std::fs;

use crate::longmen::{Ran, longmen};

/// What `longmen report monthly --csv` prints.
const OURS: &str = "\
currency,class,subject,name,opening_debit_positive,debit,credit,closing_debit_positive,from,to
CNY,asset,10020101,\"bank, a\",1000.00,250.00,0.00,1250.00,2024-06-01,2024-06-30
CNY,asset,10020102,bank b,10.00,0.00,0.00,10.00,2024-06-01,2024-06-30
CNY,liability,20110102,users,-1010.00,0.00,250.00,-1260.00,2024-06-01,2024-06-30
CNY,off_balance,90010101,memo,5.00,0.00,0.00,5.00,2024-06-01,2024-06-30
CNY,memo,,memo net,0.00,7.00,3.00,4.00,2024-06-01,2024-06-30
";

/// Theirs, with sides, and a subject that is none of ours.
const THEIRS: &str = "\
subject,currency,period_from,period_to,opening_side,opening,debit,credit,closing_side,closing
1002,CNY,2024-06-01,2024-06-30,借,1010.00,250.00,0.00,借,1260.00
2011,CNY,2024-06-01,2024-06-30,贷,1010.00,0.00,250.00,贷,1260.00
2221,CNY,2024-06-01,2024-06-30,平,0.00,1.00,1.00,平,0.00
";

const MAPPING: &str = "ours,theirs\n100201*,1002\n2011*,2011\n9*,\n";

/// The table `legs` of an export, as far as it matters here, and theirs.
const LEGS: &str = "\
entity,account_id,subject,currency,accounting_date,side,amount,transaction
LM,1,10020101,CNY,2024-06-18,debit,250.00,aa
LM,2,20110102,CNY,2024-06-18,credit,250.00,aa
";
const VOUCHERS: &str = "\
voucher,date,subject,currency,debit,credit,source,transaction
记-1,2024-06-18,1002,CNY,250.00,,aa,aa
记-1,2024-06-18,2011,CNY,,250.00,aa,aa
";

struct Desk {
    directory: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { directory: tempfile::tempdir().unwrap() };
        for (name, text) in [
            ("ours.csv", OURS),
            ("theirs.csv", THEIRS),
            ("mapping.csv", MAPPING),
            ("legs.csv", LEGS),
            ("vouchers.csv", VOUCHERS),
        ] {
            desk.write(name, text);
        }
        desk
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.directory.path().join(name), text).unwrap();
    }

    fn run(&self, more: &[&str]) -> Ran {
        let path = |name: &str| self.directory.path().join(name).to_str().unwrap().to_owned();
        let more: Vec<String> = more
            .iter()
            .map(|word| if word.ends_with(".csv") { path(word) } else { (*word).to_owned() })
            .collect();
        let (ours, theirs, mapping) = (path("ours.csv"), path("theirs.csv"), path("mapping.csv"));
        let mut words = vec!["reconcile-accounts", &ours, &theirs, "--mapping", &mapping, "--entity", "LM"];
        words.extend(more.iter().map(String::as_str));
        longmen(&words)
    }
}

const WITH_VOUCHERS: [&str; 4] = ["--our-vouchers", "legs.csv", "--their-vouchers", "vouchers.csv"];

#[test]
fn our_report_and_their_table_agree_with_their_vouchers() {
    let desk = Desk::new();
    let ran = desk.run(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("by month: 2 agrees; 1 lines of ours left out, 1 of theirs are none of ours"),
        "{ran:?}"
    );
    let ran = desk.run(&WITH_VOUCHERS);
    assert!(ran.code == Some(0) && ran.out.contains("vouchers: all agree"), "{ran:?}");
    // The same table with a column for each side.
    desk.write(
        "theirs.csv",
        "subject,currency,period_from,period_to,opening_debit,opening_credit,debit,credit,closing_debit,closing_credit\n\
         1002,CNY,2024-06-01,2024-06-30,1010.00,,250.00,0.00,1260.00,\n\
         2011,CNY,2024-06-01,2024-06-30,,1010.00,0.00,250.00,0.00,1260.00\n",
    );
    assert_eq!(desk.run(&[]).code, Some(0));
}

#[test]
fn a_difference_is_told_by_its_voucher_and_transaction() {
    let desk = Desk::new();
    desk.write("theirs.csv", &THEIRS.replace("250.00,0.00,借,1260.00", "251.00,0.00,借,1261.00"));
    desk.write("vouchers.csv", &VOUCHERS.replace("CNY,250.00,,aa,aa", "CNY,251.00,,aa,aa"));
    let ran = desk.run(&WITH_VOUCHERS);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in ["turnover_differs", "251.00", "vouchers: 1 changed_there", "记-1 of 2024-06-18", "aa"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    let json = desk.run(&[&WITH_VOUCHERS[..], &["--json"]].concat()).json();
    assert_eq!(json["findings"][0]["difference"]["debit"], 100);
    assert_eq!(json["findings"][0]["unexplained"]["debit"], 0);
    assert_eq!(
        (&json["vouchers"][0]["class"], &json["days"][0]["date"]),
        (&"changed_there".into(), &"2024-06-18".into())
    );
    // Vouchers that do not explain the difference are told as such.
    desk.write("vouchers.csv", VOUCHERS);
    let ran = desk.run(&WITH_VOUCHERS);
    assert!(ran.code == Some(1) && ran.out.contains("1 lines differ by what no voucher explains"), "{ran:?}");
}

#[test]
fn an_opening_that_differs_and_a_side_that_does_not_add_up_are_told_first() {
    let desk = Desk::new();
    desk.write(
        "theirs.csv",
        &THEIRS.replace("借,1010.00,250.00,0.00,借,1260.00", "借,1000.00,250.00,0.00,借,1250.00"),
    );
    let ran = desk.run(&[]);
    let words = "opening_differs: LM 1002 opens on 2024-06-01 with -10.00 more in theirs: the fault lies before, look at the month before first";
    assert!(ran.code == Some(1) && ran.out.starts_with(words), "{ran:?}");
    desk.write("theirs.csv", &THEIRS.replace("借,1260.00", "借,1261.00"));
    let ran = desk.run(&[]);
    let words = "does_not_add_up: theirs, line 2: LM 1002 of 2024-06-01 closes with 1,261.00, and opening and turnovers make 1,260.00";
    assert!(ran.code == Some(1) && ran.out.starts_with(words), "{ran:?}");
}

#[test]
fn a_file_that_is_wrong_compares_nothing() {
    let desk = Desk::new();
    for (file, text, words) in [
        (
            "theirs.csv",
            THEIRS.replace("贷,1010.00", "贷,-1010.00"),
            "bad_table, line 3, opening: mixed_signs: `-1010.00` has a minus",
        ),
        (
            "theirs.csv",
            THEIRS.replace("贷,1010.00", ",1010.00"),
            "mixed_signs, line 3, opening: the balance is debit-positive, and that of line 2 with a side",
        ),
        (
            "theirs.csv",
            THEIRS.replace("平,0.00,1", "平,3.00,1"),
            "line 4, opening: mixed_signs: its side is 平",
        ),
        ("theirs.csv", THEIRS.replace("贷,1010.00", "x,1010.00"), "line 3, opening_side: `x` is no side"),
        ("theirs.csv", THEIRS.replace("2024-06-30,借", "2024-07-01,借"), "crosses_cycle, line 2, period_to"),
        ("theirs.csv", THEIRS.replace("2221", "2011"), "periods_overlap, line 4, period_from: line 3"),
        (
            "theirs.csv",
            THEIRS.replace("1260.00\n2011", "1260.001\n2011"),
            "line 2, closing: `1260.001`: more decimal places",
        ),
        ("theirs.csv", THEIRS.replace("debit,", "dept,"), "line 1, dept: unknown column"),
        (
            "ours.csv",
            OURS.replace("-1010.00,0.00,250.00,-1260.00", "1010.00,0.00,250.00,1260.00"),
            "mixed_signs, line 4, closing",
        ),
        (
            "ours.csv",
            OURS.replace("20110102", "30010405"),
            "unmapped_subject, line 4, subject: the mapping has no `30010405`",
        ),
        ("mapping.csv", MAPPING.replace("9*", "2011*"), "duplicate_subject, line 4, ours"),
        ("mapping.csv", MAPPING.replace("9*", "9*1"), "bad_pattern, line 4, ours"),
        ("legs.csv", LEGS.replace("2024-06-18,credit", "2024-06-19,credit"), "two_dates, line 3, date"),
        (
            "legs.csv",
            LEGS.replace("credit,250.00", "credit,"),
            "line 3, debit: a line has debit or credit, or side and amount",
        ),
        (
            "legs.csv",
            LEGS.replace("debit,250.00,aa", "debit,250.00,"),
            "line 2, voucher: is missing, and so is transaction",
        ),
        ("vouchers.csv", VOUCHERS.replace(",250.00,aa", ",250.00,bb"), "two_sources, line 3, source"),
        (
            "vouchers.csv",
            VOUCHERS.replace("记-1,2024-06-18,1002", ",2024-06-18,1002"),
            "line 2, voucher: is missing",
        ),
    ] {
        let before = fs::read_to_string(desk.directory.path().join(file)).unwrap();
        assert_ne!(before, text, "{words}");
        desk.write(file, &text);
        let ran = desk.run(&WITH_VOUCHERS);
        assert_eq!(ran.code, Some(2), "{text}: {ran:?}");
        assert!(ran.err.contains(words) && ran.err.contains(file) && ran.out.is_empty(), "{words}: {ran:?}");
        desk.write(file, &before);
    }
    for (more, words) in [
        (&["--cycle", "year"][..], "there is day, week, month"),
        (&["--our-vouchers", "legs.csv"], "--their-vouchers"),
        (&["--our-vouchers", "none.csv", "--their-vouchers", "vouchers.csv"], "cannot read"),
    ] {
        let ran = desk.run(more);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{words}: {ran:?}");
    }
}
