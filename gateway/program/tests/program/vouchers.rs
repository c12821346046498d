//! `longmen voucher`: days of a node's books made into vouchers, written, answered and proved.

use serde_json::Value;

use crate::voucher_desk::{START, VoucherDesk, settings};

const OFF: &str = "off_balance_word = \"表\"";
const NEXT: &str = "2024-06-19";

impl VoucherDesk {
    /// A day with top-ups, of which one is taken back, memo legs and what is off the balance; closed.
    fn with_a_day() -> VoucherDesk {
        let desk = VoucherDesk::open();
        desk.write("u8.toml", &settings("u8_text", "day", OFF));
        desk.posts("t-1", "top_up", "LM/bank/CNY=100.00", "LM/U1/CNY=100.00");
        desk.posts("t-2", "top_up", "LM/bank/CNY=30.00", "LM/U2/CNY=30.00");
        desk.posts("t-3", "fee", "LM/U1/CNY=0.50", "LM/fee/CNY=0.50");
        desk.posts("t-4", "qr_in", "LM/memo-a/CNY=7.00", "LM/U1/CNY=7.00");
        desk.says(0, &["post", "--id", "t-5", "--type", "blank_form", "--debit", "LM/vault/CNY=5.00"]);
        desk.says(0, &["reverse", "t-2", "--id", "t-6"]);
        desk.closes("LM", NEXT);
        desk
    }

    fn shows(&self, key: &str) -> Value {
        self.runs(0, &["voucher", "show", key, "--desk", &self.desk, "--json"]).json()
    }

    fn proves(&self, code: i32, from: &str, to: &str) -> Value {
        let command = ["voucher", "prove", "LM", "--from", from, "--to", to, "--desk", &self.desk, "--json"];
        self.says(code, &command).json()
    }

    fn acknowledges(&self, code: i32, text: &str, more: &[&str]) -> crate::longmen::Ran {
        self.write("answers", text);
        let file = self.path("answers");
        self.runs(code, &[&["voucher", "acknowledge", &file, "--desk", &self.desk][..], more].concat())
    }
}

fn lines(shown: &Value) -> Vec<(String, String, i64)> {
    let line = |line: &Value| {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        (text("subject"), text("side"), line["amount"].as_i64().unwrap())
    };
    shown["voucher"]["content"]["lines"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn a_closed_day_becomes_vouchers_that_are_what_the_general_ledger_has() {
    let desk = VoucherDesk::with_a_day();
    let made = desk.makes(0, START, "u8.toml", &["--json"]).json();
    assert_eq!(
        (&made["new"], &made["vouchers"], &made["lines"]),
        (&true.into(), &4.into(), &9.into()),
        "{made}"
    );
    let told: Vec<String> = desk
        .list("LM")
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap();
            format!("{}-{} {} {}", text("word"), one["number"], text("key"), text("state"))
        })
        .collect();
    let named = ["转-1", "收-1", "收-2", "表-1"].iter().zip(1..);
    let expected: Vec<String> =
        named.map(|(name, sequence)| format!("{name} LM|{START}|day|{sequence} made")).collect();
    assert_eq!(told, expected);
    // Black and red stand apart; what is single-sided has its other side.
    let all: Vec<_> =
        (1..=4).flat_map(|sequence| lines(&desk.shows(&format!("LM|{START}|day|{sequence}")))).collect();
    for line in [
        ("10020101", "debit", 13_000),
        ("220301", "credit", 13_000),
        ("10020101", "debit", -3_000),
        ("220301", "credit", -3_000),
        ("220301", "debit", 50),
        ("602101", "credit", 50),
        ("910101", "debit", 700),
        ("220301", "credit", 700),
        ("710101", "debit", 500),
    ] {
        let line = (line.0.to_owned(), line.1.to_owned(), line.2);
        assert!(all.contains(&line), "{line:?}: {all:?}");
    }
    let again = desk.makes(0, START, "u8.toml", &["--json"]).json();
    assert_eq!((&again["new"], &again["vouchers"]), (&false.into(), &4.into()));
    assert_eq!(desk.list("LM").len(), 4);
    let proved = desk.proves(0, START, START);
    assert_eq!((&proved["holds"], &proved["days"][0]["vouchers"]), (&true.into(), &4.into()), "{proved}");
}

