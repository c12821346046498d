//! `longmen reconcile`: a day of a channel, and the day after, as a clerk compares them.

use std::fs;
use std::path::PathBuf;

use crate::longmen::{Ran, longmen};

const BOOK: &str = "\
transaction,kind,merchant_number,amount,fee,state
P001,pay,P001,100.00,0.60,done
P002,pay,P002,50.00,0.30,done
P003,pay,P003,30.00,0.18,done
P004,pay,P004,20.00,0.12,done
P005,pay,P005,88.00,0.53,done
P006,pay,P006,15.00,0.09,pending
R001,refund,R001,-40.00,-0.24,done
";

const HEADER: &str = "交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,微信退款单号,商户退款单号,退款金额,退款状态,手续费";

/// A file of payments (number, amount, fee), and perhaps a refund.
fn file(date: &str, payments: &[(&str, &str, &str)], refund: bool, summary: &str) -> String {
    let mut text = format!("{HEADER}\n");
    for (number, amount, fee) in payments {
        text += &format!(
            "`{date} 10:00:00,`1900000100,`42{number},`{number},`SUCCESS,`CNY,`{amount},`0,`0,`0.00,`,`{fee}000\n"
        );
    }
    if refund {
        text += &format!(
            "`{date} 15:00:00,`1900000100,`42P001,`P001,`REFUND,`CNY,`0.00,`50R001,`R001,`40.00,`SUCCESS,`-0.24000\n"
        );
    }
    text + "总交易单数,应结订单总金额,退款总金额,手续费总金额\n" + summary + "\n"
}

struct Desk {
    directory: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { directory: tempfile::tempdir().unwrap() };
        let day = [
            ("P001", "100.00", "0.60"),
            ("P002", "50.00", "0.31"),
            ("P003", "30.01", "0.18"),
            ("P006", "15.00", "0.09"),
            ("P099", "66.00", "0.40"),
        ];
        desk.write("0618.csv", &file("2024-06-18", &day, true, "`6,`261.01,`40.00,`1.34000"));
        desk.write(
            "0619.csv",
            &file("2024-06-19", &[("P005", "88.00", "0.53")], false, "`1,`88.00,`0.00,`0.53000"),
        );
        desk.write("book-0618.csv", BOOK);
        desk.write("book-0619.csv", "transaction,kind,merchant_number,amount,fee\n");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Compares the books of a day with its file.
    fn reconcile(&self, day: &str, more: &[&str]) -> Ran {
        let path = |name: String| self.path(&name).to_str().unwrap().to_owned();
        let (book, file) = (path(format!("book-{day}.csv")), path(format!("{day}.csv")));
        let date = format!("2024-{}-{}", &day[..2], &day[2..]);
        let command = ["reconcile", &book, &file, "--format", "wechat-trade", "--date", &date];
        longmen(&[&command, more].concat())
    }
}

#[test]
fn a_day_is_explained_and_what_waits_is_found_the_day_after() {
    let desk = Desk::new();
    let text = |name: &str| desk.path(name).to_str().unwrap().to_owned();
    let (hung, later) = (text("hung-0618.csv"), text("hung-0619.csv"));
    let ran = desk.reconcile("0618", &["--hung-after", &hung]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in [
        "246.51",
        "219.67",
        "-19.88",
        "-87.47",
        "14.91",
        "65.60",
        "state_differs",
        "3 wait for the next file",
    ] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    let json = desk.reconcile("0618", &["--json"]).json();
    let found = &json["currencies"][0];
    assert_eq!(
        (&found["book"]["net"], &found["file"]["net"], &found["hung"]),
        (&24_651.into(), &21_967.into(), &3.into())
    );
    let said: Vec<String> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}",
                one["merchant_number"].as_str().unwrap(),
                one["class"].as_str().unwrap(),
                one["fate"].as_str().unwrap(),
                one["explains"]
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            "P002 fee_differs open -1",
            "P003 amount_differs open 1",
            "P004 short hung -1988",
            "P005 short hung -8747",
            "P006 state_differs open 1491",
            "P099 long hung 6560",
        ]
    );
    // The same again is the same, byte by byte.
    let before = fs::read(&hung).unwrap();
    assert_eq!(desk.reconcile("0618", &["--hung-after", &hung]).out, ran.out);
    assert_eq!(fs::read(&hung).unwrap(), before);
    let ran = desk.reconcile("0619", &["--hung-before", &hung, "--hung-after", &hung]);
    assert!(ran.code == Some(2) && ran.err.contains("count the day twice"), "{ran:?}");
    let ran = desk.reconcile("0619", &["--hung-before", &hung, "--hung-after", &later]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in ["P004", "suspense, 1 days", "closed, 1 days", "87.47"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(fs::read_to_string(&later).unwrap().lines().count(), 1, "nothing waits any more");
}

#[test]
fn what_agrees_ends_well_and_a_file_that_is_wrong_compares_nothing() {
    let desk = Desk::new();
    desk.write(
        "book-0619.csv",
        "\u{feff}transaction,kind,merchant_number,amount,fee\nT1,pay,P005,88.00,0.50\n",
    );
    let ran = desk.reconcile("0619", &["--fee-tolerance", "3"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("adjusted"), "{ran:?}");
    assert_eq!(desk.reconcile("0619", &["--fee-tolerance", "2"]).code, Some(1));
    for (book, words) in [
        ("transaction,kind,merchant_number,amount\nT1,pay,P005,88.00\n", "there is no column `fee`"),
        (
            "transaction,kind,merchant_number,amount,fee\nT1,paid,P005,88.00,0.53\n",
            "line 2, kind: `paid` is not pay",
        ),
        ("transaction,kind,merchant_number,amount,fee\nT1,pay,,88.00,0.53\n", "line 2, merchant_number"),
        (
            "transaction,kind,merchant_number,amount,fee\nT1,pay,P005,88.001,0.53\n",
            "line 2, amount: `88.001`",
        ),
        ("transaction,kind,merchant_number,amount,fee,state\nT1,pay,P005,88.00,0.53,gone\n", "line 2, state"),
        (
            "transaction,kind,merchant_number,amount,fee,currency\nT1,pay,P005,88.00,0.53,XXZ\n",
            "line 2, currency",
        ),
        ("transaction,kind,merchant_number,amount,fee\nT1,pay,P005,88.00\n", "line: 2"),
    ] {
        desk.write("book-0619.csv", book);
        let ran = desk.reconcile("0619", &[]);
        assert_eq!(ran.code, Some(2), "{book}: {ran:?}");
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    desk.write("book-0619.csv", "transaction,kind,merchant_number,amount,fee\nT1,pay,P005,88.00,0.53\n");
    let wrong = fs::read_to_string(desk.path("0619.csv")).unwrap().replace("`0.53000\n总", "`0.54000\n总");
    desk.write("0619.csv", &wrong);
    let hung = desk.path("hung.csv");
    let ran = desk.reconcile("0619", &["--hung-after", hung.to_str().unwrap()]);
    assert!(ran.code == Some(2) && ran.err.contains("bad_control_total"), "{ran:?}");
    assert!(!hung.exists(), "nothing is written of what was not compared");
}
