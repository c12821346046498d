//! A file of 用友 U8's 总账工具 read again.

use encoding_rs::GBK;
use longmen_ledger::Currency;

use super::{At, ReadError, ReadLine};
use crate::formats::U8_HEAD;

/// The columns that are read; those behind them differ by version.
const LEAST: usize = 8;

/// Reads a U8 text with the usual columns.
///
/// # Errors
/// [`ReadError`].
pub fn read_u8_text(bytes: &[u8], local: Currency) -> Result<Vec<ReadLine>, ReadError> {
    let Some(text) = GBK.decode_without_bom_handling_and_without_replacement(bytes) else {
        return Err(At(0).fault("file", "is no text in GBK"));
    };
    let Some(rest) = text.strip_suffix("\r\n") else {
        return Err(At(0).fault("file", "does not end with the end of a line"));
    };
    let mut lines = rest.split("\r\n");
    if lines.next() != Some(U8_HEAD) {
        return Err(At(1).fault("first line", format!("is not {U8_HEAD}")));
    }
    lines.enumerate().map(|(index, line)| read_line(At(index + 2), line, local)).collect()
}

fn read_line(at: At, line: &str, local: Currency) -> Result<ReadLine, ReadError> {
    let cells: Vec<&str> = line.split(',').collect();
    let [date, word, number, attachments, summary, subject, debit, credit, ..] = cells[..] else {
        return Err(at.fault("line", format!("has {} columns, and {LEAST} are needed", cells.len())));
    };
    let (side, amount) = at.side(local, debit, credit)?;
    Ok(ReadLine {
        date: at.date("制单日期", date)?,
        word: word.into(),
        number: at.number("业务号", number)?,
        attachments: at.number("附单据数", attachments)?,
        subject: subject.into(),
        summary: summary.into(),
        side,
        local: amount,
        source_key: None,
    })
}