#[test]
fn only_closed_dates_are_made_each_in_its_order() {
    let desk = VoucherDesk::with_a_day();
    let refused = |date: &str, code: &str, words: &str| {
        let ran = desk.makes(1, date, "u8.toml", &[]);
        assert!(ran.err.contains(code) && ran.err.contains(words), "{ran:?}");
    };
    refused(NEXT, "not_closed", "2024-06-19 is not closed");
    refused("2024-06-17", "no_accounting_date", "2024-06-17");
    desk.closes("LM", "2024-06-21");
    desk.posts("t-9", "top_up", "LM/bank/CNY=1.00", "LM/U1/CNY=1.00");
    desk.closes("LM", "2024-06-22");
    desk.makes(0, START, "u8.toml", &[]);
    refused("2024-06-21", "missed_date", "2024-06-19 comes first");
    refused("2024-06-20", "no_accounting_date", "2024-06-20");
    let proved = desk.proves(1, START, "2024-06-21");
    assert_eq!(proved["days"].as_array().unwrap().len(), 3, "{proved}");
    assert_eq!(proved["days"][1], serde_json::json!({"date": NEXT, "made": false}));
    // A date on which nothing was booked has no voucher, and is made.
    assert_eq!(desk.makes(0, NEXT, "u8.toml", &["--json"]).json()["vouchers"], 0);
    desk.makes(0, "2024-06-21", "u8.toml", &[]);
    assert_eq!(desk.numbers("LM").last().unwrap(), &("收".to_owned(), 3), "numbers go on in the month");
    desk.proves(0, START, "2024-06-21");
    let other = VoucherDesk { desk: desk.path("other"), ..desk };
    other.makes(0, "2024-06-21", "u8.toml", &[]);
    let ran = other.makes(1, START, "u8.toml", &[]);
    assert!(ran.err.contains("before_first"), "{ran:?}");
}

#[test]
fn what_the_accounting_system_would_refuse_draws_no_number() {
    let desk = VoucherDesk::with_a_day();
    let refused = |settings: &str, more: &[&str], code: &str, words: &str| {
        desk.write("bad.toml", settings);
        let ran = desk.makes(1, START, "bad.toml", more);
        assert!(ran.err.contains(code) && ran.err.contains(words), "{words}: {ran:?}");
        assert!(desk.list("LM").is_empty());
    };
    let good = settings("u8_text", "day", OFF);
    desk.write("unread.toml", "format = \"u9\"");
    assert!(desk.makes(2, START, "unread.toml", &[]).err.contains("unread.toml"));
    refused(&good.replace("\"*\" = \"=\"", "\"1*\" = \"=\""), &[], "unknown_subject", "220301");
    refused(&good.replace("910101 = \"112201\"", ""), &[], "unknown_memo", "910101");
    refused(&settings("u8_text", "day", ""), &[], "no_off_balance_word", "blank_form");
    let left_out = settings("u8_text", "day", "left_out = [\"1*\"]");
    refused(&left_out, &[], "left_out_of_balance", "10020101");
    refused(&good, &["--closed-through", "2024-06-30"], "closed_period", "closed there through 2024-06-30");
    // 31 Chinese characters are 62 bytes of GBK, and 30 fit.
    let wide = good.replace("充值", &"充".repeat(31));
    refused(&wide, &[], "text_too_wide", "60");
    refused(&good.replace("充值", "充\u{1F4B0}"), &[], "not_in_gbk", "LM");
    refused(&good.replace("[people]", "[entities]\nXB = \"2\"\n[people]"), &[], "unknown_entity", "LM");
    let terms = good.replace("[people]", "[aux]\ncustomer = \"客户\"\n[people]");
    refused(&terms.replace("\"day\"", "\"day_with_aux\""), &[], "unknown_term", "customer");
    refused(&settings("sap_bapi_csv", "day", OFF), &[], "no_off_balance", "LM");
    // Closed there: it goes to the first open date, and keeps its key.
    desk.write("u8.toml", &settings("u8_text", "day", &format!("{OFF}\nwhen_closed = \"next_open_date\"")));
    desk.makes(0, START, "u8.toml", &["--closed-through", "2024-06-30"]);
    let shown = desk.shows(&format!("LM|{START}|day|1"));
    assert_eq!((&shown["posting_date"], &shown["number"]), (&"2024-07-01".into(), &1.into()));
    desk.proves(0, START, START);
}

