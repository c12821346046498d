//! The harness against real nodes, and its own checks against books that differ.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use longmen_client::Transaction;
use longmen_server::Launch;
use longmen_workload::books::Books;
use longmen_workload::check::compare;
use longmen_workload::crash::{CrashSettings, Harness};
use longmen_workload::driver::{Driven, DriverSettings, Pacing, drive};
use longmen_workload::setup::{Target, open};
use longmen_workload::{Encoding, Workload};

const PROGRAM: &str = env!("CARGO_BIN_EXE_longmen-loadtest");

#[track_caller]
fn loadtest(code: i32, arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text} {err}");
    text
}

#[test]
fn workloads_run_and_print_their_figures() {
    #[track_caller]
    fn check(options: &[&str], transactions: u64) {
        let common = ["run", "--json", "--seconds", "20", "--warm-up", "0", "--accounts", "200"];
        let text = loadtest(0, &[&common[..], options].concat());
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["held"], true, "{text}");
        let answered = report["transactions"].as_u64().unwrap();
        assert_eq!(answered, transactions, "{text}");
        for figure in ["transactions_per_second", "legs_per_second", "p50_us", "p99_us", "p999_us", "max_us"]
        {
            assert!(report[figure].as_f64().unwrap() > 0.0, "{figure} of {text}");
        }
    }
    let limit = ["--transactions", "3000"];
    check(&[&["--workload", "transfers", "--batch", "500", "--shards", "3"][..], &limit].concat(), 3_000);
    check(&[&["--workload", "hot", "--batch", "100"][..], &limit].concat(), 3_000);
    check(&[&["--workload", "mix", "--batch", "64", "--shards", "7"][..], &limit].concat(), 3_000);
    check(&[&["--workload", "mix", "--messagepack", "--connections", "3"][..], &limit].concat(), 3_000);
    check(&[&["--workload", "mix", "--rate", "6000", "--connections", "5"][..], &limit].concat(), 3_000);
}

#[test]
fn three_kills_lose_nothing() {
    let text = loadtest(
        0,
        &["crash", "--rounds", "3", "--seed", "11", "--accounts", "200", "--longest", "200", "--json"],
    );
    assert_eq!(text.lines().count(), 3, "{text}");
}

/// Whatever a run is, its file says where it comes from, and a page is drawn of it.
#[test]
fn runs_write_their_reports_in_one_form() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (json, html) = (path("run.json"), path("run.html"));
    let run = ["run", "--seconds", "0.5", "--warm-up", "0", "--accounts", "100"];
    let crash = ["crash", "--rounds", "1", "--accounts", "60", "--longest", "50"];
    let faults = ["faults", "--only", "two-nodes", "--rounds", "1"];
    for (arguments, figures) in [(&run[..], "transactions"), (&crash, "rounds"), (&faults, "faults")] {
        let text = loadtest(0, &[arguments, &["--json", &json, "--html", &html]].concat());
        assert!(!text.contains('{'), "what goes to a file is not printed: {text}");
        let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
        assert!(!report[figures].is_null(), "{report}");
        let command = format!("longmen-loadtest {}", arguments.join(" "));
        assert!(report["command"].as_str().unwrap().starts_with(&command), "{report}");
        assert!(report["machine"]["cores"].as_u64().unwrap() > 0, "{report}");
        let page = fs::read_to_string(&html).unwrap();
        assert!(page.contains(r#"<p class="held">"#) && !page.contains("http"), "{page}");
        assert_eq!(loadtest(0, &["report", &json]), page);
    }
    loadtest(3, &["report", &html]);
    loadtest(3, &["report", &path("no such file")]);
}

/// A node that comes back with an older state of its books is found out, though those books are sound.
#[tokio::test]
async fn lost_answers_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let (data, older) = (directory.path().join("books"), directory.path().join("older"));
    let launch = Launch { executable: Some(PROGRAM.into()), ..Launch::new("node", &data) };
    let settings = CrashSettings {
        accounts: 100,
        longest: Duration::from_millis(200),
        close_days: false,
        ..CrashSettings::default()
    };
    let mut harness = Harness::start(settings, launch).await.unwrap();
    let sound = harness.round_with(|data| copy(data, &older)).await.unwrap();
    assert!(sound.held(), "{sound:?}");
    let set_back = loop {
        let round = harness.round_with(|data| copy(&older, data)).await.unwrap();
        if round.acknowledged > 0 {
            break round;
        }
    };
    assert!(!set_back.held());
    assert!(set_back.differences[0].contains("before the kill"), "{set_back:?}");
    harness.stop().unwrap();
}

fn copy(from: &Path, to: &Path) {
    drop(fs::remove_dir_all(to));
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn command_lines_that_cannot_work_are_refused() {
    loadtest(2, &["run", "--batch", "0"]);
    loadtest(2, &["run", "--batch", "8193"]);
    loadtest(2, &["run", "--rate", "5", "--depth", "2"]);
    loadtest(2, &["run", "--rate", "-5"]);
    loadtest(3, &["run", "--addr", "127.0.0.1:1"]);
}

/// A checker that has never failed has not been tried: one transfer behind the harness's back is found, on both
/// accounts, and so is an answer that no correct node gives.
#[tokio::test]
async fn books_that_differ_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch {
        executable: Some(PROGRAM.into()),
        segment_bytes: Some(4 << 20),
        ..Launch::new("node", directory.path())
    };
    let mut node = launch.start().unwrap();
    let target =
        Target { address: node.address().to_string(), client: "test".into(), token: None, tls: None };
    let plan = Workload::Transfers.plan(20, 5);
    let mut books = Books::new(plan.population.accounts.len());
    let house = open(&target, "TEST", plan.population.clone(), &mut books).await.unwrap();
    let settings = DriverSettings {
        connections: 3,
        batch: 10,
        pacing: Pacing::Closed { depth: 2 },
        encoding: Encoding::Transfers,
        warm_up: Duration::ZERO,
        time: Duration::from_secs(20),
        transactions: Some(1_000),
        first_stream: 0,
        keep_slow: false,
    };
    let Driven { books, .. } = drive(&target, &house, &plan, settings, books, "test").await.unwrap();
    let mut client = target.client().await.unwrap();
    let sound = compare(&mut client, &house, &books, true).await.unwrap();
    assert!(sound.held(), "{sound:?}");
    assert_eq!((sound.accounts, sound.subjects), (21, 2));

    let (from, to) = (house.accounts[3], house.accounts[4]);
    let secret = Transaction::new("secret").debit(from, 1, "CNY").credit(to, 1, "CNY");
    assert!(client.post_one(&secret).await.unwrap().is_posted());
    let found = compare(&mut client, &house, &books, true).await.unwrap();
    assert_eq!(found.count, 5, "{found:?}");
    assert!(found.differences[0].contains("account U2"), "{found:?}");
    assert!(found.differences[2].contains("account U3"), "{found:?}");
    assert!(found.differences[4].contains("subject 220301: turnover"), "{found:?}");
    node.stop(Duration::from_secs(30)).unwrap();
}
