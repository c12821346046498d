//! A refusal says what it is about, once, and a slip never reads like damage.

use crate::longmen::{Served, longmen};

struct Books {
    served: Served,
    _directory: tempfile::TempDir,
}

impl Books {
    /// 100.00 CNY for `payer`, of which 30.00 are frozen; 5.00 USD for `dollars`.
    fn open() -> Books {
        Books::open_with(&["--shards", "1"])
    }

    /// The same, by a node with these options.
    fn open_with(options: &[&str]) -> Books {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::start_with(&directory.path().join("books"), options);
        let subject = |code, class, normal| serde_json::json!({ "code": code, "name": "名", "class": class, "normal": normal });
        let account = |label: &str, subject, currency| {
            serde_json::json!({
                "account": label, "subject": subject, "currency": currency, "owner": "customer",
                "may_go_negative": label.starts_with("bank"),
            })
        };
        let chart = serde_json::json!({
            "scenario": "s", "title": "", "entity": "LM", "start": "2026-01-05",
            "subjects": [subject("10020101", "asset", "debit"), subject("220301", "liability", "credit")],
            "accounts": [
                account("bank", "10020101", "CNY"), account("bank", "10020101", "USD"),
                account("payer", "220301", "CNY"), account("shop", "220301", "CNY"), account("dollars", "220301", "USD"),
            ],
        });
        let file = directory.path().join("chart.json");
        std::fs::write(&file, chart.to_string()).unwrap();
        let books = Books { served, _directory: directory };
        books.says(0, &format!("open {}", file.display()), &[]);
        books.says(0, "post --id 1 --debit LM/bank/CNY=100 --credit LM/payer/CNY=100", &[]);
        books.says(0, "post --id 2 --debit LM/bank/USD=5 --credit LM/dollars/USD=5", &[]);
        books.says(0, "freeze LM/payer/CNY=30 --id F1 --authority court", &[]);
        books
    }

    /// Runs a command, and looks for each of the words, once; what it said.
    #[track_caller]
    fn says(&self, code: i32, command: &str, words: &[&str]) -> String {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let ran = longmen(&[&arguments[..], &["--addr", &self.served.addr]].concat());
        assert_eq!(ran.code, Some(code), "{command}: {ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        for word in words {
            assert_eq!(said.matches(word).count(), 1, "{command}: {word:?} in {said}");
        }
        assert!(!said.contains("failed") && !said.contains("damage"), "{command}: {said}");
        said
    }
}

#[test]
fn a_refused_transaction_names_account_amount_and_what_there_is() {
    let books = Books::open();
    books.says(
        1,
        "post --id a --debit LM/payer/CNY=70.01 --credit LM/shop/CNY=70.01",
        &[
            "a: insufficient_funds at step 1",
            "LM/payer/CNY",
            "70.01 CNY asked for",
            "70.00 available now",
            "30.00 frozen",
        ],
    );
    books.says(
        1,
        "post --id b --debit LM/payer/CNY=1 --debit LM/dollars/USD=6 --credit LM/shop/CNY=1 --credit LM/bank/USD=6",
        &["insufficient_funds at step 2", "LM/dollars/USD", "6.00 USD asked for", "5.00 available now"],
    );
    books.says(
        1,
        "post --id c --debit LM/payer/CNY=1.30 --credit LM/shop/CNY=1",
        &["c: unbalanced", "debits are 0.30 CNY more than credits in LM"],
    );
    books.says(
        1,
        "post --id d --debit @3=1 --credit @4=1 --debit LM/dollars/USD=1 --credit LM/bank/USD=3",
        &["unbalanced", "credits are 2.00 USD more than debits in LM"],
    );
    books.says(
        1,
        "post --id e --debit LM/payer/CNY=1.005 --credit LM/shop/CNY=1.005",
        &["invalid_amount", "LM/payer/CNY: 1.005", "CNY has 2 decimals"],
    );
    books.says(
        1,
        "post --id f --debit LM/payer/CNY=0 --credit LM/shop/CNY=0",
        &["invalid_amount", "above zero"],
    );
    books.says(
        1,
        "post --id g --debit LM/payer/CNY=1 --credit LM/nobody/CNY=1",
        &["unknown_account at step 2", "no account LM/nobody/CNY"],
    );
    books.says(
        1,
        "post --id h --debit LM/payer/CNY=1 --credit LM/shop/CNY=1 --accounting-date 2026-01-04",
        &["date_closed", "the accounting date of LM is 2026-01-05"],
    );
    books.says(
        1,
        "post --id 1 --debit LM/payer/CNY=1 --credit LM/shop/CNY=1",
        &["idempotency_conflict", "used before"],
    );
    books.says(
        1,
        "freeze LM/payer/CNY=71 --id i",
        &["insufficient_funds", "LM/payer/CNY: 71.00 CNY asked for", "70.00 available now"],
    );
    books.says(
        1,
        "unfreeze F1 --id j --amount 30.01 --currency CNY --authority court",
        &["freeze_exceeded", "hold F1 on LM/payer/CNY: 30.00 CNY remains now"],
    );
    books.says(1, "unfreeze F1 --id k", &["wrong_authority", "held by court"]);
    books.says(1, "unfreeze F9 --id l", &["unknown_freeze", "no hold F9"]);
    books.says(0, "post --id 3 --debit LM/payer/CNY=70 --credit LM/shop/CNY=70", &[]);
    books.says(0, "post --id 4 --debit LM/shop/CNY=60 --credit LM/bank/CNY=60", &[]);
    books.says(1, "reverse 3 --id m", &["insufficient_funds", "/shop/CNY", "10.00 available now"]);
    books.says(1, "reverse never --id n", &["unknown_original", "never", "--place"]);
    books.says(0, "state LM/shop/CNY --payment-state pays-only", &[]);
    books.says(
        1,
        "post --id o --debit LM/bank/CNY=1 --credit LM/shop/CNY=1",
        &["payment_state at step 2", "LM/shop/CNY is normal, pays only"],
    );
    books.says(0, "limits LM/shop/CNY --transaction 2 --day 3", &[]);
    books.says(
        1,
        "post --id p --debit LM/shop/CNY=2.01 --credit LM/bank/CNY=2.01",
        &["limit_exceeded at step 1", "2.01 CNY asked for", "2.00 a transaction", "3.00 a day"],
    );
}

