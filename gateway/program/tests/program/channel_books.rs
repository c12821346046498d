//! What the books have of a channel on a closed date, read from a node and compared with the channel's file.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use crate::longmen::{Ran, Served, longmen};

const CHANNEL: &str = r#"
channel = "wechat"
merchant = "1900000100"
format = "wechat-trade"
entity = "LM"
currency = "CNY"
number = "reference"
tries = true
ignored = ["settlement", "recon_adjust"]
[kinds]
payment = "pay"
refund = "refund"
[accounts]
channel = "LM/wechat/CNY"
fee_payable = "LM/wechat-fee/CNY"
fee_expense = "LM/fee/CNY"
long_suspense = "LM/long/CNY"
short_suspense = "LM/short/CNY"
gain = "LM/gain/CNY"
loss = "LM/loss/CNY"
bank = "LM/bank/CNY"
"#;

/// Subjects and accounts of the worked day: code, class, normal side, account, whether it may go negative.
const CHART: [(&str, &str, &str, &str, bool); 10] = [
    ("30010405", "common", "debit", "wechat", true),
    ("22410606", "liability", "credit", "wechat-fee", true),
    ("642107", "expense", "debit", "fee", true),
    ("22410901", "liability", "credit", "long", false),
    ("12210901", "asset", "debit", "short", false),
    ("630109", "income", "credit", "gain", true),
    ("671109", "expense", "debit", "loss", true),
    ("10020101", "asset", "debit", "bank", true),
    ("20110102", "liability", "credit", "U1", false),
    ("20110103", "liability", "credit", "U9", false),
];

/// A node with the books of the channel.
pub(crate) struct Books {
    directory: tempfile::TempDir,
    served: RefCell<Option<Served>>,
}

impl Books {
    pub(crate) fn new() -> Books {
        let directory = tempfile::tempdir().unwrap();
        let books = Books { directory, served: RefCell::new(None) };
        books.serve();
        books.write("wechat.toml", CHANNEL);
        books.write("chart.json", &chart());
        books.says(&["open", &books.text("chart.json")], 0);
        books
    }

    /// Has a node serve the books; one that does is killed first.
    pub(crate) fn serve(&self) {
        drop(self.served.take());
        self.served.replace(Some(Served::told(&self.path("books"), &[], &self.path("said"))));
    }

