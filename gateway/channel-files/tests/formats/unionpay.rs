//! Files of UnionPay: what is taken, and every way in which one is refused.

use longmen_channel_files::{
    Expected, Received, Refusal, RefusalCode, RowKind, RowState, StatementRow, TradeFormat,
};
use longmen_ledger::Date;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::reading::{cny, trades, zip};

/// How many bytes each field has.
const WIDTHS: [usize; 42] = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15,
    32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
];

/// Of a file of errors.
const WIDTHS_OF_ERRORS: [usize; 22] =
    [3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135];

const MERCHANT: &str = "777290058110048";

fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding_rs::GBK.encode(text);
    assert!(!is_lossy);
    bytes.into_owned()
}

/// A line of fields, each by its number, counted from 1. What is not given is blank.
fn line(widths: &[usize], given: &[(usize, String)]) -> Vec<u8> {
    let fields = (1..).zip(widths).map(|(number, width)| {
        let text = given.iter().rev().find(|(field, _)| *field == number).map(|(_, text)| text.as_str());
        let mut bytes = gbk(text.unwrap_or_default());
        assert!(bytes.len() <= *width, "{number}");
        bytes.resize(*width, b' ');
        bytes
    });
    fields.collect::<Vec<_>>().join(&b' ')
}

fn amount(minor: i64) -> String {
    format!("{}{:012}", if minor < 0 { 'D' } else { 'C' }, minor.abs())
}

/// The fields of a transaction: what comes to the merchant by it, and what the merchant pays.
fn fields(kind: &str, number: &str, time: &str, gross: i64, fee: i64) -> Vec<(usize, String)> {
    let fields = [
        (1, "S22"),
        (2, "49990001"),
        (3, "00049992"),
        (4, "000123"),
        (5, time),
        (6, "621700******1234"),
        (7, &format!("{:012}", gross.abs())),
        (10, &format!("Q{number}")),
        (12, number),
        (16, &amount(-fee)),
        (17, &amount(gross - fee)),
        (20, kind),
        (28, MERCHANT),
        (35, "北京红茶店"),
        (41, if gross < 0 { "U1" } else { "" }),
    ];
    fields.map(|(field, text)| (field, text.to_owned())).to_vec()
}

fn row(kind: &str, number: &str, time: &str, gross: i64, fee: i64) -> Vec<u8> {
    line(&WIDTHS, &fields(kind, number, time, gross, fee))
}

/// A payment with one field changed.
fn with(field: usize, text: &str) -> Vec<u8> {
    let mut fields = fields("01", "U2", "0618110000", 5_000, 30);
    fields.push((field, text.to_owned()));
    line(&WIDTHS, &fields)
}

fn file(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_slice(), b"\r\n"].concat()).collect()
}

fn day() -> Vec<u8> {
    file(&[
        row("01", "U1", "0618100000", 10_000, 20),
        row("04", "R1", "0618150000", -4_000, -8),
        row("31", "V1", "0618225959", -1_000, 0),
        row("12", "W1", "0617230500", -2_500, 100),
        row("03", "X1", "0617230000", 700, 7),
        row("02", "X2", "0617230001", 0, 0),
    ])
}

fn of(date: &str) -> Expected {
    Expected { date: Some(Date::parse(date).unwrap()), ..Expected::default() }
}

fn read(bytes: &[u8], expected: &Expected) -> Result<(Received, Vec<StatementRow>), Refusal> {
    trades(TradeFormat::UnionpayZm, bytes, expected)
}

