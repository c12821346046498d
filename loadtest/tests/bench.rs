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
    assert!(report["rows"][0]["disk_alone"].is_null(), "no request of a batch waits for one sync alone");
    assert!(report["rows"][0]["disk_beside"].is_null(), "nor has it a witness");
    check_witness(&report["rows"][2]);
    assert!(text.contains("a witness's 4 KiB written and synced 50 times a second"), "{text}");
    assert!(text.contains("Books: held") && text.contains("Bars: "), "{text}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "the nodes' directories go");
    check_html(&read(&html));
    let command = report["command"].as_str().unwrap();
    assert!(command.starts_with("longmen-loadtest bench --rows transfers-10k,hot"), "{command}");
    assert!(report["machine"].get("commit").is_some() && report["at"].is_string(), "{}", report["machine"]);
    // The page is drawn of the file alone, now as then.
    let again = directory.path().join("again.html");
    loadtest(&["report", json.to_str().unwrap(), "--html", again.to_str().unwrap()]);
    assert_eq!(read(&again), read(&html));
    let (_, printed) = loadtest(&["report", json.to_str().unwrap()]);
    assert_eq!(printed, read(&html));
}

#[test]
fn rows_are_run_by_tls() {
    let directory = tempfile::tempdir().unwrap();
    let json = directory.path().join("bench.json");
    let path = json.to_str().unwrap();
    let rows =
        ["--rows", "transfers-10k,open-20k,recovery", "--seconds", "0.5", "--size", "0.002", "--json", path];
    let (_, text) = loadtest(&[&["bench", "--tls"][..], &rows].concat());
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    assert!(report["books_held"] == true && text.contains("Books: held"), "{text}");
}

