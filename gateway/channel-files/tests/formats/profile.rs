//! Profiles, and the tables that are read by them.

use encoding_rs::GB18030;
use longmen_channel_files::{Expected, MoneyLine, MoneyStatement, Profile, Refusal, RefusalCode};
use longmen_ledger::{Amount, Currency};

use crate::reading::{self, amounts, date, profile, refused_table, table};

/// A table with one signed column.
const PLAIN: &str = r#"
layout = "delimited"
currency = { fixed = "CNY" }
date = { column = "date", format = "%Y-%m-%d" }
amount = { signed = "amount" }
columns = { balance = "balance", number = "no" }
"#;

/// The table of a bank: in GB18030, the latest first, under two lines of a head and above a footer.
const BANK: &str = r#"
layout = "delimited"
encoding = "gb18030"
skip = 2
order = "descending"
thousands = true

[footer]
begins = "合计"

[currency]
column = "币种"
words = { "人民币" = "CNY" }

[date]
column = "交易日期"
format = "%Y%m%d"

[time]
column = "交易时间"
format = "%H:%M:%S"

[amount]
incoming = "收入"
outgoing = "支出"

[columns]
balance = "余额"
number = "流水号"
merchant_number = "客户流水号"
kind = "摘要"
remark = "附言"
"#;

const BANK_TABLE: &str = "\
账号：,\"6222001\"\r
起始日期：20240619,\"x
流水号,交易日期,交易时间,币种,收入,支出,余额,客户流水号,摘要,附言,\r
=\"0003\",\t20240619\t,23:59:59,人民币,,\"1,000.00\",\"1,234.50\",W1,转账,\"提现, \"\"张三\"\"\r
第二行\",\r
=\"0002\",\t20240619\t,10:00:01,人民币,\"2,134.50\",0.00,\"2,234.50\",,转账,,\r
\r
=\"0001\",\t20240619\t,10:00:00,人民币,100,,100.00,\t,\"=\"\"利息\"\"\",,\r
合计：3笔\r
制表人
";

fn read(toml: &str, file: impl AsRef<[u8]>) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    table(&profile(toml), file, &Expected::default())
}

#[test]
fn every_field_is_taken() {
    let expected = Expected { merchant: Some("6222001".into()), date: Some(date("2024-06-19")), sha1: None };
    let (bytes, _, _) = GB18030.encode(BANK_TABLE);
    let (statement, lines) = table(&profile(BANK), &bytes, &expected).unwrap();
    let wanted = MoneyStatement {
        account: Some("6222001".into()),
        currency: Currency::from_code("CNY").unwrap(),
        dates: Some((date("2024-06-19"), date("2024-06-19"))),
        opening: Some(0),
        closing: Some(123_450),
        number: None,
        incoming: (2, 223_450),
        outgoing: (1, 100_000),
    };
    assert_eq!(statement, wanted);
    let last = MoneyLine {
        line: 4,
        amount: Amount(-100_000),
        booked: date("2024-06-19"),
        time: Some("2024-06-19T23:59:59".parse().unwrap()),
        value_date: None,
        number: "0003".into(),
        merchant_number: "W1".into(),
        kind: "转账".into(),
        remark: "提现, \"张三\"\n第二行".into(),
        balance: Some(123_450),
    };
    assert_eq!(lines[2], last);
    let of = |line: &MoneyLine| (line.line, line.amount.0, line.number.to_string(), line.kind.to_string());
    assert_eq!(of(&lines[0]), (8, 10_000, "0001".into(), "利息".into()));
    assert_eq!(of(&lines[1]), (6, 213_450, "0002".into(), "转账".into()));
}

