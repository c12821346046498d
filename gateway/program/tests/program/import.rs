//! `longmen import`: good files, bad rows, and what happens when it is run again.

mod broken_off;
mod faults;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::longmen::{Ran, Served, longmen};

/// A node, and a directory for files.
pub(super) struct World {
    directory: TempDir,
    pub(super) served: Served,
}

impl World {
    pub(super) fn start(shards: &str) -> World {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::start(&directory.path().join("books"), shards);
        World { directory, served }
    }

    /// One with the chart and the accounts of the sample files.
    pub(super) fn open(shards: &str) -> World {
        let world = World::start(shards);
        world.import(0, "chart", &sample("chart.csv"), &["--start", "2024-02-28"]);
        world.import(0, "accounts", &sample("accounts.csv"), &[]);
        world
    }

    /// Writes a file and gives its path.
    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Imports a file with these contents.
    #[track_caller]
    pub(super) fn import(&self, code: i32, what: &str, bytes: &[u8], options: &[&str]) -> Ran {
        let file = self.file(&format!("{what}.csv"), bytes);
        self.import_file(code, what, &file, &self.served.addr, options)
    }

    #[track_caller]
    pub(super) fn import_file(
        &self,
        code: i32,
        what: &str,
        file: &Path,
        addr: &str,
        options: &[&str],
    ) -> Ran {
        let all =
            [&["import", what, file.to_str().unwrap(), "--addr", addr, "--entity", "LM"], options].concat();
        let ran = longmen(&all);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        ran
    }

    /// How many accounts there are, and the newest frame: what an import that sends nothing leaves alone.
    pub(super) fn trace(&self) -> (Value, Value) {
        let status = longmen(&["status", "--json", "--addr", &self.served.addr]).json();
        (status["accounts"].clone(), status["decided"].clone())
    }

    pub(super) fn balance(&self, account: &str) -> i64 {
        let ran = longmen(&["balance", account, "--json", "--addr", &self.served.addr]);
        ran.json()[0]["balance"].as_i64().unwrap_or_else(|| panic!("{ran:?}"))
    }
}

