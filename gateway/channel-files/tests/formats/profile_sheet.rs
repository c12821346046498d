//! Sheets that are read by profiles: workbooks are made here, cell by cell.

use std::io::{Cursor, Write};

use longmen_channel_files::{Expected, MoneyLine, MoneyStatement, Refusal, RefusalCode};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::reading::{amounts, date, profile, refused_table, table};

fn read(toml: &str, book: impl AsRef<[u8]>) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    table(&profile(toml), book, &Expected::default())
}

/// A workbook of one sheet, with cells as they are given.
fn workbook(rows: &[&str]) -> Vec<u8> {
    let rows: String =
        (1..).zip(rows).map(|(row, cells)| format!("<row r=\"{row}\">{cells}</row>")).collect();
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}\
         </sheetData></worksheet>"
    );
    let members = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        ),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
             Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
             Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet \
             name=\"明细\" sheetId=\"1\" r:id=\"b\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
             Id=\"b\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
             Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        (
            "xl/styles.xml",
            "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs><xf \
             numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>",
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn text(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn number(at: &str, number: &str) -> String {
    format!("<c r=\"{at}\"><v>{number}</v></c>")
}

/// A day and its time, as a serial number with the style of a date.
fn moment(at: &str, serial: &str) -> String {
    format!("<c r=\"{at}\" s=\"1\"><v>{serial}</v></c>")
}

const SHEET: &str = r#"
layout = "sheet"
header = "find"
footer = { begins = "合计" }
currency = { fixed = "CNY" }
date = { column = "date", format = "%Y%m%d %H:%M:%S" }
time = { column = "date", format = "%Y%m%d %H:%M:%S" }
amount = { signed = "amount" }
columns = { balance = "balance", number = "no" }
"#;

/// Two rows, with gaps around them.
fn sheet(second: &[String]) -> Vec<u8> {
    let header: String = ["A3:date", "B3:no", "C3:amount", "D3:balance"]
        .map(|cell| cell.split_once(':').map(|(at, name)| text(at, name)).unwrap())
        .concat();
    let first = [
        moment("A4", "45462.4309027778"),
        text("B4", "0001"),
        number("C4", "0.30000000000000004"),
        number("D4", "0.3"),
    ];
    workbook(&[&text("A1", "bank"), "", &header, &first.concat(), &second.concat(), "", &text("A7", "合计")])
}

fn second() -> [String; 4] {
    [
        text("A5", "20240619 08:00:00"),
        number("B5", "123456789012345"),
        text("C5", "+1.10"),
        text("D5", "1.40"),
    ]
}

#[test]
fn a_sheet_is_read() {
    let (statement, lines) = read(SHEET, sheet(&second())).unwrap();
    assert_eq!((statement.opening, statement.closing), (Some(0), Some(140)));
    let of = |line: &MoneyLine| (line.line, line.amount.0, line.booked, line.number.to_string());
    assert_eq!(of(&lines[0]), (4, 30, date("2024-06-19"), "0001".into()));
    assert_eq!(of(&lines[1]), (5, 110, date("2024-06-19"), "123456789012345".into()));
    assert_eq!(lines[0].time.unwrap().to_string(), "2024-06-19T10:20:30");
    let named = format!("sheet = \"明细\"\n{SHEET}");
    assert_eq!(amounts(&named, sheet(&second())), [30, 110]);
    let skipped = SHEET.replace("header = \"find\"", "skip = 2");
    assert_eq!(amounts(&skipped, sheet(&second())), [30, 110]);
}

#[test]
fn wrong_sheets_are_refused() {
    use RefusalCode::{BadBalance, BadRow, Truncated, UnknownHeader};
    let with = |at: usize, cell: &str| {
        let mut cells = second();
        cells[at] = cell.to_owned();
        sheet(&cells)
    };
    #[rustfmt::skip]
    let cases = [
        // Half a cent is no noise of a float.
        (with(2, &number("C5", "1.105")), BadRow, Some(5), "amount"),
        (with(2, &number("C5", "1.1001")), BadRow, Some(5), "amount"),
        (with(2, &number("C5", "900719925474.5")), BadRow, Some(5), "amount"),
        (with(2, &number("C5", "1e300")), BadRow, Some(5), "amount"),
        (with(2, &moment("C5", "45462")), BadRow, Some(5), "amount"),
        (with(2, &text("C5", "")), BadRow, Some(5), "amount"),
        (with(2, "<c r=\"C5\" t=\"e\"><v>#N/A</v></c>"), BadRow, Some(5), ""),
        (with(1, &number("B5", "1234567890123456789")), BadRow, Some(5), "no"),
        (with(3, &text("D5", "1.41")), BadBalance, Some(5), "balance"),
        (with(0, &text("A5", "19.06.2024")), BadRow, Some(5), "date"),
        (with(0, &number("A5", "45462.5")), BadRow, Some(5), "date"),
        (with(3, &number("XFD5", "1.40")), BadRow, Some(5), ""),
        (with(0, &text("A7", "20240619")), BadRow, Some(5), ""),
        (workbook(&[&text("A1", "bank")]), UnknownHeader, None, ""),
        (workbook(&[]), UnknownHeader, None, ""),
        (b"date,no,amount,balance\n".to_vec(), UnknownHeader, None, ""),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), UnknownHeader, None, ""),
        (sheet(&second())[..600].to_vec(), Truncated, None, ""),
    ];
    for (bytes, code, line, column) in cases {
        refused_table(SHEET, bytes, code, line, column);
    }
    let named = format!("sheet = \"其他\"\n{SHEET}");
    refused_table(&named, sheet(&second()), UnknownHeader, None, "");
}

#[test]
fn amounts_of_sheets_keep_to_the_places_of_their_currency() {
    for (currency, told, minor) in [
        ("CNY", "1000000.01", Some(100_000_001)),
        ("CNY", "900719925474.09", Some(90_071_992_547_409)),
        ("CNY", "-0", Some(0)),
        ("JPY", "7", Some(7)),
        ("JPY", "7.5", None),
        ("BHD", "1.234", Some(1_234)),
        ("BHD", "1.2345", None),
    ] {
        let toml = SHEET.replace("CNY", currency).replace("balance = \"balance\", ", "");
        let header = text("A1", "date") + &text("B1", "no") + &text("C1", "amount");
        let row = text("A2", "20240619 08:00:00") + &text("B2", "1") + &number("C2", told);
        let bytes = workbook(&[&header, &row, &text("A3", "合计")]);
        match minor {
            Some(minor) => assert_eq!(amounts(&toml, bytes), [minor], "{currency} {told}"),
            None => refused_table(&toml, bytes, RefusalCode::BadRow, 2, "amount"),
        }
    }
}

#[test]
fn a_workbook_that_was_cut_off_is_refused() {
    let whole = sheet(&second());
    for at in 0..whole.len() {
        assert!(read(SHEET, &whole[..at]).is_err(), "at {at}");
    }
}
