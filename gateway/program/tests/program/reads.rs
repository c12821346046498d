//! Who read what, as an auditor meets it: kept by a node that is killed while it is asked, shown, filtered and verified.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::access::{House, says, until};
use crate::longmen::{Ran, Served, longmen};

const ACCESS: &str = r#"
[roles.investigator]
may = ["statement", "balance"]
reason = true
[principals.ann]
roles = ["auditor"]
[principals.court]
roles = ["investigator"]
[principals.eve]
roles = ["monitor"]
[principals.root]
roles = ["admin", "finance", "poster"]
"#;

const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/holds.json");
const CHECK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../clients/python/check_access_log.py");

fn house() -> House {
    let house = House::of(ACCESS);
    for principal in ["ann", "court", "eve", "root"] {
        house.token(principal, &[]);
    }
    house
}

fn open(house: &House, served: &Served) {
    says(&house.as_principal(served, "root", &["open", SCENARIO]), 0, "");
    let pay = ["post", "--id", "1", "--debit", "BOOKS/bank/CNY=5", "--credit", "BOOKS/payer/CNY=5"];
    says(&house.as_principal(served, "root", &pay), 0, "posted");
}

fn shown(house: &House, more: &[&str]) -> Ran {
    longmen(&[&["access-log", &house.text("books")], more].concat())
}

/// The records that are shown, as JSON.
#[track_caller]
fn records(house: &House, more: &[&str]) -> Vec<Value> {
    let ran = shown(house, &[more, &["--json"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn verified(house: &House) -> Ran {
    longmen(&["verify", &house.text("books"), "--json"])
}

fn files(house: &House) -> Vec<PathBuf> {
    let entries = fs::read_dir(house.path("books").join("access-log")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}

#[test]
fn who_read_what_is_kept_shown_and_verified() {
    let house = house();
    let served = house.served_with(&[]);
    open(&house, &served);
    for (principal, command, code, words) in [
        ("ann", &["balance", "BOOKS/payer/CNY"][..], 0, "5.00"),
        ("ann", &["statement", "@2", "--reason", "案卷 17"], 0, "5.00"),
        ("ann", &["accounts"], 0, "payer"),
        ("eve", &["balance", "BOOKS/payer/CNY"], 1, "forbidden"),
        ("court", &["balance", "BOOKS/payer/CNY"], 1, "give --reason"),
        ("court", &["balance", "BOOKS/payer/CNY", "--reason", "\u{202e}x"], 1, "reason"),
        ("court", &["balance", "BOOKS/payer/CNY", "--reason", "(2026) 17"], 0, "5.00"),
    ] {
        says(&house.as_principal(&served, principal, command), code, words);
    }
    until(|| records(&house, &["--principal", "court", "--operation", "balance"]).len() == 2);
    // By either name of an account, though it was asked for by one only.
    let of = |account: &str| records(&house, &["--account", account]).len();
    assert_eq!((of("BOOKS/payer/CNY"), of("@2"), of("BOOKS/shop/CNY"), of("@3")), (6, 6, 0, 1));
    assert_eq!(records(&house, &["--outcome", "forbidden"]).len(), 1);
    assert_eq!(records(&house, &["--from", "2999-01-01"]).len(), 0);
    assert_eq!(records(&house, &["--last", "1"])[0]["reason"], "(2026) 17");
    assert_eq!(records(&house, &["--operation", "post"]).len(), 0, "payments are in the log of the books");
    says(
        &shown(&house, &["--principal", "ann"]),
        0,
        "statement  BOOKS/payer/CNY @2  limit 20  1 rows  because: 案卷 17",
    );
    says(&shown(&house, &["--operation", "hello", "--principal", "eve"]), 0, "let in");
    // Killed while it is asked.
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..40 {
                    house.as_principal(&served, "ann", &["balance", "BOOKS/payer/CNY"]);
                }
            });
        }
        until(|| records(&house, &["--principal", "ann"]).len() > 20);
        served.signal("KILL");
    });
    assert_eq!(served.end_by("KILL"), None);
    let before = verified(&house);
    assert_eq!(before.code, Some(0), "{before:?}");
    let served = house.served_with(&[]);
    says(&house.as_principal(&served, "ann", &["balance", "BOOKS/payer/CNY"]), 0, "5.00");
    assert_eq!(served.end_by("TERM"), Some(0));
    let after = verified(&house).json();
    assert!(after["access_log"]["last"].as_u64() > before.json()["access_log"]["last"].as_u64());
    assert_eq!(records(&house, &[]).last().unwrap()["event"], "stopped");
    says(&longmen(&["verify", &house.text("books")]), 0, "ok    access log  records 1 to");
    // An outside program comes to the same.
    let check = Command::new("python3").arg(CHECK).args(files(&house)).output().unwrap();
    let said = String::from_utf8(check.stdout).unwrap();
    let log = &after["access_log"];
    assert_eq!(said.trim(), format!("{} {}", log["last"], log["head"].as_str().unwrap()));
    // It is nobody else's, and has no secrets.
    for path in files(&house) {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        for principal in ["ann", "court", "eve", "root"] {
            let secret = fs::read_to_string(house.path(principal)).unwrap();
            assert!(!text.contains(&secret[21..]) && !text.contains("lmk_"));
        }
    }
    let mode = fs::metadata(house.path("books").join("access-log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    // A log whose end was cut off holds in itself: what an earlier audit said tells.
    let (last, head) = (log["last"].as_u64().unwrap(), log["head"].as_str().unwrap());
    let with_head =
        || longmen(&["verify", &house.text("books"), "--access-log-head", &format!("{last}/{head}")]);
    says(&with_head(), 0, &format!("head {last}/{head}"));
    let newest = files(&house).pop().unwrap();
    let whole = fs::read_to_string(&newest).unwrap();
    let cut = whole.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&newest, &whole[..cut]).unwrap();
    assert_eq!(verified(&house).code, Some(0));
    says(&with_head(), 1, "its end was cut off");
    fs::write(&newest, &whole).unwrap();
    // A change of one byte, and a file that is gone, are named.
    let file = files(&house).remove(0);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("案卷 17", "案卷 18", 1)).unwrap();
    let found = verified(&house);
    assert_eq!(found.code, Some(1));
    assert!(
        found.err.contains("access-00000001.jsonl, line") && found.err.contains("was changed"),
        "{found:?}"
    );
    fs::write(&file, &text).unwrap();
    assert_eq!(verified(&house).code, Some(0));
    fs::rename(&file, file.with_file_name("access-00000002.jsonl")).unwrap();
    says(&verified(&house), 1, "was given another name");
}

