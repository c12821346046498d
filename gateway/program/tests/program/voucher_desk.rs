//! A node with the books of two entities, and a desk that makes vouchers of them.

use std::collections::BTreeMap;

use longmen_client::{Client, Transaction};
use serde_json::Value;
use tempfile::TempDir;

use crate::longmen::{Ran, Served, longmen};

/// Accounts of each entity: number, subject, class, normal side, currency.
pub(crate) const ACCOUNTS: [(&str, &str, &str, &str, &str); 12] = [
    ("bank", "10020101", "asset", "debit", "CNY"),
    ("bank", "10020101", "asset", "debit", "USD"),
    ("bankb", "10020102", "asset", "debit", "CNY"),
    ("U1", "220301", "liability", "credit", "CNY"),
    ("U1", "220301", "liability", "credit", "USD"),
    ("U2", "220301", "liability", "credit", "CNY"),
    ("fee", "602101", "income", "credit", "CNY"),
    ("cost", "640101", "expense", "debit", "CNY"),
    ("profit", "410301", "equity", "credit", "CNY"),
    ("vault", "710101", "off_balance", "debit", "CNY"),
    ("memo-a", "910101", "memo", "debit", "CNY"),
    ("memo-b", "910101", "memo", "debit", "CNY"),
];
pub(crate) const START: &str = "2024-06-18";
pub(crate) const ENTITIES: [&str; 2] = ["LM", "XB"];

/// Debit and credit in minor units, by entity, date, subject and currency.
pub(crate) type Booked = BTreeMap<(String, String, String, String), (i128, i128)>;

pub(crate) struct VoucherDesk {
    pub(crate) directory: TempDir,
    pub(crate) served: Served,
    pub(crate) desk: String,
}

impl VoucherDesk {
    /// Books in which nothing is booked yet. `qr_in` is booked with memo legs.
    pub(crate) fn open() -> VoucherDesk {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::told(&directory.path().join("books"), &[], &directory.path().join("said"));
        let desk = directory.path().join("desk").to_str().unwrap().to_owned();
        let desk = VoucherDesk { directory, served, desk };
        for entity in ENTITIES {
            desk.write("chart.json", &chart(entity));
            desk.says(0, &["open", &desk.path("chart.json")]);
            let mode = ["--type", "qr_in", "--mode", "single-double", "--from", START];
            desk.says(0, &[&["booking-mode", "--entity", entity][..], &mode].concat());
        }
        desk.write("u8.toml", &settings("u8_text", "day", ""));
        desk
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs a command that asks the node.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, command: &[&str]) -> Ran {
        self.runs(code, &[command, &["--addr", &self.served.addr]].concat())
    }

    /// Runs a command that does not.
    #[track_caller]
    pub(crate) fn runs(&self, code: i32, command: &[&str]) -> Ran {
        let ran = longmen(command);
        assert_eq!(ran.code, Some(code), "{command:?}: {ran:?}");
        ran
    }

    #[track_caller]
    pub(crate) fn posts(&self, id: &str, kind: &str, debit: &str, credit: &str) {
        self.says(0, &["post", "--id", id, "--type", kind, "--debit", debit, "--credit", credit]);
    }

    pub(crate) fn closes(&self, entity: &str, next: &str) {
        self.says(0, &["close-day", entity, next]);
    }

    /// `voucher make` with settings of a name.
    #[track_caller]
    pub(crate) fn makes(&self, code: i32, date: &str, settings: &str, more: &[&str]) -> Ran {
        let settings = self.path(settings);
        let command =
            ["voucher", "make", "LM", "--date", date, "--desk", &self.desk, "--settings", &settings];
        self.says(code, &[&command, more].concat())
    }

    /// `voucher export` of a date.
    #[track_caller]
    pub(crate) fn exports(&self, code: i32, date: &str, settings: &str, out: &str, more: &[&str]) -> Ran {
        let (settings, out) = (self.path(settings), self.path(out));
        let command = [
            "voucher",
            "export",
            "LM",
            "--date",
            date,
            "--desk",
            &self.desk,
            "--settings",
            &settings,
            "--out",
            &out,
        ];
        self.runs(code, &[&command, more].concat())
    }

    /// What `voucher list --json` says.
    pub(crate) fn list(&self, entity: &str) -> Vec<Value> {
        let told = longmen(&["voucher", "list", entity, "--desk", &self.desk, "--json"]).json();
        told["vouchers"].as_array().unwrap().clone()
    }

    /// The numbers, by word: from 1 without a gap, in the order of the keys.
    pub(crate) fn numbers(&self, entity: &str) -> Vec<(String, u64)> {
        let list = self.list(entity);
        let row = |one: &Value| (one["word"].as_str().unwrap().to_owned(), one["number"].as_u64().unwrap());
        list.iter().map(row).collect()
    }

    /// A client of the library.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(&self.served.addr, "switch", None).await.unwrap()
    }
}

/// Posts, and every one is taken.
pub(crate) async fn post_all(client: &mut Client, transactions: &[Transaction]) {
    for result in client.post(transactions, false).await.unwrap().results {
        assert!(result.is_posted(), "{result:?}");
    }
}

fn chart(entity: &str) -> String {
    let mut subjects: BTreeMap<&str, Value> = BTreeMap::new();
    let mut accounts = Vec::new();
    for (number, subject, class, normal, currency) in ACCOUNTS {
        let named = serde_json::json!({"code": subject, "name": number, "class": class, "normal": normal});
        subjects.insert(subject, named);
        accounts.push(serde_json::json!({
            "account": number, "subject": subject, "currency": currency, "owner": "internal",
            "may_go_negative": true,
        }));
    }
    serde_json::json!({
        "scenario": "vouchers", "title": "", "entity": entity, "start": START,
        "subjects": subjects.into_values().collect::<Vec<_>>(), "accounts": accounts,
    })
    .to_string()
}

/// Settings for a format and a mode.
pub(crate) fn settings(format: &str, mode: &str, more: &str) -> String {
    format!(
        r#"
format = "{format}"
mode = "{mode}"
line_limit = 500
local_currency = "CNY"
word_scheme = "three"
bank = ["1002*"]
{more}
[people]
maker = "longmen"
[summaries]
top_up = "充值"
[memo]
910101 = "112201"
[subjects]
"*" = "="
"#
    )
}
