//! The end of the day over a node: the chain in its order, from wherever it stands, and killed at any moment.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::longmen::{Ran, Served, begun, longmen};

/// Kills of the command that the days have to live through, each of a program that was running.
const KILLS: usize = 100;

const CHART: &str = r#"{"scenario": "day end", "title": "", "entity": "LM", "start": "2024-12-22", "subjects": [
{"code": "10020101", "name": "bank", "class": "asset", "normal": "debit"},
{"code": "1132", "name": "interest receivable", "class": "asset", "normal": "debit"},
{"code": "130301", "name": "credit", "class": "asset", "normal": "debit"},
{"code": "2231", "name": "interest payable", "class": "liability", "normal": "credit"},
{"code": "20110102", "name": "customers", "class": "liability", "normal": "credit"},
{"code": "220202", "name": "merchants", "class": "liability", "normal": "credit"},
{"code": "3002", "name": "positions", "class": "common", "normal": "debit"},
{"code": "4103", "name": "profit of the year", "class": "equity", "normal": "credit"},
{"code": "6011", "name": "late interest", "class": "income", "normal": "credit"},
{"code": "6021", "name": "fees", "class": "income", "normal": "credit"},
{"code": "6061", "name": "exchange", "class": "income", "normal": "credit"},
{"code": "6411", "name": "interest", "class": "expense", "normal": "debit"}], "accounts": [
{"account": "bank", "subject": "10020101", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "bank", "subject": "10020101", "currency": "USD", "owner": "internal", "may_go_negative": true},
{"account": "receivable", "subject": "1132", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "C1", "subject": "130301", "currency": "CNY", "owner": "customer", "may_go_negative": true},
{"account": "C2", "subject": "130301", "currency": "CNY", "owner": "customer", "may_go_negative": true},
{"account": "payable", "subject": "2231", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "U1", "subject": "20110102", "currency": "CNY", "owner": "customer", "may_go_negative": false},
{"account": "U2", "subject": "20110102", "currency": "CNY", "owner": "customer", "may_go_negative": false},
{"account": "U3", "subject": "20110102", "currency": "CNY", "owner": "customer", "may_go_negative": false},
{"account": "M1", "subject": "220202", "currency": "CNY", "owner": "customer", "may_go_negative": true},
{"account": "position", "subject": "3002", "currency": "USD", "owner": "internal", "may_go_negative": true},
{"account": "position-usd", "subject": "3002", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "profit", "subject": "4103", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "profit", "subject": "4103", "currency": "USD", "owner": "internal", "may_go_negative": true},
{"account": "late", "subject": "6011", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "fee", "subject": "6021", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "fee", "subject": "6021", "currency": "USD", "owner": "internal", "may_go_negative": true},
{"account": "fx", "subject": "6061", "currency": "CNY", "owner": "internal", "may_go_negative": true},
{"account": "expense", "subject": "6411", "currency": "CNY", "owner": "internal", "may_go_negative": true}]}"#;

const INTEREST: &str = r#"
[[assign]]
subject = "20110102"
product = "活期"
begins = "2024-12-22"

[[product]]
name = "活期"
kind = "deposit"
settles = "monthly 25"
accrues = "daily"
accounts = { expense = "expense", payable = "payable" }

[product.interest]
day_count = "ACT/360"
rates = [{ currency = "CNY", from = "2024-01-01", rate = "2%" }]
"#;

const BILLS: &str = r#"
[kinds]
credit_spend = "spend"
late_interest = "interest"
withhold = "repayment"

[plans.standard]
cycle = { statement = 24, due = { days_after = 4 }, grace = 0 }
minimum = { percent = "10%", floor = { CNY = "10.00" }, rounding = "half_up" }
repayment = { order = ["fee", "interest", "principal"], first = "part" }
late = { rate = "0.05%", on = "principal", rounding = "half_up" }

[[assign]]
account = "LM/C1/CNY"
plan = "standard"
begins = "2024-12-22"
receivable = "receivable"
income = "late"
payer = { account = "LM/U1/CNY" }

[[assign]]
account = "LM/C2/CNY"
plan = "standard"
begins = "2024-12-22"
receivable = "receivable"
income = "late"
"#;

const VOUCHERS: &str = r#"
format = "u8_text"
mode = "day"
line_limit = 500
local_currency = "CNY"

[subjects]
"1*" = "="
"2*" = "="
"3*" = "="
"4*" = "="
"6*" = "="

[people]
maker = "longmen"
"#;

const POSITIONS: &str = r#"
entity = "LM"
difference = "LM/fx/CNY"
rounding = "half_up"

[[positions]]
foreign = "LM/position/USD"
local = "LM/position-usd/CNY"