#[test]
fn wrong_tables_of_the_bank_are_refused() {
    use RefusalCode::{BadBalance, BadEncoding, BadRow, Truncated, UnknownHeader};
    #[rustfmt::skip]
    let cases = [
        ("2,134.50", "2,134.51", BadBalance, 6, "余额"),
        ("\"1,000.00\"", "\"100,0.00\"", BadRow, 4, "支出"),
        ("\"1,000.00\"", "\",000.00\"", BadRow, 4, "支出"),
        ("\"1,000.00\"", "-1000.00", BadRow, 4, "支出"),
        ("\"1,000.00\"", "1000.001", BadRow, 4, "支出"),
        ("\"1,000.00\"", "", BadRow, 4, "收入"),
        (",0.00,", ",0.01,", BadRow, 6, "支出"),
        ("100,,100.00", "100,,", BadRow, 8, "余额"),
        ("\t20240619\t,10:00:01", "20240631,10:00:01", BadRow, 6, "交易日期"),
        ("\t20240619\t,10:00:01", "2024-06-19,10:00:01", BadRow, 6, "交易日期"),
        ("10:00:01", "25:00:01", BadRow, 6, "交易时间"),
        ("10:00:01,人民币", "10:00:01,美金", BadRow, 6, "币种"),
        ("10:00:01,人民币", "10:00:01,USD", BadRow, 6, ""),
        ("流水号,交易日期", "流水,交易日期", UnknownHeader, 3, "流水号"),
        (",收入,", ",余额,", UnknownHeader, 3, "余额"),
        ("合计", "总计", BadRow, 9, ""),
        ("合计：3笔\r\n制表人\n", "", Truncated, 8, ""),
        ("第二行\"", "第二行", BadRow, 4, ""),
        ("转账,,\r", "转账,,x\r", BadRow, 6, ""),
        ("转账,,\r", "转账\r", BadRow, 6, ""),
    ];
    for (from, to, code, line, column) in cases {
        let table = BANK_TABLE.replacen(from, to, 1);
        let (bytes, _, _) = GB18030.encode(&table);
        let refusal = read(BANK, &bytes).unwrap_err();
        let found = (refusal.code, refusal.line, refusal.column.as_deref().unwrap_or_default());
        // What is found first where two things are wrong is not told here.
        assert_eq!(found, (code, Some(line), column), "{from} as {to}: {refusal}");
    }
    refused_table(&BANK.replace("gb18030", "utf-8"), GB18030.encode(BANK_TABLE).0, BadEncoding, 3, "");
}

#[test]
fn ways_to_say_what_an_amount_is() {
    let of = |amount: &str| {
        PLAIN.replace("{ signed = \"amount\" }", amount).replace("balance = \"balance\", ", "")
    };
    let two = |minus: &str| of(&format!("{{ incoming = \"in\", outgoing = \"out\"{minus} }}"));
    let directed = |minus: &str| {
        of(&format!(
            "{{ column = \"amount\", direction = \"way\", in = [\"贷\", \"C\"], out = [\"借\"]{minus} }}"
        ))
    };
    let two_head = "date,no,in,out\n2024-06-19,1,";
    let directed_head = "date,no,way,amount\n2024-06-19,1,";
    let signed = of("{ signed = \"amount\" }");
    #[rustfmt::skip]
    let cases: Vec<(String, String, Result<i64, &str>)> = vec![
        (signed.clone(), "date,no,amount\n2024-06-19,1,-5.5".into(), Ok(-550)),
        (signed.clone(), "date,no,amount\n2024-06-19,1,+5".into(), Ok(500)),
        (signed.clone(), "no,amount,other,date\n1,\"\t5\",x,2024-06-19".into(), Ok(500)),
        (signed.clone(), "date,no,amount\n2024-06-19,1,".into(), Err("amount")),
        (signed, "date,no,amount\n2024-06-19,1,\"1,000\"".into(), Err("amount")),
        (two(""), format!("{two_head}5,"), Ok(500)),
        (two(""), format!("{two_head}0.00,5"), Ok(-500)),
        (two(""), format!("{two_head}0.00,0.00"), Ok(0)),
        (two(""), format!("{two_head},"), Err("in")),
        (two(""), format!("{two_head}5,5"), Err("out")),
        (two(""), format!("{two_head}-5,"), Err("in")),
        (two(", minus = \"reversal\""), format!("{two_head}-5,"), Ok(-500)),
        (two(", minus = \"reversal\""), format!("{two_head},-5"), Ok(500)),
        (two(", minus = \"outgoing\""), format!("{two_head}0,-5"), Ok(-500)),
        (two(", minus = \"outgoing\""), format!("{two_head}5,0"), Ok(500)),
        (two(", minus = \"outgoing\""), format!("{two_head}0,5"), Err("out")),
        (two(", minus = \"outgoing\""), format!("{two_head}-5,0"), Err("in")),
        (directed(""), format!("{directed_head}贷,5"), Ok(500)),
        (directed(""), format!("{directed_head} C ,5"), Ok(500)),
        (directed(""), format!("{directed_head}借,5"), Ok(-500)),
        (directed(""), format!("{directed_head}D,5"), Err("way")),
        (directed(""), format!("{directed_head}借,-5"), Err("amount")),
        (directed(""), format!("{directed_head}借,"), Err("amount")),
        (directed(", minus = \"reversal\""), format!("{directed_head}借,-5"), Ok(500)),
        (directed(", minus = \"outgoing\""), format!("{directed_head}借,-5"), Ok(-500)),
        (directed(", minus = \"reversal\""), format!("{directed_head}借,-92233720368547758.08"), Err("amount")),
    ];
    for (toml, table, wanted) in cases {
        match wanted {
            Ok(amount) => assert_eq!(amounts(&toml, &table), [amount], "{table}"),
            Err(column) => refused_table(&toml, &table, RefusalCode::BadRow, 2, column),
        }
    }
}