    /// Where the node is.
    pub(crate) fn addr(&self) -> String {
        self.served.borrow().as_ref().expect("it serves").addr.clone()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn run(&self, command: &[&str]) -> Ran {
        longmen(&[command, &["--addr", &self.addr()]].concat())
    }

    #[track_caller]
    pub(crate) fn says(&self, command: &[&str], code: i32) -> Ran {
        let ran = self.run(command);
        assert_eq!(ran.code, Some(code), "{command:?}: {ran:?}");
        ran
    }

    /// What moves the channel's account by `amount`, and its fee; negative what goes back.
    #[track_caller]
    pub(crate) fn moves(&self, how: &[&str], number: &str, kind: &str, (amount, fee): (&str, &str)) {
        let [gross, cost] = [amount, fee].map(|text| text.strip_prefix('-').unwrap_or(text));
        let (debit, credit) =
            if amount.starts_with('-') { ("--credit", "--debit") } else { ("--debit", "--credit") };
        let legs = [
            format!("LM/wechat/CNY={gross}"),
            format!("LM/U1/CNY={gross}"),
            format!("LM/fee/CNY={cost}"),
            format!("LM/wechat-fee/CNY={cost}"),
        ];
        let [channel, user, expense, payable] = &legs;
        let id = format!("T-{number}");
        let named = ["--id", &id, "--reference", number, "--type", kind];
        let legs: [&str; 8] = [debit, channel, credit, user, debit, expense, credit, payable];
        self.says(&[how, &named, &legs].concat(), 0);
    }

    /// The worked day: payments, one that is only tried, and a refund.
    pub(crate) fn book_the_day(&self) {
        for (number, amount, fee) in [
            ("P001", "100.00", "0.60"),
            ("P002", "50.00", "0.30"),
            ("P003", "30.00", "0.18"),
            ("P004", "20.00", "0.12"),
            ("P005", "88.00", "0.53"),
        ] {
            self.moves(&["post"], number, "payment", (amount, fee));
        }
        self.moves(&["try"], "P006", "payment", ("15.00", "0.09"));
        self.moves(&["post"], "R001", "refund", ("-40.00", "-0.24"));
    }

    /// The books of a closed date as rows.
    pub(crate) fn book(&self, date: &str, more: &[&str]) -> Ran {
        let (channel, out) = (self.text("wechat.toml"), self.text(&format!("book-{date}.csv")));
        self.run(&[&["channel-book", &channel, "--date", date, "--out", &out], more].concat())
    }
}

fn chart() -> String {
    let subjects = CHART.map(|(code, class, normal, name, _)| {
        format!(r#"{{"code": "{code}", "name": "{name}", "class": "{class}", "normal": "{normal}"}}"#)
    });
    let accounts = CHART.map(|(code, _, _, name, negative)| {
        let owner = if name.starts_with('U') { "customer" } else { "internal" };
        format!(
            r#"{{"account": "{name}", "subject": "{code}", "currency": "CNY", "owner": "{owner}", "may_go_negative": {negative}}}"#
        )
    });
    format!(
        r#"{{"scenario": "channel", "title": "", "entity": "LM", "start": "2024-06-18", "subjects": [{}], "accounts": [{}]}}"#,
        subjects.join(","),
        accounts.join(",")
    )
}

const DAY: &str = "\
transaction,kind,merchant_number,amount,fee,currency,state
1/T-P001,pay,P001,100.00,0.60,CNY,done
1/T-P002,pay,P002,50.00,0.30,CNY,done
1/T-P003,pay,P003,30.00,0.18,CNY,done
1/T-P004,pay,P004,20.00,0.12,CNY,done
1/T-P005,pay,P005,88.00,0.53,CNY,done
1/T-R001,refund,R001,-40.00,-0.24,CNY,done
1/T-P006,pay,P006,15.00,0.09,CNY,pending
";

#[test]
fn the_books_of_a_closed_date_are_read_from_a_node() {
    let books = Books::new();
    books.book_the_day();
    // Nobody asks for books that may still change.
    let open = books.book("2024-06-18", &[]);
    assert!(open.code == Some(2) && open.err.contains("2024-06-18 is not closed"), "{open:?}");
    books.says(&["close-day", "LM", "2024-06-19"], 0);
    let ran = books.book("2024-06-18", &["--json"]);
    assert_eq!(
        (ran.code, ran.json()["rows"].as_u64(), ran.json()["pending"].as_u64()),
        (Some(0), Some(7), Some(1))
    );
    let first = fs::read_to_string(books.path("book-2024-06-18.csv")).unwrap();
    assert_eq!(first, DAY);

    // The day after: the try is confirmed, a payment of the day before is reversed, one is reversed on its own day, and on a hot
    // account legs are merged.
    books.says(&["hot", "LM/wechat/CNY"], 0);
    books.says(&["confirm", "T-P006", "--id", "T-C6"], 0);
    books.says(&["reverse", "T-P002", "--id", "T-V2"], 0);
    books.moves(&["post"], "P007", "payment", ("7.00", "0.04"));
    books.says(&["reverse", "T-P007", "--id", "T-V7"], 0);
    books.moves(&["post"], "S001", "settlement", ("-1.00", "-0.01"));
    books.says(&["close-day", "LM", "2024-06-20"], 0);
    assert_eq!(books.book("2024-06-19", &[]).code, Some(0));
    let second = fs::read_to_string(books.path("book-2024-06-19.csv")).unwrap();
    assert_eq!(
        second,
        "transaction,kind,merchant_number,amount,fee,currency,state\n\
         1/T-C6,pay,P006,15.00,0.09,CNY,done\n\
         1/T-V2,revoke,P002,-50.00,-0.30,CNY,done\n\
         1/T-P007,pay,P007,7.00,0.04,CNY,failed\n"
    );
    // What a date was stays so.
    assert_eq!(books.book("2024-06-18", &[]).code, Some(0));
    assert_eq!(fs::read_to_string(books.path("book-2024-06-18.csv")).unwrap(), first);
}

#[test]
fn nothing_is_passed_over_in_silence() {
    let books = Books::new();
    books.moves(&["post"], "X001", "mystery", ("1.00", "0.01"));
    books.says(&["close-day", "LM", "2024-06-19"], 0);
    books.says(&["post", "--type", "payment", "--debit", "LM/wechat/CNY=1", "--credit", "LM/U1/CNY=1"], 0);
    books.says(&["close-day", "LM", "2024-06-20"], 0);
    for (date, words) in [
        ("2024-06-18", "of type `mystery`"),
        ("2024-06-19", "has no reference, by which the channel could know it"),
        ("2024-06-20", "2024-06-20 is not closed"),
        ("2024-06-01", "no close of 2024-06-01"),
    ] {
        let ran = books.book(date, &[]);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{date}: {ran:?}");
        assert!(!books.path(&format!("book-{date}.csv")).exists(), "{date}");
    }
    for (wrong, words) in [
        ("format = \"wechat-trade\"", "format = \"paper\""),
        ("currency = \"CNY\"", "currency = \"USD\""),
        ("payment = \"pay\"", "payment = \"paid\""),
        ("\"LM/bank/CNY\"", "\"UK/bank/CNY\""),
        ("tries = true", "hang_days = 4"),
        ("refund = \"refund\"", "settlement = \"settle\""),
    ] {
        books.write("wechat.toml", &CHANNEL.replace(wrong, words));
        let ran = books.book("2024-06-18", &[]);
        assert!(ran.code == Some(2) && ran.err.contains("wechat.toml: "), "{words}: {ran:?}");
    }
}