[[carried]]
foreign = "LM/profit/USD"
local = "LM/profit/CNY"
"#;

const DAY_END: &str = r#"
entity = "LM"
interest = "interest.toml"
bills = "bills.toml"
vouchers = { settings = "u8.toml", out = "vouchers/{date}.txt", rates = "rates/{date}.toml" }
revaluation = { settings = "positions.toml", rates = "rates/{date}.toml", on = "month-end" }
carry_forward = ["LM/profit/CNY", "LM/profit/USD"]
statements = { directory = "statements", accounts = ["LM/bank/CNY"] }
"#;

/// Rates of a date: 7.1884 at the end of the year.
fn rates(date: &str) -> String {
    let rate = if date == "2024-12-31" { "7.1884" } else { "7.2" };
    format!(
        "local = \"CNY\"\n[[rates]]\ncurrency = \"USD\"\ndate = \"{date}\"\nunit = 1\nrate = \"{rate}\"\n"
    )
}

/// An entity whose days are ended.
struct House {
    directory: tempfile::TempDir,
    served: Served,
}

impl House {
    fn new() -> House {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::told(&directory.path().join("books"), &[], &directory.path().join("said"));
        let house = House { directory, served };
        for (name, text) in [
            ("chart.json", CHART),
            ("interest.toml", INTEREST),
            ("bills.toml", BILLS),
            ("u8.toml", VOUCHERS),
            ("positions.toml", POSITIONS),
            ("day-end.toml", DAY_END),
        ] {
            std::fs::write(house.path(name), text).unwrap();
        }
        std::fs::create_dir(house.path("rates")).unwrap();
        for (month, days) in [("2024-12", 22..=31), ("2025-01", 1..=3)] {
            for date in days.map(|day| format!("{month}-{day:02}")) {
                std::fs::write(house.path(&format!("rates/{date}.toml")), rates(&date)).unwrap();
            }
        }
        house.says(&["open", &house.text("chart.json")], 0);
        house
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    #[track_caller]
    fn says(&self, command: &[&str], code: i32) -> Ran {
        let ran = longmen(&[command, &["--addr", &self.served.addr]].concat());
        assert_eq!(ran.code, Some(code), "{command:?}: {ran:?}");
        ran
    }

    /// The command that ends the day.
    fn command(&self, more: &[&str]) -> Vec<String> {
        let (desk, settings) = (self.text("desk"), self.text("day-end.toml"));
        let command =
            ["day-end", "LM", "--desk", &desk, "--settings", &settings, "--addr", &self.served.addr];
        [&command, more].concat().into_iter().map(str::to_owned).collect()
    }

    #[track_caller]
    fn ends(&self, more: &[&str], code: i32) -> Ran {
        let command = self.command(more);
        let ran = longmen(&command.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        ran
    }

    fn moves(&self, id: &str, kind: &str, legs: [&str; 2], amount: &str) {
        let [debit, credit] = legs.map(|account| {
            let account = if account.contains('/') { account.to_owned() } else { format!("{account}/CNY") };
            format!("LM/{account}={amount}")
        });
        self.says(&["post", "--id", id, "--type", kind, "--debit", &debit, "--credit", &credit], 0);
    }

    /// What customers do on a day of the seed.
    fn lives(&self, day: u32) {
        let mut random = StdRng::seed_from_u64(u64::from(day));
        for number in 0..4 {
            let user = format!("U{}", random.random_range(1..=3));
            let amount = format!("{}.{:02}", random.random_range(100..90_000), random.random_range(0..100));
            self.moves(&format!("in-{day}-{number}"), "topup", ["bank", &user], &amount);
            self.moves(&format!("fee-{day}-{number}"), "fee", [&user, "fee"], "0.60");
        }
        if day == 1 {
            for (account, amount) in [("C1", "300.00"), ("C2", "120.00"), ("C2", "34.56")] {
                self.moves(&format!("spend-{account}-{amount}"), "credit_spend", [account, "M1"], amount);
            }
            // 100.00 USD are bought for 720.00.
            self.moves("fx-usd", "fx", ["bank/USD", "position/USD"], "100.00");
            self.moves("fx-cny", "fx", ["position-usd", "bank"], "720.00");
        }
        if day.is_multiple_of(3) {
            self.moves(&format!("fee-usd-{day}"), "fee", ["bank/USD", "fee/USD"], "12.34");
        }
    }

    fn date(&self) -> String {
        let told = self.says(&["status", "--json"], 0).json();
        told["entities"].as_array().unwrap()[0].as_array().unwrap()[1].as_str().unwrap().to_owned()
    }

    fn balance(&self, account: &str) -> i64 {
        let told = self.says(&["balance", &format!("LM/{account}"), "--json"], 0).json();
        let account = told.as_array().map_or(&told["accounts"][0], |list| &list[0]);
        account["balance"].as_i64().unwrap_or_else(|| panic!("{told}"))
    }

    /// What the twelve days have to come to, by hand and by the commands that prove it.
    fn comes_out_right(&self) {
        let desk = self.text("desk");
        // 300.00 were withheld on the due date; 154.56 were not paid, and cost 0.05 % a day from 12-29 on: 5 days, 0.39. Of these 0.15 were
        // booked in the old year, whose results were carried forward.
        assert_eq!((self.balance("C1/CNY"), self.balance("C2/CNY").abs()), (0, 15_456));
        assert_eq!((self.balance("late/CNY").abs(), self.balance("receivable/CNY").abs()), (24, 39));
        // Of fees in USD 37.02 were carried forward and translated; 12.34 came after.
        assert_eq!((self.balance("fee/USD").abs(), self.balance("profit/USD")), (1_234, 0));
        let proved =
            ["voucher", "prove", "LM", "--from", "2024-12-22", "--to", "2025-01-02", "--desk", &desk];
        self.says(&proved, 0);
        self.says(&["bill", "check", "LM", "--desk", &desk], 0);
        self.says(&["trial-balance"], 0);
    }

    /// What there is in the end, but for the moments at which it was.
    fn end(&self) -> BTreeMap<String, Value> {
        let mut end = BTreeMap::new();
        let found = self
            .says(
                &["find", "--entity", "LM", "--from", "2024-12-22", "--legs", "--limit", "1000", "--json"],
                0,
            )
            .json();
        let one = |record: &Value| {
            let legs =
                record["legs"].as_array().unwrap().iter().map(|leg| {
                    json!([leg["number"], leg["side"], leg["amount"], leg["before"], leg["after"]])
                });
            json!([
                record["accounting_date"],
                record["value_date"],
                record["text_id"],
                record["action"],
                legs.collect::<Vec<_>>()
            ])
        };
        let journal: Vec<Value> = found["transactions"].as_array().unwrap().iter().map(one).collect();
        assert!(journal.len() > 50, "{} transactions", journal.len());
        end.insert("journal".to_owned(), journal.into());
        let trial = self.says(&["trial-balance", "--json"], 0).json();
        end.insert("general ledger".to_owned(), trial["lines"].clone());
        files(&self.path("statements"), "statements", &mut end);
        files(&self.path("vouchers"), "vouchers", &mut end);
        let desk = self.text("desk");
        let kept = longmen(&["voucher", "list", "LM", "--desk", &desk, "--json"]).json();
        let bills = longmen(&["bill", "list", "LM", "--desk", &desk, "--json"]).json();
        let dues = longmen(&["interest", "list", "LM", "--all", "--desk", &desk, "--json"]).json();
        end.extend(
            [("vouchers kept", kept), ("bills", bills), ("interest", dues)]
                .map(|(name, told)| (name.to_owned(), told)),
        );
        end
    }
}

/// What a directory holds.
fn files(directory: &Path, name: &str, into: &mut BTreeMap<String, Value>) {
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), &name, into),
            false => {
                into.insert(name, String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into());
            }
        }
    }
}