#[test]
fn a_refused_transaction_is_shown_without_a_table_of_legs() {
    let books = Books::open();
    books.says(1, "post --id a --debit LM/payer/CNY=70.01 --credit LM/shop/CNY=70.01", &[]);
    let shown = books.says(0, "transaction a", &["post a insufficient_funds", "refused at step 1"]);
    assert!(!shown.contains('─') && !shown.contains("amount"), "{shown}");
    let shown = books.says(0, "transaction 1", &["post 1 posted"]);
    assert!(shown.contains('─') && shown.contains("amount"), "{shown}");
}

#[test]
fn a_refused_move_of_a_hold_names_account_and_what_there_is() {
    let books = Books::open();
    let consume = "consume F1 --authority court --debit LM/payer/CNY=10 --credit LM/shop/CNY=10";
    books.says(
        1,
        &format!("{consume} --id a --amount 9"),
        &["a: invalid_amount", "LM/payer/CNY: the legs take 10.00 CNY from it, not 9.00"],
    );
    books.says(
        1,
        "unfreeze F1 --id b --amount 1 --currency USD --authority court",
        &["b: currency_mismatch", "LM/payer/CNY is in CNY, asked for was USD"],
    );
    books.says(
        1,
        "try --id c --debit LM/payer/CNY=70.01 --credit LM/shop/CNY=70.01",
        &["c: insufficient_funds", "LM/payer/CNY: 70.01 CNY asked for", "70.00 available now"],
    );
    books.says(0, "try --id T1 --debit LM/payer/CNY=5 --credit LM/shop/CNY=5", &[]);
    books.says(0, "state LM/payer/CNY --account-state judicial", &[]);
    books.says(1, &format!("{consume} --id d"), &["d: account_state", "LM/payer/CNY is judicial freeze"]);
    books.says(1, "confirm T1 --id e", &["e: account_state", "LM/payer/CNY is judicial freeze"]);
    books.says(0, "state LM/payer/CNY --account-state normal --payment-state neither", &[]);
    books.says(1, &format!("{consume} --id f"), &["f: payment_state", "LM/payer/CNY is normal, neither"]);
}

#[test]
fn a_hold_is_bounded_by_the_balance_and_the_holds_before_it() {
    let books = Books::open();
    books.says(0, "freeze LM/payer/CNY=200 --id F2 --kind judicial --authority court", &[]);
    books.says(
        1,
        "consume F2 --authority court --debit LM/payer/CNY=80 --credit LM/shop/CNY=80 --id a",
        &[
            "a: insufficient_funds",
            "LM/payer/CNY: 80.00 CNY asked for, the balance is 100.00, 230.00 frozen in all: earlier holds",
        ],
    );
}

#[test]
fn an_original_that_is_there_is_told_from_one_that_is_not() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "refund 3 --id back --debit LM/shop/CNY=5 --credit LM/payer/CNY=5", &[]);
    books.says(
        1,
        "refund back --id a --debit LM/payer/CNY=5 --credit LM/shop/CNY=5",
        &["unknown_original", "back cannot be given back: its action is refund"],
    );
    books.says(1, "confirm 3 --id b", &["unknown_original", "3 is no try: its action is post"]);
}

