//! Vouchers at a desk: sealed once, with a number each, and a state that follows from the one before.

use std::fs;
use std::time::Duration;

use longmen_ledger::{Amount, Date, Side};
use longmen_reconciliation_store::{
    Reader, Store, StoreError, VoucherDay, VoucherFilter, VoucherStateError, rebuild,
};
use longmen_vouchers::*;

use crate::desk::{cny, day};

const TEXT: &str = "format = \"u8_text\"\nmode = \"transaction\"\nline_limit = 9\nlocal_currency = \"CNY\"\n[subjects]\n\"*\" = \"=\"";
const FILE: &str = "aa";
const OTHER: &str = "bb";

fn open(directory: &tempfile::TempDir) -> Store {
    Store::open(directory.path(), Duration::ZERO).unwrap()
}

fn made(entity: &str, date: Date, count: u32) -> Vec<Draft> {
    let entry = |number: u32, subject: &str, side| Entry {
        subject: subject.into(),
        books: Books::General,
        aux: Aux::new(),
        side,
        currency: cny(),
        amount: Amount(100),
        kind: "topup".into(),
        source: Source::Transaction(format!("t-{number}").into()),
        summary: "topup".into(),
    };
    let entries = (0..count).flat_map(|one| [entry(one, "1", Side::Debit), entry(one, "2", Side::Credit)]);
    let day = Day { entity: entity.into(), date, entries: entries.collect() };
    drafts(&day, &Settings::read(TEXT).unwrap().plan, &Conditions::default()).unwrap()
}

/// Seals a date with so many vouchers.
fn seal(store: &mut Store, entity: &str, date: Date, count: u32) -> Result<Vec<Voucher>, StoreError> {
    let run = store.begin_vouchers(entity)?;
    let numbers = run.numbers(date.year(), date.month())?;
    let (_, vouchers) = numbers.draw(made(entity, date, count)).unwrap();
    let left_out = vec!["7101".to_owned()];
    run.keep(&VoucherDay { date, mode: "transaction".to_owned(), left_out }, &vouchers)?;
    run.commit()?;
    Ok(vouchers)
}

fn numbers(reader: &Reader, entity: &str) -> Vec<u32> {
    let filter = VoucherFilter { entity: Some(entity.to_owned()), ..VoucherFilter::default() };
    reader.vouchers(&filter).unwrap().iter().map(|kept| kept.voucher.number).collect()
}

#[test]
fn numbers_go_on_over_dates_and_begin_anew_with_entities_and_months() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = open(&directory);
    let first = seal(&mut store, "LM", day(18), 3).unwrap();
    seal(&mut store, "XB", day(18), 2).unwrap();
    seal(&mut store, "LM", day(19), 2).unwrap();
    seal(&mut store, "LM", Date::parse("2024-07-01").unwrap(), 2).unwrap();
    assert_eq!(numbers(store.read(), "LM"), [1, 2, 3, 4, 5, 1, 2]);
    assert_eq!(numbers(store.read(), "XB"), [1, 2]);
    assert_eq!(store.read().voucher_gaps("LM").unwrap(), []);
    let days = store.read().voucher_days("LM").unwrap();
    assert_eq!((days.len(), days[0].date, &days[0].left_out), (3, day(18), &vec!["7101".to_owned()]));
    let kept = store.read().voucher(&first[1].source_key()).unwrap().unwrap();
    assert_eq!((kept.voucher, kept.state), (first[1].clone(), State::Made));
    assert_eq!(store.read().voucher("LM|2024-06-18|day|1").unwrap(), None);
    // A date is sealed once, and what was begun and not ended never was.
    assert!(matches!(seal(&mut store, "LM", day(18), 1), Err(StoreError::Database { .. })));
    let run = store.begin_vouchers("LM").unwrap();
    let (_, vouchers) = Numbers::default().draw(made("LM", day(20), 1)).unwrap();
    let of = VoucherDay { date: day(20), mode: "transaction".to_owned(), left_out: Vec::new() };
    assert!(run.keep(&of, &vouchers).is_err(), "number 1 of the month is another's");
    drop(run);
    assert_eq!(numbers(store.read(), "LM"), [1, 2, 3, 4, 5, 1, 2]);
    assert_eq!(store.read().voucher_days("LM").unwrap().len(), 3);
}