#[test]
fn where_rows_begin_and_end() {
    let table = "date,no,amount,balance\n2024-06-18,1,1,1\n2024-06-19,2,2,3\n";
    assert_eq!(amounts(PLAIN, table), [100, 200]);
    assert_eq!(amounts(PLAIN, format!("\u{feff}{table}")), [100, 200]);
    let separated = |separator: &str, text: &str| {
        (
            format!("separator = \"{separator}\"\nquote = \"none\"\n{PLAIN}"),
            text.replace(',', text_of(separator)),
        )
    };
    for separator in ["\\t", "|", "^", ";"] {
        let (toml, text) = separated(separator, table);
        assert_eq!(amounts(&toml, text), [100, 200], "{separator}");
    }
    let quoted = format!("quote = \"'\"\n{PLAIN}");
    assert_eq!(amounts(&quoted, table.replace("2,2,3", "'2','2','3'")), [100, 200]);
    let found = format!("header = \"find\"\n{PLAIN}");
    assert_eq!(amounts(&found, format!("bank, of China\n\nfrom,to\n{table}")), [100, 200]);
    refused_table(&found, "bank\ndate,no\n", RefusalCode::UnknownHeader, None, "");
    refused_table(&found, "", RefusalCode::UnknownHeader, None, "");
    refused_table(PLAIN, "bank\ndate,no\n", RefusalCode::UnknownHeader, 1, "amount");
    refused_table(PLAIN, "", RefusalCode::UnknownHeader, None, "");
    let empty = format!("footer = {{ empty = \"date\" }}\n{PLAIN}");
    for footer in [",,,", "", ",,3,", "-"] {
        match footer {
            "-" => refused_table(&empty, table, RefusalCode::Truncated, 3, ""),
            footer => {
                assert_eq!(amounts(&empty, format!("{table}{footer}\nnotes\n")), [100, 200], "{footer}");
            }
        }
    }
    let (nothing, _) = read(PLAIN, "date,no,amount,balance\n").unwrap();
    assert_eq!((nothing.dates, nothing.opening, nothing.incoming), (None, None, (0, 0)));
    let of_column = PLAIN.replace("{ fixed = \"CNY\" }", "{ column = \"ccy\" }");
    assert_eq!(amounts(&of_column, "date,no,amount,balance,ccy\n2024-06-19,2,2,3,JPY"), [2]);
    refused_table(&of_column, "date,no,amount,balance,ccy\n", RefusalCode::BadRow, 1, "");
}

fn text_of(separator: &str) -> &str {
    if separator == "\\t" { "\t" } else { separator }
}

#[test]
fn orders_and_balances() {
    use RefusalCode::BadBalance;
    let rows = ["2024-06-19,1,1,11", "2024-06-19,2,2,13", "2024-06-19,3,-3,10"];
    let table = |rows: &[&str]| format!("date,no,amount,balance\n{}\n", rows.join("\n"));
    let descending = format!("order = \"descending\"\n{PLAIN}");
    let turned: Vec<&str> = rows.into_iter().rev().collect();
    let up = read(PLAIN, table(&rows)).unwrap();
    let down = read(&descending, table(&turned)).unwrap();
    assert_eq!((up.0.opening, up.0.closing), (Some(1_000), Some(1_000)));
    assert_eq!(down.0, up.0);
    let numbers = |lines: &[MoneyLine]| lines.iter().map(|line| line.number.to_string()).collect::<Vec<_>>();
    assert_eq!(numbers(&down.1), numbers(&up.1));
    refused_table(PLAIN, table(&turned), BadBalance, 3, "balance");
    refused_table(&descending, table(&rows), BadBalance, 3, "balance");
    refused_table(PLAIN, table(&[rows[0], rows[2]]), BadBalance, 3, "balance");
    let expected = Expected { date: Some(date("2024-06-18")), ..Expected::default() };
    let refusal = reading::table(&profile(PLAIN), table(&rows), &expected).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongDate, Some(2)));
}

