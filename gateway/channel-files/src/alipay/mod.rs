//! Files of Alipay (支付宝): a zip of two CSV in GBK, the rows and what they come to by shop, or the one of rows by itself.
//!
//! Lines with `#` in front stand before and behind the table: whose it is, of which days, and its totals. Ids have a tab behind them.

pub(crate) mod account;
mod head;
mod in_order;
mod total;
pub(crate) mod trade;

use std::borrow::Cow;

use encoding_rs::GB18030;

use crate::cells::{plain, quoted};
use crate::columns::column_name;
use crate::refusal::{Refusal, RefusalCode};

/// Whether a member of a zip has that title. One in UTF-8 is taken too, so that its encoding is told and not that it is not there.
fn is_titled(beginning: &[u8], title: &str) -> bool {
    beginning.starts_with(title.as_bytes()) || GB18030.decode(beginning).0.starts_with(title)
}

/// The names of a header.
fn header(line: u64, text: &str) -> Result<Vec<String>, Refusal> {
    let names = cells(line, text)?;
    Ok(names.iter().map(|name| column_name(name)).collect())
}

/// The cells of a row. One in quotes may have commas in it; it does not go on over the end of a line.
fn cells(line: u64, text: &str) -> Result<Vec<Cow<'_, str>>, Refusal> {
    let mut cells = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (cell, behind) = match text.strip_prefix('"') {
            Some(inner) => {
                let cell = quoted(inner, ',', '"');
                let unended = || Refusal::at(RefusalCode::BadRow, line, "a quote in it does not end");
                cell.map(|(cell, behind)| (Cow::from(cell), behind)).ok_or_else(unended)?
            }
            None => {
                let (cell, behind) = plain(text, ',');
                (cell.into(), behind)
            }
        };
        cells.push(cell);
        rest = behind;
    }
    Ok(cells)
}

/// What comes of a file that has not all of its footer.
fn truncated(line: u64) -> Refusal {
    Refusal::at(RefusalCode::Truncated, line, "it ends without its footer")
}
