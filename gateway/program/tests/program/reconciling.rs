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
pub(crate) fn file(date: &str, payments: &[(&str, &str, &str)], refund: bool, summary: &str) -> String {
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
        (
            "transaction,kind,merchant_number,amount\nT1,pay,P005,88.00\n",
            "line 1, fee: the column is missing",
        ),
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
        ("transaction,kind,merchant_number,amount,fee\nT1,pay,P005,88.00\n", "line 2: the row has 4 cells"),
        // A line with nothing in it is a line.
        ("transaction,kind,merchant_number,amount,fee\n\nT1,pay,P005,x,0.53\n", "line 3, amount: `x`"),
        (
            "transaction,kind,merchant_number,amount,fee,stat\nT1,pay,P005,88.00,0.53,done\n",
            "stat: unknown column",
        ),
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

/// The table has a row for each difference, with nothing where a side has not got it.
#[test]
fn differences_are_written_as_a_table() {
    let desk = Desk::new();
    let path = |name: &str| desk.path(name).to_str().unwrap().to_owned();
    let (breaks, parquet, other) = (path("breaks.csv"), path("breaks.parquet"), path("breaks.txt"));
    assert_eq!(desk.reconcile("0618", &["--breaks", &breaks]).code, Some(1));
    assert_eq!(
        fs::read_to_string(&breaks).unwrap(),
        "\
currency,exponent,merchant_number,kind,class,fate,days,explains,book_reference,book_line,book_amount,book_fee,book_state,file_reference,file_line,file_amount,file_fee,file_state
CNY,2,P002,pay,fee_differs,open,0,-0.01,P002,3,50.00,0.30,done,42P002,3,50.00,0.31,done
CNY,2,P003,pay,amount_differs,open,0,0.01,P003,4,30.00,0.18,done,42P003,4,30.01,0.18,done
CNY,2,P004,pay,short,hung,0,-19.88,P004,5,20.00,0.12,done,,,,,
CNY,2,P005,pay,short,hung,0,-87.47,P005,6,88.00,0.53,done,,,,,
CNY,2,P006,pay,state_differs,open,0,14.91,P006,7,15.00,0.09,pending,42P006,5,15.00,0.09,done
CNY,2,P099,pay,long,hung,0,65.60,,,,,,42P099,6,66.00,0.40,done
"
    );
    assert_eq!(desk.reconcile("0618", &["--breaks", &breaks, "--all"]).code, Some(1));
    assert_eq!(fs::read_to_string(&breaks).unwrap().lines().count(), 1 + 8);
    assert_eq!(desk.reconcile("0618", &["--breaks", &parquet]).code, Some(1));
    let bytes = fs::read(&parquet).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let ran = desk.reconcile("0618", &["--breaks", &other]);
    assert!(ran.code == Some(2) && ran.err.contains(".csv or .parquet"), "{ran:?}");
    let ran = desk.reconcile("0618", &["--breaks", "/not/there/breaks.csv"]);
    assert!(ran.code == Some(2) && ran.err.contains("cannot write /not/there/breaks.csv"), "{ran:?}");
}

/// A day of more rows than stay in memory goes through files, and nothing of them is left.
#[test]
fn a_large_day_goes_through_files() {
    const ROWS: usize = 200_001;
    let desk = Desk::new();
    let mut book = "transaction,kind,merchant_number,amount,fee\n".to_owned();
    let mut file = format!("{HEADER}\n");
    for number in 0..ROWS {
        book += &format!("T{number},pay,N{number},1.00,0.01\n");
        file += &format!(
            "`2024-06-19 10:00:00,`1900000100,`42{number},`N{number},`SUCCESS,`CNY,`{},`0,`0,`0.00,`,`0.01000\n",
            if number == 77 { "1.01" } else { "1.00" }
        );
    }
    file +=
        &format!("总交易单数,应结订单总金额,退款总金额,手续费总金额\n`{ROWS},`{ROWS}.01,`0.00,`2000.01000\n");
    book += "T,pay,P005,88.00,0.53\n";
    desk.write("book-0619.csv", &book);
    desk.write("0619.csv", &file);
    let (temp, breaks) = (desk.path("temp"), desk.path("breaks.csv"));
    let run = |more: &[&str]| {
        let temp = ["--temp", temp.to_str().unwrap()];
        desk.reconcile("0619", &[&temp, more].concat())
    };
    let ran = run(&[]);
    assert!(ran.code == Some(2) && ran.err.contains("make room there"), "{ran:?}");
    assert!(ran.err.contains("--temp DIR") && ran.err.contains("nothing was compared"), "{ran:?}");
    fs::create_dir(&temp).unwrap();
    let ran = run(&["--breaks", breaks.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in
        ["200,002 rows in the books, 200,001 in the file", "200,000", "-87.47", "1 wait for the next file"]
    {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    let found = fs::read_to_string(&breaks).unwrap();
    let found: Vec<&str> = found.lines().skip(1).collect();
    assert_eq!(
        found,
        [
            "CNY,2,N77,pay,amount_differs,open,0,0.01,T77,79,1.00,0.01,done,4277,79,1.01,0.01,done",
            "CNY,2,P005,pay,short,hung,0,-87.47,T,200003,88.00,0.53,done,,,,,",
        ]
    );
    assert_eq!(fs::read_dir(&temp).unwrap().count(), 0, "nothing is left");
    // A book that is wrong far behind, while the file is still read.
    desk.write("book-0619.csv", &(book + "T,pay,P006,x,0.53\n"));
    let ran = run(&[]);
    assert!(ran.code == Some(2) && ran.err.contains("line 200004, amount: `x`"), "{ran:?}");
}
