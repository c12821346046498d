//! Nobody reads what a command prints: it ends as it would have ended.

use crate::longmen::{Served, longmen, unread};

#[test]
fn the_exit_code_does_not_depend_on_who_reads() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let served = Served::start(&data, "1");
    let chart = format!("{}/tests/scenarios/payment_with_fee.json", env!("CARGO_MANIFEST_DIR"));
    let wrong = directory.path().join("wrong.csv");
    std::fs::write(&wrong, "account,currency,owner\nU9,XXX,nobody\n").unwrap();
    let refused = directory.path().join("refused.csv");
    let rows =
        "transaction,step,account,side,amount,currency\n1,1,payer,debit,1,CNY\n1,2,shop,credit,1,CNY\n";
    std::fs::write(&refused, rows).unwrap();
    let ask = |code: i32, arguments: &[&str]| {
        for json in [&[][..], &["--json"]] {
            let all = [arguments, json, &["--addr", &served.addr]].concat();
            assert_eq!(unread(&all), Some(code), "{all:?}");
            let read = longmen(&all);
            assert_eq!(read.code, Some(code), "{read:?}");
        }
    };
    ask(0, &["open", &chart]);
    ask(1, &["post", "--debit", "BOOKS/payer/CNY=1", "--credit", "BOOKS/shop/CNY=1"]);
    ask(1, &["post", "--debit", "BOOKS/payer/CNY=1", "--credit", "BOOKS/shop/CNY=2"]);
    ask(1, &["freeze", "BOOKS/payer/CNY=1"]);
    ask(1, &["balance", "BOOKS/nobody/CNY"]);
    ask(1, &["transaction", "never"]);
    ask(1, &["close-day", "BOOKS", "2000-01-01"]);
    ask(2, &["consume", "F1", "--debit", "@1=1", "--debit", "@2=1", "--credit", "@3=2"]);
    ask(2, &["import", "accounts", wrong.to_str().unwrap(), "--entity", "BOOKS"]);
    ask(1, &["import", "transactions", refused.to_str().unwrap(), "--entity", "BOOKS"]);
    ask(0, &["trial-balance"]);
    ask(0, &["status"]);
    assert_eq!(unread(&["status", "--addr", "127.0.0.1:1"]), Some(3));
    assert_eq!(unread(&["post", "--debit", "no"]), Some(2));
    assert_eq!(unread(&["--help"]), Some(0));
    assert_eq!(served.end_by("TERM"), Some(0));
    let data = data.to_str().unwrap();
    assert_eq!(unread(&["verify", data]), Some(0));
    assert_eq!(unread(&["wal", "inspect", data]), Some(0));
    let scenario = format!("{}/tests/scenarios/does_not_hold.json", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(unread(&["play", &scenario]), Some(1));
}
