//! `longmen play`

use std::path::Path;

use crate::longmen::{Ran, Served, longmen};

const HOLDING: [&str; 22] = [
    "booking_modes",
    "books_to_export",
    "codes",
    "court_holds",
    "day_limits",
    "forced_reversals",
    "holds",
    "holds_without_money",
    "hot_holds",
    "hot_merchant",
    "limits",
    "off_balance",
    "one_id_one_result",
    "payment_with_fee",
    "raised_holds",
    "red_packet",
    "refund_bounds",
    "refunds",
    "top_up_and_credit",
    "try_confirm_cancel",
    "value_date",
    "year_end",
];

/// Those that are played with crashes: each kind of operation is in one of them.
const CRASHED: [&str; 8] = [
    "booking_modes",
    "holds",
    "hot_holds",
    "one_id_one_result",
    "raised_holds",
    "refunds",
    "try_confirm_cancel",
    "year_end",
];

fn file(name: &str) -> String {
    format!("{}/tests/scenarios/{name}.json", env!("CARGO_MANIFEST_DIR"))
}

fn play(options: &[&str], names: &[&str]) -> Ran {
    let files: Vec<String> = names.iter().map(|name| file(name)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    longmen(&[&["play"], options, &files].concat())
}

#[test]
fn scenarios_hold_on_one_shard_and_on_five() {
    for shards in ["1", "5"] {
        let ran = play(&["--shards", shards], &HOLDING);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains(&format!("all {} files held", HOLDING.len())), "{}", ran.out);
    }
}

#[test]
fn scenarios_hold_over_a_crash_after_every_step() {
    for shards in ["1", "5"] {
        let ran = play(&["--crash-between-steps", "--shards", shards], &CRASHED);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains(&format!("all {} files held", CRASHED.len())), "{}", ran.out);
        assert!(ran.out.contains("posted; after a crash duplicate"), "{}", ran.out);
    }
}

#[test]
fn books_of_many_crashes_pass_the_audit() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let data = data.to_str().unwrap();
    let ran = play(&["--crash-between-steps", "--data", data, "--json"], &["one_id_one_result"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()[0]["steps"][0]["said_again"], "duplicate");
    assert_eq!(longmen(&["verify", data]).code, Some(0));
}

#[test]
fn a_node_of_others_is_not_crashed() {
    let ran = play(&["--crash-between-steps", "--addr", "127.0.0.1:1"], &["hot_merchant"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
}

#[test]
fn scenarios_can_be_played_again_and_again_on_a_node_that_runs() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(directory.path(), "2");
    for _ in 0..2 {
        let ran = play(&["--addr", &served.addr, "--json"], &["one_id_one_result", "hot_merchant"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.json()[1]["held"], true);
    }
}

#[test]
fn what_does_not_hold_is_named() {
    let ran = play(&[], &["does_not_hold"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in [
        "U1: balance is 10.00, not 10.01",
        "the node said posted, not rejected:insufficient_funds",
        "U1: credit turnover of 2024-02-28 is 10.00, not 1.00",
        "this version does not know the operation `levitate`",
        "1 of 6 steps held",
        "1 of 1 files did NOT hold: does_not_hold",
    ] {
        assert!(ran.out.contains(words), "no {words:?} in {}", ran.out);
    }
}

#[test]
fn a_hot_account_shows_merged_entries_in_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let data = data.to_str().unwrap();
    assert_eq!(play(&["--data", data], &["hot_merchant"]).code, Some(0));
    let inspected = longmen(&["wal", "inspect", data]);
    assert_eq!(inspected.code, Some(0), "{inspected:?}");
    assert!(inspected.out.contains("1 posted, 1 entries, 1 merged of 1 legs"), "{}", inspected.out);
    let verified = longmen(&["verify", data, "--json"]);
    assert_eq!((verified.code, &verified.json()["merged_legs"]), (Some(0), &5.into()), "{verified:?}");
}

#[test]
fn files_that_cannot_be_played_are_a_usage_error() {
    #[track_caller]
    fn check(path: &Path, words: &str) {
        let ran = longmen(&["play", path.to_str().unwrap()]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.json");
    check(&path, "No such file");
    std::fs::write(&path, "{").unwrap();
    check(&path, "EOF");
    std::fs::write(
        &path,
        r#"{"scenario":"x","title":"","entity":"E","start":"no","subjects":[],"accounts":[]}"#,
    )
    .unwrap();
    check(&path, "start: `no` is no date");
}