#[test]
fn states_change_together_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = open(&directory);
    let vouchers = seal(&mut store, "LM", day(18), 3).unwrap();
    let keys: Vec<String> = vouchers.iter().map(Voucher::source_key).collect();
    let answer = |key: &str, outcome: Outcome| Acknowledged { source_key: key.into(), outcome };
    let accepted = |key: &str| answer(key, Outcome::Accepted { number: "9".into() });
    let states = |store: &Store| -> Vec<State> {
        let kept = store.read().vouchers(&VoucherFilter::default()).unwrap();
        kept.into_iter().map(|kept| kept.state).collect()
    };
    store.note_vouchers_exported(&keys[..2], FILE).unwrap();
    let refused = |result: Result<(), VoucherStateError>, code: &str| match result.unwrap_err() {
        VoucherStateError::State { source, .. } => assert_eq!(source.code(), code),
        VoucherStateError::NoVoucher { key } => assert_eq!(key, code),
        VoucherStateError::Store(error) => panic!("{error}"),
    };
    let before = states(&store);
    refused(store.note_vouchers_exported(&keys, OTHER), "other_bytes");
    refused(store.note_voucher_answers(&[accepted(&keys[0]), accepted(&keys[2])]), "not_exported");
    refused(store.note_voucher_answers(&[accepted(&keys[0]), accepted("nobody")]), "nobody");
    assert_eq!(states(&store), before);
    let rejected = answer(&keys[1], Outcome::Rejected { reason: "no".into() });
    store.note_voucher_answers(&[accepted(&keys[0]), rejected]).unwrap();
    let file: Box<str> = FILE.into();
    assert_eq!(
        states(&store),
        [
            State::Accepted { file: file.clone(), number: "9".into() },
            State::Rejected { file, reason: "no".into() },
            State::Made,
        ]
    );
    let of = |state: Option<&str>, file: Option<&str>| {
        let filter = VoucherFilter {
            state: state.map(str::to_owned),
            file: file.map(str::to_owned),
            ..VoucherFilter::default()
        };
        store.read().vouchers(&filter).unwrap().len()
    };
    assert_eq!((of(Some("rejected"), None), of(None, Some(FILE)), of(None, Some(OTHER))), (1, 2, 0));
}

#[test]
fn a_copy_and_a_rebuilt_desk_have_the_same_vouchers() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = open(&directory);
    let vouchers = seal(&mut store, "LM", day(18), 3).unwrap();
    let keys: Vec<String> = vouchers.iter().map(Voucher::source_key).collect();
    store.note_vouchers_exported(&keys, FILE).unwrap();
    let told = store.read().dump().unwrap();
    assert_eq!(told["vouchers"].as_array().unwrap().len(), 3);
    let copy = directory.path().join("copy");
    store.read().back_up(&copy).unwrap();
    assert_eq!(Reader::open(&copy).unwrap().dump().unwrap(), told);
    drop(store);
    let rebuilt = rebuild(&copy, Duration::ZERO, &[]).unwrap();
    assert_eq!(rebuilt.vouchers, Some(3));
    let reader = Reader::open(&copy).unwrap();
    assert_eq!(reader.dump().unwrap()["vouchers"], told["vouchers"]);
    reader.check().unwrap();
    // What cannot be read is told, and so is that there was nothing.
    drop(reader);
    fs::write(copy.join("desk.db"), "no database").unwrap();
    assert_eq!(rebuild(&copy, Duration::ZERO, &[]).unwrap().vouchers, None);
    fs::remove_file(copy.join("desk.db")).unwrap();
    assert_eq!(rebuild(&copy, Duration::ZERO, &[]).unwrap().vouchers, Some(0));
}