#[test]
fn a_time_may_stand_with_its_date() {
    let both = r#"time = { column = "date", format = "%Y/%m/%d %H:%M:%S" }"#;
    let toml = PLAIN.replace("%Y-%m-%d\" }", &format!("%Y/%m/%d %H:%M:%S\" }}\n{both}"));
    let (_, lines) = read(&toml, "date,no,amount,balance\n2024/06/19 10:20:30,1,1,1\n").unwrap();
    assert_eq!(lines[0].time.unwrap().to_string(), "2024-06-19T10:20:30");
    refused_table(&toml, "date,no,amount,balance\n2024/06/19,1,1,1\n", RefusalCode::BadRow, 2, "date");
    let early = "date,no,amount,balance\n1969/12/31 10:20:30,1,1,1\n";
    refused_table(&toml, early, RefusalCode::BadRow, 2, "date");
}

#[test]
fn profiles_that_make_no_sense_name_the_key() {
    #[rustfmt::skip]
    let cases = [
        ("layout = \"delimited\"", "layout = \"delimited\"\ncolour = 1", "colour"),
        ("layout = \"delimited\"", "layout = \"pdf\"", "line 2, column 10: unknown variant `pdf`"),
        ("layout = \"delimited\"", "", "layout"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nencoding = \"klingon\"", "encoding"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nencoding = \"utf-16le\"", "encoding"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nseparator = \"||\"", "separator"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nseparator = \"\"", "separator"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nseparator = '\"'", "quote"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nquote = \"no\"", "quote"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nsheet = \"a\"", "sheet"),
        ("layout = \"delimited\"", "layout = \"sheet\"\nencoding = \"gbk\"", "encoding"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nskip = -1", "line 3, column 8"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nskip = 1\nheader = \"find\"", "header"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nheader = \"first\"", "unknown variant `first`"),
        ("layout = \"delimited\"", "layout = \"delimited\"\norder = \"up\"", "unknown variant `up`"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nfooter = {}", "footer"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nfooter = { begins = \" \" }", "footer"),
        ("layout = \"delimited\"", "layout = \"delimited\"\nfooter = { empty = \"a\", begins = \"b\" }", "footer"),
        ("{ fixed = \"CNY\" }", "{ fixed = \"RMB\" }", "currency.fixed"),
        ("{ fixed = \"CNY\" }", "{ fixed = \"CNY\", column = \"c\" }", "currency"),
        ("{ fixed = \"CNY\" }", "{ column = \"c\", words = { a = \"b\" } }", "currency.words"),
        ("{ fixed = \"CNY\" }", "{}", "currency"),
        ("%Y-%m-%d", "%Y-%m", "date.format"),
        ("%Y-%m-%d", "%m-%d", "date.format"),
        ("%Y-%m-%d", "%Q%!", "date.format"),
        ("%Y-%m-%d", "YYYY-MM-DD", "date.format"),
        ("{ column = \"date\", format = \"%Y-%m-%d\" }", "{ column = \"date\" }", "format"),
        ("amount = {", "time = { column = \"t\", format = \"%M\" }\namount = {", "time.format"),
        ("{ signed = \"amount\" }", "{}", "amount"),
        ("{ signed = \"amount\" }", "{ signed = \"a\", minus = \"reversal\" }", "amount"),
        ("{ signed = \"amount\" }", "{ incoming = \"a\" }", "amount"),
        ("{ signed = \"amount\" }", "{ incoming = \"a\", outgoing = \"a\" }", "amount.outgoing"),
        ("{ signed = \"amount\" }", "{ column = \"a\", direction = \"b\" }", "amount.in"),
        ("{ signed = \"amount\" }", "{ column = \"a\", direction = \"b\", in = [\"x\"], out = [\"x\"] }", "amount.out"),
        ("{ signed = \"amount\" }", "{ signed = \"a\", in = [\"x\"] }", "amount"),
        ("number = \"no\"", "number = \" \"", "columns"),
        ("number = \"no\"", "numbers = \"no\"", "numbers"),
        ("currency =", "currency", "line 3, column"),
    ];
    for (from, to, key) in cases {
        let error = Profile::parse(&PLAIN.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(key) && !error.contains('\n'), "{to}: {error}");
    }
}

#[test]
fn what_is_cut_off_is_refused_or_has_its_footer() {
    let (bytes, _, _) = GB18030.encode(BANK_TABLE);
    let wanted = read(BANK, &bytes).unwrap();
    let footer = bytes.len() - GB18030.encode("合计：3笔\r\n制表人\n").0.len();
    for at in 0..bytes.len() {
        match read(BANK, &bytes[..at]) {
            Ok(read) => assert!(at > footer && read == wanted, "at {at}"),
            Err(_) => assert!(at <= footer + 8, "at {at}"),
        }
    }
}
