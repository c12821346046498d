//! A refusal says what it is about, once, and a slip never reads like damage.

mod actions;
mod dates;
mod remedies;

use crate::longmen::{Served, longmen};

struct Books {
    served: Served,
    directory: tempfile::TempDir,
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
            "subjects": [
                subject("10020101", "asset", "debit"), subject("220301", "liability", "credit"),
                subject("410301", "equity", "credit"), subject("901101", "off_balance", "debit"),
            ],
            "accounts": [
                account("bank", "10020101", "CNY"), account("bank", "10020101", "USD"),
                account("payer", "220301", "CNY"), account("shop", "220301", "CNY"), account("dollars", "220301", "USD"),
                account("profit", "410301", "CNY"), account("spare", "410301", "CNY"), account("bills", "901101", "CNY"),
            ],
        });
        let file = directory.path().join("chart.json");
        std::fs::write(&file, chart.to_string()).unwrap();
        let books = Books { served, directory };
        books.says(0, &format!("open {}", file.display()), &[]);
        books.says(0, "post --id 1 --debit LM/bank/CNY=100 --credit LM/payer/CNY=100", &[]);
        books.says(0, "post --id 2 --debit LM/bank/USD=5 --credit LM/dollars/USD=5", &[]);
        books.says(0, "freeze LM/payer/CNY=30 --id F1 --authority court", &[]);
        books
    }

    /// Opens an entity with an account of equity beside the other.
    fn open_sister(&self) {
        let chart = serde_json::json!({
            "scenario": "s", "title": "", "entity": "HK", "start": "2026-01-05",
            "subjects": [{ "code": "410301", "name": "名", "class": "equity", "normal": "credit" }],
            "accounts": [{
                "account": "profit", "subject": "410301", "currency": "CNY", "owner": "internal",
                "may_go_negative": false,
            }],
        });
        let file = self.directory.path().join("sister.json");
        std::fs::write(&file, chart.to_string()).unwrap();
        self.says(0, &format!("open {}", file.display()), &[]);
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
    for (amount, words) in [
        ("1.005", "`1.005`: CNY has 2 decimals"),
        ("-1", "`-1`: an amount is not negative"),
        ("0", "LM/payer/CNY: 0: an amount is above zero"),
        ("92233720368547758.08", "beyond the largest amount of a leg"),
    ] {
        let post = format!("post --id e --debit LM/payer/CNY={amount} --credit LM/shop/CNY={amount}");
        books.says(2, &post, &[words]);
        books.says(2, &format!("freeze LM/payer/CNY={amount} --id e"), &[words]);
    }
    books.says(2, "post --id e --debit @3=1.005 --credit @4=1.005", &["@3: 1.005: CNY has 2 decimals"]);
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
        &["limit_exceeded at step 1", "2.01 CNY asked for, allowed are 2.00 a transaction"],
    );
    let credit = "limits LM/shop/CNY --transaction none --day none --credit 11";
    books.says(0, "state LM/shop/CNY --payment-state normal", &[]);
    books.says(0, credit, &[]);
    let said = books.says(
        1,
        "post --id q --debit LM/bank/CNY=1.01 --credit LM/shop/CNY=1.01",
        &[
            "limit_exceeded at step 2",
            "1.01 CNY asked for, allowed are a balance of 11.00 at most, now 10.00",
        ],
    );
    assert!(!said.contains("a day"), "{said}");
}

