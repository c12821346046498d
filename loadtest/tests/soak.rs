//! A long run, short: every kind of event is in it, its report is whole, and books that differ end it.

use std::process::Command;
use std::time::Duration;

use longmen_client::Transaction;
use longmen_loadtest::report::Sense;
use longmen_loadtest::soak::{SoakSettings, page, soak_with};
use longmen_server::Launch;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_longmen-loadtest");

#[test]
fn a_short_run_holds_and_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (data, json, page) = (path("books"), path("soak.json"), path("soak.html"));
    let arguments = [
        "soak",
        "--minutes",
        "0.25",
        "--rate",
        "2000",
        "--accounts",
        "200",
        "--connections",
        "5",
        "--crash-every",
        "3.5",
        "--close-every",
        "2",
        "--hot-every",
        "4",
        "--snapshot-mib",
        "1",
        "--seed",
        "5",
        "--data",
        &data,
        "--json",
        &json,
        "--html",
        &page,
    ];
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().last().unwrap().starts_with("Held: "), "{text}");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!((&report["held"], &report["differences"]), (&Value::Bool(true), &Value::Array(Vec::new())));
    let count = |name: &str| report["counted"][name].as_u64().unwrap();
    for (name, least) in [("kills", 2), ("day_closes", 1), ("snapshots", 1), ("asked_again", 1_000)] {
        assert!(count(name) >= least, "{name}: {text}");
    }
    // All that was due has been answered, but for what the generator had not sent at a kill.
    let loaded = report["seconds"].as_f64().unwrap() - report["check_seconds"].as_f64().unwrap();
    assert!(report["mix"].as_f64().unwrap() > loaded * 2_000.0 * 0.9, "{text}");
    let lines = report["latencies"].as_array().unwrap();
    let requests = |number: usize| lines[number]["requests"].as_u64().unwrap();
    assert_eq!(requests(0), requests(1) + requests(4), "{lines:?}");
    assert!(requests(3) + requests(2) == requests(1) && requests(4) > 0, "{lines:?}");
    let figure = |value: &Value| value.as_u64().unwrap();
    let posted = figure(&report["outcomes"]["posted"]) + figure(&report["funded"]);
    assert_eq!(figure(&report["audit"]["posted"]), posted, "{text}");
    assert_eq!(report["series"].as_array().unwrap().len(), 1, "{text}");
    assert!(report["series"][0]["own_memory"].as_u64().unwrap() > 1_000_000, "{text}");
    let page = std::fs::read_to_string(&page).unwrap();
    assert_eq!((page.matches("<svg").count(), page.matches("</svg>").count()), (4, 4));
    for part in ["a long run", "kills", "day closes", "</html>"] {
        assert!(page.contains(part), "{part} is not in the report");
    }
    assert!(
        !page.contains("{{") && !page.contains("NaN") && !page.contains("http"),
        "the report stands alone"
    );
}

/// A checker that has never failed has not been tried: a transfer behind the harness's back ends the run at the next
/// kill, on both accounts.
#[tokio::test]
async fn a_transfer_behind_its_back_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch { executable: Some(PROGRAM.into()), ..Launch::new("node", directory.path()) };
    let settings = SoakSettings {
        time: Duration::from_secs(30),
        rate: 1_000,
        connections: 2,
        accounts: 100,
        crash_every: Duration::from_secs(1),
        ..SoakSettings::default()
    };
    let mut kills = 0;
    let mut told = 0;
    let meddle = async |target: &longmen_workload::setup::Target, house: &longmen_workload::setup::House| {
        kills += 1;
        if kills == 2 {
            let (from, to) = (house.accounts[0], house.accounts[house.accounts.len() - 1]);
            let secret = Transaction::new("secret").debit(from, 1, "CNY").credit(to, 1, "CNY");
            let mut client = target.client().await.unwrap();
            assert!(client.post_one(&secret).await.unwrap().is_posted());
        }
    };
    let report = soak_with(&launch, &settings, |_| told += 1, meddle).await.unwrap();
    assert_eq!((kills, told, report.held), (2, 2, false));
    assert!(report.kills[0].differences.is_empty() && !report.kills[1].differences.is_empty());
    let found = |words: &str| report.differences.iter().filter(|one| one.contains(words)).count();
    let counts = ["the node says", "closing", "opening and turnover over"].map(found);
    assert_eq!(counts, [2, 2, 2], "{:?}", report.differences);
    assert!(report.conclusion().starts_with("It did NOT hold"), "{}", report.conclusion());
    let page = page(&report);
    assert!(
        page.conclusion[0].sense == Sense::Wrong
            && page.sections[2].tables[0].rows[1].iter().any(|cell| cell == "DID NOT HOLD")
    );
}
