//! The benchmark command, small: what it writes is whole, and it ends as its figures say. No time is judged here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_longmen-loadtest");

/// Runs the program and gives its exit code and what it printed.
#[track_caller]
fn loadtest(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let code = output.status.code().unwrap();
    assert!(code <= 1, "{arguments:?}: {code} {text} {err}");
    (code, text)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn strings<'a>(values: &'a Value, name: &str) -> Vec<&'a str> {
    values.as_array().unwrap().iter().map(|value| value[name].as_str().unwrap()).collect()
}

/// Rows of every kind of work, at a size that takes moments.
#[test]
fn rows_are_run_judged_and_written() {
    let directory = tempfile::tempdir().unwrap();
    let (json, html) = (directory.path().join("bench.json"), directory.path().join("bench.html"));
    let data = directory.path().join("nodes");
    std::fs::create_dir(&data).unwrap();
    let rows = "transfers-10k,hot,open-20k,recovery,accounts-10m,memory,log";
    let (code, text) = loadtest(&[
        "bench",
        "--rows",
        rows,
        "--seconds",
        "1",
        "--size",
        "0.002",
        "--data",
        data.to_str().unwrap(),
        "--json",
        json.to_str().unwrap(),
        "--html",
        html.to_str().unwrap(),
    ]);
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    assert_eq!(report["books_held"], true, "{text}");
    assert_eq!(code == 0, report["bars_held"].as_bool().unwrap(), "{text}");
    assert_eq!(strings(&report["rows"], "name").join(","), rows);
    assert!(report["machine"]["cores"].as_u64().unwrap() > 0);
    assert_eq!(report["runs"], 1);
    for row in report["rows"].as_array().unwrap() {
        check_row(row);
        assert!(text.contains(row["name"].as_str().unwrap()), "{text}");
    }
    check_turnover(&report["rows"][2]);
    assert!(text.contains("Books: held") && text.contains("Bars: "), "{text}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "the nodes' directories go");
    check_html(&read(&html));
}

#[track_caller]
fn check_row(row: &Value) {
    let figures = row["figures"].as_array().unwrap();
    assert!(!figures.is_empty(), "{row}");
    for figure in figures {
        let (value, bar) = (figure["value"].as_f64().unwrap(), figure["bar"].as_f64().unwrap());
        assert!(value.is_finite() && bar > 0.0, "{row}");
        let reached = if figure["unit"] == "1/s" { value >= bar } else { value <= bar };
        assert_eq!(figure["verdict"], if reached { "held" } else { "missed" }, "{row}");
        assert_eq!(figure["runs"].as_array().unwrap().len(), 1);
    }
    assert!(row["accounts_compared"].as_u64().unwrap() >= 100, "{row}");
    assert_eq!(row["differences"], Value::Array(Vec::new()));
}

/// The day is closed in the midst, whatever the machine's speed, and the timeline has all that was measured.
#[track_caller]
fn check_turnover(row: &Value) {
    let events = strings(&row["events"], "kind");
    assert_eq!(events.iter().filter(|kind| **kind == "day_close").count(), 1, "{row}");
    let timeline = row["timeline"].as_array().unwrap();
    let requests: u64 = timeline.iter().map(|interval| interval["requests"].as_u64().unwrap()).sum();
    assert!(requests > 0);
    assert_eq!(requests, row["measured"]["requests"].as_u64().unwrap());
    let max = timeline.iter().map(|interval| interval["max_us"].as_u64().unwrap()).max().unwrap();
    assert!(max > 0 && row["measured"]["max_us"].as_u64().unwrap() > 0);
}

#[track_caller]
fn check_html(html: &str) {
    for part in ["<!DOCTYPE html>", "id=\"open-20k\"", "percentile of requests", "day closes", "</html>"] {
        assert!(html.contains(part), "{part} is not in the report");
    }
    // Distributions of the three rows that are driven for some time, and one timeline.
    assert_eq!((html.matches("<svg").count(), html.matches("</svg>").count()), (4, 4));
    assert!(
        !html.contains("{{") && !html.contains("NaN") && !html.contains("http"),
        "the report stands alone"
    );
}

/// The same program as both builds: what is compared is whole, and the books of both are checked.
#[test]
fn two_builds_are_compared_in_pairs() {
    let directory = tempfile::tempdir().unwrap();
    let json = directory.path().join("pairs.json");
    let (code, text) = loadtest(&[
        "bench",
        "--rows",
        "single",
        "--seconds",
        "0.2",
        "--size",
        "0.01",
        "--runs",
        "2",
        "--compare",
        PROGRAM,
        "--json",
        json.to_str().unwrap(),
    ]);
    assert_eq!(code, 0, "a comparison has no bars: {text}");
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    let row = &report["compared"][0];
    assert_eq!((row["pairs"].as_u64(), row["books_held"].as_bool()), (Some(2), Some(true)));
    assert_eq!(strings(&row["figures"], "figure"), ["rate", "p50", "p99", "p999", "max"]);
    assert!(row["figures"].as_array().unwrap().iter().all(|figure| figure["ratio"].as_f64().unwrap() > 0.0));
    assert!(text.contains("new / old"), "{text}");
}

#[test]
fn command_lines_that_cannot_work_are_refused() {
    for arguments in [
        &["bench", "--rows", "no-such-row"][..],
        &["bench", "--size", "0"],
        &["bench", "--seconds", "-1"],
        &["bench", "--compare", "x", "--html", "y"],
    ] {
        let output = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let (code, text) = loadtest(&["bench", "--list"]);
    assert!(code == 0 && text.contains("open-20k") && text.contains("p99.9"), "{text}");
}