#[test]
fn a_day_is_read_field_by_field() {
    let (received, rows) = read(&day(), &of("2024-06-18")).unwrap();
    assert_eq!((received.rows, received.merchant.as_deref()), (6, Some(MERCHANT)));
    assert_eq!((received.date, received.net(cny())), (Date::parse("2024-06-18"), 3_081));
    let first = &rows[0];
    assert_eq!((first.line, first.kind, first.state), (1, RowKind::Pay, RowState::Success));
    assert_eq!((&*first.merchant_number, &*first.order, &*first.channel_number), ("U1", "U1", "QU1"));
    assert_eq!((first.gross.0, first.fee.0, first.net(), first.currency), (10_000, 20, 9_980, cny()));
    assert_eq!((first.time.unwrap().to_string().as_str(), first.settle_date), ("2024-06-18T10:00:00", None));
    let refund = &rows[1];
    assert_eq!((&*refund.merchant_number, &*refund.order, &*refund.channel_number), ("R1", "U1", "QR1"));
    let said: Vec<_> = rows.iter().map(|row| (row.kind, row.gross.0, row.fee.0, row.line)).collect();
    assert_eq!(
        said[1..],
        [
            (RowKind::Refund, -4_000, -8, 2),
            (RowKind::Revoke, -1_000, 0, 3),
            (RowKind::Payout, -2_500, 100, 4),
            // Of other kinds only what is settled says which way they went.
            (RowKind::Other, 700, 7, 5),
            (RowKind::Other, 0, 0, 6),
        ]
    );
}

/// What is not as it usually is, and no fault.
#[test]
fn what_channels_write_in_several_ways_is_taken() {
    let one = with(12, "U2");
    let mut older = one.clone();
    older[508] = b'7';
    for (name, bytes) in [
        ("CRLF", file(std::slice::from_ref(&one))),
        ("LF", [&one[..], b"\n"].concat()),
        ("no end of the line", one.clone()),
        ("something in the reserved bytes of an older file", file(&[older])),
        ("no signs of Chinese", file(&[with(35, "tea")])),
        ("signs of Chinese to the end of the field", file(&[with(35, "茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶")])),
        ("a blank amount that is not needed", file(&[with(33, "")])),
    ] {
        let (received, rows) = read(&bytes, &of("2024-06-18")).unwrap();
        assert_eq!((received.rows, rows[0].gross.0, rows[0].fee.0), (1, 5_000, 30), "{name}");
        assert_eq!(&*rows[0].merchant_number, "U2", "{name}");
    }
    // An authorisation that nothing is settled of.
    let mut authorised = fields("02", "U3", "0618110000", 0, 0);
    authorised.push((7, "000000005000".to_owned()));
    let (_, rows) = read(&line(&WIDTHS, &authorised), &of("2024-06-18")).unwrap();
    assert_eq!((rows[0].kind, rows[0].gross.0), (RowKind::Other, 0));
    // Without a header and a footer, nothing is a day without a transaction.
    let (received, rows) = read(b"", &of("2024-06-18")).unwrap();
    assert_eq!((received.rows, rows.len(), received.date), (0, 0, Date::parse("2024-06-18")));
}

/// Times have no year: it is that of the date of the file, or of the day before.
#[test]
fn the_year_is_that_of_the_date_of_the_file() {
    for (date, time, wanted) in [
        ("2024-01-01", "1231230500", Some("2023-12-31T23:05:00")),
        ("2024-01-01", "0101090000", Some("2024-01-01T09:00:00")),
        ("2023-12-31", "1231090000", Some("2023-12-31T09:00:00")),
        ("2023-12-31", "0101000000", None),
        ("2024-03-01", "0229233000", Some("2024-02-29T23:30:00")),
        ("2023-03-01", "0228233000", Some("2023-02-28T23:30:00")),
        ("2023-03-01", "0229233000", None),
        ("2024-06-18", "0616235959", None),
        ("2024-06-18", "0619000000", None),
    ] {
        match (read(&row("01", "U1", time, 100, 0), &of(date)), wanted) {
            (Ok((_, rows)), Some(wanted)) => assert_eq!(rows[0].time.unwrap().to_string(), wanted, "{date}"),
            (Err(refusal), None) => {
                assert_eq!(refusal.code, RefusalCode::WrongDate, "{date} {time}");
                assert_eq!((refusal.line, refusal.column.as_deref()), (Some(1), Some("交易传输时间")));
            }
            (read, _) => panic!("{date} {time}: {read:?}"),
        }
    }
    let refusal = read(&day(), &Expected::default()).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongDate, None));
}

