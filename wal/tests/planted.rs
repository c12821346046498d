//! Each planted bug of the log that a power cut can show is found by the power cuts of small histories, and without one
//! the same histories hold. A program of its own, since a bug is planted in the whole process:
//!
//!     cargo test -p longmen-wal --features planted-bugs --test planted -- --nocapture
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and its parts are not all `#[test]` functions"
)]
#![expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "small test numbers")]

#[path = "log/every_cut.rs"]
mod every_cut;
#[path = "log/kit.rs"]
#[expect(dead_code, reason = "the tests of the log use more of it")]
mod kit;
#[path = "log/random.rs"]
#[expect(dead_code, reason = "the tests of the log use more of it")]
mod random;

use std::panic;

use fail::FailScenario;

/// Those of the log but two, which need more than a power cut: `SyncRetried` a sync that fails, `DamageCut` damage to what
/// is durable.
const BUGS: [&str; 7] = [
    "SyncForgotten",
    "MarkTooHigh",
    "SumNotChecked",
    "TailNotRewritten",
    "ManifestNotSynced",
    "NameNotSynced",
    "ExtentForgotten",
];

#[test]
fn every_planted_bug_is_found() {
    for bug in BUGS {
        let planted = FailScenario::setup();
        fail::cfg(bug, "return").unwrap();
        let found = panic::catch_unwind(|| every_cut::every_history(3, 1));
        drop(planted);
        assert!(found.is_err(), "{bug} was not found: {:?}", found.ok());
        println!("{bug}: found, see above");
    }
    println!("without one: {:?}", every_cut::every_history(3, 1));
}