#[test]
fn a_voucher_has_no_more_lines_than_fit_and_foreign_amounts_need_a_rate() {
    let desk = VoucherDesk::open();
    let legs: Vec<String> = (0..4).map(|_| "LM/U2/CNY=1.00".to_owned()).collect();
    let mut command = vec!["post", "--id", "many", "--type", "split", "--debit", "LM/U1/CNY=4.00"];
    legs.iter().for_each(|leg| command.extend(["--credit", leg]));
    desk.says(0, &command);
    desk.posts("usd", "top_up", "LM/bank/USD=10.00", "LM/U1/USD=10.00");
    desk.closes("LM", NEXT);
    let short = |more: &str| settings("u8_text", "transaction", more).replace("= 500", "= 3");
    desk.write("u8.toml", &short(""));
    let ran = desk.makes(1, START, "u8.toml", &["--rate", "USD=7.12"]);
    assert!(ran.err.contains("too_many_lines") && ran.err.contains("many"), "{ran:?}");
    desk.write("u8.toml", &short("clearing = \"19010101\""));
    let ran = desk.makes(1, START, "u8.toml", &[]);
    assert!(ran.err.contains("no_rate") && ran.err.contains("USD"), "{ran:?}");
    let ran = desk.makes(2, START, "u8.toml", &["--rate", "USD"]);
    assert!(ran.err.contains("USD=7.1234"), "{ran:?}");
    desk.write("long.toml", &settings("sap_bapi_csv", "day", "").replace("= 500", "= 1000"));
    let ran = desk.makes(2, START, "long.toml", &[]);
    assert!(ran.err.contains("line_limit is 1000"), "{ran:?}");
    desk.makes(0, START, "u8.toml", &["--rate", "USD=7.12"]);
    assert!(desk.list("LM").iter().all(|one| one["lines"].as_u64().unwrap() <= 3));
    desk.proves(0, START, START);
    // Made by transaction, the transaction is named.
    let shown =
        desk.runs(0, &["voucher", "show", &format!("LM|{START}|transaction|1"), "--desk", &desk.desk]);
    assert!(shown.out.contains("many") && shown.out.contains("19010101"), "{shown:?}");
}

#[test]
fn a_file_again_has_the_same_bytes_and_answers_are_taken_in_whole() {
    let desk = VoucherDesk::with_a_day();
    let ran = desk.exports(1, START, "u8.toml", "a.txt", &[]);
    assert!(ran.err.contains("not_made"), "{ran:?}");
    desk.makes(0, START, "u8.toml", &[]);
    let key = |sequence: u32| format!("LM|{START}|day|{sequence}");
    let early = desk.acknowledges(1, &format!("source_key,number,reason\n{},1,\n", key(1)), &[]);
    assert!(early.err.contains("not_exported"), "{early:?}");
    let first = desk.exports(0, START, "u8.toml", "a.txt", &["--json"]).json();
    let again = desk.exports(0, START, "u8.toml", "b.txt", &["--json"]).json();
    assert_eq!((&first["sha256"], desk.read("a.txt")), (&again["sha256"], desk.read("b.txt")));
    desk.exports(0, START, "u8.toml", "a.txt", &[]);
    let bytes = desk.read("a.txt");
    let (text, _, is_faulty) = encoding_rs::GBK.decode(&bytes);
    assert!(!is_faulty && text.contains("充值") && text.contains("112201"), "{text}");
    // Other settings, other format, a file of others: refused, and nothing is overwritten.
    desk.write(
        "other.toml",
        &settings("u8_text", "day", OFF).replace("maker = \"longmen\"", "maker = \"李\""),
    );
    let ran = desk.exports(1, START, "other.toml", "c.txt", &[]);
    assert!(ran.err.contains("other_bytes") && !std::fs::exists(desk.path("c.txt")).unwrap(), "{ran:?}");
    let ran = desk.exports(1, START, "u8.toml", "c.dbf", &["--format", "k3_dbf"]);
    assert!(ran.err.contains("other_bytes"), "{ran:?}");
    desk.write("mine.txt", "mine");
    let ran = desk.exports(1, START, "u8.toml", "mine.txt", &[]);
    assert!(ran.err.contains("other_file") && desk.read("mine.txt") == b"mine", "{ran:?}");
    let ran = desk.exports(2, START, "u8.toml", "c.txt", &["--format", "u9"]);
    assert!(ran.err.contains("galaxy_json"), "{ran:?}");
    // One answer is bad: none counts.
    let bad = format!("source_key,number,reason\n{},101,\nLM|{START}|day|9,102,\n", key(1));
    assert!(desk.acknowledges(1, &bad, &[]).err.contains("unknown_voucher"));
    assert!(desk.list("LM").iter().all(|one| one["state"] == "exported"));
    let rest: String = (3..=4).map(|sequence| format!("{},10{sequence},\n", key(sequence))).collect();
    let answers = format!("source_key,number,reason\n{},101,\n{},,科目已停用\n{rest}", key(1), key(2));
    for _ in 0..2 {
        let ran = desk.acknowledges(1, &answers, &["--json"]).json();
        assert_eq!((&ran["accepted"], &ran["rejected"]), (&3.into(), &1.into()));
    }
    let twice = desk.acknowledges(1, &format!("source_key,number,reason\n{},777,\n", key(1)), &[]);
    assert!(twice.err.contains("other_answer") && twice.err.contains("twice"), "{twice:?}");
    let list = desk.list("LM");
    assert_eq!((&list[0]["their_number"], &list[1]["reason"]), (&"101".into(), &"科目已停用".into()));
    // What was rejected is put right and written anew, under its number.
    let numbers = desk.numbers("LM");
    desk.exports(0, START, "other.toml", "again.txt", &["--rejected"]);
    let ran = desk.exports(1, START, "other.toml", "none.txt", &["--rejected"]);
    assert!(ran.err.contains("no_vouchers"), "{ran:?}");
    desk.acknowledges(0, &format!("source_key,number,reason\n{},102,\n", key(2)), &[]);
    assert_eq!(desk.numbers("LM"), numbers);
    assert!(desk.list("LM").iter().all(|one| one["state"] == "accepted"));
    // The first file again is not what was last sent of all of them.
    let ran = desk.exports(1, START, "u8.toml", "d.txt", &[]);
    assert!(ran.err.contains("other_bytes"), "{ran:?}");
}

