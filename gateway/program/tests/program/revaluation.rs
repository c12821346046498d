//! Books in three currencies are brought to the closing rate, closed, and their results taken into the local currency.

// Amounts are written as yuan and fen: 300_00.
#![allow(clippy::inconsistent_digit_grouping)]

use serde_json::{Value, json};

use crate::longmen::{Ran, Served, longmen};

const SETTINGS: &str = r#"
entity = "LM"
difference = "LM/fx/CNY"
rounding = "half_up"

[[positions]]
foreign = "LM/position.usd/USD"
local = "LM/position.usd.cny/CNY"

[[positions]]
foreign = "LM/position.jpy/JPY"
local = "LM/position.jpy.cny/CNY"

[[carried]]
foreign = "LM/profit.usd/USD"
local = "LM/profit.cny/CNY"

[[carried]]
foreign = "LM/profit.jpy/JPY"
local = "LM/profit.cny/CNY"
"#;

const USD: &str = r#"{ currency = "USD", date = "2024-12-31", unit = 1, rate = "7.1884" }"#;
const JPY: &str = r#"{ currency = "JPY", date = "2024-12-31", unit = 100, rate = "4.6233" }"#;

const ACCOUNTS: [(&str, &str, &str); 16] = [
    ("bank.cny", "10020101", "CNY"),
    ("bank.usd", "10020101", "USD"),
    ("bank.jpy", "10020101", "JPY"),
    ("position.usd", "3002", "USD"),
    ("position.jpy", "3002", "JPY"),
    ("position.usd.cny", "3002", "CNY"),
    ("position.jpy.cny", "3002", "CNY"),
    ("profit.cny", "4103", "CNY"),
    ("profit.usd", "4103", "USD"),
    ("profit.jpy", "4103", "JPY"),
    ("income.cny", "6051", "CNY"),
    ("income.usd", "6051", "USD"),
    ("income.jpy", "6051", "JPY"),
    ("cost.cny", "6602", "CNY"),
    ("cost.usd", "6602", "USD"),
    ("cost.jpy", "6602", "JPY"),
];

struct House {
    directory: tempfile::TempDir,
    served: Served,
}

impl House {
    /// 1,000.00 USD bought for 7,200.00 CNY and 100,000 JPY for 4,700.00; income and cost in each currency.
    fn new() -> House {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::told(&directory.path().join("books"), &[], &directory.path().join("said"));
        let house = House { directory, served };
        house.writes("revaluation.toml", SETTINGS);
        house.writes("rates.toml", &format!("local = \"CNY\"\nrates = [{USD}, {JPY}]\n"));
        let subject = |code: &str, class: &str, normal: &str| json!({"code": code, "name": code, "class": class, "normal": normal});
        let accounts = ACCOUNTS.iter().copied().chain([("fx", "6061", "CNY")]);
        let accounts = accounts.map(|(number, subject, currency)| json!({"account": number, "subject": subject, "currency": currency, "owner": "internal", "may_go_negative": true}));
        let chart = json!({
            "scenario": "currencies", "title": "", "entity": "LM", "start": "2024-12-30",
            "subjects": [
                subject("10020101", "asset", "debit"), subject("3002", "common", "debit"), subject("4103", "equity", "credit"),
                subject("6051", "income", "credit"), subject("6061", "income", "credit"), subject("6602", "expense", "debit"),
            ],
            "accounts": accounts.collect::<Vec<_>>(),
        });
        house.writes("chart.json", &chart.to_string());
        house.says(&["open", &house.text("chart.json")], 0);
        house.exchanges("buy-usd", "usd", "1000.00", "7200.00");
        house.exchanges("buy-jpy", "jpy", "100000", "4700.00");
        for (currency, income, cost) in
            [("cny", "500.00", "120.00"), ("usd", "50.00", "20.00"), ("jpy", "3000", "1000")]
        {
            house.posts(&format!("in-{currency}"), &[("bank", "income", currency, income)]);
            house.posts(&format!("out-{currency}"), &[("cost", "bank", currency, cost)]);
        }
        house.says(&["close-day", "LM", "2024-12-31"], 0);
        house
    }

