//! MT940: what is taken of messages, and every way in which a file is refused.

use longmen_channel_files::{Expected, MoneyFormat, MoneyLine, MoneyStatement, Refusal, RefusalCode};
use longmen_ledger::{Amount, Currency};

use crate::reading::{check, date, money};

const BLOCK: &str = "{1:F01BANKCNBJAXXX0000000000}{2:O9400900240619BANKCNBJAXXX00000000002406190900N}{4:\n";

/// One message in its block: line 1 is the block, line 5 the opening balance, and entries begin on line 6.
fn full() -> String {
    format!(
        "{BLOCK}:20:STMT1\n:25:6222001\n:28C:171/1\n:60F:C240618CNY1000000,\n\
         :61:2406200619C219,67NTRFTP1//BK1\nsettled\n\
         :86:/ORDP/TENPAY\n/REMI/1900000100 20240618\nthird\n\
         :61:240619DY500,NMSCNONREF\n\
         :62F:C240619CNY999719,67\n:64:C240619CNY999719,67\n:86:of the whole\n-}}\n"
    )
}

/// A message without a block, line by line: the opening balance is on line 4, and entries begin on line 5.
fn message(number: &str, opening: &str, entries: &str, closing: &str) -> String {
    format!(":20:M\n:25:6222001\n:28C:{number}\n:{opening}\n{entries}:{closing}\n-\n")
}

/// A message of one entry, from 100.00.
fn of_entry(entry: &str, closing: &str) -> String {
    message("171", "60F:C240618CNY100,00", &format!(":61:{entry}\n"), &format!("62F:C240619CNY{closing}"))
}

fn read_as(text: impl AsRef<[u8]>, expected: &Expected) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    money(MoneyFormat::Mt940, text, expected)
}

fn read(text: impl AsRef<[u8]>) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    read_as(text, &Expected::default())
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, code: RefusalCode, line: u64, column: &str) {
    let refusal = read(text).unwrap_err();
    check(&refusal, code, line, column);
}

#[test]
fn every_field_is_taken() {
    let (statement, lines) = read(full()).unwrap();
    let expected = MoneyStatement {
        account: Some("6222001".into()),
        currency: Currency::from_code("CNY").unwrap(),
        dates: Some((date("2024-06-19"), date("2024-06-19"))),
        opening: Some(100_000_000),
        closing: Some(99_971_967),
        number: Some("171/1".into()),
        incoming: (1, 21_967),
        outgoing: (1, 50_000),
    };
    assert_eq!(statement, expected);
    let first = MoneyLine {
        line: 6,
        amount: Amount(21_967),
        booked: date("2024-06-19"),
        time: None,
        value_date: Some(date("2024-06-20")),
        number: "BK1".into(),
        merchant_number: "TP1".into(),
        kind: "NTRF".into(),
        remark: "settled\n/ORDP/TENPAY\n/REMI/1900000100 20240618\nthird".into(),
        balance: None,
    };
    let second = MoneyLine {
        line: 11,
        amount: Amount(-50_000),
        value_date: Some(date("2024-06-19")),
        number: "".into(),
        merchant_number: "".into(),
        kind: "NMSC".into(),
        remark: "".into(),
        ..first
    };
    assert_eq!(lines, [first, second]);
}

#[test]
fn blocks_and_ends_of_lines_change_nothing() {
    let wanted = read(full()).unwrap();
    for (name, text) in [
        ("CRLF", full().replace('\n', "\r\n")),
        ("blanks at the ends", full().replace('\n', "  \n")),
        ("a trailer", full().replace("-}", "-}{5:{CHK:123456789ABC}}")),
        ("no 64", full().replace(":64:C240619CNY999719,67\n:86:of the whole\n", "")),
        ("related reference", full().replace(":25:", ":21:NONREF\n:25:")),
        ("with the bank", full().replace(":25:6222001", ":25P:6222001\nBANKCNBJ")),
    ] {
        let shift = u64::from(name.starts_with("related") || name.starts_with("with"));
        let mut wanted = wanted.clone();
        wanted.1.iter_mut().for_each(|line| line.line += shift);
        assert_eq!(read(&text), Ok(wanted), "{name}");
    }
    let bare = full().replace(BLOCK, "").replace("-}", "-");
    assert_eq!(read(bare).unwrap().0, wanted.0);
}