#[test]
fn a_refused_refund_tells_what_is_left_of_the_original() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "refund 3 --id r1 --debit LM/shop/CNY=5 --credit LM/payer/CNY=5", &[]);
    books.says(0, "refund 3 --id r2 --debit LM/shop/CNY=7 --credit LM/payer/CNY=7", &[]);
    books.says(0, "reverse r2 --id r3", &[]);
    books.says(0, "close-day LM 2026-01-06", &[]);
    books.says(
        1,
        "refund 3 --id a --debit LM/shop/CNY=15.01 --credit LM/payer/CNY=15.01",
        &[
            "a: refund_exceeded",
            "original 3: ",
            "LM/payer/CNY: debited 20.00 CNY by the original, 5.00 given back before, 15.00 left, 15.01 asked for",
            "LM/shop/CNY: credited 20.00 CNY by the original, 5.00 given back before, 15.00 left, 15.01 asked for",
        ],
    );
    books.says(
        1,
        "refund 3 --id b --debit LM/bank/CNY=1 --credit LM/payer/CNY=1",
        &[
            "b: refund_exceeded",
            "original 3: LM/bank/CNY: the original did not move it; LM/payer/CNY: debited",
            "15.00 left, 1.00 asked for",
        ],
    );
    let reversed = books.says(1, "reverse 3 --id c", &["c: refund_exceeded", "LM/payer/CNY: debited 20.00"]);
    assert!(
        reversed.contains("5.00 given back before, 15.00 left") && !reversed.contains("asked"),
        "{reversed}"
    );
    // Of a hot account the legs of merged entries count.
    books.says(0, "hot LM/shop/CNY", &[]);
    books.says(0, "refund 3 --id r4 --debit LM/shop/CNY=6 --credit LM/payer/CNY=6", &[]);
    books.says(
        1,
        "refund 3 --id d --debit LM/shop/CNY=9.01 --credit LM/payer/CNY=9.01",
        &[
            "LM/payer/CNY: debited 20.00 CNY by the original, 11.00 given",
            "LM/shop/CNY: credited 20.00 CNY by the original, 11.00 given",
        ],
    );
}

