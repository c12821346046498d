//! The table of a bank: in GB18030, the latest row first, under two lines and above a footer, with a balance in each row. A bank tells no
//! fee of a row, and lists only what was done.

use std::fmt::Write;

use longmen_channel_files::{MoneyLine, RowKind};
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation::{BookState, Transaction};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::channel::gbk;
use super::row::{Row, clock, yuan};

/// What says which column is what.
pub(super) const PROFILE: &str = r#"
layout = "delimited"
encoding = "gb18030"
skip = 2
order = "descending"
thousands = true
footer = { begins = "合计" }
currency = { fixed = "CNY" }
date = { column = "交易日期", format = "%Y%m%d" }
time = { column = "交易时间", format = "%H:%M:%S" }
amount = { incoming = "收入", outgoing = "支出" }
columns = { balance = "余额", number = "流水号", merchant_number = "客户流水号", kind = "摘要", remark = "附言" }
"#;

/// What the bank calls each kind.
const KINDS: [(RowKind, &str); 3] =
    [(RowKind::Pay, "收款"), (RowKind::Refund, "退款"), (RowKind::Payout, "代付")];
/// As the cells of a CSV have them: one goes on over the end of a line.
const REMARKS: [&str; 4] = ["", "货款", "\"茶, \"\"热\"\"\"", "\"第一行\r\n第二行, 完\""];

/// A line as what is compared. What a bank calls its kinds only whoever uses it can say, so this is no part of the product.
pub(super) fn transaction(line: MoneyLine) -> Transaction {
    let kind = KINDS.iter().find(|(_, word)| **word == *line.kind).map(|(kind, _)| *kind);
    Transaction {
        kind: kind.unwrap(),
        merchant_number: line.merchant_number,
        reference: line.number,
        line: line.line,
        gross: line.amount,
        fee: Amount(0),
        currency: Currency::from_code("CNY").unwrap(),
        state: BookState::Done,
    }
}

pub(super) fn file(random: &mut StdRng, date: Date, rows: &[Row]) -> Vec<u8> {
    let day = date.to_string().replace('-', "");
    let mut balance = random.random_range(-1_000_000_000..1_000_000_000_i64);
    let mut lines = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        balance += row.gross;
        let (hour, minute, second) = clock(place, rows.len());
        let (_, kind) = KINDS.iter().find(|(kind, _)| *kind == row.kind).unwrap();
        let amount = grouped(row.gross.abs());
        let (incoming, outgoing) =
            if row.gross > 0 { (amount, String::new()) } else { ("0.00".to_owned(), amount) };
        lines.push(format!(
            "=\"{}\",{day}\t,{hour:02}:{minute:02}:{second:02},人民币,{incoming},{outgoing},{},{},{kind},{},\r\n",
            row.reference,
            grouped(balance),
            row.number,
            REMARKS.choose(random).unwrap()
        ));
    }
    let mut text = format!(
        "账号：,\"6222001\"\r\n起始日期：{day},\"x\r\n流水号,交易日期,交易时间,币种,收入,支出,余额,客户流水号,摘要,附言,\r\n"
    );
    text.extend(lines.into_iter().rev());
    write!(text, "合计：{}笔\r\n", rows.len()).unwrap();
    gbk(&text)
}

/// An amount with commas between groups of three digits, and quotes where it has one.
fn grouped(fen: i64) -> String {
    let plain = yuan(fen);
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |plain| ("-", plain));
    let (whole, cents) = plain.split_once('.').unwrap();
    let mut groups: Vec<&str> =
        whole.as_bytes().rchunks(3).map(|group| str::from_utf8(group).unwrap()).collect();
    groups.reverse();
    match groups.len() {
        1 => format!("{sign}{plain}"),
        _ => format!("\"{sign}{}.{cents}\"", groups.join(",")),
    }
}
