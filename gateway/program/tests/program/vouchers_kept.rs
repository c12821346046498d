//! What `longmen voucher` keeps is what was booked: whoever asked for it, at a year's end, and when somebody changes it.

use std::process::Command;

use longmen_client::{AccountKey, Client, Transaction};
use serde_json::Value;

use crate::voucher_desk::{START, VoucherDesk, post_all, settings};

const NEXT: &str = "2024-06-19";

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn top_up(id: &str, minor: i64) -> Transaction {
    Transaction::new(id).kind("top_up").debit(AccountKey::new("LM", "bank", "", "CNY"), minor, "CNY").credit(
        AccountKey::new("LM", "U1", "", "CNY"),
        minor,
        "CNY",
    )
}

impl VoucherDesk {
    fn proves_until(&self, code: i32, to: &str) -> Value {
        let command = ["voucher", "prove", "LM", "--from", START, "--to", to, "--desk", &self.desk, "--json"];
        self.says(code, &command).json()
    }

    /// Changes the database behind the program's back.
    fn spoils(&self, statement: &str) {
        let script = format!(
            "import sqlite3; c = sqlite3.connect({:?}); assert c.execute({statement:?}).rowcount == 1; c.commit()",
            format!("{}/desk.db", self.desk)
        );
        assert!(Command::new("python3").args(["-c", &script]).status().unwrap().success());
    }
}

#[test]
fn two_clients_that_use_one_id_have_a_voucher_each() {
    let desk = VoucherDesk::open();
    block_on(async {
        for (name, minor) in [("switch", 100), ("till", 250)] {
            let mut client = Client::connect(&desk.served.addr, name, None).await.unwrap();
            post_all(&mut client, &[top_up("same", minor)]).await;
        }
    });
    desk.closes("LM", NEXT);
    for mode in ["transaction", "packed"] {
        let at = desk.path(mode);
        desk.write("one.toml", &settings("u8_text", mode, ""));
        let file = desk.path("one.toml");
        desk.says(0, &["voucher", "make", "LM", "--date", START, "--desk", &at, "--settings", &file]);
        let key = format!("LM|{START}|{mode}|1");
        let shown = desk.runs(0, &["voucher", "show", &key, "--desk", &at, "--json"]).json();
        let lines = shown["voucher"]["content"]["lines"].as_array().unwrap();
        assert_eq!(lines.len(), if mode == "packed" { 4 } else { 2 }, "{shown}");
        let list = desk.runs(0, &["voucher", "list", "LM", "--desk", &at, "--json"]).json();
        assert_eq!(list["vouchers"].as_array().unwrap().len(), if mode == "packed" { 1 } else { 2 });
    }
    let key = format!("LM|{START}|transaction|2");
    let shown = desk.runs(0, &["voucher", "show", &key, "--desk", &desk.path("transaction")]);
    assert!(shown.out.contains("same@") && shown.out.contains("2.50"), "{shown:?}");
}

#[test]
fn what_a_years_end_carries_forward_is_in_the_vouchers() {
    let desk = VoucherDesk::open();
    desk.posts("f-1", "fee", "LM/U1/CNY=3.00", "LM/fee/CNY=3.00");
    desk.posts("c-1", "cost", "LM/cost/CNY=1.00", "LM/bank/CNY=1.00");
    desk.says(0, &["close-day", "LM", "2025-01-01", "--carry-forward", "LM/profit/CNY"]);
    desk.makes(0, START, "u8.toml", &[]);
    let proved = desk.proves_until(0, START);
    assert_eq!(proved["days"][0]["turnovers"], 5, "{proved}");
    let found = desk.list("LM").iter().any(|one| {
        let key = one["key"].as_str().unwrap();
        let shown = desk.runs(0, &["voucher", "show", key, "--desk", &desk.desk]);
        shown.out.contains("carry_forward") && shown.out.contains("410301")
    });
    assert!(found, "{:?}", desk.list("LM"));
}