pub(super) fn sample(name: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/program/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[track_caller]
fn told(ran: &Ran, expect: &str) {
    assert!(ran.out.contains(expect), "no {expect:?} in {}", ran.out);
}

#[test]
fn an_entity_that_is_there_keeps_its_start_and_year() {
    let world = World::open("1");
    let there = world.trace();
    // A subject that would be new, and a second entity that is not there.
    let new = b"code,name,class,normal,entity\n9001,New,asset,debit,\n9001,New,asset,debit,ANEW\n";
    for (given, conflict) in [
        ("--start 2024-02-29", "start is 2024-02-28 there, 2024-02-29 given"),
        ("--start 2024-02-28 --year-starts 4", "year_starts is 1 there, 4 given"),
        (
            "--start 2023-02-28 --year-starts 4 --check",
            "start is 2024-02-28 there, 2023-02-28 given; year_starts is 1 there, 4 given",
        ),
    ] {
        let options: Vec<&str> = given.split(' ').collect();
        let ran = world.import(1, "chart", new, &options);
        let words = format!(
            "longmen: refused: key_conflict: entity LM: key_conflict ({conflict}); nothing was opened\n"
        );
        assert_eq!((&*ran.err, &*ran.out), (&*words, ""), "{given}");
        assert_eq!(world.trace(), there, "{given}: something was sent");
    }
    // Beside rows that are wrong it is told, too.
    let wrong = world.import(
        2,
        "chart",
        b"code,name,class,normal\n9,New,asset,debit\n9001,New,asset,debit\n",
        &["--start", "2024-02-29"],
    );
    told(&wrong, "not looked up on the node: refused: key_conflict: entity LM");
    world.import(0, "chart", new, &["--start", "2024-02-28"]);
}

#[test]
fn good_files_are_imported_and_running_again_does_nothing_twice() {
    let world = World::start("2");
    let start = ["--start", "2024-02-28"];
    let nothing = world.trace();
    told(
        &world.import(0, "chart", &sample("chart.csv"), &["--check", "--start", "2024-02-28"]),
        "9 subjects, nothing wrong",
    );
    told(&world.import(0, "chart", &sample("chart.csv"), &start), "of 9 subjects 9 opened, 0 there already");
    told(&world.import(0, "chart", &sample("chart.csv"), &[]), "of 9 subjects 0 opened, 9 there already");
    told(&world.import(0, "accounts", &sample("accounts.csv"), &["--check"]), "8 accounts, nothing wrong");
    assert_eq!(world.trace(), nothing, "checking changes nothing");
    told(
        &world.import(0, "accounts", &sample("accounts.csv"), &[]),
        "of 8 accounts 8 opened, 0 there already",
    );
    told(
        &world.import(0, "accounts", &sample("accounts.csv"), &[]),
        "of 8 accounts 0 opened, 8 there already",
    );
    let file = world.file("days.csv", &sample("transactions.csv"));
    let transactions =
        |options: &[&str]| world.import_file(0, "transactions", &file, &world.served.addr, options);
    told(&transactions(&["--check"]), "4 transactions, nothing wrong");
    assert_eq!(world.balance("LM/bank/CNY"), 0);
    told(&transactions(&[]), "of 4 transactions 4 posted, 0 there already, 0 refused");
    told(&transactions(&[]), "of 4 transactions 0 posted, 4 there already, 0 refused");
    check_books(&world);
}

fn check_books(world: &World) {
    for (account, minor) in [
        ("LM/bank/CNY", 10_000),
        ("LM/bank/JPY", 5_000),
        ("LM/U1/cash/CNY", 4_000),
        ("LM/U1/cash/JPY", 5_000),
        ("LM/M1/settlement/CNY", 5_970),
        ("LM/fees/CNY", 30),
        ("LM/vault/CNY", 700),
    ] {
        assert_eq!(world.balance(account), minor, "{account}");
    }
    let addr = ["--addr", &world.served.addr, "--json"];
    let order = longmen(&[&["transaction", "order-1"][..], &addr].concat()).json();
    assert_eq!(order["notes"], serde_json::json!({ "type": "payment", "reference": "order 1" }));
    let steps: Vec<_> = order["legs"].as_array().unwrap().iter().map(|leg| leg["step"].clone()).collect();
    assert_eq!(steps, [1, 2, 3]);
    let top_up = longmen(&[&["transaction", "top-up-1"][..], &addr].concat()).json();
    assert_eq!(top_up["notes"]["reference"], "slip 8, window 3");
    let late = longmen(&[&["transaction", "top-up-2"][..], &addr].concat()).json();
    assert_eq!(late["value_date"], "2024-02-28");
    let accounts = longmen(&[&["accounts"][..], &addr].concat()).json();
    let fees = accounts.as_array().unwrap().iter().find(|account| account["number"] == "fees").unwrap();
    assert_eq!((&fees["hot"], &fees["subject"]), (&true.into(), &"6421".into()));
    let trial = longmen(&[&["trial-balance", "--entity", "LM"][..], &addr[..2]].concat());
    assert_eq!(trial.code, Some(0), "{trial:?}");
}

#[test]
fn line_ends_quotes_and_a_byte_order_mark_make_no_difference() {
    let world = World::open("1");
    let text = String::from_utf8(sample("transactions.csv")).unwrap();
    let file = world.file("days.csv", text.as_bytes());
    world.import_file(0, "transactions", &file, &world.served.addr, &[]);
    for other in [
        text.replace('\n', "\r\n"),
        format!("\u{FEFF}{text}"),
        text.replace("order-1", "\"order-1\"").replace(",CNY,", " , CNY ,\t"),
        text.replace('\n', "\n\n").trim_end().to_owned(),
    ] {
        let file = world.file("days.csv", other.as_bytes());
        told(
            &world.import_file(0, "transactions", &file, &world.served.addr, &[]),
            "0 posted, 4 there already",
        );
    }
}

#[test]
fn refusals_are_told_by_line_and_the_rest_is_posted() {
    let world = World::open("2");
    let file = b"transaction,step,account,account_type,side,amount,currency,time\n\
        a,1,bank,,debit,10.00,CNY,\n\
        b,2,M1,settlement,credit,20.00,CNY,\n\
        a,2,U1,cash,credit,10.00,CNY,\n\
        b,1,U1,cash,debit,20.00,CNY,\n\
        c,1,U1,cash,debit,4.00,CNY,\n\
        c,2,M1,settlement,credit,4.00,CNY,\n\
        d,1,bank,,debit,1.00,CNY,2020-01-01T00:00:00Z\n\
        d,2,U1,cash,credit,1.00,CNY,\n\
        e,1,bank,,debit,995.00,CNY,\n\
        e,2,U1,cash,credit,995.00,CNY,\n";
    let ran = world.import(1, "transactions", file, &[]);
    told(&ran, "of 5 transactions 2 posted, 0 there already, 3 refused");
    told(&ran, "line 5, b at step 1: insufficient_funds: LM/U1/cash/CNY");
    told(&ran, "20.00");
    told(&ran, "line 8, d: too_old");
    told(&ran, "line 11, e at step 2: limit_exceeded: LM/U1/cash/CNY");
    told(&ran, "995.00");
    assert_eq!((world.balance("LM/U1/cash/CNY"), world.balance("LM/M1/settlement/CNY")), (600, 400));
    let again = longmen(&[
        "import",
        "transactions",
        world.directory.path().join("transactions.csv").to_str().unwrap(),
        "--entity",
        "LM",
        "--json",
        "--addr",
        &world.served.addr,
    ]);
    let report = again.json();
    assert_eq!((&report["done"], &report["there"], &report["sent"]), (&0.into(), &2.into(), &true.into()));
    let mut refused = report["refused"][0].clone();
    let message = refused.as_object_mut().unwrap().remove("message").unwrap();
    assert!(message.as_str().unwrap().contains("LM/U1/cash/CNY"), "{message}");
    let row = serde_json::json!({ "line": 5, "name": "b", "step": 1, "code": "insufficient_funds" });
    assert_eq!(refused, row);
    let other = String::from_utf8(file.to_vec()).unwrap().replace("4.00", "5.00");
    told(&world.import(1, "transactions", other.as_bytes(), &[]), "line 6, c: idempotency_conflict");
}

#[test]
fn exported_columns_and_ids_are_read() {
    let world = World::open("1");
    let id = "0123456789abcdef0123456789abcdef";
    let file = format!(
        "entity,account_id,account_number,account_type,subject,class,currency,exponent,accounting_date,side,amount,\
         balance_after,merged,step,frame,ordinal,client,transaction,action,original_client,original,value_date,type,\
         reference,tags,operator,approval,reason,visibility,counterparty\n\
         LM,1,bank,,100201,asset,CNY,2,2024-02-28,debit,1.00,1.00,0,1,3,0,longmen,{id},post,,,2024-02-28,x,,,,,,,\n\
         LM,3,U1,cash,220301,liability,CNY,2,2024-02-28,credit,1.00,1.00,0,2,3,0,longmen,{id},post,,,2024-02-28,x,,,,,,,\n"
    );
    told(&world.import(0, "transactions", file.as_bytes(), &["--hex-ids"]), "1 posted");
    let short = file.replace(id, "1234");
    let ran = world.import(2, "transactions", short.as_bytes(), &["--hex-ids"]);
    told(&ran, "line 2, transaction: `1234` is no number of 32 hexadecimal digits");
    // The text of an id comes along, and stands for its number.
    let named = file
        .replace("counterparty\n", "counterparty,text_id,original_text_id\n")
        .replace(",x,,,,,,,\n", ",x,,,,,,,,order-17,\n");
    let ran = world.import(2, "transactions", named.as_bytes(), &["--hex-ids"]);
    told(&ran, &format!("line 2, text_id: `order-17` does not stand for {id}"));
    let named = named.replace(id, "1cf8320d8c5be8fc9f1841f7e4de2cdd");
    told(&world.import(0, "transactions", named.as_bytes(), &["--hex-ids"]), "1 posted");
    let shown = longmen(&["transaction", "order-17", "--addr", &world.served.addr]);
    told(&shown, "post order-17 posted");
    let refund = file.replace("post", "refund");
    let ran = world.import(2, "transactions", refund.as_bytes(), &["--hex-ids"]);
    told(&ran, "line 3, action: `refund` cannot be imported");
}
