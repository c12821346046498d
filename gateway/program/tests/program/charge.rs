//! Rules for fees and splits on a node (手续费, 分账): set, listed, charged by, refunded by, shown and exported.

use crate::longmen::{Served, longmen};

const RULES: &str = r#"
[[account]]
role = "fee_income"
currency = "CNY"
number = "fee"

[[rule]]
name = "card payments"
type = "card_pay"
currency = "CNY"
from = "2026-01-01"
rounding = "half_up"

[[rule.fee]]
name = "platform fee"
paid_by = "payee"
to = "fee_income"
rate = "0.6%"
refund = "proportional"

[[rule]]
name = "market place"
type = "market_pay"
currency = "CNY"
from = "2026-01-01"
rounding = "half_up"

[[rule.share]]
to = "shop"
share = "70"

[[rule.share]]
to = "agent"
share = "20"

[[rule.share]]
to = "delivery"
share = "10"
"#;

struct Books {
    served: Served,
    directory: tempfile::TempDir,
}

impl Books {
    fn open() -> Books {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::start_with(&directory.path().join("books"), &["--shards", "2"]);
        let subject = |code, class, normal| serde_json::json!({ "code": code, "name": "名", "class": class, "normal": normal });
        let account = |label: &str, subject, free: bool, owner| {
            serde_json::json!({
                "account": label, "subject": subject, "currency": "CNY", "owner": owner, "may_go_negative": free,
            })
        };
        let chart = serde_json::json!({
            "scenario": "s", "title": "", "entity": "LM", "start": "2026-01-05",
            "subjects": [
                subject("10020101", "asset", "debit"), subject("220301", "liability", "credit"),
                subject("602101", "income", "credit"),
            ],
            "accounts": [
                account("bank", "10020101", true, "internal"), account("M1", "220301", false, "customer"),
                account("S1", "220301", false, "customer"), account("A1", "220301", false, "customer"),
                account("fee", "602101", false, "internal"),
            ],
        });
        let books = Books { served, directory };
        let file = books.file("chart.json", &chart.to_string());
        books.says(0, &format!("open {file}"), &[]);
        books
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Runs a command, and looks for each of the words; what it said.
    #[track_caller]
    fn says(&self, code: i32, command: &str, words: &[&str]) -> String {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let ran = longmen(&[&arguments[..], &["--addr", &self.served.addr]].concat());
        assert_eq!(ran.code, Some(code), "{command}: {ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        for word in words {
            assert!(said.contains(word), "{command}: {word:?} in {said}");
        }
        said
    }
}

#[test]
fn a_card_payment_is_charged_refunded_shown_and_exported() {
    let books = Books::open();
    let file = books.file("fees.toml", RULES);
    let pay = "charge --type card_pay --payer LM/bank/CNY --payee LM/M1/CNY --amount 100.00 --id pay";
    books.says(1, pay, &["pay: no_rule", "the same id may be sent again"]);
    books.says(0, "fee rules --entity LM", &["no rules hold in LM"]);
    let set = format!("fee set LM {file}");
    books.says(
        1,
        &format!("{set} --from 2026-01-04"),
        &["date_closed", "the accounting date of LM is 2026-01-05"],
    );
    books.says(0, &format!("{set} --from 2026-01-05"), &["2 rules of", "hold in LM from 2026-01-05 on"]);
    let second = books.file("more.toml", &RULES.replace("0.6%", "1%"));
    books.says(0, &format!("fee set LM {second} --from 2026-01-06"), &[]);
    books.says(0, "fee rules --entity LM", &["file 1 of LM, from 2026-01-05 on, holds now", "card payments"]);
    books.says(0, "fee rules --entity LM --number 2", &["file 2 of LM, from 2026-01-06 on\n"]);
    books.says(2, "fee rules --entity LM --number 3", &["entity LM has no file 3 of rules"]);
    let legs = ["LM/bank/CNY  100.00", "LM/M1/CNY             99.40", "LM/fee/CNY             0.60"];
    books.says(0, pay, &[&["pay: posted"], &legs[..]].concat());
    books.says(0, "close-day LM 2026-01-06", &[]);
    books.says(0, pay, &[&["the first result given again"], &legs[..]].concat());
    let refund = "refund pay --id back --amount 40.00 --currency CNY";
    books.says(0, refund, &["back: posted", "39.76", "0.24"]);
    books.says(0, &refund.replace("back", "back2").replace("40.00", "60.00"), &["59.64", "0.36"]);
    books.says(1, "refund pay --amount 0.01 --currency CNY --id back3", &["refund_exceeded"]);
    books.says(2, "refund pay --amount 0.01", &["--currency"]);
    let shown = ["charge", "fee_rule", "card payments", "gross", "100.00 CNY", "fee_file", "1/1"];
    books.says(0, "transaction pay", &shown);
    books.says(0, "transaction back", &["refund", "gross", "40.00 CNY", "card payments"]);
    let split = "charge --type market_pay --payer LM/bank/CNY --amount 100.01 --share shop=LM/S1/CNY --share agent=LM/A1/CNY \
                 --share delivery=LM/M1/CNY";
    books.says(0, split, &["100.01", "70.01", "20.00", "10.00"]);
    books.says(1, "reverse pay --id undo", &["undo: refund_exceeded"]);
    // At rest, the journal and what proves the books.
    let data = books.directory.path().join("books");
    drop(books.served);
    let data = data.to_str().unwrap();
    let verified = longmen(&["verify", data]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let out = books.directory.path().join("journal");
    let exported = longmen(&["export", data, "--format", "csv", "--out", out.to_str().unwrap()]);
    assert_eq!(exported.code, Some(0), "{exported:?}");
    let journal = std::fs::read_to_string(out.join("legs.csv")).unwrap();
    assert!(journal.contains("charge") && journal.contains("card_pay"), "{journal}");
}

#[test]
fn a_file_that_a_node_cannot_keep_is_told_before_it_is_sent() {
    let books = Books::open();
    let without = books.file("without.toml", &RULES.replace("number = \"fee\"", "number = \"fees\""));
    books.says(1, &format!("fee set LM {without} --from 2026-01-05"), &["unknown_account"]);
    let no_role = books.file("no-role.toml", &RULES.replace("role = \"fee_income\"", "role = \"income\""));
    books.says(
        2,
        &format!("fee set LM {no_role} --from 2026-01-05"),
        &["the rule \"card payments\" needs an account for \"fee_income\" in CNY"],
    );
    let long = books.file("long.toml", &format!("{RULES}{}", "#".repeat(30_000)));
    books.says(2, &format!("fee set LM {long} --from 2026-01-05"), &["a node takes a file of at most 30000"]);
    let party = books.file("party.toml", &RULES.replace("role = \"fee_income\"", "role = \"payer\""));
    books.says(2, &format!("fee rules {party}"), &["is named with each transaction"]);
}