#[test]
fn the_chain_ends_a_day_once_and_shows_what_it_came_to() {
    let house = House::new();
    house.lives(1);
    // Nothing was begun.
    assert!(house.ends(&["--show"], 2).err.contains("there is no desk"));
    assert!(house.ends(&["--date", "2024-12-23"], 2).err.contains("yet to come"));
    let ended = house.ends(&["--json"], 0).json();
    let names: Vec<&str> =
        ended["stages"].as_array().unwrap().iter().map(|stage| stage["stage"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "expire",
            "accrue",
            "revalue",
            "withhold",
            "close",
            "settle",
            "translate",
            "bills",
            "statements",
            "vouchers",
            "reconcile"
        ]
    );
    assert_eq!(
        (&ended["date"], &ended["next"], &ended["held"]),
        (&"2024-12-22".into(), &"2024-12-23".into(), &true.into())
    );
    assert_eq!(house.date(), "2024-12-23");
    // Said again for the same date it does nothing; without a date it is the next one's turn.
    let again = house.ends(&["--date", "2024-12-22", "--json"], 0).json();
    assert_eq!(again, ended);
    assert_eq!(house.date(), "2024-12-23");
    let shown = house.ends(&["--show", "--json"], 0).json();
    assert_eq!(shown, ended);
    let due = house.ends(&["--due", "--json"], 0).json();
    let what: Vec<String> = due["due"]
        .as_array()
        .unwrap()
        .iter()
        .map(|due| format!("{} {}", due["date"].as_str().unwrap(), due["what"].as_str().unwrap()))
        .collect();
    assert_eq!(
        what,
        [
            "2024-12-22 vouchers wait for an answer (凭证)",
            "2024-12-23 end of the day (日终)",
            "2024-12-24 bills are stated (出账)",
            "2024-12-25 interest is settled (结息)",
            "2024-12-31 results are carried forward (年终结转)",
            "2024-12-31 positions are revalued (期末调汇)"
        ]
    );
    let daily = std::fs::read_to_string(house.path("statements/2024-12-22/daily.csv")).unwrap();
    assert!(daily.contains("6021") && daily.contains("-2.40"), "{daily}");
    assert!(!house.path("statements/2024-12-22/monthly.csv").exists());
}

