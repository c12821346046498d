//! Transaction ids that have left memory for archives: restarts, power cuts, damage.

use std::sync::Arc;
use std::time::Duration;

use longmen_engine::{NodeOptions, StartReport};
use longmen_wal::{FaultyStorage, Storage};

use crate::desk::{Desk, options};

const BATCH: u128 = 500;
const BATCHES: u128 = 60;

fn small_generations() -> NodeOptions {
    NodeOptions { known_ids: 1_000, snapshot_bytes: 1 << 20, ..options(1) }
}

fn batch(number: u128) -> Vec<(u128, u64, u64, i64)> {
    (0..BATCH).map(|n| ((number + 1) << 32 | n, 1, 2 + (n % 3) as u64, 1)).collect()
}

fn archives(disk: &FaultyStorage) -> Vec<String> {
    let mut names: Vec<String> =
        disk.list().unwrap().into_iter().filter(|name| name.starts_with("ids-")).collect();
    names.sort();
    names
}

/// Posts so many batches, and waits until some of their ids have been archived.
fn post(disk: &FaultyStorage, options: &NodeOptions, numbers: std::ops::Range<u128>, at_least: usize) {
    let mut desk = Desk::start(Arc::new(disk.clone()), options);
    if numbers.start == 0 {
        desk.open_books(4, &[]);
    }
    for number in numbers {
        assert!(desk.post(&batch(number)).results.iter().all(|result| result.rejection.is_none()));
    }
    for _ in 0..1_000 {
        if archives(disk).len() >= at_least {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
        desk.view(1);
    }
    assert!(archives(disk).len() >= at_least, "{:?}", archives(disk));
    desk.stop();
}

/// Every batch asked again has its first results, and none is posted twice.
fn check(disk: FaultyStorage, options: &NodeOptions) -> StartReport {
    let mut desk = Desk::start(Arc::new(disk), options);
    let report = desk.node.report().clone();
    assert_eq!(u128::from(report.known_ids), BATCH * BATCHES);
    for number in 0..BATCHES {
        let again = desk.post(&batch(number)).results;
        assert!(again.iter().all(|result| result.repeated && result.rejection.is_none()), "batch {number}");
    }
    let mut other = batch(3);
    other[7].3 = 2;
    let conflict = desk.post(&other).results;
    assert_eq!(conflict.iter().filter(|result| result.rejection.is_some()).count(), 1, "another content");
    assert_eq!(desk.view(1).balance, -i128::try_from(BATCH * BATCHES).unwrap());
    desk.stop();
    report
}

fn posted() -> FaultyStorage {
    let disk = FaultyStorage::new();
    post(&disk, &small_generations(), 0..BATCHES, 8);
    disk
}

#[test]
fn a_restart_goes_on_from_archives() {
    let disk = posted();
    let count = archives(&disk).len();
    for cut in [disk.branch(), disk.power_cut(1), disk.power_cut(2)] {
        let report = check(cut, &small_generations());
        assert_eq!((report.archives, report.refused_archives), (count, Vec::new()));
    }
}

#[test]
fn archives_go_on_over_restarts() {
    let disk = FaultyStorage::new();
    post(&disk, &small_generations(), 0..20, 4);
    post(&disk, &small_generations(), 20..40, 8);
    post(&disk, &small_generations(), 40..BATCHES, 12);
    let report = check(disk.branch(), &small_generations());
    assert_eq!(report.archives, archives(&disk).len());
}

#[test]
fn an_archive_that_is_not_whole_is_made_anew_with_those_behind_it() {
    let disk = posted();
    let names = archives(&disk);
    let third = &names[2];
    let size = disk.file(third).unwrap().len() as u64;
    type Damage = Box<dyn Fn(&FaultyStorage)>;
    let flip = |at: u64| {
        let name = third.clone();
        Box::new(move |disk: &FaultyStorage| disk.flip_bit(&name, at, 3)) as Damage
    };
    let (missing, torn, empty) = (third.clone(), third.clone(), third.clone());
    let (from, to) = (names[4].clone(), third.clone());
    let other = FaultyStorage::new();
    post(&other, &small_generations(), 0..BATCHES, 8);
    let theirs = other.file(third).unwrap();
    let cases: [(&str, Damage); 10] = [
        ("magic", flip(3)),
        ("header", flip(50)),
        ("zeros of the header", flip(4_000)),
        ("header's sum", flip(4_094)),
        ("filter", flip(4_096 + 100)),
        ("missing", Box::new(move |disk| disk.delete_file(&missing))),
        ("torn", Box::new(move |disk| disk.truncate(&torn, size - 4_096))),
        ("empty", Box::new(move |disk| disk.truncate(&empty, 0))),
        (
            "another of this node",
            Box::new(move |disk| {
                let bytes = disk.file(&from).unwrap();
                disk.set_file(&to, &bytes);
            }),
        ),
        (
            "another node's",
            Box::new({
                let name = third.clone();
                move |disk| disk.set_file(&name, &theirs)
            }),
        ),
    ];
    for (what, damage) in cases {
        let damaged = disk.branch();
        damage(&damaged);
        let report = check(damaged.branch(), &small_generations());
        assert_eq!(report.archives, 2, "{what}");
        assert_eq!(report.refused_archives.len(), archives(&damaged).len() - 2, "{what}");
    }
}

/// Archives that do not go back far enough are of no use: the ids before them are in the log alone.
#[test]
fn without_the_oldest_archive_the_log_is_read() {
    let disk = posted();
    disk.delete_file(&archives(&disk)[0]);
    let count = archives(&disk).len();
    let report = check(disk.branch(), &small_generations());
    assert_eq!((report.archives, report.refused_archives.len()), (0, count));
}

/// A power cut at any operation of a run that writes archives loses no id that was answered.
#[test]
fn power_cuts_while_archives_are_written_lose_nothing() {
    for seed in 0..12 {
        println!("seed {seed}");
        let disk = FaultyStorage::new();
        post(&disk, &small_generations(), 0..20, 3);
        let mut desk = Desk::start(Arc::new(disk.clone()), &small_generations());
        for number in 20..40 {
            desk.post(&batch(number));
        }
        // Archives are being written at their own pace; what is answered is durable.
        let cut = disk.power_cut(seed);
        desk.stop();
        let mut again = Desk::start(Arc::new(cut), &small_generations());
        for number in 0..40 {
            assert!(again.post(&batch(number)).results.iter().all(|result| result.repeated));
        }
        assert_eq!(again.view(1).balance, -i128::try_from(40 * BATCH).unwrap());
        again.stop();
    }
}
