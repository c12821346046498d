//! How fast a date is found in the history of an account with a million entries, in a log that was just opened.
//!
//! `cargo bench -p longmen-engine --bench history -- [POSTINGS]`

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../tests/history/long.rs"]
mod long;

use std::sync::Arc;
use std::time::Instant;

use longmen_engine::ledger::{AccountView, Date};
use longmen_engine::{History, Moment, PageOrder, StatementQuery, StatementRange};
use longmen_wal::{DirectoryStorage, LogOptions, Storage};

use long::{Long, START, account};

const DAYS: u64 = 1_000;
const LOOK_UPS: u64 = 1_000;

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let postings = numbers.first().copied().unwrap_or(1_000_000);
    for frame in [1, 100, 10_000] {
        measure(Long { postings, frame, day: postings / DAYS });
    }
}

fn measure(long: Long) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let storage = || -> Arc<dyn Storage> { Arc::new(DirectoryStorage::open(directory.path()).unwrap()) };
    let account = account(long.write(storage(), LogOptions::default()));
    let began = Instant::now();
    let history = long.open(storage(), LogOptions::default());
    println!("{} postings, {} a frame; log opened in {:?}", long.postings, long.frame, began.elapsed());
    let first = Instant::now();
    let date = Date::from_days(START + u32::try_from(DAYS / 2).unwrap()).unwrap();
    let read = history.balance_at(&account, Moment::Accounting(date)).unwrap().records_read;
    println!("  first balance, of the midst: {:?}, {read} records", first.elapsed());
    report("balance at a date", &long, |n| {
        history.balance_at(&account, Moment::Accounting(long.date(n))).unwrap().records_read
    });
    report("balance at a time", &long, |n| {
        history.balance_at(&account, Moment::Time(long.time_us(n))).unwrap().records_read
    });
    for order in [PageOrder::NewestFirst, PageOrder::OldestFirst] {
        let what = format!("page of 100 in a month, {order:?}");
        report(&what, &long, |n| page(&history, &account, long.date(n), order));
    }
}

fn page(history: &History, account: &AccountView, from: Date, order: PageOrder) -> u64 {
    let to = Date::from_days(from.days() + 30).unwrap();
    let range = StatementRange::Accounting { from, to };
    let query = StatementQuery { range, order, ..StatementQuery::default() };
    history.statement(account, &query).unwrap().records_read
}

/// Looks up at random postings and prints the spread.
fn report(what: &str, long: &Long, look_up: impl Fn(u64) -> u64) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut times, mut records) = (Vec::new(), Vec::new());
    for _ in 0..LOOK_UPS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let began = Instant::now();
        records.push(look_up((random >> 16) % long.postings));
        times.push(began.elapsed());
    }
    times.sort_unstable();
    records.sort_unstable();
    let at = |percent: usize| (times.len() - 1) * percent / 100;
    let [(p50, few), (p99, many), (max, most)] = [50, 99, 100].map(|p| (times[at(p)], records[at(p)]));
    println!("  {what}: p50 {p50:?} p99 {p99:?} max {max:?}; records p50 {few} p99 {many} max {most}");
}
