//! Days whose findings are known: written out, and made at random with differences planted in them.

#![allow(clippy::unwrap_used)]

mod planted;

use std::collections::BTreeMap;

use longmen_channel_files::RowKind;
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation::{BookState, Class, Compared, Fate, Rules, Side, Transaction, compare};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use planted::Planted;

fn rules(day: &str) -> Rules {
    Rules { date: Date::parse(day).unwrap(), hang_days: 1, fee_tolerance: 0 }
}

/// A payment, or with a negative amount a refund, in minor units.
fn row(number: &str, gross: i64, fee: i64) -> Transaction {
    Transaction {
        kind: if gross < 0 { RowKind::Refund } else { RowKind::Pay },
        merchant_number: number.into(),
        reference: format!("ref-{number}").into(),
        line: 1,
        gross: Amount(gross),
        fee: Amount(fee),
        currency: Currency::from_code("CNY").unwrap(),
        state: BookState::Done,
    }
}

fn pending(number: &str, gross: i64, fee: i64) -> Transaction {
    Transaction { state: BookState::Pending, ..row(number, gross, fee) }
}

fn failed(number: &str, gross: i64, fee: i64) -> Transaction {
    Transaction { state: BookState::Failed, ..row(number, gross, fee) }
}

/// What was found, in words: number, class, fate, days, what it explains.
fn said(compared: &Compared) -> Vec<String> {
    let one = |f: &longmen_reconciliation::Finding| {
        format!("{} {} {} {} {}", f.merchant_number(), f.class.name(), f.fate.name(), f.days, f.explains)
    };
    compared.findings.iter().filter(|f| f.class != Class::Matched || f.days > 0).map(one).collect()
}

/// A day with a difference of every kind, and what the next day makes of it.
#[test]
fn a_day_and_the_day_after() {
    let book = vec![
        row("A1", 10_000, 60),
        row("A2", 5000, 30),
        row("A3", 3000, 18),
        row("A4", 2000, 12),
        row("A5", 8800, 53),
        pending("A6", 1500, 9),
        row("A7", -4000, -24),
        row("A8", 1000, 6),
        failed("A9", 700, 4),
    ];
    let file = vec![
        row("A1", 10_000, 60),
        row("A2", 5000, 31),
        row("A3", 3001, 18),
        row("A6", 1500, 9),
        row("A7", -4000, -24),
        failed("A8", 1000, 6),
        failed("A9", 700, 4),
        row("B1", 6600, 40),
        failed("B2", 500, 3),
    ];
    let day = compare(&rules("2024-06-18"), book, file, Vec::new());
    assert_eq!(
        said(&day),
        [
            "A2 fee_differs open 0 -1",
            "A3 amount_differs open 0 1",
            "A4 short hung 0 -1988",
            "A5 short hung 0 -8747",
            "A6 state_differs open 0 1491",
            "A8 state_differs open 0 -994",
            "B1 long hung 0 6560",
        ]
    );
    assert_eq!((day.book.net, day.file.net, day.unmoved), (25_645, 21_967, 1));
    assert_eq!(day.explained(), day.file.net);
    assert!(!day.agrees());
    let waits: Vec<_> =
        day.hung.iter().map(|hung| (hung.side, &*hung.transaction.merchant_number, hung.days)).collect();
    assert_eq!(waits, [(Side::Book, "A4", 0), (Side::Book, "A5", 0), (Side::File, "B1", 0)]);
    // The day after has one of them, and a payment of its own.
    let next = compare(
        &rules("2024-06-19"),
        vec![row("C1", 100, 1)],
        vec![row("A5", 8800, 53), row("C1", 100, 1)],
        day.hung,
    );
    assert_eq!(said(&next), ["A4 short suspense 1 0", "A5 matched closed 1 8747", "B1 long suspense 1 0"]);
    assert!(next.hung.is_empty());
    assert_eq!((next.book.net, next.file.net), (99, 99 + 8747));
}

#[test]
fn one_name_on_a_side_more_than_once_is_compared_once() {
    let again = |line, transaction| Transaction { line, ..transaction };
    for (book, file, found) in [
        // Paid twice: the one that is as booked is compared.
        (
            vec![row("A", 500, 3)],
            vec![again(2, row("A", 600, 3)), again(3, row("A", 500, 3))],
            vec!["A duplicate_in_file open 0 597"],
        ),
        (
            vec![row("A", 500, 3), again(2, row("A", 500, 3))],
            vec![row("A", 500, 3)],
            vec!["A duplicate_in_book open 0 -497"],
        ),
        (
            vec![row("A", 500, 3), again(2, row("A", 500, 3))],
            vec![],
            vec!["A short hung 0 -497", "A duplicate_in_book open 0 -497"],
        ),
        // A payment and its refund may have one number.
        (vec![row("A", 500, 3), row("A", -500, -3)], vec![row("A", -500, -3), row("A", 500, 3)], vec![]),
        // Failed first, then paid.
        (
            vec![row("A", 500, 3)],
            vec![failed("A", 500, 3), again(2, row("A", 500, 3))],
            vec!["A duplicate_in_file open 0 0"],
        ),
    ] {
        let compared = compare(&rules("2024-06-18"), book, file, Vec::new());
        assert_eq!(said(&compared), found);
    }
}

#[test]
fn rules_say_what_is_let_through_and_how_long_something_waits() {
    for (tolerance, fate) in [(0, Fate::Open), (1, Fate::Open), (2, Fate::Adjusted)] {
        let rules = Rules { fee_tolerance: tolerance, ..rules("2024-06-18") };
        let compared = compare(&rules, vec![row("A", 500, 3)], vec![row("A", 500, 5)], Vec::new());
        assert_eq!((compared.findings[0].class, compared.findings[0].fate), (Class::FeeDiffers, fate));
        assert_eq!(compared.agrees(), fate == Fate::Adjusted);
    }
    for wait in 1..4 {
        let mut hung = Vec::new();
        for day in 0..=wait {
            let date = format!("2024-06-{}", 18 + day);
            let rules = Rules { hang_days: wait, ..rules(&date) };
            let book = if day == 0 { vec![row("A", 500, 3)] } else { Vec::new() };
            let compared = compare(&rules, book, Vec::new(), hung);
            let fate = if day < wait { Fate::Hung } else { Fate::Suspense };
            let [finding] = &compared.findings[..] else { panic!("{compared:?}") };
            assert_eq!((finding.fate, finding.days), (fate, day));
            hung = compared.hung;
        }
        assert!(hung.is_empty());
    }
}

/// Found is what was planted, and nothing else, in whatever order the rows come.
#[test]
fn what_was_planted_is_found_and_nothing_else() {
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let Planted { mut book, mut file, mut hung, found } = Planted::day(&mut random);
        let first = compare(&rules("2024-06-18"), book.clone(), file.clone(), hung.clone());
        book.shuffle(&mut random);
        file.shuffle(&mut random);
        hung.shuffle(&mut random);
        let second = compare(&rules("2024-06-18"), book, file, hung);
        assert_eq!(first, second, "seed {seed}: the order of rows is nothing");
        let mut said: BTreeMap<String, Vec<(Class, Fate)>> = BTreeMap::new();
        for finding in &first.findings {
            said.entry(finding.merchant_number().to_owned()).or_default().push((finding.class, finding.fate));
        }
        assert_eq!(said, found, "seed {seed}");
        let waits = found.values().flatten().filter(|(_, fate)| *fate == Fate::Hung).count();
        assert_eq!(first.hung.len(), waits, "seed {seed}");
    }
}