#[test]
fn names_with_blanks_stand_in_quotes() {
    let books = Books::open();
    let name = "LM/user 1/CNY";
    let ran = longmen(&["balance", name, "--addr", &books.served.addr]);
    assert!(ran.code == Some(1) && ran.err.contains("unknown_account: 'LM/user 1/CNY'"), "{ran:?}");
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
fn a_refused_close_names_the_accounts_to_carry_to() {
    let books = Books::open();
    let close = "close-day LM 2026-01-06 --carry-forward";
    books.says(
        1,
        &format!("{close} LM/payer/CNY"),
        &["wrong_class", "carried forward to: LM/payer/CNY is of class liability"],
    );
    books.says(1, &format!("{close} LM/nobody/CNY"), &["unknown_account", "no account LM/nobody/CNY"]);
    let two = "LM/spare/CNY is of class equity, normal, and in CNY as LM/profit/CNY is";
    let one_each = "results go to accounts of LM of class equity or common, one for each currency";
    books.says(
        1,
        &format!("{close} LM/profit/CNY --carry-forward LM/spare/CNY"),
        &["malformed", two, one_each],
    );
    let twice = format!("{close} LM/profit/CNY --carry-forward LM/profit/CNY");
    books.says(1, &twice, &["malformed", ", and named twice"]);
    books.open_sister();
    books.says(
        1,
        &format!("{close} HK/profit/CNY"),
        &["unknown_account", "HK/profit/CNY is of class equity, normal, and no account of LM"],
    );
    books.says(
        1,
        "close-day LM 2999-01-01",
        &[
            "date_ahead: the accounting date of LM is 2026-01-05, the node's clock shows 20",
            "more than 10 days ahead",
            "--forced and --approval",
        ],
    );
}

#[test]
fn what_several_legs_ask_of_an_account_is_told_in_all() {
    let books = Books::open();
    books.says(
        1,
        "post --id a --debit LM/payer/CNY=40 --debit LM/payer/CNY=31 --credit LM/shop/CNY=71",
        &["a: insufficient_funds at step 1: LM/payer/CNY: 71.00 CNY asked for in all, 70.00 available now"],
    );
    books.says(
        1,
        "try --id b --debit LM/payer/CNY=40 --debit LM/payer/CNY=31 --credit LM/shop/CNY=71",
        &["b: insufficient_funds: LM/payer/CNY: 71.00 CNY asked for in all, 70.00 available now"],
    );
    books.says(
        1,
        "post --id c --debit LM/bills/CNY=1 --debit LM/bank/CNY=2 --credit LM/payer/CNY=3",
        &["c: mixed_off_balance: off the balance sheet: LM/bills/CNY; on it: LM/bank/CNY, LM/payer/CNY"],
    );
    books.says(
        2,
        "post --id d --debit LM/payer/CNY=1e3 --credit LM/shop/CNY=1e3",
        &["'LM/payer/CNY=1e3' for '--debit <ACCOUNT=AMOUNT>': `1e3`: not a decimal number, such as 12.30"],
    );
    let long = format!("post --id {} --debit LM/payer/CNY=1 --credit LM/shop/CNY=1", "x".repeat(257));
    books.says(1, &long, &["malformed: id: longer than is allowed, in bytes: 257, at most 256"]);
}

#[test]
fn a_refusal_without_an_account_is_dated_by_the_ledgers_time() {
    let books = Books::open();
    books.says(1, "post --id a --debit LM/x/CNY=1 --credit LM/y/CNY=1", &["a: unknown_account at step 1"]);
    books.says(1, "reverse never --id b", &["b: unknown_original"]);
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    for id in ["a", "b"] {
        let shown = books.says(0, &format!("transaction {id}"), &[]);
        assert!(shown.contains(&format!(" on {today} (value date {today})")), "{shown}");
        books.says(0, &format!("find --id {id}"), &[&format!("  {today}  ")]);
    }
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
            "0.00 used on 2026-01-06, 25.00 left",
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
        &["insufficient_funds", "LM/payer/CNY", "70.01 CNY asked for", "70.00 available now"],
    );
    books.says(
        1,
        "map-type LM wallet 220301 --from 2026-01-04",
        &["date_closed: subject 220301", "the accounting date of LM is 2026-01-05"],
    );
    books.says(0, "limits LM/payer/CNY --day 9", &[]);
    books.says(
        1,
        "hot LM/payer/CNY",
        &[
            "limit_exceeded: LM/payer/CNY: allowed are 9.00 a day",
            "with limits per transaction or day is never hot",
        ],
    );
    books.says(
        1,
        "cancel 1",
        &["1: already_posted: its post is in the books since 2026-01-05", "longmen reverse"],
    );
    books.says(1, "close-day LM 2026-01-04", &["date_closed: the accounting date of LM is 2026-01-05"]);
    books.says(1, "close-day NO 2026-01-06", &["unknown_entity: entity NO"]);
    books.says(1, "find --reference r --entity NO --from 2026-01-05", &["unknown_entity: entity NO"]);
    books.says(1, "transaction never", &["unknown_transaction: the node knows no transaction never"]);
    books.says(1, "customer NO C", &["unknown_entity: entity NO"]);
    books.says(1, "trial-balance --entity NO", &["unknown_entity: entity NO"]);
    books.says(1, "accounts --entity NO", &["unknown_entity: entity NO; there are LM"]);
    books.says(1, "register --entity NO", &["unknown_entity: entity NO"]);
    books.says(1, "report daily --entity NO", &["unknown_entity: entity NO"]);
    books.says(1, "customer LM C", &["LM has no customer C"]);
    books.says(2, "report daily --entity LM --currency EUR", &["LM has no accounts in it; it has CNY, USD"]);
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
