//! A tour of the commands against one node, its restart, and its data directory afterwards.

use std::fs;
use std::path::Path;

use crate::longmen::{Ran, Served, longmen};

fn chart() -> String {
    format!("{}/tests/scenarios/payment_with_fee.json", env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn ask(served: &Served, code: i32, arguments: &[&str]) -> Ran {
    let ran = longmen(&[arguments, &["--addr", &served.addr]].concat());
    assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
    ran
}

#[test]
fn a_tour_a_restart_with_other_shards_and_an_audit() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let served = Served::start(&data, "1");
    open_and_post(&served);
    look_around(&served);
    let before = ask(&served, 0, &["accounts", "--json"]).json();
    let running = longmen(&["verify", data.to_str().unwrap()]);
    assert_eq!(running.code, Some(3), "{running:?}");
    assert_eq!(served.end_by("TERM"), Some(0));

    let served = Served::start(&data, "5");
    let status = ask(&served, 0, &["status", "--json"]).json();
    assert_eq!(status["shards"], 5);
    assert_eq!(balances(&before), balances(&ask(&served, 0, &["accounts", "--json"]).json()));
    let again = pay(&served, 0, "order-1");
    assert!(again.out.contains("order-1: posted, the first result given again"), "{}", again.out);
    assert_eq!(served.end_by("KILL"), None);

    let served = Served::start(&data, "2");
    assert_eq!(balances(&before), balances(&ask(&served, 0, &["accounts", "--json"]).json()));
    assert_eq!(served.end_by("INT"), Some(0));
    audit(&data);
}

fn open_and_post(served: &Served) {
    let opened = ask(served, 0, &["open", &chart()]);
    assert!(opened.out.contains("@1 BOOKS/payer/CNY"), "{}", opened.out);
    assert_eq!(ask(served, 0, &["open", &chart()]).out, opened.out, "opening is idempotent");
    let top_up =
        ["post", "--debit", "BOOKS/bank/CNY=80", "--credit", "@1=80.00", "--type", "top_up", "--json"];
    let top_up = ask(served, 0, &top_up).json();
    assert_eq!((&top_up["outcome"], &top_up["repeated"]), (&"posted".into(), &false.into()));
    assert!(pay(served, 0, "order-1").out.starts_with("order-1: posted, frame "));
    let short = pay(served, 1, "order-2");
    assert!(short.out.starts_with("order-2: insufficient_funds at step 1"), "{}", short.out);
    let unknown = ask(served, 1, &["post", "--debit", "BOOKS/nobody/CNY=1", "--credit", "@1=1"]);
    assert!(unknown.out.contains(": unknown_account at step 1"), "{}", unknown.out);
}

/// 60.00 from the payer to the shop, 0.36 of it a fee.
#[track_caller]
fn pay(served: &Served, code: i32, id: &str) -> Ran {
    let credits = ["--credit", "BOOKS/shop/CNY=59.64", "--credit", "BOOKS/fees/CNY=0.36"];
    ask(served, code, &[&["post", "--id", id, "--debit", "BOOKS/payer/CNY=60.00"][..], &credits].concat())
}

fn look_around(served: &Served) {
    #[track_caller]
    fn check(served: &Served, arguments: &[&str], words: &[&str]) {
        let ran = ask(served, 0, arguments);
        for word in words {
            assert!(ran.out.contains(word), "no {word:?} in {}", ran.out);
        }
    }
    check(served, &["balance", "BOOKS/payer/CNY", "@2"], &["payer", "20.00", "shop", "59.64"]);
    check(served, &["accounts", "--limit", "2"], &["payer", "shop"]);
    check(served, &["statement", "BOOKS/payer/CNY"], &["60.00", "80.00", "opening", "closing", "top_up"]);
    check(
        served,
        &["transaction", "order-1"],
        &["post order-1 posted", "id: 0x", "BOOKS/shop/CNY", "59.64", "0.36"],
    );
    check(served, &["transaction", "order-2"], &["insufficient_funds"]);
    check(
        served,
        &["trial-balance", "--entity", "BOOKS"],
        &["10020101", "80.00", "ok    总总", "ok    分户"],
    );
    check(served, &["trial-balance", "--level", "1"], &["1002", "2203", "银行存款"]);
    check(served, &["close-day", "BOOKS", "2024-02-29"], &["2024-02-29"]);
    check(served, &["status"], &["newest durable frame", "accounting date of BOOKS", "2024-02-29"]);
    let page = ask(served, 0, &["statement", "@1", "--limit", "1", "--json"]).json();
    assert_eq!((&page["opening"], &page["closing"]), (&8_000.into(), &2_000.into()));
    let next = page["next"].as_str().unwrap();
    let older = ask(served, 0, &["statement", "@1", "--before", next, "--json"]).json();
    assert_eq!((&older["opening"], &older["closing"]), (&0.into(), &8_000.into()));
    ask(served, 1, &["balance", "BOOKS/nobody/CNY"]);
    ask(served, 1, &["transaction", "never-sent"]);
    ask(served, 1, &["close-day", "BOOKS", "2024-02-01"]);
}

fn balances(accounts: &serde_json::Value) -> Vec<(String, i64)> {
    let one = |account: &serde_json::Value| {
        (account["number"].as_str().unwrap().to_owned(), account["balance"].as_i64().unwrap())
    };
    let balances: Vec<_> = accounts.as_array().unwrap().iter().map(one).collect();
    assert_eq!(balances.len(), 4);
    balances
}

/// The audit holds; with one byte changed it does not, and says where.
fn audit(data: &Path) {
    let path = data.to_str().unwrap();
    let sound = longmen(&["verify", path]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    assert!(sound.out.contains("the log ends as a clean shutdown left it"), "{}", sound.out);
    assert_eq!(longmen(&["wal", "inspect", path, "--from", "3", "--limit", "2"]).code, Some(0));
    let segment = data.join("segment-00000001.log");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[8_192 + 200] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let damaged = longmen(&["verify", path]);
    assert_eq!(damaged.code, Some(1), "{damaged:?}");
    assert!(damaged.err.contains("segment-00000001.log"), "{}", damaged.err);
}

#[test]
fn exit_codes_tell_usage_from_a_node_that_is_not_there() {
    #[track_caller]
    fn check(arguments: &[&str], code: i32) {
        let ran = longmen(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
    }
    check(&["--help"], 0);
    check(&["post", "--help"], 0);
    check(&[], 2);
    check(&["balance", "half/a-name"], 2);
    check(&["post", "--debit", "LM/U1/CNY"], 2);
    check(&["trial-balance", "--level", "5"], 2);
    check(&["status", "--addr", "127.0.0.1:1"], 3);
    check(&["status", "--token-file", "/nonexistent"], 2);
    check(&["verify", "/nonexistent"], 2);
    check(&["serve", "--data", "/proc/nonexistent", "--listen", "127.0.0.1:0"], 2);
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    check(&["serve", "--data", data, "--listen", "0.0.0.0:0"], 2);
    check(&["serve", "--data", data, "--segment-size", "4096"], 2);
    fs::write(directory.path().join("file"), "").unwrap();
    check(&["demo", "--data", data], 2);
}