#[test]
fn entries_are_read_by_their_marks_and_dates() {
    // Entry, closing balance, amount, date of booking, numbers.
    #[rustfmt::skip]
    let cases = [
        ("240619C1,NTRFREF", "101,", 100, "2024-06-19", "", "REF"),
        ("240619D1,NTRFREF", "99,00", -100, "2024-06-19", "", "REF"),
        ("240619RC1,NTRFREF", "99,00", -100, "2024-06-19", "", "REF"),
        ("240619RD1,NTRFREF", "101,00", 100, "2024-06-19", "", "REF"),
        ("240619RCY1,5NTRFREF", "98,50", -150, "2024-06-19", "", "REF"),
        ("240619CN1,05NTRFREF", "101,05", 105, "2024-06-19", "", "REF"),
        ("240619C0,01S103REF//", "100,01", 1, "2024-06-19", "", "REF"),
        ("240619C1,FTRF//BANK", "101,00", 100, "2024-06-19", "BANK", ""),
        ("240619C1,NTRF1234567890123456//6543210987654321", "101,00", 100, "2024-06-19", "6543210987654321", "1234567890123456"),
        ("2407151231C1,NTRFNONREF//B", "101,00", 100, "2024-12-31", "B", ""),
        ("2501011231C1,NTRFREF", "101,00", 100, "2024-12-31", "", "REF"),
        ("2412310101C1,NTRFREF", "101,00", 100, "2025-01-01", "", "REF"),
        ("2403010229C1,NTRFREF", "101,00", 100, "2024-02-29", "", "REF"),
        ("7901010101C1,NTRFREF", "101,00", 100, "2079-01-01", "", "REF"),
        ("8001010101C1,NTRFREF", "101,00", 100, "1980-01-01", "", "REF"),
    ];
    for (entry, closing, amount, booked, number, merchant_number) in cases {
        let (_, lines) =
            read(of_entry(entry, closing)).map_err(|refusal| format!("{entry}: {refusal}")).unwrap();
        let line = &lines[0];
        let found = (line.amount.0, line.booked, &*line.number, &*line.merchant_number);
        assert_eq!(found, (amount, date(booked), number, merchant_number), "{entry}");
    }
}

#[test]
fn balances_may_be_negative_and_currencies_have_their_places() {
    let overdrawn = of_entry("240619D150,NTRFR", "0").replace("C240619CNY0", "D240619CNY50,");
    assert_eq!(read(overdrawn).unwrap().0.closing, Some(-5_000));
    let yen = message("1", "60F:C240618JPY1000,", ":61:240619D999,NTRFR\n", "62F:C240619JPY1,");
    assert_eq!(read(yen).unwrap().0.closing, Some(1));
    let nothing = message("1", "60F:C240618CNY5,", "", "62F:C240619CNY5,");
    assert_eq!(read(nothing).unwrap().0.dates, Some((date("2024-06-19"), date("2024-06-19"))));
}

/// Two pages of one statement.
fn pages() -> [String; 2] {
    let first = message("171/1", "60F:C240618CNY100,", ":61:240619C1,NTRFA\n", "62M:C240619CNY101,");
    let second = message("171/2", "60M:C240619CNY101,", ":61:240619C2,NTRFB\n", "62F:C240619CNY103,");
    [first, second]
}