#[test]
fn a_day_that_was_closed_without_the_chain_is_made_up_for() {
    let house = House::new();
    house.lives(1);
    house.ends(&[], 0);
    house.lives(2);
    house.says(&["close-day", "LM", "2024-12-24"], 0);
    house.says(&["close-day", "LM", "2024-12-25"], 0);
    let due = house.ends(&["--due", "--json"], 0).json();
    let late = due["due"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|due| due["is_late"] == true && due["what"] == "end of the day (日终)");
    assert_eq!(
        late.map(|due| due["date"].as_str().unwrap()).collect::<Vec<_>>(),
        ["2024-12-23", "2024-12-24"]
    );
    for date in ["2024-12-23", "2024-12-24"] {
        // What was to be withheld on it cannot be any more, which is to be looked at.
        assert_eq!(house.ends(&["--json"], 1).json()["date"], date);
        assert_eq!(house.date(), "2024-12-25", "it was closed already");
    }
    assert_eq!(house.ends(&["--json"], 0).json()["date"], "2024-12-25");
    assert_eq!(house.date(), "2024-12-26");
}

#[test]
fn dates_that_the_books_passed_over_have_no_end_and_a_year_that_was_closed_by_hand_is_told() {
    let house = House::new();
    house.lives(1);
    house.ends(&[], 0);
    // From 12-23 to 12-31, and that is closed without what carries results forward.
    house.says(&["close-day", "LM", "2024-12-31"], 0);
    assert!(house.ends(&["--date", "2024-12-25"], 2).err.contains("no accounting date"));
    let ended = house.ends(&["--json"], 1).json();
    assert_eq!((&ended["date"], &ended["next"]), (&"2024-12-23".into(), &"2024-12-31".into()));
    house.says(&["close-day", "LM", "2025-01-01"], 0);
    let ended = house.ends(&["--json"], 1).json();
    assert_eq!((&ended["date"], &ended["held"]), (&"2024-12-31".into(), &false.into()));
    let looked: Vec<&str> = ended["stages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|stage| stage["held"] == false)
        .map(|stage| stage["stage"].as_str().unwrap())
        .collect();
    assert_eq!(looked, ["revalue", "withhold", "close"]);
}

#[test]
fn killed_at_any_moment_the_days_end_as_if_they_were_not() {
    let seed = 20_241_222;
    let (whole, killed) = (House::new(), House::new());
    let mut random = StdRng::seed_from_u64(seed);
    let days = 12;
    let mut kills = 0;
    for day in 1..=days {
        whole.lives(day);
        killed.lives(day);
        let began = Instant::now();
        let date = whole.ends(&["--json"], 0).json()["date"].as_str().unwrap().to_owned();
        let takes = began.elapsed();
        // One that missed is made up for on the days to come.
        while kills < KILLS * day as usize / days as usize {
            let command = killed.command(&["--date", &date]);
            let mut child = begun(&command.iter().map(String::as_str).collect::<Vec<_>>());
            std::thread::sleep(takes.mul_f64(random.random_range(0.0..0.9)));
            child.kill().unwrap();
            match child.wait().unwrap().signal() == Some(9) {
                true => kills += 1,
                // It was done before it could be killed.
                false => break,
            }
        }
        killed.ends(&["--date", &date], 0);
        assert_eq!(killed.date(), whole.date());
    }
    while kills < KILLS {
        let mut child =
            begun(&killed.command(&["--date", "2025-01-02"]).iter().map(String::as_str).collect::<Vec<_>>());
        std::thread::sleep(Duration::from_millis(random.random_range(0..5)));
        child.kill().unwrap();
        kills += usize::from(child.wait().unwrap().signal() == Some(9));
    }
    assert_eq!(whole.date(), "2025-01-03");
    killed.comes_out_right();
    let (expected, found) = (whole.end(), killed.end());
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    for (name, part) in &expected {
        assert_eq!(&found[name], part, "{name}, of seed {seed}");
    }
}
