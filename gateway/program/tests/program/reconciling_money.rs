//! `longmen reconcile-money`: what a channel settled, found in the bank's statement.

use std::fs;

use crate::longmen::{Ran, longmen};

const CALENDAR: &str = "date,kind,name\n2024,year,\n2024-06-10,holiday,端午\n";

/// The statement of 2024-06-19, with what the channel settled of the day before and a payout that is no channel's.
const MT940: &str = "\
:20:240619000001
:25:11000000000000001
:28C:171/1
:60F:C240618CNY1000000,00
:61:2406190619C219,67NTRFTENPAY20240618//BK0001
TENPAY SETTLEMENT
:86:/ORDP/TENPAY/REMI/1900000100 20240618
:61:2406190619D500,00NTRFW001//BK0002
:86:/BENM/ZHANG SAN/REMI/WITHDRAW W001
:62F:C240619CNY999719,67
-
";

/// The same day as camt.053.
const CAMT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id><ElctrncSeqNb>171</ElctrncSeqNb>
<Acct><Id><Othr><Id>11000000000000001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1000000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-06-18</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">999719.67</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-06-19</Dt></Dt></Bal>
<Ntry><Amt Ccy="CNY">219.67</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2024-06-19</Dt></BookgDt>
<AcctSvcrRef>BK0001</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>TENPAY20240618</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="CNY">500.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2024-06-19</Dt></BookgDt>
<AcctSvcrRef>BK0002</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>W001</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"#;

/// The channel's file of 2024-06-18: 261.01 less 40.00 less 1.34.
const TRADES: &str = "\
交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,微信退款单号,商户退款单号,退款金额,退款状态,手续费
`2024-06-18 10:00:00,`1900000100,`42P001,`P001,`SUCCESS,`CNY,`261.01,`0,`0,`0.00,`,`1.58000
`2024-06-18 15:00:00,`1900000100,`42P001,`P001,`REFUND,`CNY,`0.00,`50R001,`R001,`40.00,`SUCCESS,`-0.24000
总交易单数,应结订单总金额,退款总金额,手续费总金额
`2,`261.01,`40.00,`1.34000
";