#[test]
fn pages_and_statements_are_joined() {
    let (statement, lines) = read(pages().concat()).unwrap();
    assert_eq!((statement.opening, statement.closing), (Some(10_000), Some(10_300)));
    assert_eq!(statement.number.as_deref(), Some("171/1-171/2"));
    assert_eq!(lines.iter().map(|line| line.line).collect::<Vec<_>>(), [5, 12]);
    let days = pages().concat().replace("62M", "62F").replace("60M", "60F").replace("171/2", "172/1");
    assert_eq!(read(days).unwrap().0.number.as_deref(), Some("171/1-172/1"));
    let without_number_of_page = pages().concat().replace("171/1", "171").replace("171/2", "171");
    assert_eq!(read(without_number_of_page).unwrap().0.number.as_deref(), Some("171"));
}

#[test]
fn what_does_not_join_is_refused() {
    use RefusalCode::{BadBalance, BadRow, Truncated, WrongMerchant};
    let [first, second] = pages();
    let both = pages().concat();
    let other_account = second.replace("6222001", "6222002");
    #[rustfmt::skip]
    let cases = [
        (first.clone(), Truncated, 7, ""),
        (second.clone(), Truncated, 4, "60M"),
        (format!("{second}{first}"), Truncated, 4, "60M"),
        (both.replace("60M:C240619CNY101,", "60M:C240619CNY102,"), BadBalance, 11, "60M"),
        (both.replace("171/2", "171/3"), BadRow, 10, "28C"),
        (both.replace("171/2", "172/2"), BadRow, 10, "28C"),
        (both.replace("60M", "60F"), BadRow, 11, "60F"),
        (both.replace("62M", "62F"), BadRow, 11, "60M"),
        (both.replace("60M:C240619CNY", "60M:C240619USD"), BadRow, 11, "60M"),
        (format!("{first}{other_account}"), WrongMerchant, 9, "25"),
    ];
    for (text, code, line, column) in cases {
        refused(text, code, line, column);
    }
}

#[test]
fn what_is_expected_is_held_to() {
    let expected = |merchant: &str, day: &str| Expected {
        merchant: Some(merchant.into()),
        date: Some(date(day)),
        sha1: None,
    };
    assert!(read_as(full(), &expected("6222001", "2024-06-19")).is_ok());
    let refusal = |text: &str, merchant, day| {
        let refusal = read_as(text, &expected(merchant, day)).unwrap_err();
        (refusal.code, refusal.line.unwrap(), refusal.column.unwrap_or_default().to_string())
    };
    assert_eq!(refusal(&full(), "6222002", "2024-06-19"), (RefusalCode::WrongMerchant, 3, "25".to_owned()));
    assert_eq!(refusal(&full(), "6222001", "2024-06-18"), (RefusalCode::WrongDate, 6, String::new()));
    let nothing = message("1", "60F:C240618CNY5,", "", "62F:C240619CNY5,");
    assert_eq!(refusal(&nothing, "6222001", "2024-06-18"), (RefusalCode::WrongDate, 5, "62F".to_owned()));
}

#[test]
fn wrong_entries_are_refused() {
    for entry in [
        "",
        "240631C1,NTRFREF",
        "24061C1,NTRFREF",
        "2406190631C1,NTRFREF",
        "2406190000C1,NTRFREF",
        "240619X1,NTRFREF",
        "240619DR1,5X103REF",
        "240619CYY1,NTRFREF",
        "240619C1NTRFREF",
        "240619C1.00NTRFREF",
        "240619C,NTRFREF",
        "240619C,5NTRFREF",
        "240619C1,,0NTRFREF",
        "240619C1,001NTRFREF",
        "240619C-1,NTRFREF",
        "240619C1234567890123,00NTRFREF",
        "240619C1,XTRFREF",
        "240619C1,Ntrf",
        "240619C1,NTR",
        "240619C1,NT费REF",
        "240619C1,NTRF12345678901234567",
        "240619C1,NTRFREF//12345678901234567",
        "240619C1,NTRFREF\n12345678901234567890123456789012345",
        "240619C1,NTRFREF\none\ntwo",
    ] {
        refused(of_entry(entry, "101,00"), RefusalCode::BadRow, 5, "61");
    }
}

