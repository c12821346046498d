//! Files of WeChat Pay (微信支付), version 3: UTF-8, with or without a byte order mark. Every value, but no name of a column, has a
//! backtick in front of it, and nothing is quoted: a comma in the name of a good is no end of a cell, a comma and a backtick are.

pub(crate) mod fundflow;
pub(crate) mod trade;

use memchr::memmem;

use crate::columns::column_name;
use crate::refusal::{Refusal, RefusalCode};

/// What stands between two values.
const BETWEEN: &[u8] = b",`";
/// Values of a row of today's files, or some more.
const USUAL_VALUES: usize = 32;

/// The names of a header.
fn header(text: &str) -> Vec<String> {
    text.split(',').map(column_name).collect()
}

/// The values of a row.
fn values(line: u64, text: &str) -> Result<Vec<&str>, Refusal> {
    let Some(rest) = text.strip_prefix('`') else {
        return Err(Refusal::at(RefusalCode::BadRow, line, "its values have no backtick in front of them"));
    };
    let (mut values, mut begins) = (Vec::with_capacity(USUAL_VALUES), 0);
    for end in memmem::find_iter(rest.as_bytes(), BETWEEN) {
        values.push(&rest[begins..end]);
        begins = end + BETWEEN.len();
    }
    values.push(&rest[begins..]);
    Ok(values)
}

/// Whether a line is a row of values, and not the header of the summary.
fn is_row(text: &str) -> bool {
    text.starts_with('`')
}

/// What comes of a file that has no summary.
fn truncated(line: u64) -> Refusal {
    Refusal::at(RefusalCode::Truncated, line, "it ends without its summary")
}

/// Holds a sum of the summary to that of the rows.
fn hold(name: &str, said: &str, found: &str) -> Result<(), Refusal> {
    match said == found {
        true => Ok(()),
        false => {
            let reason = format!("the summary says {said}, and the rows are {found}");
            Err(Refusal { column: Some(name.into()), ..Refusal::whole(RefusalCode::BadControlTotal, reason) })
        }
    }
}
