//! Booking modes (记账方式) and memo accounts (备忘) on the command line: set, used, refused with what they ask for, shown beside the
//! general ledger, and exported.

use crate::longmen::{Served, longmen};

struct Books {
    served: Served,
    directory: tempfile::TempDir,
}

impl Books {
    fn open() -> Books {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::start_with(&directory.path().join("books"), &["--shards", "1"]);
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
                subject("602101", "income", "credit"), subject("910101", "memo", "debit"),
            ],
            "accounts": [
                account("bank", "10020101", true, "internal"), account("U1", "220301", false, "customer"),
                account("fee", "602101", false, "internal"), account("memo-a", "910101", true, "internal"),
                account("memo-b", "910101", true, "internal"),
            ],
        });
        let file = directory.path().join("chart.json");
        std::fs::write(&file, chart.to_string()).unwrap();
        let books = Books { served, directory };
        books.says(0, &format!("open {}", file.display()), &[]);
        books
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

    #[track_caller]
    fn json(&self, command: &str) -> serde_json::Value {
        serde_json::from_str(&self.says(0, &format!("{command} --json"), &[])).unwrap()
    }
}

#[test]
fn a_top_up_is_noted_in_the_channels_register() {
    let books = Books::open();
    books.says(0, "booking-modes --entity LM", &["all are booked double"]);
    let top_up = "post --type top_up --debit LM/memo-a/CNY=100 --credit LM/U1/CNY=100";
    books.says(
        1,
        &format!("{top_up} --id a"),
        &["a: booking_mode", "type top_up in LM is booked double on 2026-01-05: no leg is on a memo account"],
    );
    books.says(
        1,
        "post --debit LM/memo-a/CNY=1 --credit LM/memo-b/CNY=1",
        &["memo_alone", "a memo leg is the other side of a leg on another account"],
    );
    let set = "booking-mode --entity LM --type top_up --mode single-double";
    books.says(
        1,
        &format!("{set} --from 2026-01-04"),
        &["date_closed", "the accounting date of LM is 2026-01-05"],
    );
    let says = "transactions of type top_up in LM are booked single_double from 2026-01-05 on";
    books.says(0, &format!("{set} --from 2026-01-05 --approval A-1"), &[says]);
    books.says(0, "booking-modes --entity LM", &["top_up", "2026-01-05", "single_double"]);
    // The same id: what was refused for its shape is forgotten.
    books.says(0, &format!("{top_up} --id a"), &[]);
    let bank = "post --id b --type top_up --debit LM/bank/CNY=1 --credit LM/U1/CNY=1";
    books.says(
        1,
        bank,
        &["booking_mode", "is booked single_double", "one leg at least is on a memo account"],
    );
    books.says(
        0,
        "post --id c --type top_up --debit LM/memo-a/CNY=10 --credit LM/U1/CNY=9 --credit LM/fee/CNY=1",
        &[],
    );
    books.says(0, "reverse c --id d", &[]);
    books.says(0, "refund a --id e --debit LM/U1/CNY=40 --credit LM/memo-a/CNY=40", &[]);
    books.says(1, "freeze LM/memo-a/CNY=1 --id f", &["wrong_class"]);
    books.says(1, "limits LM/memo-a/CNY --day 1", &["wrong_class"]);
    check_shown(&books);
    books.says(0, "close-day LM 2026-01-06", &[]);
    let memo = books.json("memo --entity LM --date 2026-01-05");
    assert_eq!(memo["accounts"][0]["net"], 6_000);
    let today = books.json("memo --entity LM");
    let account = &today["accounts"][0];
    assert_eq!(
        (&account["opening"], &account["net"], &account["closing"]),
        (&6_000.into(), &0.into(), &6_000.into())
    );
    check_stopped(books);
}

/// The memo net stands beside the general ledger, and what must hold holds with it.
fn check_shown(books: &Books) {
    let memo = books.json("memo --entity LM");
    let [first, second] = &memo["accounts"].as_array().unwrap()[..] else { panic!("{memo}") };
    assert_eq!(first["account"], "LM/memo-a/CNY");
    // A reversal and a refund count under the types that they have themselves: none, here.
    let expect = serde_json::json!({
        "top_up": { "in_total": 11_000, "in_count": 2, "out_total": 0, "out_count": 0 },
        "": { "in_total": -1_000, "in_count": -1, "out_total": 4_000, "out_count": 1 },
    });
    assert_eq!(first["types"], expect);
    let figures = ["opening", "in_total", "in_count", "out_total", "out_count", "net", "closing"];
    let figures = figures.map(|figure| first[figure].as_i64().unwrap());
    assert_eq!(figures, [0, 10_000, 1, 4_000, 1, 6_000, 6_000]);
    assert_eq!((&second["net"], &first["holds"]), (&0.into(), &true.into()));
    books.says(
        0,
        "memo --entity LM",
        &["LM/memo-a/CNY, subject 910101", "top_up", "(no type)", "total 合计"],
    );
    let identity = "asset+expense=liability+equity+income+common+memo";
    books.says(0, "trial-balance --entity LM", &["memo net 备忘净额", identity, "ok    总总"]);
    books.says(
        0,
        "report daily --entity LM",
        &["memo net 备忘净额", "ok    debit turnover + memo net = credit turnover", identity],
    );
    books.says(
        0,
        "report balance-sheet --entity LM",
        &["memo net 备忘净额", "result not carried forward + memo net", identity],
    );
    let csv =
        books.says(0, "report daily --entity LM --csv", &["CNY,memo,,memo net,0.00,100.00,40.00,60.00"]);
    assert!(!csv.contains("910101"), "{csv}");
    books.says(0, "statement LM/memo-a/CNY", &["top_up"]);
}

/// The audit tells the memo net, and other programs get journals that balance.
fn check_stopped(books: Books) {
    let Books { served, directory } = books;
    assert_eq!(served.end_by("TERM"), Some(0));
    let data = directory.path().join("books");
    let verified = longmen(&["verify", data.to_str().unwrap()]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.out.contains("memo net 备忘净额 of LM: 60.00 CNY"), "{verified:?}");
    for (format, file, words) in [
        ("hledger", "books.journal", "account memo:910101:LM.memo-a.CNY"),
        ("beancount", "books.beancount", "open Equity:Memo:910101:E-LM:A-memo--a-CNY CNY"),
    ] {
        let out = directory.path().join(file);
        let (data, path) = (data.to_str().unwrap(), out.to_str().unwrap());
        let exported = longmen(&["export", data, "--format", format, "--out", path]);
        assert_eq!(exported.code, Some(0), "{exported:?}");
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains(words), "{format}: {text}");
    }
}
