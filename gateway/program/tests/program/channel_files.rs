//! `longmen channel-file`: what a file comes to, or why nothing of it is to be used.

use std::fs;

use crate::longmen::{Ran, longmen};

const DAY: &str = "\
交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,微信退款单号,商户退款单号,退款金额,退款状态,商品名称,手续费
`2024-06-18 10:00:00,`1900000100,`4200001,`P1,`SUCCESS,`CNY,`1000.00,`0,`0,`0.00,`,`tea, black,`6.00000
`2024-06-18 15:00:00,`1900000100,`4200001,`P1,`REFUND,`CNY,`0.00,`503001,`R1,`40.00,`SUCCESS,`\u{1b}[2Jtea,`-0.24000
总交易单数,应结订单总金额,退款总金额,手续费总金额
`2,`1000.00,`40.00,`5.76000
";

const FUND: &str = "\
记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号
`2024-06-18 10:00:00,`4200001,`F1,`交易,`交易,`收入,`1000.00,`1500.00,`system,`,`P1
`2024-06-18 10:00:00,`4200001,`F2,`扣除交易手续费,`扣除交易手续费,`支出,`6.00,`1494.00,`system,`,`P1
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`2.0,`1.0,`1000.00,`1.0,`6.00
";

/// Looks into a file with this text.
fn look(text: &str, arguments: &[&str]) -> Ran {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file.csv");
    fs::write(&path, text).unwrap();
    longmen(&[&["channel-file", path.to_str().unwrap()], arguments].concat())
}

#[test]
fn a_file_that_is_whole_is_told_in_sums() {
    let ran = look(DAY, &["--format", "wechat-trade", "--date", "2024-06-18", "--merchant", "1900000100"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for words in ["whole: 1900000100, 2024-06-18, 2 rows", "1,000.00", "-40.00", "-0.24", "954.24"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    assert!(!ran.out.contains("R1"), "rows are told when they are asked for: {ran:?}");
    let ran = look(DAY, &["--format", "wechat-trade", "--rows"]);
    assert!(ran.out.contains("R1") && ran.out.contains("503001"), "{ran:?}");
    let json = look(DAY, &["--format", "wechat-trade", "--rows", "--json"]).json();
    assert_eq!((&json["count"], &json["net"]["CNY"]), (&2.into(), &95_424.into()));
    assert_eq!((&json["rows"][1]["kind"], &json["rows"][1]["gross"]), (&"refund".into(), &(-4_000).into()));
    assert_eq!(json["sums"][0]["fee"], 600);
    let ran = look(FUND, &["--format", "wechat-fundflow"]);
    for words in ["opening balance", "500.00", "1,494.00"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    let json = look(FUND, &["--format", "wechat-fundflow", "--json"]).json();
    assert_eq!(
        (&json["opening"], &json["closing"], &json["out"]["amount"]),
        (&50_000.into(), &149_400.into(), &600.into())
    );
}

/// Lines of 26 bytes: a number, a time without a year, a kind, an amount in fen.
const FIXED: &str = r#"
rows = "transactions"
layout = "fixed"
length = 26
blanks = true
fields = [["no", 4], ["time", 10], ["kind", 2], ["amount", 7]]
minor = true
currency = { fixed = "CNY" }
date = { column = "time", format = "%m%d%H%M%S", year = "expected", before = 1 }
amount = { column = "amount", direction = "kind", in = ["01"], out = ["04"] }
columns = { merchant_number = ["no", "time"] }
kinds = { column = "kind", words = { "01" = "pay", "04" = "refund" } }
"#;

const FIXED_DAY: &str = "0001 0618100000 01 0010000\n0002 0617230000 04 0004000\n";

#[test]
fn lines_of_fixed_fields_are_read_by_a_profile() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("fixed.toml"), FIXED).unwrap();
    let (profile, date) = (path("fixed.toml"), ["--date", "2024-06-18"]);
    let ran = look(FIXED_DAY, &["--profile", &profile, date[0], date[1], "--rows"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for words in ["2024-06-18, 2 rows", "100.00", "-40.00", "60.00", "0001|0618100000"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    let cut = look(&FIXED_DAY[..40], &["--profile", &profile, date[0], date[1], "--json"]);
    assert_eq!((cut.code, &cut.json()["refused"]), (Some(2), &"truncated".into()), "{cut:?}");
    // The books are compared with it as with any other.
    let (book, file) = (path("book.csv"), path("day"));
    fs::write(&file, FIXED_DAY).unwrap();
    let rows = "transaction,kind,merchant_number,amount,fee\nT1,pay,0001|0618100000,100.00,0\nT2,refund,0002|0617230000,-40.00,0\n";
    fs::write(&book, rows).unwrap();
    let ran = longmen(&["reconcile", &book, &file, "--profile", &profile, date[0], date[1]]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    fs::write(&book, rows.replace("100.00", "100.01")).unwrap();
    let ran = longmen(&["reconcile", &book, &file, "--profile", &profile, date[0], date[1], "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("amount_differs"), "{ran:?}");
}

/// One line: the file, where in it, what is wrong, and where it is told how it is right.
#[test]
fn a_profile_that_is_wrong_is_told_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let profile = directory.path().join("fixed.toml");
    for (from, to, words) in [
        ("length = 26", "length = 26\ncolour = 1", "line 5, column 1: unknown field `colour`"),
        ("length = 26", "length = [", "line 5, column"),
        ("length = 26", "length = 27", "length: it is 27, and the fields make 26 bytes"),
        ("layout = \"fixed\"\n", "", "missing field `layout`"),
    ] {
        fs::write(&profile, FIXED.replace(from, to)).unwrap();
        for command in [
            look(FIXED_DAY, &["--profile", profile.to_str().unwrap()]),
            longmen(&["reconcile", "x", "x", "--date", "2024-06-18", "--profile", profile.to_str().unwrap()]),
        ] {
            assert_eq!(command.code, Some(2), "{command:?}");
            let told = command.err.lines().find(|line| line.contains("fixed.toml")).unwrap_or_default();
            assert!(told.contains(words) && told.contains("docs/CHANNELS.md"), "{to}: {command:?}");
            assert!(!command.err.contains("\\u{"), "{command:?}");
        }
    }
}

#[test]
fn the_file_of_a_channel_that_is_wrong_is_told_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wechat.toml");
    let channel = path.to_str().unwrap();
    for (text, words) in [
        ("channel = \"wechat\"\ncolour = 1\n", "line 2, column 1: unknown field `colour`"),
        ("channel = \"wechat\n", "line 1, column"),
        ("channel = \"wechat\"\n", "missing field `merchant`"),
        ("", "missing field `channel`"),
    ] {
        fs::write(&path, text).unwrap();
        let command =
            ["desk", "import", channel, "--channel", channel, "--date", "2024-06-18", "--by", "ann"];
        let desk = directory.path().join("desk");
        let ran = longmen(&[&command[..], &["--desk", desk.to_str().unwrap()]].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let told = ran.err.lines().find(|line| line.contains("wechat.toml")).unwrap_or_default();
        assert!(told.contains(words) && told.contains("longmen channel-book --help"), "{text}: {ran:?}");
        assert!(!ran.err.contains("\\u{"), "{ran:?}");
    }
}

#[test]
fn a_file_that_is_refused_is_told_with_its_place() {
    let wrong = DAY.replace("`5.76000", "`5.75000");
    let ran = look(&wrong, &["--format", "wechat-trade"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.out.contains("bad_control_total, 手续费总金额: the summary says 5.75, and the rows are 5.76"),
        "{ran:?}"
    );
    let json = look(&wrong, &["--format", "wechat-trade", "--json"]);
    assert_eq!((json.code, &json.json()["refused"]), (Some(2), &"bad_control_total".into()));
    let hidden = DAY.replace("`SUCCESS,`CNY", "`\u{1b}[2J,`CNY");
    let ran = look(&hidden, &["--format", "wechat-trade"]);
    assert!(ran.out.contains("line 2") && !ran.out.contains('\u{1b}'), "{ran:?}");
    for (arguments, words) in [
        (&["--format", "wechat"][..], "wechat-trade"),
        (&["--format", "wechat-trade", "--date", "18.6.2024"], "a date such as 2024-02-29"),
        (&[], "--format"),
        (&["--profile", "/nowhere.toml"], "cannot read /nowhere.toml"),
    ] {
        let ran = look(DAY, arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    let ran = longmen(&["channel-file", "/nowhere.csv", "--format", "wechat-trade"]);
    assert!(ran.code == Some(2) && ran.err.contains("cannot read /nowhere.csv"), "{ran:?}");
}