const FUND: &str = "\
记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号
`2024-06-18 10:00:00,`4200001,`F1,`交易,`交易,`收入,`219.67,`219.67,`system,`,`P1
`2024-06-18 23:00:00,`4200002,`F2,`提现,`提现,`支出,`219.67,`0.00,`system,`,`TENPAY20240618
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`2.0,`1.0,`219.67,`1.0,`219.67
";

struct Desk {
    directory: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { directory: tempfile::tempdir().unwrap() };
        for (name, text) in [
            ("calendar.csv", CALENDAR),
            ("0619.sta", MT940),
            ("0619.xml", CAMT),
            ("trades.csv", TRADES),
            ("fund.csv", FUND),
            ("settled.csv", "channel,bill_date,currency,net\nwechat,2024-06-18,CNY,219.67\n"),
        ] {
            desk.write(name, text);
        }
        desk
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.directory.path().join(name), text).unwrap();
    }

    /// Runs a command line in which `{}/` is the directory.
    fn run(&self, line: &str) -> Ran {
        let directory = self.directory.path().to_str().unwrap();
        let words: Vec<String> = line.split(' ').map(|word| word.replace("{}", directory)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        longmen(
            &[&["reconcile-money", "--calendar", &format!("{directory}/calendar.csv")], &words[..]].concat(),
        )
    }
}

/// Class, explains and the bank's numbers of every finding.
fn said(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let findings = json["findings"].as_array().unwrap().iter();
    findings
        .map(|one| {
            let lines = one["bank"].as_array().unwrap().iter();
            let numbers: Vec<&str> = lines.map(|line| line["number"].as_str().unwrap()).collect();
            format!("{} {} {}", one["class"].as_str().unwrap(), one["explains"], numbers.join("+"))
        })
        .collect()
}

#[test]
fn what_a_channel_settled_is_found_in_every_format_of_the_bank() {
    let desk = Desk::new();
    for bank in ["{}/0619.sta --format mt940", "{}/0619.xml --format camt053"] {
        for source in [
            "--expected {}/settled.csv",
            "--trades wechat-trade={}/trades.csv",
            "--payouts wechat-fundflow={}/fund.csv",
        ] {
            for rule in ["--rule t+1", "--rule wechat=t+1 --words wechat=TENPAY --rule d+9"] {
                let line = format!("{bank} {source} {rule} --all --json");
                let ran = desk.run(&line);
                assert_eq!(ran.code, Some(1), "{line}: {ran:?}");
                assert_eq!(said(&ran), ["matched 0 BK0001", "unknown_line -50000 BK0002"], "{line}");
                let json = ran.json();
                assert_eq!(
                    (&json["expected"]["net"], &json["bank"]["net"]),
                    (&21_967.into(), &(-28_033).into())
                );
                assert_eq!(json["as_of"], "2024-06-19");
            }
        }
    }
    let ran = desk.run("{}/0619.sta --format mt940 --expected {}/settled.csv --rule t+1");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in ["unknown_line", "BK0002 of 2024-06-19", "-500.00", "net expected", "219.67", "-280.33"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    assert!(!ran.out.contains("BK0001"), "what agrees is told when it is asked for: {ran:?}");
    // Without the payout all is there.
    desk.write(
        "0619.sta",
        &MT940
            .replace(":61:2406190619D500,00NTRFW001//BK0002\n:86:/BENM/ZHANG SAN/REMI/WITHDRAW W001\n", "")
            .replace("999719,67", "1000219,67"),
    );
    let ran = desk.run("{}/0619.sta --format mt940 --expected {}/settled.csv --rule t+1");
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_weekend_comes_in_one_line_and_a_holiday_is_waited_for() {
    let desk = Desk::new();
    // 2024-06-10 is a holiday: Friday to Monday come on Tuesday.
    desk.write(
        "settled.csv",
        "channel,bill_date,currency,net,reference\nwechat,2024-06-07,CNY,100.00,\nwechat,2024-06-08,CNY,50.00,\n\
         wechat,2024-06-09,CNY,-30.33,\nwechat,2024-06-10,CNY,100.00,\nwechat,2024-06-17,CNY,7.00,\nwechat,2024-06-19,CNY,9.00,\n",
    );
    desk.write("0619.sta", &MT940.replace("0619C219", "0611C219").replace(":61:240619", ":61:240611"));
    let line =
        "{}/0619.sta --format mt940 --expected {}/settled.csv --rule t+1 --as-of 2024-06-19 --json --all";
    let ran = desk.run(line);
    let found = ["matched 0 BK0001", "not_arrived -700 ", "unknown_line -50000 BK0002", "not_due -900 "];
    assert_eq!(said(&ran), found, "{ran:?}");
    assert_eq!(ran.json()["findings"][1]["late"], 1);
    assert_eq!(desk.run(line).out, ran.out, "the same again is the same, byte by byte");
}

#[test]
fn statements_follow_each_other() {
    let desk = Desk::new();
    let next = MT940
        .replace("171/1", "172/1")
        .replace("2406190619", "2406200620")
        .replace("C240618CNY1000000,00", "C240619CNY999719,67");
    let next = next.replace("62F:C240619CNY999719,67", "62F:C240620CNY999439,34");
    desk.write("0620.sta", &next);
    let gaps = |ran: &Ran| {
        ran.json()["gaps"].as_array().unwrap().iter().map(|gap| gap["kind"].to_string()).collect::<Vec<_>>()
    };
    let line = "{}/0620.sta {}/0619.sta --format mt940 --expected {}/settled.csv --rule t+1";
    assert_eq!(gaps(&desk.run(&format!("{line} --json"))), [""; 0]);
    desk.write(
        "0620.sta",
        &next.replace("172/1", "173/1").replace("999719,67", "999719,66").replace("999439,34", "999439,33"),
    );
    assert_eq!(gaps(&desk.run(&format!("{line} --json"))), ["\"balance_gap\"", "\"number_gap\""]);
    let ran = desk.run(line);
    assert!(ran.code == Some(1) && ran.out.starts_with("balance_gap"), "{ran:?}");
    assert!(ran.out.contains("opens with 999,719.66, and the one before closes with 999,719.67"), "{ran:?}");
    assert!(ran.out.contains("is number 173/1, and the one before 171/1"), "{ran:?}");
    desk.write("0620.sta", &next.replace("11000000000000001", "22"));
    let ran = desk.run(line);
    assert!(ran.code == Some(2) && ran.err.contains("wrong_account"), "{ran:?}");
}

#[test]
fn a_file_that_is_wrong_compares_nothing() {
    let desk = Desk::new();
    let settled = "channel,bill_date,currency,net\nwechat,2024-06-18,CNY,219.67\n";
    for (file, text, words) in [
        ("calendar.csv", "date,kind\n2024-06-10,holiday\n", "year_not_covered, line 2, date: 2024-06-10"),
        (
            "calendar.csv",
            "date,kind\n2024,year\n2024-06-10,holiday\n2024-06-10,holiday\n",
            "duplicate_date, line 4, date",
        ),
        ("calendar.csv", "date,kind\n2024,year\n2024-06-11,working\n", "no_weekend, line 3, date"),
        (
            "calendar.csv",
            "date,kind\n2024,year\n2024-06-11,closed\n",
            "bad_table, line 3, kind: `closed` is not working",
        ),
        ("calendar.csv", "date,kind\n24,year\n", "bad_table, line 2, date: `24` is no year"),
        ("calendar.csv", "date,kind\n2023,year\n", "settled.csv, line 2: year_not_covered"),
        (
            "settled.csv",
            "channel,bill_date,currency\nwechat,2024-06-18,CNY\n",
            "bad_table, line 1, net: the column is missing",
        ),
        (
            "settled.csv",
            &settled.replace("219.67", "219.675"),
            "bad_table, line 2, net: `219.675`: more decimal places",
        ),
        ("settled.csv", &settled.replace("2024-06-18", "18.6."), "bad_table, line 2, bill_date"),
        ("settled.csv", &settled.replace("CNY", "XXZ"), "bad_table, line 2, currency"),
        ("settled.csv", &settled.replace("wechat", ""), "bad_table, line 2, channel: is missing"),
        (
            "settled.csv",
            &settled.replace("CNY", "USD"),
            "settled.csv, line 2: wrong_currency, currency: it is in USD",
        ),
        ("settled.csv", &settled.replace("net", "nett"), "line 1, nett: unknown column"),
        ("0619.sta", &MT940.replace("999719,67", "999719,68"), "0619.sta is refused: bad_balance, line 10"),
    ] {
        let before = fs::read_to_string(desk.directory.path().join(file)).unwrap();
        desk.write(file, text);
        let ran = desk.run("{}/0619.sta --format mt940 --expected {}/settled.csv --rule t+1");
        assert_eq!(ran.code, Some(2), "{text}: {ran:?}");
        assert!(ran.err.contains(words) && ran.out.is_empty(), "{words}: {ran:?}");
        desk.write(file, &before);
    }
    for (line, words) in [
        ("{}/0619.sta --format mt940 --expected {}/settled.csv --rule alipay=t+1", "no_rule, channel"),
        ("{}/0619.sta --format mt940 --expected {}/settled.csv --rule 1", "t+1"),
        ("{}/0619.sta --format mt940 --rule t+1", "--expected"),
        ("{}/0619.sta --expected {}/settled.csv --rule t+1", "--format"),
        ("{}/0619.sta --format mt940 --trades wechat={}/trades.csv --rule t+1", "wechat-trade"),
        (
            "{}/0619.sta --format mt940 --trades wechat-trade={}/fund.csv --rule t+1",
            "fund.csv is refused: unknown_header",
        ),
        ("{}/0619.sta --format mt940 --account 1 --expected {}/settled.csv --rule t+1", "wrong_merchant"),
        ("{}/none.sta --format mt940 --expected {}/settled.csv --rule t+1", "cannot read"),
    ] {
        let ran = desk.run(line);
        assert_eq!(ran.code, Some(2), "{line}: {ran:?}");
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
}
