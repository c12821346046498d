//! An MT940, without its block header.

use std::fmt::Write;

use super::weeks::{Line, Statement};
use crate::channel_days::yuan;

pub(super) fn statement(one: &Statement) -> String {
    let Statement { date, number, opening, lines } = one;
    let date = date.to_string()[2..].replace('-', "");
    let balance = |amount| format!("{}{date}CNY{}", sign(amount), comma(amount));
    let mut text = format!(":20:M{number}\n:25:6222001\n:28C:{number}\n:60F:{}\n", balance(*opening));
    for Line { number, amount, reference, remark } in lines {
        let reference = if reference.is_empty() { "NONREF" } else { reference };
        let (sign, digits) = (sign(*amount), comma(*amount));
        writeln!(text, ":61:{date}{}{sign}{digits}NTRF{reference}//{number}", &date[2..]).unwrap();
        if !remark.is_empty() {
            writeln!(text, ":86:{remark}").unwrap();
        }
    }
    text + &format!(":62F:{}\n-\n", balance(one.closing()))
}

fn sign(amount: i64) -> char {
    if amount < 0 { 'D' } else { 'C' }
}

fn comma(amount: i64) -> String {
    yuan(amount.abs()).replace('.', ",")
}