    fn text(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    fn writes(&self, name: &str, text: &str) {
        std::fs::write(self.text(name), text).unwrap();
    }

    #[track_caller]
    fn says(&self, command: &[&str], code: i32) -> Ran {
        let ran = longmen(&[command, &["--addr", &self.served.addr]].concat());
        assert_eq!(ran.code, Some(code), "{command:?}: {ran:?}");
        ran
    }

    /// Posts pairs of a debit and a credit.
    #[track_caller]
    fn posts(&self, id: &str, pairs: &[(&str, &str, &str, &str)]) {
        let mut command: Vec<String> = ["post", "--id", id].map(str::to_owned).into();
        for (debit, credit, currency, amount) in pairs {
            let leg = |account: &str| {
                format!("LM/{account}.{currency}/{}={amount}", &currency[currency.len() - 3..].to_uppercase())
            };
            command.extend(["--debit".to_owned(), leg(debit), "--credit".to_owned(), leg(credit)]);
        }
        self.says(&command.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    }

    fn exchanges(&self, id: &str, currency: &str, foreign: &str, local: &str) {
        let code = currency.to_uppercase();
        let legs = [
            format!("LM/bank.{currency}/{code}={foreign}"),
            format!("LM/position.{currency}/{code}={foreign}"),
            format!("LM/position.{currency}.cny/CNY={local}"),
            format!("LM/bank.cny/CNY={local}"),
        ];
        let [bank, position, counterpart, paid] = &legs;
        self.says(
            &[
                "post",
                "--id",
                id,
                "--debit",
                bank,
                "--credit",
                position,
                "--debit",
                counterpart,
                "--credit",
                paid,
            ],
            0,
        );
    }

    #[track_caller]
    fn step(&self, command: &str, date: &str, more: &[&str], code: i32) -> Ran {
        let (rates, settings) = (self.text("rates.toml"), self.text("revaluation.toml"));
        let step = [command, "LM", "--date", date, "--rates", &rates, "--revaluation", &settings];
        self.says(&[&step, more].concat(), code)
    }

    /// Currency, what was booked under `figure`, and how far it came.
    #[track_caller]
    fn rows(&self, command: &str, figure: &str, more: &[&str], code: i32) -> Vec<(String, String, String)> {
        let told = self.step(command, "2024-12-31", &[&["--json"], more].concat(), code).json();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = told["rows"].as_array().unwrap().iter();
        rows.map(|row| (text(row, "currency"), text(row, figure), text(row, "state"))).collect()
    }

    /// Debit-positive, in minor units.
    fn balance(&self, account: &str, currency: &str) -> i64 {
        let told = self.says(&["balance", &format!("LM/{account}/{currency}"), "--json"], 0).json();
        let found = told.as_array().map_or(&told, |list| &list[0]);
        let found = if found["balance"].is_null() { &told["accounts"][0] } else { found };
        let balance = found["balance"].as_i64().unwrap_or_else(|| panic!("{told}"));
        if found["normal"] == "credit" { -balance } else { balance }
    }

    fn all(&self) -> Vec<i64> {
        ACCOUNTS.iter().map(|(number, _, currency)| self.balance(number, currency)).collect()
    }
}

fn row(currency: &str, booked: &str, state: &str) -> (String, String, String) {
    (currency.to_owned(), booked.to_owned(), state.to_owned())
}

#[test]
fn a_year_in_three_currencies_is_closed_with_the_difference_on_its_account() {
    let house = House::new();
    let before = house.all();
    let dry = [row("USD", "-1160", "not_posted"), row("JPY", "-7670", "not_posted")];
    assert_eq!(house.rows("revalue", "gain", &["--dry-run"], 0), dry);
    assert_eq!((house.all(), house.balance("fx", "CNY")), (before, 0));
    assert_eq!(
        house.rows("revalue", "gain", &[], 0),
        [row("USD", "-1160", "posted"), row("JPY", "-7670", "posted")]
    );
    // A loss: 11.60 on 1,000.00 USD at 7.1884, 76.70 on 100,000 JPY at 4.6233 for 100.
    assert_eq!(house.balance("fx", "CNY"), 1_160 + 7_670);
    let nothing = [row("USD", "0", "nothing_to_book"), row("JPY", "0", "nothing_to_book")];
    assert_eq!(house.rows("revalue", "gain", &[], 0), nothing);

    let early = house.step("translate", "2024-12-31", &[], 2);
    assert!(early.err.contains("2024-12-31 is not closed"), "{early:?}");
    let close = ["close-day", "LM", "2025-01-01", "--carry-forward"];
    let [cny, usd, jpy] = ["LM/profit.cny/CNY", "LM/profit.usd/USD", "LM/profit.jpy/JPY"];
    house.says(&[&close[..], &[cny, "--carry-forward", usd, "--carry-forward", jpy]].concat(), 0);
    let results = [("profit.cny", "CNY"), ("profit.usd", "USD"), ("profit.jpy", "JPY"), ("fx", "CNY")];
    assert_eq!(
        results.map(|(account, currency)| house.balance(account, currency)),
        [-(50_000 - 12_000 - 8_830), -3_000, -2_000, 0]
    );

    assert_eq!(
        house.rows("translate", "profit", &[], 0),
        [row("USD", "21565", "posted"), row("JPY", "9247", "posted")]
    );
    assert_eq!(
        house.rows("translate", "profit", &[], 0),
        [row("USD", "21565", "posted_before"), row("JPY", "9247", "posted_before")]
    );
    let figures: Vec<(&str, i64)> = ACCOUNTS
        .iter()
        .map(|(number, _, _)| *number)
        .zip(house.all())
        .filter(|(_, amount)| *amount != 0)
        .collect();
    assert_eq!(
        figures,
        [
            ("bank.cny", -720_000 - 470_000 + 50_000 - 12_000),
            ("bank.usd", 103_000),
            ("bank.jpy", 102_000),
            ("position.usd", -103_000),
            ("position.jpy", -102_000),
            // 1,030.00 x 7.1884 and 102,000 x 0.046233
            ("position.usd.cny", 740_405),
            ("position.jpy.cny", 471_577),
            ("profit.cny", -(29_170 + 21_565 + 9_247)),
        ]
    );
    // The general ledger says the same, and its relations hold.
    let told = house.says(&["trial-balance", "--entity", "LM", "--json"], 0).json();
    let lines = told["lines"].as_array().unwrap().iter();
    let profit: Vec<(&str, i64)> = lines
        .filter(|line| line["subject"] == "4103")
        .map(|line| (line["currency"].as_str().unwrap(), line["closing"].as_i64().unwrap()))
        .filter(|(_, closing)| *closing != 0)
        .collect();
    assert_eq!(profit, [("CNY", 29_170 + 21_565 + 9_247)], "{told}");
}

#[test]
fn nothing_is_booked_where_something_is_missing() {
    let house = House::new();
    let before = house.all();
    let other = house.step("revalue", "2024-12-30", &[], 2);
    assert!(other.err.contains("2024-12-30 is another"), "{other:?}");
    for (rates, settings, words) in [
        (USD.to_owned(), SETTINGS.to_owned(), "no_rate: there is no rate of JPY on 2024-12-31"),
        (format!("{USD}, {JPY}"), SETTINGS.replace("LM/profit.usd/USD", "LM/none/USD"), "LM/none/USD"),
        (format!("{USD}, {JPY}"), SETTINGS.replace("LM/", "XX/").replace("\"LM\"", "\"XX\""), "is about XX"),
        (format!("{USD}, {JPY}"), SETTINGS.replace("half_up", "half"), "line 4"),
    ] {
        house.writes("rates.toml", &format!("local = \"CNY\"\nrates = [{rates}]\n"));
        house.writes("revaluation.toml", &settings);
        let ran = house.step("revalue", "2024-12-31", &[], 2);
        assert!(ran.err.contains(words), "{ran:?}");
    }
    assert_eq!(house.all(), before);
}

#[test]
fn a_currency_is_booked_once_a_date_and_tried_again_where_it_was_refused() {
    let house = House::new();
    house.says(&["state", "LM/position.jpy.cny/CNY", "--payment-state", "neither"], 0);
    for _ in 0..2 {
        let refused = house.rows("revalue", "gain", &[], 1);
        assert_eq!(refused.last(), Some(&row("JPY", "-7670", "payment_state")));
    }
    assert_eq!(house.balance("fx", "CNY"), 1_160);
    house.says(&["state", "LM/position.jpy.cny/CNY", "--payment-state", "normal"], 0);
    let posted = [row("USD", "0", "nothing_to_book"), row("JPY", "-7670", "posted")];
    assert_eq!(house.rows("revalue", "gain", &[], 0), posted);
    // What comes behind it waits for the next date, whoever asks.
    house.exchanges("buy-more", "usd", "10.00", "72.00");
    let waits = [row("USD", "-12", "posted_before"), row("JPY", "0", "nothing_to_book")];
    assert_eq!(house.rows("revalue", "gain", &["--client", "another"], 0), waits);
    assert_eq!(house.balance("fx", "CNY"), 1_160 + 7_670);
}
