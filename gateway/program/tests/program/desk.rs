//! The worked day at the reconciliation desk: the channel's file, the books of a node, what differs, and what is booked about it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::channel_books::Books;
use crate::longmen::Ran;
use crate::reconciling::file;

/// A desk beside the books: ann proposes, bob approves.
pub(crate) struct Desk {
    pub(crate) books: Books,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let desk = Desk { books: Books::new() };
        let day = [
            ("P001", "100.00", "0.60"),
            ("P002", "50.00", "0.31"),
            ("P003", "30.01", "0.18"),
            ("P006", "15.00", "0.09"),
            ("P099", "66.00", "0.40"),
        ];
        desk.books.write("0618.csv", &file("2024-06-18", &day, true, "`6,`261.01,`40.00,`1.34000"));
        let next = [("P005", "88.00", "0.53")];
        desk.books.write("0619.csv", &file("2024-06-19", &next, false, "`1,`88.00,`0.00,`0.53000"));
        desk
    }

    pub(crate) fn run(&self, command: &[&str]) -> Ran {
        let name = self.books.text("desk");
        crate::longmen::longmen(&[&["desk"], command, &["--desk", &name]].concat())
    }

    /// A command that asks the node, as somebody.
    pub(crate) fn asks(&self, who: &str, command: &[&str]) -> Ran {
        let asked = self.asking(who, command);
        self.books.run(&asked.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The same, but for where the node is.
    pub(crate) fn asking(&self, who: &str, command: &[&str]) -> Vec<String> {
        let (name, channel) = (self.books.text("desk"), self.books.text("wechat.toml"));
        let channel: &[&str] = match command[0] {
            "refresh" | "undo" => &[],
            _ => &["--channel", &channel],
        };
        let asked = [&["desk"], command, channel, &["--desk", &name, "--client", who]].concat();
        asked.into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn import(&self, name: &str, date: &str, by: &str) -> Ran {
        let import = self.importing(name, date, by);
        crate::longmen::longmen(&import.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The command by which a file is imported.
    pub(crate) fn importing(&self, name: &str, date: &str, by: &str) -> Vec<String> {
        let (desk, channel) = (self.books.text("desk"), self.books.text("wechat.toml"));
        let path = self.books.text(name);
        let import = ["--channel", &channel, "--date", date, "--by", by, "--desk", &desk];
        [&["desk", "import", &path], &import[..]].concat().into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn breaks(&self, more: &[&str]) -> BTreeMap<String, Value> {
        let told = self.run(&[&["breaks", "--json"], more].concat()).json();
        let named = |one: &Value| (one["merchant_number"].as_str().unwrap().to_owned(), one.clone());
        told["breaks"].as_array().unwrap().iter().map(named).collect()
    }

    /// Handles a difference, and has another approve it.
    #[track_caller]
    pub(crate) fn handles(&self, number: &str, more: &[&str]) {
        let id = self.breaks(&[])[number]["break"].as_str().unwrap().to_owned();
        let ran = self.asks("ann", &[&["handle", &id, "--reason", "as the channel has it"], more].concat());
        assert_eq!(ran.code, Some(0), "{number}: {ran:?}");
        assert_eq!(self.asks("ann", &["refresh"]).code, Some(1), "it waits for an approval");
        self.approve_all();
        let refreshed = self.asks("ann", &["refresh"]);
        assert_eq!(refreshed.code, Some(0), "{number}: {refreshed:?}");
    }

    pub(crate) fn approve_all(&self) {
        let open = self.books.run(&["proposals", "--json", "--client", "bob"]).json();
        for proposal in open["proposals"].as_array().unwrap() {
            let number = proposal["proposal"].to_string();
            let digest = proposal["digest"].as_str().unwrap();
            self.books.says(&["approve", &number, "--digest", digest, "--client", "bob"], 0);
        }
    }

    pub(crate) fn balance(&self, account: &str) -> i64 {
        let told = self.books.says(&["balance", &format!("LM/{account}/CNY"), "--json"], 0).json();
        let account = told.as_array().map_or(&told, |list| &list[0]);
        let account = if account["balance"].is_null() { &told["accounts"][0] } else { account };
        account["balance"].as_i64().unwrap_or_else(|| panic!("{told}"))
    }

    #[track_caller]
    pub(crate) fn proves(&self) {
        let ran = self.asks("ann", &["prove"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

#[test]
fn the_worked_day_is_compared_booked_and_closed() {
    let desk = Desk::new();
    desk.books.book_the_day();
    assert_eq!(desk.import("0618.csv", "2024-06-18", "ann").code, Some(0));
    let early = desk.asks("ann", &["run", "--date", "2024-06-18"]);
    assert!(early.code == Some(2) && early.err.contains("is not closed"), "{early:?}");
    desk.books.says(&["close-day", "LM", "2024-06-19"], 0);
    let first = desk.asks("ann", &["run", "--date", "2024-06-18", "--json"]);
    assert_eq!(first.code, Some(1), "{first:?}");
    let totals = &first.json()["totals"][0];
    assert_eq!((&totals["book"]["net"], &totals["file"]["net"]), (&24_651.into(), &21_967.into()));
    // The same again is nothing new.
    assert!(desk.import("0618.csv", "2024-06-18", "bob").out.contains("nothing new"));
    let again = desk.asks("bob", &["run", "--date", "2024-06-18", "--json"]).json();
    assert_eq!((&again["is_new"], &again["result"]), (&false.into(), &first.json()["result"]));
    desk.proves();

    let breaks = desk.breaks(&[]);
    let told: Vec<String> = breaks
        .iter()
        .map(|(number, one)| {
            format!("{number} {} {}", one["class"].as_str().unwrap(), one["state"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "P002 fee_differs open",
            "P003 amount_differs open",
            "P004 short hung",
            "P005 short hung",
            "P006 state_differs open",
            "P099 long hung",
        ]
    );
    // What waits for the next file is not booked.
    let hung = breaks["P004"]["break"].as_str().unwrap();
    let refused = desk.asks("ann", &["handle", hung, "--reason", "x"]);
    assert!(refused.code != Some(0), "{refused:?}");
    for number in ["P002", "P003", "P006"] {
        desk.handles(number, &[]);
        desk.proves();
    }

    // The day after: one was found late, two were not.
    assert_eq!(desk.import("0619.csv", "2024-06-19", "ann").code, Some(0));
    desk.books.says(&["close-day", "LM", "2024-06-20"], 0);
    assert_eq!(desk.asks("ann", &["run", "--date", "2024-06-19"]).code, Some(1));
    assert_eq!(desk.breaks(&["--all"])["P005"]["state"], "resolved: late_match");
    desk.proves();
    for number in ["P004", "P099"] {
        desk.handles(number, &[]);
        desk.proves();
    }
    let settled = desk.asks("ann", &["settle", "--date", "2024-06-18"]);
    assert!(settled.code == Some(0) && settled.out.contains("219.67"), "{settled:?}");
    let twice = |who: &str, words: &str| {
        let again = desk.asks(who, &["settle", "--date", "2024-06-18"]);
        assert!(again.code == Some(2) && again.err.contains(words), "{who}: {again:?}");
    };
    // Whoever proposes it: a day is settled once.
    twice("cat", "is proposed already");
    desk.approve_all();
    twice("ann", "is in the books already");
    twice("cat", "is in the books already");
    desk.proves();
    // Entry by entry: only P005, whose file is not settled, is left.
    let balances = ["wechat", "wechat-fee", "long", "short", "bank"].map(|account| desk.balance(account));
    assert_eq!(balances, [8_800, 53, 6_601, 2_000, 21_967]);
    // What the ledger does not take leaves nothing under way.
    let p099 = desk.breaks(&[])["P099"]["break"].as_str().unwrap().to_owned();
    for (against, words) in [
        ("LM/nobody/CNY", "unknown_account: LM/nobody/CNY"),
        ("LM/wechat/CNY", "is an account of the channel itself"),
        ("UK/U9/CNY", "is no account of LM in CNY"),
    ] {
        let command = ["handle", &p099, "--as", "supplement", "--against", against, "--reason", "x"];
        let refused = desk.asks("ann", &command);
        assert!(refused.code != Some(0) && refused.err.contains(words), "{against}: {refused:?}");
    }
    assert_eq!(desk.asks("ann", &["refresh"]).code, Some(0));
    // Out of suspense: a customer is found, the channel pays, and a cent is nobody's.
    desk.handles("P099", &["--as", "supplement", "--against", "LM/U9/CNY"]);
    desk.handles("P004", &["--as", "claim"]);
    desk.handles("P003", &["--as", "write-off"]);
    desk.proves();
    let balances = ["long", "short", "U9", "gain", "wechat"].map(|account| desk.balance(account));
    assert_eq!(balances, [0, 0, 6_600, 1, 10_800]);
    assert!(desk.breaks(&[]).is_empty(), "{:?}", desk.breaks(&[]));
    let all = desk.breaks(&["--all"]);
    let ends: Vec<&str> = all.values().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(
        ends,
        [
            "resolved: adjusted",
            "resolved: write_off",
            "resolved: claim",
            "resolved: late_match",
            "resolved: confirmed",
            "resolved: supplement",
        ]
    );
}

#[test]
fn other_bytes_for_a_day_take_a_second_person() {
    let desk = Desk::new();
    desk.books.book_the_day();
    desk.books.says(&["close-day", "LM", "2024-06-19"], 0);
    assert_eq!(desk.import("0618.csv", "2024-06-18", "ann").code, Some(0));
    assert_eq!(desk.asks("ann", &["run", "--date", "2024-06-18"]).code, Some(1));
    desk.books.write(
        "other.csv",
        &file("2024-06-18", &[("P001", "100.00", "0.60")], false, "`1,`100.00,`0.00,`0.60000"),
    );
    assert!(desk.import("other.csv", "2024-06-18", "ann").out.contains("somebody else approves"));
    for (by, code, words) in [("ann", 1, "own_import"), ("bob", 0, "is the file of 2024-06-18 now")] {
        let ran = desk.run(&["approve-file", "2", "--by", by]);
        assert!(
            ran.code == Some(code) && (ran.out.contains(words) || ran.err.contains(words)),
            "{by}: {ran:?}"
        );
    }
    // What rests on the other file is stale, and the day is compared anew.
    let stale = desk.asks("ann", &["prove"]);
    assert!(stale.code == Some(2) && stale.err.contains("compare it again first"), "{stale:?}");
    let again = desk.asks("ann", &["run", "--date", "2024-06-18", "--json"]).json();
    assert_eq!((&again["is_new"], &again["totals"][0]["file"]["net"]), (&true.into(), &9_940.into()));
    desk.proves();
    // A broken file is not taken at all.
    desk.books.write(
        "broken.csv",
        &file("2024-06-18", &[("P001", "100.00", "0.60")], false, "`1,`100.01,`0.00,`0.60000"),
    );
    let broken = desk.import("broken.csv", "2024-06-18", "ann");
    assert!(broken.code == Some(2) && broken.err.contains("bad_control_total"), "{broken:?}");
    assert_eq!(desk.run(&["files", "--json"]).json().as_array().unwrap().len(), 2);
    // The database is lost, and made again from the files.
    std::fs::remove_file(desk.books.path("desk").join("desk.db")).ok();
    let rebuilt = desk.asks("ann", &["rebuild"]);
    assert!(rebuilt.code == Some(0) && rebuilt.out.contains("2 files are known again"), "{rebuilt:?}");
    let again = desk.asks("ann", &["run", "--date", "2024-06-18", "--json"]).json();
    assert_eq!(&again["totals"][0]["file"]["net"], &Value::from(9_940));
    assert_eq!(desk.run(&["ageing", "--on", "2024-06-25"]).code, Some(0));
}
