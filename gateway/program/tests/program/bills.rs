//! Credit bills over a node: cycles pass, and bills, late interest and withholdings are what an accountant would write.

// Amounts are written as yuan and fen: 300_00.
#![allow(clippy::inconsistent_digit_grouping)]

use serde_json::{Value, json};

use crate::longmen::{Ran, Served, longmen};

const PLANS: &str = r#"
[kinds]
credit_spend = "spend"
credit_fee = "fee"
credit_repay = "repayment"

[plans.standard.cycle]
statement = 5
due = { day = 25 }
grace = 0

[plans.standard.minimum]
percent = "10%"
floor = { CNY = "10.00" }
rounding = "half_up"

[plans.standard.repayment]
order = ["fee", "interest", "principal"]
first = "part"

[plans.standard.late]
rate = "0.05%"
on = "principal"
rounding = "half_up"

[[assign]]
subject = "130301"
plan = "standard"
begins = "2024-04-06"
receivable = "receivable"
income = "income"
payer = { prefix = ["credit.", "cash."] }
reserve = "bills"
"#;

const CHART: &str = r#"{"scenario": "bills", "title": "", "entity": "LM", "start": "2024-04-06", "subjects": [
{"code": "10020101", "name": "bank", "class": "asset", "normal": "debit"},
{"code": "1132", "name": "interest receivable", "class": "asset", "normal": "debit"},
{"code": "130301", "name": "consumer credit", "class": "asset", "normal": "debit"},
{"code": "220301", "name": "customers", "class": "liability", "normal": "credit"},
{"code": "6011", "name": "interest income", "class": "income", "normal": "credit"}], "accounts": [
{"account": "bank", "subject": "10020101", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "receivable", "subject": "1132", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "income", "subject": "6011", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "credit.U1", "subject": "130301", "currency": "CNY", "owner": "customer", "may_go_negative": true},
{"account": "credit.U2", "subject": "130301", "currency": "CNY", "owner": "customer", "may_go_negative": true},
{"account": "credit.U3", "subject": "130301", "currency": "CNY", "owner": "customer", "may_go_negative": true},
{"account": "cash.U1", "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false},
{"account": "cash.U2", "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false},
{"account": "cash.U3", "subject": "220301", "currency": "CNY", "owner": "customer", "may_go_negative": false}]}"#;

pub(crate) struct House {
    directory: tempfile::TempDir,
    pub(crate) served: Served,
}

impl House {
    pub(crate) fn new() -> House {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::told(&directory.path().join("books"), &[], &directory.path().join("said"));
        let house = House { directory, served };
        std::fs::write(house.text("bills.toml"), PLANS).unwrap();
        std::fs::write(house.text("chart.json"), CHART).unwrap();
        house.says(&["open", &house.text("chart.json")], 0);
        house
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn says(&self, command: &[&str], code: i32) -> Ran {
        let ran = longmen(&[command, &["--addr", &self.served.addr]].concat());
        assert_eq!(ran.code, Some(code), "{command:?}: {ran:?}");
        ran
    }

    /// Moves a credit account against the bank: above zero a debit.
    #[track_caller]
    pub(crate) fn moves(&self, id: &str, user: &str, kind: &str, amount: &str, value: Option<&str>) {
        let (side, other) =
            if amount.starts_with('-') { ("--credit", "--debit") } else { ("--debit", "--credit") };
        let amount = amount.trim_start_matches('-');
        let legs = [format!("LM/credit.{user}/CNY={amount}"), format!("LM/bank/CNY={amount}")];
        let value = value.map_or(Vec::new(), |date| vec!["--value-date", date]);
        let command = ["post", "--id", id, "--type", kind, side, &legs[0], other, &legs[1]];
        self.says(&[&command, &value[..]].concat(), 0);
    }

    pub(crate) fn closes(&self, next: &str) {
        self.says(&["close-day", "LM", next], 0);
    }

    #[track_caller]
    pub(crate) fn runs(&self, desk: &str, code: i32) -> Value {
        let (desk, file) = (self.text(desk), self.text("bills.toml"));
        self.says(&["bill", "run", "LM", "--desk", &desk, "--bills", &file, "--json"], code).json()
    }

    #[track_caller]
    fn withholds(&self, code: i32) -> Value {
        let (desk, file) = (self.text("desk"), self.text("bills.toml"));
        self.says(&["bill", "withhold", "LM", "--desk", &desk, "--bills", &file, "--json"], code).json()
    }

    /// Closes to each date, and runs.
    fn passes(&self, dates: &[&str]) {
        for date in dates {
            self.closes(date);
            self.runs("desk", 0);
        }
    }

    pub(crate) fn bills(&self, desk: &str, more: &[&str]) -> Vec<Value> {
        let told = longmen(&[&["bill", "list", "LM", "--json", "--desk", &self.text(desk)], more].concat());
        told.json()["bills"].as_array().unwrap().clone()
    }

    pub(crate) fn postings(&self, desk: &str) -> Vec<Value> {
        let told = longmen(&["bill", "postings", "LM", "--all", "--json", "--desk", &self.text(desk)]);
        told.json()["postings"].as_array().unwrap().clone()
    }

    /// Sums by kind of what is posted.
    fn posted(&self) -> Value {
        let mut sums = serde_json::Map::new();
        for one in self.postings("desk") {
            assert_eq!(one["state"], "posted", "{one}");
            let sum = sums.entry(one["kind"].as_str().unwrap()).or_insert(json!(0));
            *sum = json!(sum.as_i64().unwrap() + one["amount"].as_i64().unwrap());
        }
        sums.into()
    }

    #[track_caller]
    fn shows(&self, user: &str, statement: &str) -> Value {
        let account = format!("LM/credit.{user}/CNY");
        let command = ["bill", "show", &account, "--desk", &self.text("desk"), "--statement", statement];
        let people = longmen(&command);
        assert_eq!(people.code, Some(0), "{people:?}");
        assert!(people.out.starts_with(&format!("bill of {account}, ")), "{people:?}");
        longmen(&[&command[..], &["--json"]].concat()).json()
    }

    pub(crate) fn balance(&self, account: &str) -> i64 {
        let told = self.says(&["balance", &format!("LM/{account}/CNY"), "--json"], 0).json();
        let account = told.as_array().map_or(&told, |list| &list[0]);
        let account = if account["balance"].is_null() { &told["accounts"][0] } else { account };
        account["balance"].as_i64().unwrap_or_else(|| panic!("{told}"))
    }

    /// 100.00 on 04-10 and 200.00 on 05-01, stated on 05-05.
    fn spends(&self) {
        self.closes("2024-04-10");
        self.moves("spend-1", "U1", "credit_spend", "100.00", None);
        self.closes("2024-05-01");
        self.moves("spend-2", "U1", "credit_spend", "200.00", None);
        self.passes(&["2024-05-06"]);
    }

    #[track_caller]
    fn stands(&self, statement: &str, expect: &Value) {
        let bills = self.bills("desk", &["--account", "LM/credit.U1/CNY"]);
        let bill = bills.iter().find(|bill| bill["statement"] == statement);
        let bill = bill.unwrap_or_else(|| panic!("{statement}: {bills:?}"));
        for (name, value) in expect.as_object().unwrap() {
            assert_eq!(&bill[name], value, "{name}: {bill}");
        }
    }
}

#[test]
fn a_bill_is_stated_paid_in_part_and_late() {
    let house = House::new();
    house.spends();
    house.stands(
        "2024-05-05",
        &json!({"state": "billed", "total": 30_000, "minimum": 3_000, "owed": 30_000, "due": "2024-05-25"}),
    );
    house.passes(&["2024-05-20"]);
    house.moves("repay-1", "U1", "credit_repay", "-50.00", None);
    house.passes(&["2024-05-26"]);
    house.stands("2024-05-05", &json!({"state": "partly_paid", "open": 25_000, "interest": 0}));
    assert_eq!(house.postings("desk").len(), 0);
    house.passes(&["2024-05-27", "2024-05-28"]);
    house.stands("2024-05-05", &json!({"state": "overdue", "open": 25_000, "interest": 25}));
    let first: Vec<i64> = house.postings("desk").iter().map(|one| one["amount"].as_i64().unwrap()).collect();
    assert_eq!(first, [13, 12]);
    house.passes(&["2024-06-06", "2024-06-25"]);
    house.stands("2024-05-05", &json!({"state": "overdue", "open": 25_000, "interest": 375}));
    assert_eq!(house.posted(), json!({"accrue": 375, "charge": 138}));
    assert_eq!(
        ["income", "receivable", "credit.U1"].map(|account| house.balance(account)),
        [375, 375 - 138, 25_000 + 138]
    );
    let told = house.shows("U1", "2024-05-05");
    let lines: Vec<(&str, i64)> = told["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["id"].as_str().unwrap(), line["amount"].as_i64().unwrap()))
        .collect();
    assert_eq!(lines, [("spend-1", 10_000), ("spend-2", 20_000)]);
    let settled = &told["rows"][1];
    assert_eq!(
        (&settled["id"], &settled["part"], &settled["amount"], &settled["open"]),
        (&json!("repay-1"), &json!("principal"), &json!(-5_000), &json!(25_000))
    );
    let late = &told["late"][0];
    assert_eq!(
        (&late["from"], &late["to"], &late["days"], &late["overdue"]),
        (&json!("2024-05-26"), &json!("2024-06-24"), &json!(30), &json!(25_000))
    );
    assert_eq!((&told["exact"], &told["interest"]), (&json!("3.75"), &json!(375)));
    assert_eq!((&told["rate"], &told["charged"]), (&json!("0.05%"), &json!(138)));
    assert_eq!((&told["minimum_open"], &told["running"]), (&json!(0), &json!(138)));
    // What was charged stands on the bill of its cycle.
    house.passes(&["2024-07-06"]);
    house.stands("2024-07-05", &json!({"total": 138, "owed": 25_138}));
    let overdue = house.bills("desk", &["--state", "overdue"]);
    assert_eq!(overdue.len(), 1, "{overdue:?}");
    let people = house.says(&["bill", "check", "LM", "--desk", &house.text("desk")], 0);
    assert_eq!(people.out, "3 bills held to balances, 0 differ\n");
    let checked = house.says(&["bill", "check", "LM", "--desk", &house.text("desk"), "--json"], 0).json();
    assert_eq!(checked, json!({"bills": 3, "differences": []}));
}

#[test]
fn a_bill_that_is_paid_in_time_costs_nothing() {
    let house = House::new();
    house.spends();
    for (date, id, amount) in [("2024-05-20", "repay-1", "-50.00"), ("2024-05-25", "repay-2", "-250.00")] {
        house.closes(date);
        house.moves(id, "U1", "credit_repay", amount, None);
    }
    house.passes(&["2024-05-26", "2024-07-06"]);
    house.stands("2024-05-05", &json!({"state": "paid", "open": 0, "interest": 0}));
    assert!(house.postings("desk").is_empty());
    assert_eq!(house.bills("desk", &[]).len(), 1, "nothing is asked of who owes nothing");
}

#[test]
fn refunds_reversals_and_value_dates_change_what_is_late() {
    let house = House::new();
    house.spends();
    house.closes("2024-05-10");
    house.says(
        &[
            "refund",
            "spend-2",
            "--id",
            "refund-1",
            "--debit",
            "LM/bank/CNY=100.00",
            "--credit",
            "LM/credit.U1/CNY=100.00",
        ],
        0,
    );
    house.passes(&["2024-05-20"]);
    house.stands("2024-05-05", &json!({"state": "partly_paid", "open": 20_000}));
    house.moves("repay-1", "U1", "credit_repay", "-200.00", None);
    house.passes(&["2024-05-22"]);
    house.stands("2024-05-05", &json!({"state": "paid", "open": 0}));
    house.says(&["reverse", "repay-1", "--id", "back-1"], 0);
    house.passes(&["2024-05-26", "2024-05-27", "2024-06-06", "2024-06-10"]);
    house.stands("2024-05-05", &json!({"state": "overdue", "open": 20_000, "interest": 150}));
    assert_eq!(house.posted(), json!({"accrue": 150, "charge": 110}));
    // Booked late, and not late.
    house.moves("repay-2", "U1", "credit_repay", "-200.00", Some("2024-05-25"));
    house.passes(&["2024-06-11"]);
    house.stands("2024-05-05", &json!({"state": "paid", "open": 0, "interest": 0}));
    house.passes(&["2024-07-06", "2024-08-06"]);
    assert_eq!(
        house.posted(),
        json!({"accrue": 150, "return_accrual": 150, "charge": 110, "return_charge": 110})
    );
    house.stands("2024-07-05", &json!({"state": "paid", "total": 110, "open": 0, "interest": 0}));
    for account in ["income", "receivable", "credit.U1"] {
        assert_eq!(house.balance(account), 0, "{account}");
    }
    let rows = house.shows("U1", "2024-05-05")["rows"].clone();
    let ids: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["", "refund-1", "repay-1", "repay-1", "repay-2"]);
}

#[test]
fn what_is_due_is_withheld_in_part_and_once() {
    for (reserve, taken) in [("bills", 12_000), ("another", 7_000)] {
        let house = House::new();
        let plans = PLANS.replace("reserve = \"bills\"", &format!("reserve = \"{reserve}\""));
        std::fs::write(house.text("bills.toml"), plans).unwrap();
        for (user, amount) in [("U1", "120.00"), ("U2", "1000.00")] {
            let legs = [format!("LM/bank/CNY={amount}"), format!("LM/cash.{user}/CNY={amount}")];
            house
                .says(&["post", "--id", &format!("in-{user}"), "--debit", &legs[0], "--credit", &legs[1]], 0);
        }
        house.says(&["reserve", "LM/cash.U1/CNY=50.00"], 0);
        house.moves("spend-3", "U2", "credit_spend", "400.00", None);
        house.spends();
        house.passes(&["2024-05-24"]);
        assert_eq!(house.withholds(0)["bills"], 0, "nothing is due");
        house.passes(&["2024-05-25"]);
        // It came in today, and is not taken again.
        house.moves("repay-3", "U2", "credit_repay", "-150.00", None);
        let told = house.withholds(0);
        assert_eq!((&told["bills"], &told["asked"]), (&json!(2), &json!(2)), "{told}");
        let again = house.withholds(0);
        assert_eq!((&again["asked"], &again["posting"]["posted"]), (&json!(0), &json!(0)), "{again}");
        assert_eq!(house.balance("cash.U1"), 12_000 - taken);
        assert_eq!(house.balance("credit.U1"), 30_000 - taken);
        assert_eq!((house.balance("cash.U2"), house.balance("credit.U2")), (75_000, 0));
        house.passes(&["2024-05-26", "2024-05-27"]);
        house.stands("2024-05-05", &json!({"state": "overdue", "open": 30_000 - taken}));
        // Another day, and there is more.
        house.says(
            &["post", "--id", "in-3", "--debit", "LM/bank/CNY=900.00", "--credit", "LM/cash.U1/CNY=900.00"],
            0,
        );
        house.withholds(0);
        house.passes(&["2024-05-28"]);
        house.stands("2024-05-05", &json!({"state": "paid", "open": 0}));
        let rows = house.shows("U1", "2024-05-05")["rows"].clone();
        assert_eq!(
            (&rows[1]["id"], &rows[1]["amount"]),
            (&json!("bill|LM/credit.U1/CNY|2024-05-05|withhold|2024-05-25"), &json!(-taken))
        );
    }
}

#[test]
fn what_is_refused_is_told_and_tried_again() {
    let house = House::new();
    house.spends();
    house.passes(&["2024-05-26"]);
    house.says(&["state", "LM/credit.U1/CNY", "--payment-state", "neither"], 0);
    house.closes("2024-06-06");
    let refused = house.runs("desk", 1)["posting"]["refused"].clone();
    assert_eq!(
        (&refused[0]["key"], &refused[0]["code"]),
        (&json!("bill|LM/credit.U1/CNY|2024-05-05|charge|2024-06-05"), &json!("payment_state"))
    );
    house.runs("desk", 1);
    house.says(&["state", "LM/credit.U1/CNY", "--payment-state", "normal"], 0);
    assert_eq!(house.runs("desk", 0)["posting"]["posted"], 1);
    house.passes(&["2024-06-07"]);
    assert_eq!(house.shows("U1", "2024-05-05")["running"], 165, "what was tried again is known as well");
    assert_eq!(house.balance("credit.U1"), 30_165);
}

#[test]
fn what_cannot_be_taken_is_named_and_nothing_is_kept() {
    let house = House::new();
    let (desk, file) = (house.text("desk"), house.text("bills.toml"));
    let run = ["bill", "run", "LM", "--desk", &desk, "--bills", &file];
    house.moves("odd-1", "U1", "odd", "1.00", None);
    let open = house.says(&[&run[..], &["--date", "2024-04-06"]].concat(), 2);
    assert!(open.err.contains("2024-04-06 is not closed"), "{open:?}");
    house.closes("2024-04-07");
    let unknown = house.says(&run, 2);
    assert!(unknown.err.contains("odd-1") && unknown.err.contains("`odd`"), "{unknown:?}");
    std::fs::write(&file, PLANS.replace("[kinds]", "[kinds]\nodd = \"fee\"")).unwrap();
    let people = house.says(&run, 0).out;
    let lines: Vec<&str> = people.lines().collect();
    assert_eq!(
        lines,
        [
            "up to 2024-04-06: 1 movements, 1 accounts, 0 bills stated, 0 postings",
            "posted 0, refused 0",
            "0 bills held to balances, 0 differ"
        ]
    );
    for (from, to, words) in [
        ("\"0.05%\"", "\"0.05\"", "no share such as 10%"),
        ("plan = \"standard\"", "plan = \"other\"", "there is no plan other"),
        ("begins = \"2024-04-06\"", "", "begins is missing"),
    ] {
        std::fs::write(&file, PLANS.replace(from, to)).unwrap();
        let ran = house.says(&run, 2);
        assert!(ran.err.contains(words), "{ran:?}");
    }
}

#[test]
fn an_account_that_gets_its_bills_later_begins_with_what_it_owes() {
    let house = House::new();
    std::fs::write(house.text("bills.toml"), PLANS.replace("130301", "999999")).unwrap();
    house.moves("spend-0", "U1", "odd", "7.00", None);
    house.closes("2024-04-07");
    assert_eq!(house.runs("desk", 0)["movements"], 0);
    std::fs::write(house.text("bills.toml"), PLANS).unwrap();
    house.spends();
    house.stands("2024-05-05", &json!({"total": 30_700, "owed": 30_700}));
    // A year that is stated whole takes what was there before it as one sum.
    std::fs::write(house.text("bills.toml"), PLANS.replace("2024-04-06", "2024-04-11")).unwrap();
    assert_eq!(house.runs("other", 0)["movements"], 1);
    let other = house.bills("other", &[]);
    assert_eq!((&other[0]["from"], &other[0]["total"]), (&json!("2024-04-11"), &json!(30_700)));
}

#[test]
fn a_bill_that_the_books_do_not_have_is_named() {
    let house = House::new();
    house.spends();
    let database = std::path::Path::new(&house.text("desk")).join("desk.db");
    let changed = rusqlite::Connection::open(database).unwrap();
    changed.execute("UPDATE bills SET owed = owed - 700, agreed = 0", []).unwrap();
    drop(changed);
    let expect = json!([{"account": "LM/credit.U1/CNY", "statement": "2024-05-05", "owed": "29300", "balance": "30000", "arisen": "700"}]);
    assert_eq!(house.runs("desk", 1)["check"]["differences"], expect);
    house.closes("2024-06-06");
    let told = house.runs("desk", 1)["check"]["differences"].clone();
    assert_eq!(told[0], expect[0], "as long as it is there");
    let said = house.says(&["bill", "check", "LM", "--desk", &house.text("desk")], 1);
    assert!(said.out.contains("LM/credit.U1/CNY: the bill of 2024-05-05"), "{said:?}");
}