#[test]
fn answers_of_galaxy_come_by_the_lines_of_the_file() {
    let desk = VoucherDesk::with_a_day();
    desk.makes(0, START, "u8.toml", &[]);
    desk.exports(0, START, "u8.toml", "sent.jsonl", &["--format", "galaxy_json"]);
    let good = |number: u32| {
        format!(
            r#"{{"Result":{{"ResponseStatus":{{"IsSuccess":true,"SuccessEntitys":[{{"Number":"PZ{number}","DIndex":0}}]}}}}}}"#
        )
    };
    let bad = r#"{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[{"FieldName":"FACCOUNTID","Message":"科目不存在","DIndex":0}]}}}"#;
    let sent = desk.path("sent.jsonl");
    let answers = [good(1), bad.to_owned(), String::new()].join("\n");
    let told = desk.acknowledges(1, &answers, &["--sent", &sent, "--json"]).json();
    assert_eq!(told, serde_json::json!({"accepted": 1, "rejected": 1, "unanswered": 2}));
    let states: Vec<Value> = desk.list("LM").iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["accepted", "rejected", "exported", "exported"]);
    let many = vec![good(1); 6].join("\n");
    let broken = [good(1), "{".to_owned()].join("\n");
    desk.write("stranger", "x");
    let stranger = desk.path("stranger");
    for (text, file, words) in [
        (&many, &sent, "there are 6 answers, and 4 vouchers were sent"),
        (&broken, &sent, "answer 2"),
        (&answers, &stranger, "unknown_file"),
    ] {
        let ran = desk.acknowledges(1, text, &["--sent", file]);
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(desk.list("LM")[0]["their_number"], "PZ1");
}

