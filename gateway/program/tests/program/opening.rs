//! `longmen open`: all of a file or nothing, and years of the books that begin in another month than January.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::longmen::{Ran, Served, longmen};

struct World {
    served: Served,
    directory: tempfile::TempDir,
}

impl World {
    fn start() -> World {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::start(&directory.path().join("books"), "2");
        World { served, directory }
    }

    fn ask(&self, arguments: &[&str]) -> Ran {
        longmen(&[arguments, &["--addr", &self.served.addr]].concat())
    }

    fn open(&self, file: &Value) -> Ran {
        let path = self.directory.path().join("file.json");
        fs::write(&path, file.to_string()).unwrap();
        self.ask(&["open", text(&path)])
    }

    /// Everything that was ever opened.
    fn opened(&self) -> (Value, Value) {
        let status = self.ask(&["status", "--json"]).json();
        (status["entities"].clone(), status["accounts"].clone())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn file() -> Value {
    json!({
        "scenario": "s", "title": "t", "entity": "LM", "start": "2025-03-31", "year_starts": 4,
        "subjects": [
            {"code": "1002", "name": "Banks", "class": "asset", "normal": "debit", "leaf": false},
            {"code": "100201", "name": "Bank", "class": "asset", "normal": "debit"},
            {"code": "220301", "name": "Users", "class": "liability", "normal": "credit"},
        ],
        "accounts": [
            {"account": "bank", "subject": "100201", "currency": "CNY", "owner": "internal", "may_go_negative": true},
            {"account": "U1", "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false},
        ],
    })
}

#[test]
fn a_file_is_opened_whole_or_not_at_all() {
    let world = World::start();
    let nothing = world.opened();
    let refused = |change: &dyn Fn(&mut Value), code: &str, name: &str| {
        let before = world.opened();
        let mut changed = file();
        change(&mut changed);
        let ran = world.open(&changed);
        // What no node would take is the file's fault.
        let exit = if code == "malformed" { 2 } else { 1 };
        assert_eq!(ran.code, Some(exit), "{code}: {ran:?}");
        assert!(ran.err.contains(code) && ran.err.contains(name), "{code} {name}: {ran:?}");
        assert_eq!(world.opened(), before, "{ran:?}");
    };
    let subject = |code: &'static str, class: &'static str| {
        move |file: &mut Value| {
            let subject = json!({"code": code, "name": "n", "class": class, "normal": "credit"});
            file["subjects"].as_array_mut().unwrap().push(subject);
        }
    };
    refused(
        &|file| file["subjects"][2]["name"] = json!("n".repeat(201)),
        "malformed",
        "(name: 201 bytes, not 1 to 200)",
    );
    refused(&subject("22030101", "liability"), "chart_conflict", "subject 22030101");
    refused(&subject("220302", "equity"), "chart_conflict", "subject 220302");
    refused(&subject("220301", "liability"), "key_conflict", "subject 220301");
    refused(&|file| file["accounts"][1]["subject"] = json!("1002"), "not_leaf", "account U1");
    refused(&|file| file["accounts"][1]["subject"] = json!("2209"), "unknown_subject", "account U1");
    refused(
        &|file| file["accounts"][1]["account"] = json!("n".repeat(65)),
        "malformed",
        "(account: 65 bytes, not 1 to 64)",
    );
    refused(&|file| file["accounts"][1]["customer"] = json!(""), "malformed", "account U1");
    refused(&|file| file["accounts"][0]["account"] = json!("U1"), "key_conflict", "account U1");
    refused(
        &|file| file["accounts"][0]["account"] = json!("bank "),
        "malformed",
        "(account: begins or ends with a blank)",
    );
    refused(
        &|file| file["accounts"][1]["customer"] = json!("\u{3000}C1"),
        "malformed",
        "account U1: malformed (customer: begins",
    );
    refused(
        &|file| file["subjects"][2]["name"] = json!(" Users"),
        "malformed",
        "subject 220301: malformed (name: begins",
    );
    refused(&|file| file["entity"] = json!(" "), "malformed", "entity");
    refused(&|file| file["entity"] = json!("E".repeat(33)), "malformed", "entity EEE");
    assert_eq!(world.opened(), nothing);
    assert_eq!(world.open(&file()).code, Some(0));
    assert_eq!(world.opened().1, json!(2));
    assert_eq!(world.open(&file()).code, Some(0), "again");
    // Against what is there; what would be new comes first in the file.
    let with_new = |change: &'static dyn Fn(&mut Value)| {
        move |file: &mut Value| {
            file["subjects"]
                .as_array_mut()
                .unwrap()
                .insert(0, json!({"code": "2209", "name": "n", "class": "liability", "normal": "credit"}));
            change(file);
        }
    };
    refused(
        &with_new(&|file| file["start"] = json!("2025-04-01")),
        "key_conflict",
        "entity LM: key_conflict (start is 2025-03-31 there, 2025-04-01 in the file)",
    );
    refused(
        &with_new(&|file| file["year_starts"] = json!(1)),
        "key_conflict",
        "entity LM: key_conflict (year_starts is 4 there, 1 in the file)",
    );
    refused(
        &with_new(&|file| file["subjects"][2]["name"] = json!("Other")),
        "key_conflict",
        "subject 100201: key_conflict (name is \"Bank\" there, \"Other\" in the file)",
    );
    refused(
        &with_new(&|file| file["accounts"][1]["owner"] = json!("merchant")),
        "key_conflict",
        "account U1: key_conflict (owner is customer there, merchant in the file)",
    );
    refused(
        &with_new(&|file| {
            file["accounts"][0]["subject"] = json!("220301");
            file["accounts"][0]["may_go_negative"] = json!(false);
        }),
        "key_conflict",
        "(subject is \"100201\" there, \"220301\" in the file; may_go_negative is true there, false in the file)",
    );
    refused(
        &with_new(&|file| {
            let mut again = file["accounts"][1].clone();
            again["credit_limit"] = json!("5.00");
            file["accounts"].as_array_mut().unwrap().push(again);
        }),
        "key_conflict",
        "account U1: key_conflict (credit_limit is none where it comes first, 500 where it comes again)",
    );
    assert_eq!(world.served.end_by("TERM"), Some(0));
}

#[test]
fn a_row_that_is_wrong_is_told_with_its_field() {
    let world = World::start();
    for (path, value, words) in [
        ("/accounts/1/owner", json!("nobody"), "account 2 (U1): `owner`: unknown variant `nobody`"),
        ("/accounts/1/currency", json!("cny"), "account 2 (U1): `currency`: `cny` is no currency"),
        ("/accounts/1/may_go_negative", json!("no"), "account 2 (U1): `may_go_negative`: invalid type"),
        ("/accounts/1/may_go_negative", json!(null), "account 2 (U1): it has no `may_go_negative`"),
        ("/accounts/0/account", json!(7), "account 1: `account`: invalid type"),
        ("/accounts/0", json!([]), "account 1: not an object"),
        (
            "/subjects/2/class",
            json!("debt"),
            "subject 3 (220301): `class`: `debt` is none of asset, liability",
        ),
        ("/subjects/2/normal", json!("left"), "subject 3 (220301): `normal`: unknown variant"),
        ("/subjects/0/code", json!("0000"), "subject 1 (0000): `code`: `0000` is none: 4, 6, 8 or 10 digits"),
    ] {
        let mut changed = file();
        *changed.pointer_mut(path).unwrap() = value;
        let ran = world.open(&changed);
        assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{path}: {ran:?}");
        assert!(ran.err.contains(words), "{path}: {ran:?}");
    }
    for (path, field, words) in [
        ("/accounts/1", "overdraft", "account 2 (U1): unknown field `overdraft`"),
        ("/subjects/1", "leafs", "subject 2 (100201): unknown field `leafs`"),
        ("/accounts/1", "day_limit", "account 2 (U1): `day_limit`: `1.001`: more decimal places"),
        ("/accounts/1", "hot", "account 2 (U1): `hot`: invalid type"),
    ] {
        let mut changed = file();
        changed.pointer_mut(path).unwrap()[field] = json!("1.001");
        let ran = world.open(&changed);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{path}: {ran:?}");
    }
    let mut changed = file();
    (changed["accounts"][1]["hot"], changed["accounts"][1]["day_limit"]) = (json!(true), json!("1.00"));
    let ran = world.open(&changed);
    assert!(
        ran.code == Some(2) && ran.err.contains("account 2 (U1): `hot`: an account with a limit"),
        "{ran:?}"
    );
}

#[test]
fn accounts_are_shown_by_the_names_that_commands_take() {
    let world = World::start();
    let mut typed = file();
    let mut wallet = typed["accounts"][1].clone();
    wallet["type"] = json!("wallet");
    typed["accounts"].as_array_mut().unwrap().push(wallet);
    let opened = world.open(&typed);
    assert_eq!(opened.out, "@1 LM/bank/CNY\n@2 LM/U1/CNY\n@3 LM/U1/wallet/CNY\n", "{opened:?}");
    for line in opened.out.lines() {
        let (id, name) = line.split_once(' ').unwrap();
        let balance = world.ask(&["balance", name, "--json"]);
        assert_eq!((balance.code, &*format!("@{}", balance.json()[0]["id"])), (Some(0), id), "{balance:?}");
    }
    let path = world.directory.path().join("file.json");
    let json = world.ask(&["open", text(&path), "--json"]).json();
    assert_eq!(json[2], json!({ "account": "U1", "name": "LM/U1/wallet/CNY", "id": 3 }));
}

#[test]
fn the_books_year_begins_in_its_month() {
    let world = World::start();
    assert_eq!(world.open(&file()).code, Some(0));
    let post = |id: &str| {
        let ran = world.ask(&["post", "--id", id, "--debit", "LM/bank/CNY=7", "--credit", "LM/U1/CNY=7"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    };
    let close = |next: &str| assert_eq!(world.ask(&["close-day", "LM", next]).code, Some(0), "{next}");
    let reverse = |id: &str, blue: bool| {
        let undo = format!("undo {id}");
        assert_eq!(world.ask(&["reverse", id, "--id", &undo]).code, Some(0), "{id}");
        let shown = world.ask(&["transaction", &undo]);
        assert_eq!(shown.out.contains("opposite sides"), blue, "{id}: {shown:?}");
    };
    post("old year");
    close("2025-04-01");
    post("new year");
    reverse("old year", true);
    close("2026-01-01");
    reverse("new year", false);
    post("second");
    close("2026-04-01");
    reverse("second", true);
    let range = |arguments: &[&str], dates: &str| {
        let ran = world.ask(&[&["report"], arguments, &["--entity", "LM"]].concat());
        assert!(ran.out.contains(dates), "{arguments:?}: {ran:?}");
    };
    range(&["yearly", "--year", "2025"], "2025-04-01 to 2026-03-31");
    range(&["yearly", "--date", "2025-03-31"], "2024-04-01 to 2025-03-31");
    range(&["income"], "2026-04-01 to 2027-03-31");
    range(&["quarterly", "--quarter", "2025-Q4"], "2026-01-01 to 2026-03-31");
    // The chart of another entity, by import.
    let csv = world.directory.path().join("chart.csv");
    fs::write(&csv, "code,name,class,normal\n1001,Cash,asset,debit\n").unwrap();
    let import =
        ["import", "chart", text(&csv), "--entity", "UK", "--start", "2025-01-01", "--year-starts", "10"];
    assert_eq!(world.ask(&import).code, Some(0));
    assert_eq!(world.ask(&import).code, Some(0), "again");
    let ran = world.ask(&["report", "yearly", "--year", "2024", "--entity", "UK"]);
    assert!(ran.out.contains("2024-10-01 to 2025-09-30"), "{ran:?}");
    let data = world.directory.path().join("books");
    assert_eq!(world.served.end_by("TERM"), Some(0));
    let verified = longmen(&["verify", text(&data)]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