#[test]
fn a_file_with_a_fault_is_refused_whole() {
    use RefusalCode::{BadEncoding, BadRow, DuplicateRow, WrongMerchant};
    let good = row("01", "U1", "0618100000", 10_000, 20);
    let mut longer = with(1, "S22");
    longer.push(b' ');
    let mut shifted = with(1, "S22");
    shifted.remove(30);
    shifted.push(b' ');
    let mut broken = with(1, "S22");
    broken[112] = 0xFF;
    let mut joined = with(1, "S22");
    joined[65] = b'9';
    for (name, bytes, code, column) in [
        ("a byte less", with(1, "S22")[..606].to_vec(), BadRow, ""),
        ("a byte more", longer, BadRow, ""),
        ("an empty line", Vec::new(), BadRow, ""),
        ("fields that are shifted", shifted, BadRow, ""),
        ("a field in the place of a blank", joined, BadRow, ""),
        ("letters in an amount", with(7, "0000000O5000"), BadRow, "交易金额"),
        ("an amount with a sign", with(7, "-00000005000"), BadRow, "交易金额"),
        ("an amount with a plus", with(7, "+00000005000"), BadRow, "交易金额"),
        ("a shorter amount", with(7, "5000"), BadRow, "交易金额"),
        ("an amount in yuan", with(7, "000000050.00"), BadRow, "交易金额"),
        ("no amount", with(7, ""), BadRow, "交易金额"),
        ("another sign of a fee", with(16, "X000000000030"), BadRow, "商户手续费"),
        ("a small sign of a fee", with(16, "d000000000030"), BadRow, "商户手续费"),
        ("no fee", with(16, ""), BadRow, "商户手续费"),
        ("another sign of what is settled", with(17, "+000000004970"), BadRow, "结算金额"),
        ("what is settled does not add up", with(17, "C000000004971"), BadRow, "结算金额"),
        ("what is settled goes the other way", with(17, "D000000004970"), BadRow, "结算金额"),
        ("a fee that is given back", with(16, "C000000000030"), BadRow, "结算金额"),
        ("a payment that says that it is a refund", with(20, "04"), BadRow, "结算金额"),
        (
            "another kind that does not add up",
            {
                let mut fields = fields("03", "U2", "0618110000", 5_000, 30);
                fields.push((17, "C000000004900".to_owned()));
                line(&WIDTHS, &fields)
            },
            BadRow,
            "结算金额",
        ),
        ("no time", with(5, ""), BadRow, "交易传输时间"),
        ("a month that is none", with(5, "1318110000"), BadRow, "交易传输时间"),
        ("a day that is none", with(5, "0631110000"), BadRow, "交易传输时间"),
        ("an hour that is none", with(5, "0618250000"), BadRow, "交易传输时间"),
        ("letters in a time", with(5, "06181100OO"), BadRow, "交易传输时间"),
        ("no order", with(12, ""), BadRow, "商户订单号"),
        ("no number of UnionPay's", with(10, ""), BadRow, "查询流水号"),
        ("no merchant", with(28, ""), BadRow, "商户代码"),
        ("another merchant", with(28, "777290058110049"), WrongMerchant, "商户代码"),
        ("bytes that are no sign", broken, BadEncoding, "商户订单号"),
        ("the same row twice", good.clone(), DuplicateRow, ""),
        ("of errors", line(&WIDTHS_OF_ERRORS, &[(1, "E01".to_owned())]), BadRow, ""),
    ] {
        // It is the second of three lines.
        let bytes = file(&[good.clone(), bytes, row("01", "U3", "0618120000", 1, 0)]);
        let refusal = read(&bytes, &of("2024-06-18")).expect_err(name);
        let column = (!column.is_empty()).then_some(column);
        assert_eq!((refusal.code, refusal.column.as_deref()), (code, column), "{name}: {refusal}");
        assert_eq!(refusal.line, Some(2), "{name}: {refusal}");
    }
    let refusal = read(&with(17, "C000000004971"), &of("2024-06-18")).unwrap_err().to_string();
    assert!(refusal.contains("49.71") && refusal.contains("50.00") && refusal.contains("0.30"), "{refusal}");
}

