//! The profiles that come with the documents read files that are made by their widths.

use std::fs;
use std::path::Path;

use longmen_channel_files::{Expected, Received, Refusal, RefusalCode, RowKind, StatementRow, TradeProfile};

use crate::reading::{cny, date, profile, trade_profile, trade_table};

const ACOM_WIDTHS: [usize; 34] = [
    11, 11, 6, 10, 19, 12, 12, 12, 4, 6, 4, 8, 15, 12, 2, 6, 11, 6, 2, 3, 12, 12, 12, 1, 3, 1, 1, 10, 11, 1,
    2, 2, 12, 14,
];
const ZME_WIDTHS: [usize; 22] =
    [3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135];

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/profiles").join(name);
    fs::read_to_string(path).unwrap()
}

/// A line of these fields, each by its number, counted from 1; the others are blank.
fn line(widths: &[usize], given: &[(usize, &str)]) -> Vec<u8> {
    let fields = (1..).zip(widths).map(|(number, width)| {
        let text = given.iter().find(|(field, _)| *field == number).map_or("", |(_, text)| text);
        assert!(text.len() <= *width);
        format!("{text:<width$}").into_bytes()
    });
    let line = fields.collect::<Vec<_>>().join(&b' ');
    [&line[..], b"\r\n"].concat()
}

fn acom(trace: &str, time: &str, message: &str, code: &str, amount: &str) -> Vec<u8> {
    line(
        &ACOM_WIDTHS,
        &[
            (1, "48020000"),
            (2, "00010000"),
            (3, trace),
            (4, time),
            (5, "6225880000001234"),
            (6, amount),
            (9, message),
            (10, code),
            (19, "00"),
            (21, "C00000000010"),
            (22, "D00000000020"),
            (23, "D00000000003"),
        ],
    )
}

fn read(profile: &TradeProfile, lines: &[Vec<u8>]) -> Result<(Received, Vec<StatementRow>), Refusal> {
    let expected = Expected { date: Some(date("2025-01-01")), ..Expected::default() };
    trade_table(profile, lines.concat(), &expected)
}

#[test]
fn acom_is_read_by_its_profile() {
    let profile = trade_profile(&shipped("unionpay-acom.toml"));
    let lines = [
        acom("000001", "0101100000", "0200", "000000", "000000010000"),
        acom("000001", "1231230500", "0200", "000000", "000000000700"),
        acom("000002", "0101110000", "0220", "200000", "000000004000"),
        acom("000003", "0101120000", "0200", "200000", "000000000100"),
        acom("000004", "0101120001", "0420", "000000", "000000000001"),
    ];
    assert_eq!(lines[0].len(), 301);
    let (received, rows) = read(&profile, &lines).unwrap();
    assert_eq!((received.rows, received.net(cny())), (5, 10_000 + 700 - 4_000 - 100 - 1));
    let kinds: Vec<RowKind> = rows.iter().map(|row| row.kind).collect();
    use RowKind::{Pay, Refund, Revoke};
    assert_eq!(kinds, [Pay, Pay, Refund, Revoke, Revoke]);
    assert_eq!(&*rows[1].merchant_number, "000001|1231230500|00010000|6225880000001234");
    assert_eq!(rows[1].time.unwrap().to_string(), "2024-12-31T23:05:00");
    let again = [lines[0].clone(), lines[0].clone()];
    assert_eq!(read(&profile, &again).unwrap_err().code, RefusalCode::DuplicateRow);
    let unknown = [acom("000001", "0101100000", "0200", "010000", "000000010000")];
    let refusal = read(&profile, &unknown).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "bad_row, line 1, 报文类型|交易类型码: `0200|010000`: it is none of the words for a kind that the profile has"
    );
}

/// The fees that its user is to confirm are a profile as well once the marks before them are taken off.
#[test]
fn fees_of_acom_are_read_once_they_are_confirmed() {
    let toml = shipped("unionpay-acom.toml");
    let confirmed: Vec<&str> = toml
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(fee) if fee.starts_with("fees = [") || fee.starts_with("    {") || fee == "]" => fee,
            _ => line,
        })
        .collect();
    let profile = trade_profile(&confirmed.join("\n"));
    let (_, rows) =
        read(&profile, &[acom("000001", "0101100000", "0200", "000000", "000000010000")]).unwrap();
    assert_eq!((rows[0].gross.0, rows[0].fee.0), (10_000, 20 + 3 - 10));
}

#[test]
fn zme_is_read_by_its_profile() {
    let profile = trade_profile(&shipped("unionpay-zme.toml"));
    let error = |trace, time| {
        line(
            &ZME_WIDTHS,
            &[(1, "E01"), (2, "48020000"), (3, "00010000"), (4, trace), (5, time), (7, "000000001234")],
        )
    };
    let lines = [error("000001", "0101100000"), error("000002", "0706100000")];
    assert_eq!(lines[0].len(), 341);
    let (received, rows) = read(&profile, &lines).unwrap();
    assert_eq!((received.rows, received.net(cny()), rows[0].kind), (2, 2_468, RowKind::Other));
    assert_eq!(rows[1].time.unwrap().to_string(), "2024-07-06T10:00:00");
    let refusal = read(&profile, &[error("000003", "0704100000")]).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongDate, Some(1)));
    let refusal =
        read(&profile, &[lines.concat()[..340].to_vec(), lines.concat()[341..600].to_vec()]).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::BadRow);
}

/// What the documents show is a profile as well.
#[test]
fn profiles_in_the_documents_are_such() {
    let text = shipped("../CHANNELS.md");
    let blocks: Vec<&str> = text
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .map(|(block, _)| block)
        .collect();
    let (trades, money): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block.contains("rows ="));
    assert_eq!((trades.len(), money.len()), (1, 1));
    trade_profile(trades[0]);
    profile(money[0]);
}
