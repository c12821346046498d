//! Files of Alipay (支付宝): a zip of two CSV in GBK, the rows and what they come to by shop, or the one of rows by itself.
//!
//! Lines with `#` in front stand before and behind the table: whose it is, of which days, and its totals. Ids have a tab behind them.
//! Lines are split here and not by the `csv` crate, which takes a quote that does not end for one that does.

pub(crate) mod account;
mod head;
mod in_order;
mod total;
pub(crate) mod trade;

use std::borrow::Cow;

use encoding_rs::GB18030;

use crate::refusal::{Refusal, RefusalCode};

/// Whether a member of a zip has that title. One in UTF-8 is taken too, so that its encoding is told and not that it is not there.
fn is_titled(beginning: &[u8], title: &str) -> bool {
    beginning.starts_with(title.as_bytes()) || GB18030.decode(beginning).0.starts_with(title)
}

/// The names of a header, with the brackets that Alipay writes today.
fn header(line: u64, text: &str) -> Result<Vec<String>, Refusal> {
    let names = cells(line, text)?;
    Ok(names.iter().map(|name| name.trim().replace('(', "（").replace(')', "）")).collect())
}

/// The cells of a row. One in quotes may have commas in it; it does not go on over the end of a line.
fn cells(line: u64, text: &str) -> Result<Vec<Cow<'_, str>>, Refusal> {
    let mut cells = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (cell, behind) = match text.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)
                .ok_or_else(|| Refusal::at(RefusalCode::BadRow, line, "a quote in it does not end"))?,
            None => plain(text),
        };
        cells.push(cell);
        rest = behind;
    }
    Ok(cells)
}

/// A cell, and what stands behind its comma.
type Cell<'a> = (Cow<'a, str>, Option<&'a str>);

fn plain(text: &str) -> Cell<'_> {
    let (cell, behind) = text.split_once(',').map_or((text, None), |(cell, behind)| (cell, Some(behind)));
    (cell.into(), behind)
}

/// Two quotes are one that belongs to the text. What stands between the last and the comma, such as a tab, belongs to it as well.
fn unquoted(text: &str) -> Option<Cell<'_>> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let (part, behind) = rest.split_once('"')?;
        cell.push_str(part);
        match behind.strip_prefix('"') {
            Some(behind) => {
                cell.push('"');
                rest = behind;
            }
            None => {
                let (end, behind) = plain(behind);
                cell.push_str(&end);
                return Some((cell.into(), behind));
            }
        }
    }
}

/// What comes of a file that has not all of its footer.
fn truncated(line: u64) -> Refusal {
    Refusal::at(RefusalCode::Truncated, line, "it ends without its footer")
}
