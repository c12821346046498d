//! What clients wrote, shown by every command that shows text: nothing of it is obeyed by a terminal, and nothing of it
//! looks like a line of ours.

use std::path::Path;
use std::sync::Arc;

use longmen_engine::ledger::{
    AccountKey, AccountOpening, Amount, ClientId, Command, Currency, Date, Owner, Side, SubjectClass,
    SubjectOpening, YearStart, is_hidden,
};
use longmen_engine::{Node, NodeOptions};
use longmen_wal::{DirectoryStorage, LogOptions};

use crate::longmen::{Ran, Served, longmen};

/// Clears a line, goes back to its start, begins another, turns text around and hides what follows.
const HOSTILE: &str = "U1\u{1b}[2K\r\u{9b}1A\nFORGED  1.00\t\u{7f}\u{202e}x\u{200b}\u{2028}";

/// Books as an older node let them be opened: with such names in them.
fn open_books(data: &Path) {
    let log = LogOptions { segment_bytes: 8 << 20, ..LogOptions::default() };
    let storage = Arc::new(DirectoryStorage::open(data).unwrap());
    let node = Node::start(storage, &NodeOptions { shards: 1, log, ..NodeOptions::default() }).unwrap();
    let (session, mut replies) = node.intake().open_session();
    let mut ask = |command| {
        session.submit(ClientId(1), vec![(1, command)]);
        drop(replies.blocking_recv().expect("the node lives"));
    };
    ask(Command::Hello { name: "longmen".into() });
    ask(Command::OpenEntity {
        code: HOSTILE[..20].into(),
        start: Date::parse("2026-01-01").unwrap(),
        year_starts: YearStart::JANUARY,
    });
    let subject = |code, class, side| SubjectOpening::new(code, HOSTILE, class, side, true);
    ask(Command::OpenSubjects {
        entity: HOSTILE[..20].into(),
        subjects: vec![
            subject("10020101", SubjectClass::Asset, Side::Debit),
            subject("220301", SubjectClass::Liability, Side::Credit),
        ],
    });
    let account = |number: &str, subject: &str, hot| AccountOpening {
        key: AccountKey {
            entity: HOSTILE[..20].into(),
            number: number.into(),
            kind: HOSTILE[..20].into(),
            currency: Currency::from_code("CNY").unwrap(),
        },
        subject: subject.into(),
        customer: Some(HOSTILE.into()),
        owner: Owner::Customer,
        may_go_negative: number == "bank",
        overdraft_limit: Amount(0),
        credit_limit: None,
        hot,
    };
    ask(Command::OpenAccounts(vec![account("bank", "10020101", true), account(HOSTILE, "220301", false)]));
    node.stop().unwrap();
}