/// Ours are exported, theirs are made from them with faults, and `reconcile-accounts` finds each.
#[test]
fn planted_faults_of_theirs_are_found_by_voucher() {
    let desk = VoucherDesk::with_a_day();
    desk.makes(0, START, "u8.toml", &[]);
    desk.exports(0, START, "u8.toml", "sent.txt", &[]);
    desk.exports(0, START, "u8.toml", "ours.csv", &["--format", "csv"]);
    let table = String::from_utf8(desk.read("ours.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut vouchers: Vec<&str> = rows.iter().map(|row| row[1]).collect();
    vouchers.dedup();
    desk.write(
        "mapping.csv",
        "ours,theirs\n10020101,10020101\n220301,220301\n602101,602101\n910101,112201\n710101,710101\n",
    );
    let balances = |rows: &[Vec<String>], mapped: bool| {
        let mut sums: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
        let minor = |text: &str| text.replace('.', "").parse::<i64>().unwrap_or(0);
        let mut turnovers: std::collections::BTreeMap<String, (i64, i64)> = std::collections::BTreeMap::new();
        for row in rows {
            let subject = if mapped && row[3] == "910101" { "112201".to_owned() } else { row[3].clone() };
            *sums.entry(subject.clone()).or_default() += minor(&row[5]) - minor(&row[6]);
            let both = turnovers.entry(subject).or_default();
            *both = (both.0 + minor(&row[5]), both.1 + minor(&row[6]));
        }
        let text = |minor: i64| {
            format!("{}{}.{:02}", if minor < 0 { "-" } else { "" }, minor.abs() / 100, minor.abs() % 100)
        };
        let head = "entity,subject,currency,period_from,period_to,opening,debit,credit,closing\n".to_owned();
        turnovers.iter().fold(head, |table, (subject, (debit, credit))| {
            let closing = text(sums[subject]);
            format!(
                "{table}LM,{subject},CNY,{START},{START},0.00,{},{},{closing}\n",
                text(*debit),
                text(*credit)
            )
        })
    };
    let owned: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    desk.write("our-balances.csv", &balances(&owned, false));
    let compare = |theirs: &[Vec<String>], sources: &dyn Fn(usize, &str) -> String| {
        desk.write("their-balances.csv", &balances(theirs, true));
        let head = "entity,voucher,date,subject,currency,debit,credit,source\n".to_owned();
        let table = theirs.iter().enumerate().fold(head, |table, (index, row)| {
            let subject = if row[3] == "910101" { "112201" } else { &row[3] };
            let (source, date) = (sources(index, &row[1]), &row[2]);
            let voucher = row.get(9).map_or_else(|| format!("记-{source}"), Clone::clone);
            format!("{table}LM,{voucher},{date},{subject},CNY,{},{},{source}\n", row[5], row[6])
        });
        desk.write("theirs.csv", &table);
        let [ours, theirs, mapping, mine, other] =
            ["our-balances.csv", "their-balances.csv", "mapping.csv", "ours.csv", "theirs.csv"]
                .map(|name| desk.path(name));
        crate::longmen::longmen(&[
            "reconcile-accounts",
            &ours,
            &theirs,
            "--mapping",
            &mapping,
            "--cycle",
            "day",
            "--our-vouchers",
            &mine,
            "--their-vouchers",
            &other,
            "--json",
        ])
    };
    let same = |_: usize, key: &str| key.to_owned();
    let ran = compare(&owned, &same);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let classes = |ran: &crate::longmen::Ran| -> Vec<String> {
        let told = ran.json();
        let found = told["vouchers"].as_array().unwrap_or_else(|| panic!("{told}"));
        found.iter().map(|one| one["class"].as_str().unwrap().to_owned()).collect()
    };
    let check = |theirs: Vec<Vec<String>>, sources: &dyn Fn(usize, &str) -> String, class: &str| {
        let ran = compare(&theirs, sources);
        assert_eq!(ran.code, Some(1), "{class}: {ran:?}");
        assert_eq!(classes(&ran), [class], "{ran:?}");
    };
    let without: Vec<_> = owned.iter().filter(|row| row[1] != vouchers[0]).cloned().collect();
    check(without, &same, "exported_not_imported");
    let mut twice = owned.clone();
    for row in owned.iter().filter(|row| row[1] == vouchers[0]) {
        let mut copy = row.clone();
        copy.push("记-999".to_owned());
        twice.push(copy);
    }
    check(twice, &same, "imported_twice");
    let mut changed = owned.clone();
    for row in changed.iter_mut().filter(|row| row[1] == vouchers[0]) {
        for cell in [5, 6] {
            if !row[cell].is_empty() {
                row[cell] = "77.77".to_owned();
            }
        }
    }
    check(changed, &same, "changed_there");
    let mut manual = owned.clone();
    for row in owned.iter().filter(|row| row[1] == vouchers[0]) {
        let mut copy = row.clone();
        copy.push("手-1".to_owned());
        manual.push(copy);
    }
    let count = owned.len();
    let by_hand = move |index: usize, key: &str| if index < count { key.to_owned() } else { String::new() };
    check(manual, &by_hand, "manual_voucher_there");
}