/// What was left out is known without the settings, and what a line is about stands in it.
#[test]
fn what_is_left_out_stays_out_and_terms_are_those_of_the_books() {
    let desk = VoucherDesk::open();
    for (id, account, minor) in [("t-1", "U1", "1.00"), ("t-2", "U2", "2.00"), ("t-3", "U1", "4.00")] {
        let [debit, credit] = [format!("LM/bank/CNY={minor}"), format!("LM/{account}/CNY={minor}")];
        desk.posts(id, "top_up", &debit, &credit);
    }
    desk.says(0, &["post", "--id", "o-1", "--type", "blank_form", "--debit", "LM/vault/CNY=5.00"]);
    desk.closes("LM", NEXT);
    let text = settings("u8_text", "day_with_aux", "left_out = [\"71*\"]");
    desk.write("aux.toml", &text.replace("[people]", "[aux]\naccount = \"客户\"\n[people]"));
    desk.makes(0, START, "aux.toml", &[]);
    assert_eq!(desk.proves_until(0, START)["days"][0]["vouchers"], 1);
    let key = format!("LM|{START}|day_with_aux|1");
    let shown = desk.runs(0, &["voucher", "show", &key, "--desk", &desk.desk, "--json"]).json();
    let line = |line: &Value| {
        let account = line["aux"]["account"].as_str().unwrap().to_owned();
        (account, line["amount"].as_i64().unwrap())
    };
    let mut lines: Vec<_> =
        shown["voucher"]["content"]["lines"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    assert_eq!(lines, [("U1".to_owned(), 500), ("U2".to_owned(), 200), ("bank".to_owned(), 700)]);
}

#[test]
fn a_changed_voucher_and_a_lost_number_are_told() {
    let desk = VoucherDesk::open();
    desk.posts("t-1", "top_up", "LM/bank/CNY=100.00", "LM/U1/CNY=100.00");
    desk.posts("t-2", "fee", "LM/U1/CNY=0.50", "LM/fee/CNY=0.50");
    desk.closes("LM", NEXT);
    desk.makes(0, START, "u8.toml", &[]);
    assert_eq!(desk.proves_until(0, START)["holds"], true);
    let lacks = |proved: &Value| -> Vec<String> {
        let lacks = proved["days"][0]["lacks"].as_array().unwrap();
        lacks.iter().map(|lack| lack["code"].as_str().unwrap().to_owned()).collect()
    };
    let set = |from: &str, to: &str| {
        format!("UPDATE vouchers SET content = replace(content, '{from}', '{to}') WHERE sequence = 2")
    };
    let (good, bad) = (
        r#""side":"debit","currency":"CNY","amount":10000"#,
        r#""side":"debit","currency":"CNY","amount":10001"#,
    );
    desk.spoils(&set(good, bad));
    assert_eq!(lacks(&desk.proves_until(1, START)), ["unbalanced", "turnover"]);
    desk.spoils(&set(bad, good));
    assert_eq!(desk.proves_until(0, START)["holds"], true);
    desk.posts("t-3", "top_up", "LM/bank/CNY=1.00", "LM/U1/CNY=1.00");
    desk.closes("LM", "2024-06-20");
    desk.makes(0, NEXT, "u8.toml", &[]);
    desk.spoils(&format!("DELETE FROM vouchers WHERE source_key = 'LM|{START}|day|2'"));
    let proved = desk.proves_until(1, NEXT);
    assert_eq!(lacks(&proved), ["turnover", "turnover"]);
    let gap = &proved["gaps"][0];
    assert_eq!((&gap["word"], &gap["last"], &gap["count"]), (&"收".into(), &2.into(), &1.into()), "{proved}");
}

#[test]
fn what_fields_do_not_hold_is_refused_by_name() {
    let desk = VoucherDesk::open();
    block_on(async {
        let mut client = desk.client().await;
        let many: Vec<_> = (0..1_000).map(|number| top_up(&format!("t-{number}"), 1)).collect();
        post_all(&mut client, &many).await;
        // 999,999,999,999.99 has 15 characters, and K/3's fields have 14.
        post_all(&mut client, &[top_up("large", 99_999_999_999_999)]).await;
    });
    desk.closes("LM", NEXT);
    let refused = |text: &str, code: &str| {
        desk.write("bad.toml", text);
        let ran = desk.makes(1, START, "bad.toml", &[]);
        assert!(ran.err.contains(code), "{code}: {ran:?}");
        assert!(!std::fs::exists(&desk.desk).unwrap() || desk.list("LM").is_empty());
    };
    refused(&settings("u8_text", "day", "attachments = \"transactions\""), "too_many_attachments");
    refused(&settings("kis_dbf", "day", ""), "amount_too_wide");
    refused(&settings("sap_bapi_xlsx", "day", "").replace("longmen", "\\u0007"), "bad_text");
    let currencies =
        settings("u8_text", "day", "").replace("[people]", "[currencies]\nUSD = \"2\"\n[people]");
    refused(&currencies, "unknown_currency");
    // What no red voucher can be marked as, and what has two currencies.
    desk.posts("x-1", "mixed", "LM/bank/CNY=2.00", "LM/U1/CNY=2.00");
    desk.says(0, &["reverse", "x-1", "--id", "x-2"]);
    let exchange = [
        "post",
        "--id",
        "x-3",
        "--type",
        "exchange",
        "--debit",
        "LM/bank/USD=1.00",
        "--credit",
        "LM/U1/USD=1.00",
        "--debit",
        "LM/U1/CNY=7.00",
        "--credit",
        "LM/bank/CNY=7.00",
    ];
    desk.says(0, &exchange);
    desk.closes("LM", "2024-06-20");
    desk.makes(0, START, "u8.toml", &[]);
    desk.makes(0, NEXT, "u8.toml", &["--rate", "USD=7"]);
    let ran = desk.exports(1, NEXT, "u8.toml", "sap.csv", &["--format", "sap_bapi_csv"]);
    assert!(ran.err.contains("mixed_currencies"), "{ran:?}");
    assert!(!std::fs::exists(desk.path("sap.csv")).unwrap());
    assert!(desk.list("LM").iter().all(|one| one["state"] == "made"));
}