#[test]
fn a_refund_that_comes_too_late_tells_the_dates() {
    let books = Books::open_with(&["--shards", "1", "--refund-days", "1"]);
    books.says(0, "post --id 3 --type sale --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "close-day LM 2026-01-07", &[]);
    books.says(
        1,
        "refund 3 --id a --debit LM/shop/CNY=5 --credit LM/payer/CNY=5",
        &[
            "a: refund_window",
            "original 3: posted on 2026-01-05, the accounting date of LM is 2026-01-07",
            "refunds of type sale",
        ],
    );
}

#[test]
fn a_refused_close_names_the_accounts_to_carry_to() {
    let books = Books::open();
    let close = "close-day LM 2026-01-06 --carry-forward";
    books.says(
        1,
        &format!("{close} LM/payer/CNY"),
        &["wrong_class", "carried forward to: LM/payer/CNY is of class liability"],
    );
    books.says(1, &format!("{close} LM/nobody/CNY"), &["unknown_account", "no account LM/nobody/CNY"]);
}

#[test]
fn a_register_shows_amounts_and_states_as_a_balance_does() {
    let books = Books::open();
    books.says(0, "state LM/payer/CNY --payment-state pays-only", &[]);
    books.says(0, "limits LM/payer/CNY --day 1234.5", &[]);
    books.says(
        0,
        "register LM/payer/CNY",
        &["remaining 0.00 to 30.00", "payment_state normal to pays only", "day_limit none to 1,234.50"],
    );
    books.says(0, "register LM/payer/CNY --json", &["\"123450\""]);
}

#[test]
fn a_register_shows_which_date_a_close_began_and_that_it_was_forced() {
    let books = Books::open();
    books.says(0, "close-day LM 2026-01-06", &[]);
    books.says(0, "close-day LM 2999-12-31 --forced --approval AP-9", &[]);
    books.says(
        0,
        "register --entity LM",
        &[
            "close_day 2026-01-05",
            "date 2026-01-05 to 2026-01-06",
            "date 2026-01-06 to 2999-12-31, forced",
            "AP-9",
        ],
    );
}

#[test]
fn a_day_limit_is_not_told_by_the_turnover() {
    let books = Books::open();
    books.says(0, "post --id 3 --debit LM/payer/CNY=20 --credit LM/shop/CNY=20", &[]);
    books.says(0, "limits LM/payer/CNY --day 25", &[]);
    books.says(0, "close-day LM 2026-01-06", &[]);
    // In red: the debit turnover of the new date is -20.00, of which nothing can be spent.
    books.says(0, "reverse 3 --id 4", &[]);
    let said = books.says(
        1,
        "post --id 5 --debit LM/payer/CNY=25.01 --credit LM/shop/CNY=25.01",
        &[
            "day_limit_exceeded at step 1",
            "25.01 CNY asked for",
            "25.00 a day, of which each transaction uses",
        ],
    );
    assert!(!said.contains("-20.00"), "{said}");
}

#[test]
fn a_refused_question_or_change_names_what_it_is_about() {
    let books = Books::open();
    books.says(
        1,
        "balance LM/payer/CNY LM/nobody/CNY",
        &["longmen: refused: unknown_account: LM/nobody/CNY"],
    );
    books.says(1, "balance LM/nobody/CNY --at 2026-01-05", &["unknown_account: LM/nobody/CNY"]);
    books.says(1, "statement LM/nobody/CNY", &["unknown_account: LM/nobody/CNY"]);
    books.says(1, "holds LM/nobody/CNY", &["unknown_account: LM/nobody/CNY"]);
    books.says(1, "limits LM/nobody/CNY", &["unknown_account: LM/nobody/CNY"]);
    books.says(1, "limits LM/nobody/CNY --day 1", &["unknown_account: no account LM/nobody/CNY"]);
    books.says(
        1,
        "state LM/payer/CNY --account-state closed",
        &["not_empty", "LM/payer/CNY has 100.00 and 30.00 frozen"],
    );
    books.says(
        1,
        "reserve LM/payer/CNY=70.01",
        &["insufficient_funds", "LM/payer/CNY", "70.00 available now"],
    );
    books.says(1, "close-day LM 2026-01-04", &["date_closed: the accounting date of LM is 2026-01-05"]);
    books.says(1, "close-day NO 2026-01-06", &["unknown_entity: entity NO"]);
    books.says(1, "find --reference r --entity NO --from 2026-01-05", &["unknown_entity: entity NO"]);
    books.says(1, "transaction never", &["unknown_transaction: never"]);
    books.says(1, "customer NO C", &["unknown_entity: entity NO"]);
    books.says(1, "trial-balance --entity NO", &["unknown_entity: entity NO"]);
}

#[test]
fn a_slip_reads_like_one() {
    let books = Books::open();
    for wrong in ["1/0/0", "1/0/1", "0/0/0", "999999/0/0", "1/60000/5", "18446744073709551615/0/0"] {
        books.says(1, &format!("entry LM/bank/CNY {wrong}"), &["refused: malformed", wrong]);
        books.says(1, &format!("statement LM/payer/CNY --before {wrong}"), &["refused: malformed", wrong]);
        books.says(1, &format!("register LM/payer/CNY --after {wrong}"), &["refused: malformed", wrong]);
    }
    books.says(1, "entry LM/bank/CNY nonsense", &["refused: malformed", "position: not a"]);
    books.says(1, "statement LM/payer/CNY --before 7", &["refused: malformed", "before: not a"]);
    books.says(1, "holds --after 7", &["refused: malformed"]);
    for reversed in [
        "statement LM/payer/CNY --from 2026-01-05 --to 2026-01-04",
        "statement LM/payer/CNY --by time --from 2026-01-05T00:00:01Z --to 2026-01-05T00:00:00Z",
        "register LM/payer/CNY --from 2026-01-05 --to 2026-01-04",
        "register --from 5 --to 4",
    ] {
        books.says(2, reversed, &["--to lies before --from"]);
    }
}

#[test]
fn an_expiry_that_has_passed_is_a_slip() {
    let books = Books::open();
    let past = "--expires 2020-01-01T08:00:00+08:00";
    let legs = "--debit LM/payer/CNY=1 --credit LM/shop/CNY=1";
    for late in [format!("freeze LM/payer/CNY=1 --id late {past}"), format!("try --id late {past} {legs}")] {
        books.says(2, &late, &["--expires 2020-01-01T00:00:00Z has passed, it is 20"]);
        books.says(2, &format!("{late} --time 2020-01-01T00:00:00Z"), &["has passed"]);
        books.says(1, "transaction late", &["unknown_transaction"]);
    }
    // What went unanswered may be repeated when its expiry has passed.
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let expires = jiff::Timestamp::from_second(i64::try_from(now - 30).unwrap()).unwrap();
    let repeated = format!("--expires {expires} --time {}", now - 60);
    books.says(0, &format!("freeze LM/payer/CNY=1 --id F2 {repeated}"), &["F2: posted"]);
    books.says(0, &format!("try {legs} --id T1 {repeated}"), &["T1: posted"]);
}
