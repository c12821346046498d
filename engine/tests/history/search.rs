//! A date is found in a long history by few records.

use std::sync::Arc;

use longmen_engine::ledger::Date;
use longmen_engine::{Moment, PageOrder, StatementQuery, StatementRange};
use longmen_wal::{FaultyStorage, LogOptions};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::long::{Long, START, account};

const LONG: Long = Long { postings: 100_000, frame: 10, day: 333 };
const OPTIONS: fn() -> LogOptions =
    || LogOptions { segment_bytes: 4 << 20, segments_ahead: 0, ..LogOptions::default() };

/// The balance after so many postings.
fn balance_after(postings: u64) -> i128 {
    i128::from(postings) * i128::from(postings + 1) / 2
}

#[test]
fn a_date_is_found_by_few_records() {
    let disk = FaultyStorage::new();
    let account = account(LONG.write(Arc::new(disk.clone()), OPTIONS()));
    let history = LONG.open(Arc::new(disk.branch()), OPTIONS());
    let at = |moment| history.balance_at(&account, moment).unwrap();
    let mut most = 0;
    let mut check = |moment, postings: u64| {
        let found = at(moment);
        assert_eq!(found.balance, balance_after(postings), "{moment:?}");
        most = most.max(found.records_read);
    };
    let days = u32::try_from(LONG.postings / LONG.day).unwrap();
    for day in (0..=days + 2).step_by(3) {
        let postings = (u64::from(day) * LONG.day).min(LONG.postings);
        check(Moment::Accounting(Date::from_days(START + day - 1).unwrap()), postings);
    }
    let mut random = StdRng::seed_from_u64(1);
    for n in (0..200).map(|_| random.random_range(0..LONG.postings)).chain([0, LONG.postings - 1]) {
        let of_frame = (n / LONG.frame + 1) * LONG.frame;
        check(Moment::Time(LONG.time_us(n)), of_frame);
        check(Moment::Time(LONG.time_us(n) - 1), of_frame - LONG.frame);
    }
    assert!(most < 1_000, "{most} records were read for one balance");
}

#[test]
fn a_page_from_the_midst_takes_few_records() {
    let disk = FaultyStorage::new();
    let account = account(LONG.write(Arc::new(disk.clone()), OPTIONS()));
    let history = LONG.open(Arc::new(disk.branch()), OPTIONS());
    let mut random = StdRng::seed_from_u64(2);
    for order in [PageOrder::NewestFirst, PageOrder::OldestFirst] {
        for _ in 0..50 {
            let day = random.random_range(0..u32::try_from(LONG.postings / LONG.day).unwrap());
            let [from, to] = [0, 30].map(|more| Date::from_days(START + day + more).unwrap());
            let range = StatementRange::Accounting { from, to };
            let mut query = StatementQuery { range, order, limit: 100, ..StatementQuery::default() };
            let first = u64::from(day) * LONG.day;
            let end = (first + 31 * LONG.day).min(LONG.postings);
            for page in 0..3 {
                let found = history.statement(&account, &query).unwrap();
                assert!(found.records_read < 3_000, "{} records for a page", found.records_read);
                let figures = (found.range.opening, found.range.closing);
                assert_eq!(figures, (balance_after(first), balance_after(end)));
                assert_eq!(found.opening + found.shown.debit, found.closing);
                let balance = match order {
                    PageOrder::NewestFirst => (found.closing, end - page * 100),
                    PageOrder::OldestFirst => (found.opening, first + page * 100),
                };
                assert_eq!(balance.0, balance_after(balance.1), "{query:?}");
                query.after = found.next;
                if found.next.is_none() {
                    break;
                }
            }
        }
    }
}