#[test]
fn what_is_expected_of_a_file_is_held_to() {
    let expected = |merchant: &str| Expected { merchant: Some(merchant.into()), ..of("2024-06-18") };
    assert!(read(&day(), &expected(MERCHANT)).is_ok());
    let refusal = read(&day(), &expected("777290058110049")).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongMerchant, Some(1)));
    let refusal = read(&day(), &of("2024-06-19")).unwrap_err();
    assert_eq!((refusal.code, refusal.line), (RefusalCode::WrongDate, Some(4)));
}

#[test]
fn of_a_zip_the_file_of_transactions_is_read() {
    let errors = line(
        &WIDTHS_OF_ERRORS,
        &[(1, "E01".to_owned()), (15, "C000000000100".to_owned()), (16, "D000000000100".to_owned())],
    );
    let errors = file(&[errors]);
    let settlement = gbk("清算 2024-06-18 ").repeat(30);
    for members in [
        vec![("ZM", day()), ("ZME", errors.clone()), ("RNM", settlement.clone())],
        vec![("ZME", errors.clone()), ("RNM", settlement), ("ZM", day())],
    ] {
        assert_eq!(read(&zip(&members), &of("2024-06-18")).unwrap().0.rows, 6);
    }
    for members in [vec![("ZME", errors)], vec![("ZM", day()), ("again", day())], vec![("ZM", Vec::new())]] {
        let refusal = read(&zip(&members), &of("2024-06-18")).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::UnknownHeader);
    }
    let whole = zip(&[("ZM", day())]);
    for length in 4..whole.len() {
        let refusal = read(&whole[..length], &of("2024-06-18")).expect_err("it is cut");
        assert_eq!(refusal.code, RefusalCode::Truncated, "{length} of {}", whole.len());
    }
}

/// Cut within a line a file is refused; cut behind one it is a shorter file, which nothing in it tells.
#[test]
fn a_file_that_is_cut_within_a_line_is_refused() {
    let day = day();
    for length in 0..day.len() {
        match (length % 609, read(&day[..length], &of("2024-06-18"))) {
            (0 | 607 | 608, read) => {
                assert_eq!(read.unwrap().0.rows, u64::try_from(length.div_ceil(609)).unwrap());
            }
            (_, read) => assert_eq!(read.unwrap_err().code, RefusalCode::Truncated, "{length}"),
        }
    }
}

/// Days at random come out as they went in; and a digit of an amount that is changed does not add up.
#[test]
fn days_at_random_come_out_as_they_went_in() {
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let (mut lines, mut wanted) = (Vec::new(), Vec::new());
        for number in 0..random.random_range(1..40) {
            let (amount, fee) = (random.random_range(1..999_999_999_999), random.random_range(0..60_000));
            let is_refund = random.random_bool(0.3);
            let (kind, gross, fee) = if is_refund { ("04", -amount, -fee) } else { ("01", amount, fee) };
            let number = format!("N{number}");
            let day = random.random_range(17..19);
            lines.push(row(
                kind,
                &number,
                &format!("06{day}{:02}3000", random.random_range(0..24)),
                gross,
                fee,
            ));
            wanted.push((number, gross, fee));
        }
        let (received, rows) = read(&file(&lines), &of("2024-06-18")).unwrap();
        let found: Vec<_> =
            rows.iter().map(|row| (row.merchant_number.to_string(), row.gross.0, row.fee.0)).collect();
        assert_eq!(found, wanted, "seed {seed}");
        let net = wanted.iter().map(|(_, gross, fee)| i128::from(gross - fee)).sum::<i128>();
        assert_eq!(received.net(cny()), net, "seed {seed}");
        // A digit of the amount, of the fee, or of what is settled.
        let (line, start) = (random.random_range(0..lines.len()), [66, 167, 181][random.random_range(0..3)]);
        let digit = &mut lines[line][start + random.random_range(0..12)];
        *digit = if *digit == b'9' { b'0' } else { b'9' };
        let refusal = read(&file(&lines), &of("2024-06-18")).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadRow, "seed {seed}: {refusal}");
    }
}
