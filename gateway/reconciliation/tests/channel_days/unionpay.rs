//! 银联 ZM: lines of fields that have so many bytes each, in GBK. The channel's day begins at 23:00 of the day before.

use longmen_channel_files::RowKind;
use longmen_ledger::Date;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::channel::gbk;
use super::row::{Row, clock};

pub(super) const MERCHANT: &str = "777290058110048";
/// How many bytes each field has.
const WIDTHS: [usize; 42] = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15,
    32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
];
const SHOPS: [&str; 3] = ["北京红茶店", "tea", ""];

pub(super) fn file(random: &mut StdRng, date: Date, rows: &[Row]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let time = time(date, place, rows.len());
        bytes.extend(line(row, &time, SHOPS.choose(random).unwrap()));
        bytes.extend(b"\r\n");
    }
    bytes
}

/// Month, day and clock, from 23:00 of the day before on.
fn time(date: Date, place: usize, of: usize) -> String {
    let (hour, minute, second) = clock(place, of);
    let (hour, date) = if hour == 0 { (23, date.previous().unwrap()) } else { (hour - 1, date) };
    let day = date.to_string();
    format!("{}{}{hour:02}{minute:02}{second:02}", &day[5..7], &day[8..])
}

fn line(row: &Row, time: &str, shop: &str) -> Vec<u8> {
    let kind = match row.kind {
        RowKind::Pay => "01",
        RowKind::Refund => "04",
        RowKind::Revoke => "31",
        RowKind::Payout => "12",
        other => panic!("{other:?}"),
    };
    let signed = |fen: i64| format!("{}{:012}", if fen < 0 { 'D' } else { 'C' }, fen.abs());
    let (amount, fee, settled) =
        (format!("{:012}", row.gross.abs()), signed(-row.fee), signed(row.gross - row.fee));
    let original =
        if matches!(row.kind, RowKind::Refund | RowKind::Revoke) { row.order.as_str() } else { "" };
    let text = |number: usize| match number {
        1 => "S22",
        2 => "49990001",
        3 => "00049992",
        4 => "000123",
        5 => time,
        6 => "621700******1234",
        7 => &amount,
        10 => &row.reference,
        12 => &row.number,
        16 => &fee,
        17 => &settled,
        20 => kind,
        28 => MERCHANT,
        35 => shop,
        41 => original,
        _ => "",
    };
    let fields = (1..).zip(WIDTHS).map(|(number, width)| {
        let mut bytes = gbk(text(number));
        assert!(bytes.len() <= width, "field {number} of {row:?}");
        bytes.resize(width, b' ');
        bytes
    });
    fields.collect::<Vec<_>>().join(&b' ')
}
