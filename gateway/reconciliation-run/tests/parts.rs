//! A comparison in parts finds what one in memory finds, whatever the number of parts and threads.

#![allow(clippy::unwrap_used)]

#[path = "../../reconciliation/tests/planted/mod.rs"]
mod planted;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;

use longmen_channel_files::RowKind;
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation::{
    BookState, Candidate, Class, Fate, Finding, Found, Hung, Keep, Rules, Side, Transaction, compare,
};
use longmen_reconciliation_run::{Compared, Rows, RunError, Settings, compare_rows};
use planted::Planted;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

const ALL_IN_MEMORY: usize = usize::MAX;

fn rules() -> Rules {
    Rules { date: Date::parse("2024-06-18").unwrap(), hang_days: 1, fee_tolerance: 0 }
}

fn settings(in_memory: usize, parts: u16, threads: usize) -> Settings {
    Settings {
        in_memory,
        parts: NonZero::new(parts).unwrap(),
        threads: NonZero::new(threads).unwrap(),
        ..Settings::new(std::env::temp_dir())
    }
}

type Day = (Vec<Transaction>, Vec<Transaction>, Vec<Hung>);

fn run(settings: &Settings, keep: Keep, (book, file, hung): &Day) -> Result<Compared, RunError> {
    let collected = |rows: Vec<Candidate>| {
        let mut all = Rows::new(settings);
        rows.into_iter().try_for_each(|row| all.push(row)).map(|()| all)
    };
    let side = |side, rows: &[Transaction]| {
        collected(rows.iter().map(|row| Candidate::today(side, row.clone())).collect())
    };
    let hung = collected(hung.iter().cloned().map(Candidate::from).collect())?;
    compare_rows(
        settings,
        &rules(),
        keep,
        [side(Side::Book, book)?, side(Side::File, file)?, hung],
        &|_, _| {},
    )
}

fn found(compared: &Compared) -> Vec<Found> {
    compared.findings().unwrap().map(Result::unwrap).collect()
}

/// Everything that comes out, as text.
fn said(compared: &Compared) -> String {
    format!("{:?}\n{:?}", compared.totals(), found(compared))
}

#[test]
fn planted_days_in_parts_are_the_days_in_memory() {
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let Planted { book, file, hung, found: planted } = Planted::day(&mut random);
        let whole = compare(&rules(), book.clone(), file.clone(), hung.clone());
        let day = (book, file, hung);
        let in_memory = run(&settings(ALL_IN_MEMORY, 64, 2), Keep::All, &day).unwrap();
        let findings: Vec<Finding> = found(&in_memory).into_iter().map(|found| found.finding).collect();
        assert_eq!(findings, whole.findings, "seed {seed}");
        assert_eq!(found(&in_memory).iter().filter_map(Found::hung).collect::<Vec<_>>(), whole.hung);
        for totals in in_memory.totals().values() {
            assert_eq!((totals.book, totals.file, totals.unmoved), (whole.book, whole.file, whole.unmoved));
            assert_eq!(totals.classes, whole.by_class());
            assert_eq!(totals.hung(), whole.hung.len() as u64);
        }
        let (parts, threads) = (random.random_range(1..200), random.random_range(1..4));
        let in_parts = run(&settings(0, parts, threads), Keep::All, &day).unwrap();
        assert_eq!(said(&in_parts), said(&in_memory), "seed {seed}: {parts} parts on {threads} threads");
        let mut classes: BTreeMap<String, Vec<(Class, Fate)>> = BTreeMap::new();
        for Found { finding, .. } in found(&in_parts) {
            let number = finding.merchant_number().to_owned();
            classes.entry(number).or_default().push((finding.class, finding.fate));
        }
        assert_eq!(classes, planted, "seed {seed}");
        // What is told is what differs, in the same order; the totals are those of all.
        let told = run(&settings(0, parts, threads), Keep::Told, &day).unwrap();
        let mut differing = found(&in_parts);
        differing.retain(|one| one.finding.is_told());
        assert_eq!((found(&told), told.totals()), (differing, in_parts.totals()), "seed {seed}");
    }
}