#[test]
fn wrong_messages_are_refused() {
    use RefusalCode::{BadBalance, BadRow, Truncated, UnknownHeader};
    let good = of_entry("240619C1,NTRFREF", "101,00");
    assert!(read(&good).is_ok());
    #[rustfmt::skip]
    let cases = [
        (good.replace("CNY101", "CNY102"), BadBalance, 6, "62F"),
        (good.replace("C240619CNY", "D240619CNY"), BadBalance, 6, "62F"),
        (good.replace("C240619CNY", "C240619USD"), BadRow, 6, "62F"),
        (good.replace("C240618CNY100", "C240618XXY100"), BadRow, 4, "60F"),
        (good.replace("C240618CNY100,00", "C240618CNY100"), BadRow, 4, "60F"),
        (good.replace("C240618CNY100,00", "X240618CNY100,00"), BadRow, 4, "60F"),
        (good.replace("C240618CNY100,00", ""), BadRow, 4, "60F"),
        (good.replace(":62F:C240619CNY101,00\n", ""), Truncated, 6, "62F"),
        (good.replace(":62F:C240619CNY101,00\n-\n", ""), Truncated, 5, "62F"),
        (good.replace(":62F:C240619CNY101,00\n-\n", ":20:N\n"), Truncated, 6, "62F"),
        (good.replace("-\n", ""), Truncated, 6, ""),
        (full().replace("-}", "-"), Truncated, 15, ""),
        (good.replace(":60F:C240618CNY100,00\n", ""), BadRow, 4, "61"),
        (good.replace(":25:6222001\n", ""), BadRow, 2, "28C"),
        (good.replace(":25:6222001", ":25:"), BadRow, 2, "25"),
        (good.replace(":28C:171", ":28C:one"), BadRow, 3, "28C"),
        (good.replace(":28C:171", ":28C:171/x"), BadRow, 3, "28C"),
        (good.replace(":20:M\n", ""), BadRow, 1, "25"),
        (good.replace(":61:", ":86:x\n:61:"), BadRow, 5, "86"),
        (good.replace(":62F:", ":86:x\n:86:y\n:62F:"), BadRow, 7, "86"),
        (good.replace(":62F:", ":99:x\n:62F:"), BadRow, 6, "99"),
        (good.replace(":62F:", ":6F:x\n:62F:"), BadRow, 6, ""),
        (good.replace("-\n", "-\nrest\n"), BadRow, 8, ""),
        (good.replace(":62F:", &format!(":86:{}\n:62F:", "x\n".repeat(40_000))), BadRow, 6, ""),
        ("hello\n".to_owned(), UnknownHeader, 1, ""),
        ("<?xml version=\"1.0\"?>".to_owned(), UnknownHeader, 1, ""),
        (String::new(), Truncated, 1, ""),
        (BLOCK.to_owned(), Truncated, 1, ""),
    ];
    for (text, code, line, column) in cases {
        assert_ne!(text, good);
        refused(text, code, line, column);
    }
    let (gbk, _, _) = encoding_rs::GBK.encode(":86:财付通\n");
    refused([good.as_bytes(), &gbk].concat(), RefusalCode::BadEncoding, 8, "");
}

#[test]
fn none_is_taken_that_was_cut_off() {
    for whole in [full(), full().replace('\n', "\r\n"), pages().concat()] {
        let wanted = read(&whole).unwrap();
        let end = whole.trim_end().len();
        for at in 0..whole.len() {
            let cut = read(&whole.as_bytes()[..at]);
            match at < end {
                true => assert!(cut.is_err(), "at {at}"),
                false => assert_eq!(cut.as_ref(), Ok(&wanted), "at {at}"),
            }
        }
    }
}