#[test]
fn without_room_for_records_questions_are_refused_and_payments_go_on() {
    let house = house();
    let elsewhere = house.text("reads");
    let full = ["--access-log", &elsewhere, "--access-log-room", "18446744073709551615"];
    let served = house.served_with(&["--access-log", &elsewhere]);
    open(&house, &served);
    assert_eq!(served.end_by("TERM"), Some(0));
    let served = house.served_with(&full);
    until(|| house.as_principal(&served, "ann", &["balance", "@2"]).err.contains("the access log is full"));
    says(&house.as_principal(&served, "eve", &["status"]), 0, "frame");
    let pay = ["post", "--id", "2", "--debit", "BOOKS/bank/CNY=5", "--credit", "BOOKS/payer/CNY=5"];
    says(&house.as_principal(&served, "root", &pay), 0, "posted");
    says(&house.as_principal(&served, "ann", &["balance", "@2"]), 1, "out_of_disk");
    assert!(fs::read_to_string(house.path("said")).unwrap().contains("ACCESS LOG"));
    assert_eq!(served.end_by("TERM"), Some(0));
    // With room again it goes on, and a directory of its own is found by name.
    let served = house.served_with(&["--access-log", &elsewhere]);
    says(&house.as_principal(&served, "ann", &["balance", "@2"]), 0, "10.00");
    assert_eq!(served.end_by("TERM"), Some(0));
    let books = house.text("books");
    says(&longmen(&["verify", &books, "--access-log", &elsewhere]), 0, "ok    access log");
    says(&longmen(&["access-log", &elsewhere, "--principal", "ann"]), 0, "balance  BOOKS/payer/CNY @2");
    says(&longmen(&["access-log", &books]), 2, "has no access log");
    says(&longmen(&["verify", &books, "--access-log", &books]), 2, "has no access log");
    // It is another ledger's.
    let other = house.text("other");
    let refused =
        longmen(&["serve", "--data", &other, "--listen", "127.0.0.1:0", "--access-log", &elsewhere]);
    says(&refused, 2, "is of the access log of another ledger");
}

#[test]
fn without_proof_of_who_asks_a_log_is_kept_where_it_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let (addr, log) = ("--addr", data.join("access-log"));
    let served = Served::start_with(&data, &[]);
    assert_eq!(longmen(&["status", addr, &served.addr]).code, Some(0));
    assert_eq!(served.end_by("TERM"), Some(0));
    assert!(!log.exists());
    let served = Served::start_with(&data, &["--access-log", log.to_str().unwrap()]);
    assert_eq!(longmen(&["status", addr, &served.addr, "--client", "x"]).code, Some(0));
    assert_eq!(served.end_by("TERM"), Some(0));
    let shown = longmen(&["access-log", data.to_str().unwrap(), "--client", "x"]);
    assert!(shown.out.contains("x from 127.0.0.1  status  1 rows"), "{shown:?}");
}