/// A row of few possible names, amounts and currencies, so that everything comes together.
fn row(random: &mut StdRng) -> Transaction {
    let number = format!("{}", random.random_range(0..60));
    Transaction {
        kind: *[RowKind::Pay, RowKind::Refund].choose(random).unwrap(),
        merchant_number: number.into(),
        reference: format!("r{}", random.random_range(0..1_000)).into(),
        line: random.random_range(0..1_000),
        gross: Amount(random.random_range(-2..3)),
        fee: Amount(random.random_range(-1..2)),
        currency: Currency::from_code(["CNY", "JPY", "AUD"].choose(random).unwrap()).unwrap(),
        state: *[BookState::Done, BookState::Done, BookState::Pending, BookState::Failed]
            .choose(random)
            .unwrap(),
    }
}

#[test]
fn names_that_come_often_and_several_currencies_are_the_same_in_parts() {
    for seed in 0..100 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut rows = |most: usize| (0..random.random_range(0..most)).map(|_| row(&mut random)).collect();
        let (book, file, waiting): (Vec<_>, Vec<_>, Vec<_>) = (rows(400), rows(400), rows(100));
        let hung = |transaction: Transaction| Hung {
            side: if transaction.line.is_multiple_of(2) { Side::Book } else { Side::File },
            since: Date::parse("2024-06-16").unwrap(),
            days: u32::from(transaction.line.is_multiple_of(3)),
            transaction,
        };
        let day = (book, file, waiting.into_iter().map(hung).collect());
        let in_memory = said(&run(&settings(ALL_IN_MEMORY, 1, 1), Keep::All, &day).unwrap());
        for (in_memory_rows, parts, threads) in [(0, 1, 1), (0, 7, 2), (50, 64, 3), (0, 256, 2)] {
            let in_parts = run(&settings(in_memory_rows, parts, threads), Keep::All, &day).unwrap();
            assert_eq!(said(&in_parts), in_memory, "seed {seed}: {parts} parts");
        }
    }
}

fn numbered(number: u64, gross: i64) -> Transaction {
    Transaction {
        kind: RowKind::Pay,
        merchant_number: format!("N{number}").into(),
        reference: format!("reference {number}").into(),
        line: number,
        gross: Amount(gross),
        fee: Amount(0),
        currency: Currency::from_code("CNY").unwrap(),
        state: BookState::Done,
    }
}

/// So many findings that each run has several blocks.
#[test]
fn findings_that_are_all_different_come_in_order() {
    let book: Vec<_> = (0..20_000).map(|number| numbered(number, 1)).collect();
    let file: Vec<_> = (10_000..30_000).map(|number| numbered(number, 2)).collect();
    let day = (book, file, Vec::new());
    let in_memory = said(&run(&settings(ALL_IN_MEMORY, 1, 1), Keep::Told, &day).unwrap());
    let in_parts = run(&settings(0, 5, 2), Keep::Told, &day).unwrap();
    assert_eq!(said(&in_parts), in_memory);
    let numbers: Vec<String> =
        found(&in_parts).iter().map(|one| one.finding.merchant_number().to_owned()).collect();
    assert_eq!(numbers.len(), 30_000);
    assert!(numbers.is_sorted());
    assert_eq!(in_parts.totals()["CNY"].classes[&(Class::AmountDiffers, Fate::Open)].rows, 10_000);
}

/// One part has everything then, and is compared all the same: 16 of a side are looked at, the others are too many.
#[test]
fn one_name_a_hundred_thousand_times_is_compared_once() {
    let again = |line| Transaction { line, ..numbered(0, 1) };
    let day = (vec![again(0)], (0..100_000).map(again).collect(), Vec::new());
    let compared = run(&settings(0, 64, 2), Keep::Told, &day).unwrap();
    let rows = |class, fate| compared.totals()["CNY"].classes[&(class, fate)].rows;
    assert_eq!(rows(Class::Matched, Fate::Closed), 1);
    assert_eq!(rows(Class::DuplicateInFile, Fate::Open), 99_999);
    let lines: Vec<u64> =
        found(&compared).iter().map(|one| one.finding.file.as_ref().unwrap().line).collect();
    assert_eq!(lines, (1..100_000).collect::<Vec<_>>());
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let settings = Settings { directory: Path::new("/not/there").to_owned(), ..settings(0, 8, 2) };
    let day = (vec![numbered(1, 1)], Vec::new(), Vec::new());
    match run(&settings, Keep::Told, &day) {
        Err(error @ RunError::Write { .. }) => assert!(error.to_string().contains("/not/there"), "{error}"),
        other => panic!("{other:?}"),
    }
}
