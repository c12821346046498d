//! What stands behind the table: totals, such as `#交易合计：1笔，商家实收共100.00元，商家优惠共0.00元`.

use std::io::BufRead;

use longmen_ledger::{Amount, Currency};

use super::truncated;
use crate::lines::{Line, Lines};
use crate::refusal::{Refusal, RefusalCode};

/// So many rows, and what they come to in minor units, as the table has them.
pub(super) type Sum = (u64, i128);

/// Holds each total to its rows. `end` is the line behind the last row, which says that the table ends there.
///
/// # Errors
/// `bad_control_total`; `truncated`, where a total is not there; `bad_row`, where another table follows.
pub(super) fn hold<R: BufRead, const N: usize>(
    end: &Line,
    lines: &mut Lines<R>,
    currency: Currency,
    totals: [(&str, Sum); N],
) -> Result<(), Refusal> {
    if !end.text.contains("列表结束") {
        return Err(Refusal::at(
            RefusalCode::BadRow,
            end.number,
            "it is neither a row nor the end of the table",
        ));
    }
    let (mut last, mut is_held) = (end.number, [false; N]);
    while let Some(line) = lines.next_filled()? {
        let Some(text) = line.text.strip_prefix('#') else {
            return Err(Refusal::at(
                RefusalCode::BadRow,
                line.number,
                "nothing is to stand behind the footer",
            ));
        };
        last = line.number;
        for ((name, found), is_held) in totals.iter().zip(&mut is_held) {
            if let Some(said) = text.strip_prefix(name) {
                hold_one(line.number, name, said, *found, currency)?;
                *is_held = true;
            }
        }
    }
    match is_held.iter().all(|is_held| *is_held) {
        true => Ok(()),
        false => Err(truncated(last)),
    }
}

fn hold_one(line: u64, name: &str, said: &str, found: Sum, currency: Currency) -> Result<(), Refusal> {
    let unread = || Refusal::of(RefusalCode::BadRow, line, name, "it is no total such as ：1笔，共100.00元");
    let (rows, Amount(amount)) = read(said, currency).ok_or_else(unread)?;
    if (rows, i128::from(amount)) == found {
        return Ok(());
    }
    let (said, found) = (print((rows, amount.into()), currency), print(found, currency));
    let reason = format!("the footer says {said}, and the rows are {found}");
    Err(Refusal::of(RefusalCode::BadControlTotal, line, name, reason))
}

/// The number of rows, and the first of the amounts.
fn read(text: &str, currency: Currency) -> Option<(u64, Amount)> {
    let (rows, rest) = text.strip_prefix('：')?.split_once('笔')?;
    let (_, rest) = rest.split_once('共')?;
    let (amount, _) = rest.split_once('元')?;
    Some((rows.parse().ok()?, currency.parse_amount(amount).ok()?))
}

fn print((rows, amount): Sum, currency: Currency) -> String {
    format!("{} in {rows} rows", currency.print(amount))
}
