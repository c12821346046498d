//! A node that was killed while its disk was full starts all the same: reads are served, and writes when there is room.

use std::sync::Arc;
use std::time::Duration;

use longmen_engine::ledger::{Answer, Command, Rejection};
use longmen_engine::{Node, NodeOptions};
use longmen_wal::{FaultyStorage, Storage};

use crate::desk::{Desk, options, transfers_batch};

const BATCH: u128 = 1_000;

fn batch(number: u128) -> Vec<(u128, u64, u64, i64)> {
    (0..BATCH).map(|n| ((number + 1) << 32 | n, 1, 2 + (n % 3) as u64, 1)).collect()
}

fn no_snapshots() -> NodeOptions {
    NodeOptions { known_ids: 1 << 20, ..options(1) }
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Answer::Rejected(Rejection::OutOfDisk))
}

/// Posts until the disk is full, on a disk with so much room; gives the disk as a kill would leave it, and how many
/// batches were posted.
fn filled(room: u64) -> (FaultyStorage, u128) {
    let disk = FaultyStorage::new();
    let mut desk = Desk::start(Arc::new(disk.clone()), &no_snapshots());
    desk.open_books(4, &[]);
    disk.set_capacity(Some(disk.used() + room));
    let mut posted = 0;
    loop {
        let answer = desk.ask(Command::Post(transfers_batch(&batch(posted))));
        let Answer::Posted(results) = answer else { break assert!(is_refused(&answer), "{answer:?}") };
        if results.results.iter().any(|result| result.rejection == Some(Rejection::OutOfDisk)) {
            break;
        }
        posted += 1;
    }
    assert!(posted > 10, "{posted}");
    let left = disk.branch();
    disk.set_capacity(None);
    desk.stop();
    (left, posted)
}

/// Whatever is left of the disk: nothing at all, a manifest's room, a small segment's. What the start itself gives back is not
/// enough to write again.
#[test]
fn a_node_that_was_killed_on_a_full_disk_serves_reads_and_goes_on_when_there_is_room() {
    let (left, posted) = filled(13 << 20);
    assert!(left.list().unwrap().contains(&"RESERVE".to_owned()));
    for room in [0, 4_096, 64 << 10] {
        let disk = left.branch();
        disk.set_capacity(Some(disk.used() + room));
        let mut desk = Desk::start(Arc::new(disk.clone()), &no_snapshots());
        let balance = desk.view(1).balance;
        assert!(balance <= -i128::try_from(posted * BATCH).unwrap(), "{room}: {balance}");
        let refused = desk.ask(Command::Post(transfers_batch(&batch(1_000))));
        let is_refused = match &refused {
            Answer::Posted(posted) => {
                posted.results.iter().all(|result| result.rejection == Some(Rejection::OutOfDisk))
            }
            other => is_refused(other),
        };
        assert!(is_refused, "{room} bytes of room were enough");
        assert_eq!(desk.view(1).balance, balance);
        // Killed once more as it is, it starts once more.
        let again = disk.branch();
        again.set_capacity(Some(again.used()));
        let mut once_more = Desk::start(Arc::new(again), &no_snapshots());
        assert_eq!(once_more.view(1).balance, balance);
        once_more.stop();
        disk.set_capacity(None);
        let goes_on = (0..1_000).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            let answer = desk.ask(Command::Post(transfers_batch(&batch(1_000))));
            matches!(answer, Answer::Posted(posted) if posted.results.iter().all(|r| r.rejection.is_none()))
        });
        assert!(goes_on, "{room}: service resumes by itself");
        assert_eq!(desk.view(1).balance, balance - i128::try_from(BATCH).unwrap());
        desk.stop();
        let mut whole = Desk::start(Arc::new(disk), &no_snapshots());
        assert_eq!(whole.view(1).balance, balance - i128::try_from(BATCH).unwrap());
        whole.stop();
    }
}

/// Without the room that is kept, a disk that is full to the last byte is told as what it is, and nothing is lost.
#[test]
fn without_the_reserve_a_full_disk_is_named() {
    let (left, _) = filled(13 << 20);
    left.delete_file("RESERVE");
    left.set_capacity(Some(left.used()));
    let refused = Node::start(Arc::new(left.clone()), &no_snapshots()).err().unwrap().to_string();
    assert!(refused.contains("space") || refused.contains("full"), "{refused}");
    left.set_capacity(None);
    Desk::start(Arc::new(left), &no_snapshots()).stop();
}
