//! Each planted bug of snapshots and the recovery from them is found in the small worlds. A program of its own, since a bug
//! is planted in the whole process:
//!
//!     cargo test -p longmen-simulation --features planted-bugs --test planted_snapshots -- --nocapture

use std::panic;

use longmen_simulation::{Plant, every_snapshot};

const BUGS: [&str; 9] = [
    "SnapshotTooEarly",
    "SnapshotStartsLate",
    "EntryTwice",
    "LineNotCounted",
    "SnapshotWithoutHolds",
    "SnapshotWithoutOriginals",
    "ExpiryForgotten",
    "ReplyBeforeSync",
    "SyncForgotten",
];

#[test]
fn every_planted_bug_is_found() {
    for bug in BUGS {
        let planted = Plant::named(bug).unwrap().plant();
        let found = panic::catch_unwind(every_snapshot);
        drop(planted);
        assert!(found.is_err(), "{bug} was not found: {:?}", found.ok());
        println!("{bug}: found, see above");
    }
}
