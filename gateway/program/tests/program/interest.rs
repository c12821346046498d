//! Interest over a node: days pass, interest is accrued and credited, and the books have what an accountant would write.

use serde_json::Value;

use crate::longmen::{Ran, Served, longmen};

const PRODUCTS: &str = r#"
[[assign]]
subject = "20110102"
product = "活期"
begins = "2024-03-21"

[[product]]
name = "活期"
kind = "deposit"
settles = "quarterly 20"
accrues = "month-end"
accounts = { expense = "expense", payable = "payable" }

[product.interest]
day_count = "ACT/360"
rates = [{ currency = "CNY", from = "2024-01-01", rate = "0.20%" }]
"#;

pub(crate) const CHART: &str = r#"{"scenario": "interest", "title": "", "entity": "LM", "start": "2024-03-21", "subjects": [
{"code": "10020101", "name": "bank", "class": "asset", "normal": "debit"},
{"code": "6411", "name": "expense", "class": "expense", "normal": "debit"},
{"code": "2231", "name": "payable", "class": "liability", "normal": "credit"},
{"code": "20110102", "name": "customers", "class": "liability", "normal": "credit"}], "accounts": [
{"account": "bank", "subject": "10020101", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "expense", "subject": "6411", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "payable", "subject": "2231", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "U1", "subject": "20110102", "currency": "CNY", "owner": "customer", "may_go_negative": false},
{"account": "U2", "subject": "20110102", "currency": "CNY", "owner": "customer", "may_go_negative": false}]}"#;

pub(crate) struct Bank {
    directory: tempfile::TempDir,
    served: Served,
}

impl Bank {
    fn new() -> Bank {
        Bank::with(PRODUCTS, CHART)
    }

    pub(crate) fn with(products: &str, chart: &str) -> Bank {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::told(&directory.path().join("books"), &[], &directory.path().join("said"));
        let bank = Bank { directory, served };
        std::fs::write(bank.text("interest.toml"), products).unwrap();
        std::fs::write(bank.text("chart.json"), chart).unwrap();
        bank.says(&["open", &bank.text("chart.json")], 0);
        bank
    }