#[track_caller]
fn check_row(row: &Value) {
    let figures = row["figures"].as_array().unwrap();
    assert!(!figures.is_empty(), "{row}");
    for figure in figures {
        let (value, bar) = (figure["value"].as_f64().unwrap(), figure["bar"].as_f64().unwrap());
        assert!(value.is_finite() && bar > 0.0, "{row}");
        let more_is_better = ["1/s", "%"].contains(&figure["unit"].as_str().unwrap());
        let reached = if more_is_better { value >= bar } else { value <= bar };
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
    let [count, p50, p999, most] = ["count", "p50_us", "p999_us", "max_us"]
        .map(|name| row["disk_alone"][name].as_u64().unwrap_or_else(|| panic!("{name}: {row}")));
    assert!(count > 0 && p50 > 0 && p50 <= p999 && p999 <= most, "{row}");
}

/// The witness has written all along, and what it says of requests adds up; whether the disk stood still is no matter.
#[track_caller]
fn check_witness(row: &Value) {
    let beside = &row["disk_beside"];
    let count = |name: &str| beside[name].as_u64().unwrap_or_else(|| panic!("{name}: {row}"));
    let (stops, longest, waited) = (count("stops"), count("longest_stop_us"), count("waited_for_disk"));
    assert!(count("writes") > 0 && count("not_looked_at") == 0, "{row}");
    assert!(waited + count("stood_behind") <= count("slow_requests"), "{row}");
    assert_eq!(stops > 0, longest > 1_000, "{row}");
    let told = beside["longest_stops"].as_array().unwrap();
    assert_eq!(u64::try_from(told.len()).unwrap(), stops.min(20), "{row}");
    let others = &beside["without_waits"];
    assert_eq!(others["count"].as_u64().unwrap() + waited, row["measured"]["requests"].as_u64().unwrap());
    assert!(others["max_us"].as_u64().unwrap() <= row["measured"]["max_us"].as_u64().unwrap(), "{row}");
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

/// Every table by size, with sizes that take moments: rows, figures and books are there. No figure is judged.
#[test]
fn tables_by_size_are_made_and_written() {
    let directory = tempfile::tempdir().unwrap();
    let (json, html) = (directory.path().join("scale.json"), directory.path().join("scale.html"));
    let data = directory.path().join("nodes");
    std::fs::create_dir(&data).unwrap();
    let (code, text) = loadtest(&[
        "scale",
        "--size",
        "0.002",
        "--seconds",
        "0.3",
        "--max-accounts",
        "1000000",
        "--max-connections",
        "64",
        "--max-ids",
        "5000000",
        "--data",
        data.to_str().unwrap(),
        "--json",
        json.to_str().unwrap(),
        "--html",
        html.to_str().unwrap(),
    ]);
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    assert_eq!((code, report["books_held"].as_bool()), (0, Some(true)), "{text}");
    let tables = report["tables"].as_array().unwrap();
    assert_eq!(strings(&report["tables"], "name"), ["accounts", "connections", "ids", "recovery", "shards"]);
    check_table(&tables[0], &[100.0, 200.0, 2_000.0], &["rate", "node_us", "account_bytes", "opening_rate"]);
    check_table(&tables[1], &[1.0, 10.0, 64.0], &["rate", "p50_us", "p99_us", "node_us", "frame_bytes"]);
    let recovered = [2_000.0, 4_000.0, 10_000.0, 20_000.0];
    check_table(&tables[3], &recovered, &["first_answer_s", "a_million_s", "node_us", "replay_rate"]);
    let stages =
        ["rate", "node_us", "decode_us", "coordinator_us", "shards_us", "write_us", "sync_us", "encode_us"];
    check_table(&tables[4], &[1.0, 2.0, 4.0, 7.0, 1.0, 2.0, 4.0, 7.0], &stages);
    check_ids(&tables[2]);
    let with_snapshots = &tables[3]["rows"][4];
    assert!(with_snapshots["first_answer_s"].as_f64().unwrap() > 0.0, "{with_snapshots}");
    assert!(with_snapshots["at"].is_null() && with_snapshots["replay_rate"].is_null(), "{with_snapshots}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "the nodes' directories go");
    let html = read(&html);
    assert_eq!((html.matches("<svg").count(), html.matches("</svg>").count()), (8, 8));
    assert!(html.contains("id=\"ids\"") && html.contains("Books: held."), "the tables are in the report");
    assert!(!html.contains("{{") && !html.contains("NaN") && !html.contains("http"), "it stands alone");
}

/// The first rows of a table are about these sizes, have these figures, and their books held.
#[track_caller]
fn check_table(table: &Value, sizes: &[f64], figures: &[&str]) {
    let rows = table["rows"].as_array().unwrap();
    assert!(table["accounts_compared"].as_u64().unwrap() >= 100 && table["books_held"] == true, "{table}");
    assert!(rows.len() >= sizes.len(), "{table}");
    for (row, size) in rows.iter().zip(sizes) {
        assert_eq!((row["at"].as_f64(), row["books_held"].as_bool()), (Some(*size), Some(true)), "{row}");
        for figure in figures {
            assert!(row[*figure].as_f64().unwrap().is_finite(), "{figure} of {row}");
            assert!(table["units"][*figure].is_string(), "{figure} of {table}");
        }
        // Rates count what is answered inside a window that may be shorter here than one answer takes.
        assert!(row["node_us"].as_f64().unwrap() > 0.0, "{row}");
    }
}

/// Known ids only become more, and the books are compared at the end.
#[track_caller]
fn check_ids(table: &Value) {
    let rows = table["rows"].as_array().unwrap();
    let known: Vec<f64> = rows.iter().map(|row| row["at"].as_f64().unwrap()).collect();
    assert_eq!(known.len(), 3, "{table}");
    assert!(known[0] == 0.0 && known.is_sorted() && known[2] >= 10_000.0, "{known:?}");
    for row in rows {
        let (rate, cost) = (row["rate"].as_f64().unwrap(), row["node_us"].as_f64().unwrap());
        assert!(rate > 0.0 && cost > 0.0 && row["memory"].as_f64().unwrap() > 0.0, "{row}");
    }
    assert_eq!((&rows[0]["books_held"], &rows[2]["books_held"]), (&Value::Null, &Value::Bool(true)));
}

/// The time of a node, split: stages and threads of each load, and what a transaction takes in all.
#[test]
fn the_time_of_a_node_is_split_by_stage_and_by_thread() {
    let directory = tempfile::tempdir().unwrap();
    let (json, html) = (directory.path().join("phases.json"), directory.path().join("phases.html"));
    let (json_to, html_to) = (json.to_str().unwrap(), html.to_str().unwrap());
    let (code, text) =
        loadtest(&["phases", "--size", "0.02", "--seconds", "0.5", "--json", json_to, "--html", html_to]);
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    assert_eq!((code, report["books_held"].as_bool()), (0, Some(true)), "{text}");
    let names = strings(&report["tables"], "name").join(",");
    let each = ["transfers", "singles", "mix"].map(|load| format!("stages-{load},threads-{load}"));
    assert_eq!(names, format!("phases,{}", each.join(",")));
    let tables = report["tables"].as_array().unwrap();
    for total in tables[0]["rows"].as_array().unwrap() {
        assert!(total["rate"].as_f64().unwrap().is_finite(), "{total}");
        for figure in ["node_us", "frames", "record_bytes", "disk_bytes", "frame_p50"] {
            assert!(total[figure].as_f64().unwrap() > 0.0, "{figure} of {total}");
        }
        assert_eq!(total["books_held"], true);
    }
    for pair in tables[1..].chunks(2) {
        check_stages(&pair[0]);
        let threads = pair[1]["rows"].as_array().unwrap();
        let busy = |name: &str| {
            let thread = threads.iter().find(|row| row["label"] == name).unwrap();
            thread["processor_us"].as_f64().unwrap()
        };
        assert!(busy("engine") > 0.0 && busy("all") >= busy("engine"), "{threads:?}");
        assert!(threads.iter().any(|row| row["label"] == "journal"), "{threads:?}");
    }
    let html = read(&html);
    assert!(html.contains("id=\"stages-mix\"") && html.contains("id=\"threads-singles\""), "{html}");
}

#[track_caller]
fn check_stages(table: &Value) {
    let rows = table["rows"].as_array().unwrap();
    for stage in ["decode", "coordinator: form, decide, seal", "shards", "frame: sync", "encode answers"] {
        let row =
            rows.iter().find(|row| row["label"] == stage).unwrap_or_else(|| panic!("{stage} in {table}"));
        for figure in ["us", "times", "p50", "p99", "max"] {
            assert!(row[figure].as_f64().unwrap() > 0.0, "{figure} of {row}");
        }
        assert!(
            row["p50"].as_f64() <= row["p99"].as_f64() && row["p99"].as_f64() <= row["max"].as_f64(),
            "{row}"
        );
    }
    let request = rows.iter().find(|row| row["label"] == "wait: a request, read to answered").unwrap();
    assert!(request["us"].is_null() && request["p50"].as_f64().unwrap() > 0.0, "{request}");
}

/// PostgreSQL after the rows, held against those that ran; where it is not installed, how to install it.
#[test]
fn peers_are_measured_in_the_same_run() {
    let directory = tempfile::tempdir().unwrap();
    let (json, html) = (directory.path().join("peers.json"), directory.path().join("peers.html"));
    let output = Command::new(PROGRAM)
        .args(["bench", "--rows", "single", "--peers", "postgres", "--seconds", "0.5", "--size", "0.01"])
        .args(["--json", json.to_str().unwrap(), "--html", html.to_str().unwrap()])
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    if output.status.code() == Some(3) {
        assert!(err.contains("apt-get install postgresql"), "{err}");
        assert!(!json.exists(), "it is said before anything is measured");
        return;
    }
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    assert_eq!(report["books_held"], true, "{err}");
    let peer = &report["peers"][0];
    assert_eq!((peer["name"].as_str(), peer["accounts_compared"].as_u64()), (Some("postgres"), Some(101)));
    let rows = peer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row["books_held"] == true), "{peer}");
    assert!(rows[..2].iter().all(|row| row["rate"].as_f64().unwrap() > 0.0), "{peer}");
    // A batch of 8,189 may take longer than is measured here.
    assert!(rows[2]["rate"].is_null() || rows[2]["rate"].as_f64().unwrap() > 0.0, "{peer}");
    assert!(rows[0]["ours"].as_f64().unwrap() > 0.0 && rows[0]["ratio"].as_f64().unwrap() > 0.0, "{peer}");
    assert!(rows[1]["ours"].is_null(), "a row that did not run is held against nothing");
    let text = String::from_utf8(output.stdout).unwrap();
    for said in [&text, &read(&html)] {
        assert!(
            said.contains("in the measured work of both") && said.contains("only in PostgreSQL"),
            "{said}"
        );
    }
}

#[test]
fn command_lines_that_cannot_work_are_refused() {
    for arguments in [
        &["bench", "--rows", "no-such-row"][..],
        &["bench", "--size", "0"],
        &["bench", "--seconds", "-1"],
        &["bench", "--compare", "x", "--html", "y"],
        &["bench", "--peers", "no-such-peer"],
        &["scale", "--tables", "no-such-table"],
        &["scale", "--size", "2"],
        &["phases", "--loads", "no-such-load"],
    ] {
        let output = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let (code, text) = loadtest(&["bench", "--list"]);
    assert!(code == 0 && text.contains("open-20k") && text.contains("p99.9"), "{text}");
}

/// Interest beside payments, small: runs end, payments are answered, and the node's accounts have what a textbook says.
#[test]
fn interest_is_accrued_beside_payments_and_the_books_hold() {
    let directory = tempfile::tempdir().unwrap();
    let (json, data) = (directory.path().join("interest.json"), directory.path().join("nodes"));
    std::fs::create_dir(&data).unwrap();
    let sizes = ["--accounts", "3000", "--movements", "4000", "--rate", "1000", "--seconds", "0.5"];
    let paths = ["--data", data.to_str().unwrap(), "--json", json.to_str().unwrap()];
    let (code, text) = loadtest(&[&["interest"][..], &sizes, &paths].concat());
    let report: Value = serde_json::from_str(&read(&json)).unwrap();
    assert_eq!((code, report["books_held"].as_bool()), (0, Some(true)), "{text}");
    let rows = report["tables"][0]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4, "{text}");
    let has = |row: usize, key: &str| rows[row][key].as_f64().is_some_and(|figure| figure > 0.0);
    for (row, keys) in [(0, "seconds rate"), (1, "payments p99_us"), (2, "seconds p99_us"), (3, "seconds")] {
        assert!(keys.split(' ').all(|key| has(row, key)), "{keys}: {text}");
    }
    // Customers, the bank, and the two accounts of interest.
    assert_eq!(report["tables"][0]["accounts_compared"], 3_003);
    assert!(text.contains("bars: 60 s"), "{text}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "the node's directory and the desk go");
}
