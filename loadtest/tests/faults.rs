//! Every fault once, small. What a machine lacks is told, and skipped.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a test tells what it skips")]

use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_longmen-loadtest");

/// Brings one fault about and gives its report, or nothing where it was skipped.
#[track_caller]
fn faults(only: &str, rounds: &str) -> Option<serde_json::Value> {
    let arguments = ["faults", "--only", only, "--rounds", rounds, "--seed", "3", "--json"];
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{only}: {text} {err}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(report["differences"].as_array().unwrap().is_empty(), "{text}");
    if let Some(why) = report["skipped"].as_str() {
        println!("NOT TESTED: {only}: {why}");
        return None;
    }
    assert!(report["cases"].as_u64().unwrap() > 0, "{text}");
    assert!(report["acknowledged"].as_u64().unwrap() > 0, "{text}");
    Some(report)
}

/// How often this came of a fault.
fn came(report: &serde_json::Value, what: &str) -> u64 {
    let came = report["came"].as_array().unwrap();
    came.iter()
        .filter(|one| one[0].as_str().unwrap().contains(what))
        .map(|one| one[1].as_u64().unwrap())
        .sum()
}

#[test]
fn kills() {
    let report = faults("kill", "8").unwrap();
    assert_eq!(report["cases"], 8);
}

#[test]
fn power_cuts() {
    if let Some(report) = faults("power-cut", "6") {
        assert_eq!(report["cases"], 6);
    }
}

#[test]
fn system_calls_fail() {
    if let Some(report) = faults("sync-fails", "1") {
        assert!(came(&report, "the node ended") > 0, "{report}");
    }
}

#[test]
fn the_disk_fills_up() {
    if let Some(report) = faults("disk-full", "1") {
        assert_eq!(came(&report, "resumed with room"), 1, "{report}");
    }
}

#[test]
fn files_are_damaged() {
    let report = faults("damage", "4").unwrap();
    assert!(came(&report, "refused") > 0 && came(&report, "recovered") > 0, "{report}");
}

#[test]
fn bits_of_finished_segments_change_under_a_running_node() {
    let report = faults("cold-bits", "24").unwrap();
    assert!(
        came(&report, "its fate named the damage") > 0 && came(&report, "named the damage, its fate") > 0,
        "{report}"
    );
    assert_eq!(came(&report, "found by the scrub"), 8, "{report}");
    assert_eq!(came(&report, "an export"), 2, "{report}");
}

#[test]
fn the_disk_is_slow() {
    if let Some(report) = faults("slow-disk", "1") {
        assert!(came(&report, "told busy") > 0, "{report}");
    }
}

#[test]
fn memory_runs_out() {
    faults("memory", "3");
}

#[test]
fn the_clock_is_set() {
    faults("clock", "1");
}

#[test]
fn a_second_node_is_kept_out() {
    let report = faults("two-nodes", "2").unwrap();
    assert_eq!(came(&report, "refused"), 2, "{report}");
}

/// Tests have the planted panics, the product has not: this one may not be skipped.
#[test]
fn actors_panic() {
    let report = faults("actor-panics", "1").unwrap();
    assert!(came(&report, "the node ended") >= 7, "{report}");
}