    fn text(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn says(&self, command: &[&str], code: i32) -> Ran {
        let ran = longmen(&[command, &["--addr", &self.served.addr]].concat());
        assert_eq!(ran.code, Some(code), "{command:?}: {ran:?}");
        ran
    }

    pub(crate) fn moves(&self, id: &str, account: &str, amount: &str, value: Option<&str>) {
        let (debit, credit) =
            if amount.starts_with('-') { ("--credit", "--debit") } else { ("--debit", "--credit") };
        let amount = amount.trim_start_matches('-');
        let legs = [format!("LM/bank/CNY={amount}"), format!("LM/{account}/CNY={amount}")];
        let value = value.map_or(Vec::new(), |date| vec!["--value-date", date]);
        self.says(&[&["post", "--id", id, debit, &legs[0], credit, &legs[1]], &value[..]].concat(), 0);
    }

    pub(crate) fn closes(&self, next: &str) {
        self.says(&["close-day", "LM", next], 0);
    }

    #[track_caller]
    pub(crate) fn accrues(&self, code: i32) -> Value {
        let (desk, file) = (self.text("desk"), self.text("interest.toml"));
        self.says(&["interest", "accrue", "LM", "--desk", &desk, "--interest", &file, "--json"], code).json()
    }

    #[track_caller]
    pub(crate) fn settles(&self, code: i32) -> Value {
        self.says(&["interest", "settle", "LM", "--desk", &self.text("desk"), "--json"], code).json()
    }

    /// Ends an account's interest, or only tells what that would be.
    #[track_caller]
    pub(crate) fn ends(&self, account: &str, is_only_told: bool) -> Value {
        let (desk, file) = (self.text("desk"), self.text("interest.toml"));
        let command = ["interest", "close", account, "--desk", &desk, "--interest", &file, "--json"];
        let more: &[&str] = if is_only_told { &["--dry-run"] } else { &[] };
        self.says(&[&command, more].concat(), 0).json()
    }

    pub(crate) fn dues(&self) -> Vec<Value> {
        let told = longmen(&["interest", "list", "LM", "--all", "--json", "--desk", &self.text("desk")]);
        told.json()["dues"].as_array().unwrap().clone()
    }

    fn explains(&self, more: &[&str]) -> Value {
        let (desk, file) = (self.text("desk"), self.text("interest.toml"));
        let command = ["interest", "explain", "LM/U1/CNY", "--desk", &desk, "--interest", &file, "--json"];
        longmen(&[&command, more].concat()).json()
    }

    pub(crate) fn balance(&self, account: &str) -> i64 {
        let told = self.says(&["balance", &format!("LM/{account}/CNY"), "--json"], 0).json();
        let account = told.as_array().map_or(&told, |list| &list[0]);
        let account = if account["balance"].is_null() { &told["accounts"][0] } else { account };
        account["balance"].as_i64().unwrap_or_else(|| panic!("{told}"))
    }

    /// 10,000.00 from 03-21, 5,000.00 more on 04-15, 8,000.00 less on 05-10, accrued at the ends of months and on 06-20.
    fn passes_the_quarter(&self) {
        self.moves("in-1", "U1", "10000.00", None);
        for (day, moved) in [
            ("2024-03-31", None),
            ("2024-04-15", Some(("in-2", "5000.00"))),
            ("2024-04-30", None),
            ("2024-05-10", Some(("out-1", "-8000.00"))),
            ("2024-05-31", None),
            ("2024-06-20", None),
        ] {
            self.closes(day);
            match moved {
                Some((id, amount)) => self.moves(id, "U1", amount, None),
                None => drop(self.accrues(0)),
            }
        }
    }
}

#[test]
fn a_quarter_is_accrued_settled_and_credited_on_the_day_after() {
    let bank = Bank::new();
    bank.passes_the_quarter();
    assert_eq!(bank.balance("expense").abs(), 511, "accrued by the day of settlement");
    assert_eq!(bank.balance("U1"), 700_000, "credited on the day after");
    let amounts: Vec<(String, i64, String)> = bank
        .dues()
        .iter()
        .map(|due| {
            let text = |name: &str| due[name].as_str().unwrap().to_owned();
            (text("date") + " " + &text("kind"), due["amount"].as_i64().unwrap(), text("state"))
        })
        .collect();
    let row = |what: &str, amount, state: &str| (what.to_owned(), amount, state.to_owned());
    assert_eq!(
        amounts,
        [
            row("2024-03-31 accrue", 61, "posted"),
            row("2024-04-30 accrue", 211, "posted"),
            row("2024-05-31 accrue", 161, "posted"),
            row("2024-06-20 accrue", 78, "posted"),
            row("2024-06-21 capitalise", 511, "waiting"),
        ]
    );
    bank.closes("2024-06-21");
    assert_eq!(bank.settles(0)["posted"], 1);
    assert_eq!(bank.settles(0)["posted"], 0, "nothing twice");
    assert_eq!((bank.balance("U1"), bank.balance("payable")), (700_511, 0));
    // What was credited is in the journal now, and counts once.
    let again = bank.accrues(0);
    assert_eq!((&again["movements"], &again["accounts"]), (&0.into(), &1.into()));
    let open = bank.explains(&[]);
    assert_eq!(open["parts"][0]["rows"][0]["balance"], "700511");
    let told = bank.explains(&["--from", "2024-03-21", "--to", "2024-06-20"]);
    let part = &told["parts"][0];
    assert_eq!((&part["exact"], &part["rounded"]), (&"5.10556".into(), &"511".into()));
    let products: Vec<&str> =
        part["rows"].as_array().unwrap().iter().map(|row| row["product"].as_str().unwrap()).collect();
    assert_eq!(products, ["25000000", "37500000", "29400000"]);
}

#[test]
fn what_is_valued_back_changes_the_open_period_and_adjusts_a_settled_one() {
    let bank = Bank::new();
    bank.passes_the_quarter();
    // In the period that is settled: 30,000.00 from 05-22 to 06-20, 30 days.
    bank.closes("2024-06-21");
    bank.settles(0);
    bank.accrues(0);
    bank.closes("2024-06-25");
    bank.moves("late-1", "U1", "30000.00", Some("2024-05-22"));
    bank.moves("late-2", "U1", "1000.00", Some("2024-06-21"));
    assert_eq!(bank.accrues(0)["back_valued"], 2);
    let adjusted: Vec<Value> = bank.dues().into_iter().filter(|due| due["kind"] == "adjust").collect();
    // 30,000.00 x 30 x 0.20 % / 360 = 5.00
    assert_eq!(adjusted.len(), 1, "{adjusted:?}");
    assert_eq!((&adjusted[0]["amount"], &adjusted[0]["state"]), (&500.into(), &"posted".into()));
    assert_eq!(bank.balance("U1"), 700_511 + 3_100_000 + 500);
    // Taken back, as from its value date.
    bank.says(&["reverse", "late-1", "--id", "back-1"], 0);
    assert_eq!(bank.accrues(0)["back_valued"], 1);
    bank.closes("2024-06-26");
    bank.settles(0);
    assert_eq!(bank.balance("U1"), 700_511 + 100_000);
}

#[test]
fn what_is_refused_stays_and_is_tried_again() {
    let bank = Bank::new();
    bank.passes_the_quarter();
    bank.closes("2024-06-21");
    bank.says(&["state", "LM/U1/CNY", "--payment-state", "neither"], 0);
    let refused = bank.settles(1);
    assert_eq!(refused["refused"].as_array().unwrap().len(), 1, "{refused}");
    assert_eq!(bank.dues().last().unwrap()["state"], "refused");
    bank.says(&["state", "LM/U1/CNY", "--payment-state", "normal"], 0);
    assert_eq!(bank.settles(0)["posted"], 1);
    assert_eq!(bank.balance("U1"), 700_511);
    assert_eq!(bank.accrues(0)["movements"], 0, "what was tried again is known as well");
}

#[test]
fn a_command_that_is_killed_at_any_moment_goes_on_and_posts_once() {
    let bank = Bank::new();
    bank.passes_the_quarter();
    bank.closes("2024-06-21");
    let (desk, file) = (bank.text("desk"), bank.text("interest.toml"));
    let command = ["interest", "accrue", "LM", "--desk", &desk, "--interest", &file, "--addr"];
    for killed in 0..30_u64 {
        // Each has something to do: 20,000.00 more for 20 days of the period that is settled.
        bank.moves(&format!("late-{killed}"), "U1", "20000.00", Some("2024-06-01"));
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_longmen"))
            .args(command)
            .arg(&bank.served.addr)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // From before it opens the desk to behind its last answer.
        std::thread::sleep(std::time::Duration::from_millis(killed * 7 % 60));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    bank.accrues(0);
    bank.closes("2024-06-22");
    bank.settles(0);
    // 12,000,000.00 x 0.20 % / 360 = 66.67, however many adjustments it came in.
    assert_eq!((bank.balance("U1"), bank.balance("payable")), (700_511 + 60_000_000 + 6_667, 0));
    assert!(bank.dues().iter().all(|due| due["state"] == "posted"));
}

#[test]
fn an_account_is_closed_with_interest_to_the_day_before() {
    let bank = Bank::new();
    bank.passes_the_quarter();
    bank.closes("2024-06-21");
    bank.settles(0);
    bank.closes("2024-06-30");
    let told = bank.ends("LM/U1/CNY", true);
    // 7,005.11 x 9 x 0.20 % / 360 = 0.35
    let amounts: Vec<(&Value, &Value)> =
        told["dues"].as_array().unwrap().iter().map(|due| (&due["kind"], &due["amount"])).collect();
    assert_eq!(amounts, [(&"capitalise".into(), &35.into()), (&"accrue".into(), &35.into())], "{told}");
    assert!(told["posting"].is_null() && bank.balance("U1") == 700_511, "nothing is kept, nothing posted");
    let done = bank.ends("LM/U1/CNY", false);
    assert_eq!((&done["posting"]["posted"], &done["date"]), (&2.into(), &"2024-06-30".into()));
    assert_eq!((bank.balance("U1"), bank.balance("payable")), (700_546, 0));
    let again = bank.ends("LM/U1/CNY", false);
    assert_eq!((&again["had_ended"], &again["posting"]["posted"]), (&true.into(), &0.into()));
    bank.moves("out-2", "U1", "-7005.46", None);
    let ran = bank.accrues(0);
    assert_eq!((&ran["accounts"], &ran["dues"]), (&0.into(), &0.into()), "it earns nothing more");
    // Of an account that nobody met, and of a day that is accrued.
    let (desk, file) = (bank.text("desk"), bank.text("interest.toml"));
    let close = |account: &str| {
        let command = ["interest", "close", account, "--desk", &desk, "--interest", &file];
        bank.says(&command, 2).err
    };
    assert!(close("LM/U2/CNY").contains("no interest of LM/U2/CNY was reckoned yet"));
    bank.moves("in-3", "U2", "100.00", None);
    bank.accrues(0);
    assert!(close("LM/U2/CNY").contains("2024-06-30 of LM/U2/CNY is accrued already"));
}

#[test]
fn a_deposit_matures_and_is_paid_on_its_day() {
    let fixed = PRODUCTS.replace("quarterly 20", "maturity").replace(
        "subject = \"20110102\"\nproduct = \"活期\"",
        "account = \"LM/U1/CNY\"\nmatures = \"2024-06-21\"\nproduct = \"活期\"",
    );
    let bank = Bank::with(&fixed, CHART);
    bank.passes_the_quarter();
    assert_eq!(bank.balance("U1"), 700_000, "the day of maturity is to come");
    bank.closes("2024-06-21");
    bank.settles(0);
    assert_eq!((bank.balance("U1"), bank.balance("payable")), (700_511, 0));
    bank.closes("2024-07-20");
    assert_eq!(bank.accrues(0)["dues"], 0, "nothing is earned after it");
    for (matures, words) in [
        ("", "matures is missing: 活期 settles then"),
        ("matures = \"2024-03-21\"", "matures: 2024-03-21 is not after 2024-03-21, when it begins"),
        ("matures = \"tomorrow\"", "matures: `tomorrow` is no date"),
    ] {
        std::fs::write(bank.text("interest.toml"), fixed.replace("matures = \"2024-06-21\"", matures))
            .unwrap();
        let (desk, file) = (bank.text("desk"), bank.text("interest.toml"));
        let ran = bank.says(&["interest", "accrue", "LM", "--desk", &desk, "--interest", &file], 2);
        assert!(ran.err.contains(words), "{ran:?}");
    }
}

/// The products with something else in them.
fn with(bank: &Bank, from: &str, to: &str) {
    let text = PRODUCTS.replace(from, to);
    assert_ne!(text, PRODUCTS);
    std::fs::write(bank.text("interest.toml"), text).unwrap();
}

#[test]
fn an_account_that_settings_name_wrongly_is_met_before_anything_is_kept() {
    let bank = Bank::new();
    bank.moves("in-1", "U1", "10000.00", None);
    bank.closes("2024-03-31");
    let (desk, file) = (bank.text("desk"), bank.text("interest.toml"));
    let accrue = ["interest", "accrue", "LM", "--desk", &desk, "--interest", &file];
    for (from, to) in [
        ("expense = \"expense\"", "expense = \"6412\""),
        ("payable = \"payable\"", "payable = \"LM/payable/CNY\""),
    ] {
        with(&bank, from, to);
        let refused = bank.says(&accrue, 2);
        assert!(
            refused.err.contains("the books have no account") && refused.err.contains("interest-accrue"),
            "{refused:?}"
        );
        assert!(bank.dues().is_empty(), "nothing is kept");
    }
    std::fs::write(&file, PRODUCTS).unwrap();
    bank.says(&accrue, 0);
    assert_eq!(bank.balance("expense").abs(), 61);
}

#[test]
fn rates_of_days_that_are_folded_do_not_change() {
    let bank = Bank::new();
    bank.moves("in-1", "U1", "10000.00", None);
    bank.closes("2024-03-31");
    bank.accrues(0);
    bank.closes("2024-04-30");
    let (desk, file) = (bank.text("desk"), bank.text("interest.toml"));
    let accrue = ["interest", "accrue", "LM", "--desk", &desk, "--interest", &file];
    for (from, to, says) in [
        ("rate = \"0.20%\"", "rate = \"0.21%\"", "from 2024-01-01"),
        ("from = \"2024-01-01\"", "from = \"2024-01-02\"", "from 2024-01-01"),
        ("ACT/360", "ACT/365F", "ACT/360"),
        (
            "rate = \"0.20%\" }",
            "rate = \"0.20%\" }, { currency = \"CNY\", from = \"2024-03-25\", rate = \"0.3%\" }",
            "2024-03-25",
        ),
    ] {
        with(&bank, from, to);
        let refused = bank.says(&accrue, 2);
        assert!(refused.err.contains("reckoned otherwise") && refused.err.contains(says), "{refused:?}");
    }
    // A row from a day on that is not folded is one.
    with(
        &bank,
        "rate = \"0.20%\" }",
        "rate = \"0.20%\" }, { currency = \"CNY\", from = \"2024-04-10\", rate = \"0.40%\" }",
    );
    bank.says(&accrue, 0);
    // 10,000.00 x (20 days at 0.20 % + 21 at 0.40 %) / 360 = 1.11 + 2.33.
    assert_eq!(bank.balance("expense").abs(), 344);
}

#[test]
fn another_desk_books_nothing_again() {
    let bank = Bank::new();
    bank.passes_the_quarter();
    let (other, file) = (bank.text("other"), bank.text("interest.toml"));
    // The same days, read by a desk that knows nothing of them, but for what came late: other amounts under the ids of the first.
    bank.moves("late-1", "U1", "30000.00", Some("2024-04-20"));
    let refused = bank.says(&["interest", "accrue", "LM", "--desk", &other, "--interest", &file], 2);
    assert!(refused.err.contains("another desk"), "{refused:?}");
    let again = bank.says(&["interest", "settle", "LM", "--desk", &other], 2);
    assert!(again.err.contains("another desk"), "{again:?}");
    assert_eq!(bank.balance("expense").abs(), 511);
}