#[track_caller]
fn check(ran: &Ran, code: i32, what: &[&str]) {
    assert_eq!(ran.code, Some(code), "{what:?}: {ran:?}");
    for text in [&ran.out, &ran.err] {
        let hidden = text.chars().find(|character| *character != '\n' && is_hidden(*character));
        assert_eq!(hidden, None, "{what:?}: {text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("FORGED  1.00")), "{what:?}:\n{text}");
    }
}

#[test]
fn no_command_lets_a_terminal_obey_what_a_client_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    std::fs::create_dir(&data).unwrap();
    open_books(&data);
    let served = Served::start(&data, "1");
    let entity = &HOSTILE[..20];
    let ask = |code: i32, arguments: &[&str]| {
        for json in [&[][..], &["--json"]] {
            let all = [arguments, json, &["--addr", &served.addr]].concat();
            check(&longmen(&all), code, arguments);
        }
    };
    let notes = ["--type", HOSTILE, "--reference", HOSTILE, "--counterparty", HOSTILE, "--reason", HOSTILE];
    let notes = [&notes[..], &["--operator", HOSTILE, "--approval", HOSTILE]].concat();
    let posted = |id, what: &[&'static str]| [&["post", "--id", id], what, &notes].concat();
    ask(0, &posted(HOSTILE, &["--debit", "@1=9", "--credit", "@2=9"]));
    ask(1, &posted("too-much", &["--debit", "@2=10", "--credit", "@1=10"]));
    ask(1, &["freeze", "@2=1", "--id", "F0", "--authority", HOSTILE]);
    ask(0, &[&["freeze", "@2=1", "--id", "F\u{1b}1", "--authority", "court"], &notes[4..]].concat());
    ask(1, &["unfreeze", "F\u{1b}1", "--id", "F2"]);
    ask(0, &["limits", "@2", "--day", "50", "--reason", HOSTILE, "--operator", HOSTILE]);
    ask(0, &["map-type", entity, "wallet", "220301", "--from", "2026-01-01", "--reason", HOSTILE]);
    ask(0, &["accounts"]);
    ask(0, &["balance", "@1", "@2"]);
    ask(0, &["balance", "@2", "--at", "2026-01-01"]);
    ask(0, &["statement", "@2", "--holds"]);
    ask(0, &["statement", "@1", "--legs", "--totals"]);
    ask(0, &["holds"]);
    ask(0, &["holds", "@2"]);
    ask(0, &["register", "@2"]);
    ask(0, &["register", "--entity", entity]);
    ask(0, &["transaction", HOSTILE]);
    // Ids are text like any other: none of their own stands as digits.
    let written_out = |arguments: &[&str], text: &str| {
        let ran = longmen(&[arguments, &["--addr", &served.addr]].concat());
        assert!(ran.out.contains(text), "{arguments:?}: no {text:?} in {ran:?}");
    };
    written_out(&["statement", "@2"], "U1\\u{1b}[2K\\u{d}");
    written_out(&["statement", "@2", "--holds"], "hold F\\u{1b}1 of");
    written_out(&["find", "--id", HOSTILE], "U1\\u{1b}[2K\\u{d}");
    written_out(&["transaction", HOSTILE], "id: 0x");
    written_out(&["holds"], "F\\u{1b}1");
    ask(0, &["customer", entity, HOSTILE]);
    ask(0, &["trial-balance"]);
    ask(0, &["trial-balance", "--level", "1", "--entity", entity]);
    ask(0, &["report", "daily", "--entity", entity]);
    ask(0, &["status"]);
    ask(0, &["close-day", entity, "2026-01-02", "--reason", HOSTILE]);
    for refused in [
        &["balance", "LM/a\u{1b}b/CNY"][..],
        &["statement", "LM/a\u{202e}b/CNY"],
        &["customer", "a\nFORGED", "C"],
        &["transaction", "a\nFORGED"],
        &["post", "--debit", "LM/a\nFORGED/CNY=1", "--credit", "@1=1", "--id", "\u{9b}1"],
        &["close-day", "a\nFORGED", "2026-01-02"],
        &["map-customer", "@2", HOSTILE],
        &["report", "daily", "--entity", "a\nFORGED"],
    ] {
        ask(1, refused);
    }
    let file = directory.path().join("rows\u{1b}.csv");
    std::fs::write(&file, "account,currency,owner,a\u{1b}b\n\"c\nFORGED\",\"d\u{202e}\",e,f\n").unwrap();
    ask(2, &["import", "accounts", "--entity", entity, file.to_str().unwrap()]);
    ask(2, &["open", "no\nFORGED"]);
    assert_eq!(served.end_by("TERM"), Some(0));
    let data = data.to_str().unwrap();
    check(&longmen(&["verify", data]), 0, &["verify"]);
    check(&longmen(&["verify", data, "--json"]), 0, &["verify"]);
    check(&longmen(&["wal", "inspect", data]), 0, &["wal"]);
    check(&longmen(&["verify", "no\nFORGED"]), 2, &["verify"]);
    let out = directory.path().join("out\u{1b}");
    check(&longmen(&["export", "--format", "csv", data, "--out", out.to_str().unwrap()]), 0, &["export"]);
}

#[test]
fn names_that_hide_something_are_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(&directory.path().join("books"), "1");
    let file = directory.path().join("chart.json");
    let open = |entity: &str, name: &str, number: &str| {
        let subject =
            serde_json::json!({ "code": "220301", "name": name, "class": "liability", "normal": "credit" });
        let account = serde_json::json!({
            "account": number, "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false,
        });
        let chart = serde_json::json!({
            "scenario": "s", "title": "", "entity": entity, "start": "2026-01-01", "subjects": [subject], "accounts": [account],
        });
        std::fs::write(&file, chart.to_string()).unwrap();
        longmen(&["open", file.to_str().unwrap(), "--addr", &served.addr])
    };
    for (entity, name, number) in
        [("L\nM", "用户", "U1"), ("LM", "用\u{202e}户", "U1"), ("LM", "用户", "U\u{200b}1")]
    {
        let ran = open(entity, name, number);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("malformed") && ran.err.contains("not seen"), "{ran:?}");
    }
    assert_eq!(open("LM", "用户", "U1").code, Some(0));
}
