//! A program that is killed at any moment, again and again, leaves what it would have left without that.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use longmen_ledger::Date;
use longmen_reconciliation::{End, StepKind, first_steps, release};
use longmen_reconciliation_store::{
    Begun, BreakFilter, BreakState, FileFilter, HandlingState, Import, RunFilter, Store,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

use crate::desk::{NOON, active, book, channel, chart, cny, draft, import, inputs, person, run};

/// Kills that a desk has to live through.
const KILLS: u32 = 100;
/// Where the child finds its desk, and up to which day it works.
const DIRECTORY: &str = "LONGMEN_DESK";
const DAYS: &str = "LONGMEN_DAYS";
/// The first day.
const FIRST: u32 = 19_000;

/// A day that follows from its number: payments on both sides, on one, late, and with other amounts and fees.
struct Day {
    date: Date,
    book: Vec<(String, i64, i64)>,
    file: Vec<(String, i64, i64)>,
    /// Whether the file comes a second time, with one row more.
    is_corrected: bool,
}

fn day(number: u32) -> Day {
    let mut random = StdRng::seed_from_u64(number.into());
    let mut day = Day {
        date: Date::from_days(FIRST + number).unwrap(),
        book: Vec::new(),
        file: Vec::new(),
        is_corrected: number.is_multiple_of(3),
    };
    for place in 0..12 {
        let one = (format!("D{number}-{place}"), random.random_range(100..9_000), random.random_range(1..50));
        match place {
            0 => day.book.push(one),
            1 => day.file.push(one),
            2 => {
                day.file.push((one.0.clone(), one.1 + 1, one.2));
                day.book.push(one);
            }
            3 => {
                day.file.push((one.0.clone(), one.1, one.2 + 1));
                day.book.push(one);
            }
            _ => {
                day.file.push(one.clone());
                day.book.push(one);
            }
        }
    }
    // What the books had the day before comes late every second day.
    if let Some(before) = number.checked_sub(1).filter(|before| before.is_multiple_of(2)) {
        let mut random = StdRng::seed_from_u64(before.into());
        day.file.push((format!("D{before}-0"), random.random_range(100..9_000), random.random_range(1..50)));
    }
    day
}

fn paid(rows: &[(String, i64, i64)]) -> Vec<(&str, i64, i64)> {
    rows.iter().map(|(number, gross, fee)| (&**number, *gross, *fee)).collect()
}

/// Does a day: whatever was done before is found, and not done again.
fn work(store: &mut Store, number: u32) {
    let day = day(number);
    let at_us = NOON + i64::from(number) * 1_000;
    let rows = paid(&day.file);
    let filter = FileFilter { channel: Some(channel()), date: Some(day.date), state: None };
    if store.read().files(&filter).unwrap().is_empty() {
        import(store, day.date, &rows, at_us).unwrap();
    }
    let books = book(&paid(&day.book));
    if store.read().files(&filter).unwrap().len() < 2 {
        run(store, day.date, &books, at_us + 1).unwrap();
    }
    if day.is_corrected {
        let more = [&rows[..], &[("late row", 77, 1)]].concat();
        let version = import(store, day.date, &more, at_us + 2).unwrap();
        if let Import::NeedsApproval(file) | Import::Known(file) = version
            && active(store, day.date) != file
        {
            store.approve_file(file, &person("li"), at_us + 3).unwrap();
        }
        run(store, day.date, &books, at_us + 4).unwrap();
    }
    assert!(matches!(
        store.begin_run(&inputs(active(store, day.date), day.date, &books), &[], &person("wang"), 0).unwrap(),
        Begun::Known(_)
    ));
    handle(store, at_us + 5);
    store.read().ageing(day.date).unwrap();
}

/// Does what is to be done about each break, step by step, from wherever it stands.
fn handle(store: &mut Store, at_us: i64) {
    for found in store.read().breaks(&BreakFilter::default()).unwrap() {
        loop {
            let shown = store.read().show(&found.id).unwrap();
            let now = shown.found.unwrap();
            if let Some(last) = shown.handlings.last().filter(|_| now.state == BreakState::InHand) {
                match last.state {
                    HandlingState::Drafted => {
                        store.proposed(last.id, &format!("p{}", last.step), 4, at_us).unwrap()
                    }
                    _ => store.posted(last.id, 4, at_us).unwrap(),
                };
                continue;
            }
            if matches!(now.state, BreakState::Hung | BreakState::Resolved(_)) {
                break;
            }
            let amount = now.finding.suspense();
            let wanted = if now.is_in_suspense {
                let entries = release(End::WriteOff, amount, cny(), &chart(), None).unwrap();
                let kind = StepKind::SuspenseOut;
                let step = longmen_reconciliation::Step { kind, original: None, entries: Some(entries) };
                draft(step, Some(End::WriteOff))
            } else {
                let step = first_steps(&now.finding, &chart()).unwrap().remove(0);
                let ends = (step.kind == StepKind::Adjust).then_some(End::Adjusted);
                draft(step, ends)
            };
            store.draft(&found.id, &wanted, &person("wang"), at_us).unwrap();
        }
    }
}

fn days_begun(directory: &Path) -> u32 {
    let store = Store::open(directory, Duration::from_secs(5)).unwrap();
    store.read().check().unwrap();
    let runs = store.read().runs(&RunFilter::default()).unwrap();
    let files = store.read().files(&FileFilter::default()).unwrap();
    let dates = runs.iter().map(|run| run.inputs.rules.date).chain(files.iter().map(|file| file.key.date));
    dates.max().map_or(0, |last| last.days() - FIRST + 1)
}

/// Not a test by itself: what is killed.
#[test]
#[ignore = "the child of what_is_killed_goes_on_as_if_it_were_not"]
fn works_until_it_is_killed() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let days: u32 = std::env::var(DAYS).unwrap().parse().unwrap();
    let mut store = Store::open(Path::new(&directory), Duration::from_secs(5)).unwrap();
    let from = store.read().runs(&RunFilter::default()).unwrap().len();
    let from = u32::try_from(from).unwrap().saturating_sub(1);
    (from..days).for_each(|number| work(&mut store, number));
}

fn child(directory: &Path, days: u32) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::works_until_it_is_killed", "--ignored"])
        .env(DIRECTORY, directory)
        .env(DAYS, days.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn what_is_killed_goes_on_as_if_it_were_not() {
    let killed = TempDir::new().unwrap();
    let mut random = StdRng::seed_from_u64(1);
    let mut kills = 0;
    while kills < KILLS {
        let mut child = child(killed.path(), 10_000);
        sleep(Duration::from_micros(random.random_range(3_000..120_000)));
        assert!(child.try_wait().unwrap().is_none(), "it works until it is killed");
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if kills.is_multiple_of(10) {
            days_begun(killed.path());
        }
    }
    let days = days_begun(killed.path());
    assert!(days > 2, "{days} days were begun");
    assert!(child(killed.path(), days).wait().unwrap().success());
    let whole = TempDir::new().unwrap();
    let mut store = Store::open(whole.path(), Duration::ZERO).unwrap();
    (0..days).for_each(|number| work(&mut store, number));
    let after = Store::open(killed.path(), Duration::ZERO).unwrap().read().dump().unwrap();
    let expected = store.read().dump().unwrap();
    for (table, rows) in expected.as_object().unwrap() {
        assert_eq!(&after[table], rows, "{table} after {days} days");
    }
}
