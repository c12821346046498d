//! Rows of a text whose cells have separators between them.

use std::io::BufRead;

use encoding_rs::Encoding;

use super::cell::{Cell, Cells, Rows, unwrapped};
use crate::cells::{plain, quoted};
use crate::lines::{LONGEST, Lines};
use crate::refusal::{Refusal, RefusalCode};

/// No row goes on over more lines.
const MOST_LINES: u32 = 100;

/// The rows of a text.
pub(super) struct Delimited<R> {
    lines: Lines<R>,
    separator: char,
    quote: Option<char>,
    skip: u64,
}

impl<R: BufRead> Delimited<R> {
    /// Of which so many lines are passed over: nothing of what is told for rows is true of them.
    pub(super) fn of(
        input: R,
        encoding: &'static Encoding,
        separator: char,
        quote: Option<char>,
        skip: u64,
    ) -> Delimited<R> {
        Delimited { lines: Lines::of(encoding, input), separator, quote, skip }
    }

    /// A quoted cell may go on over the end of a line.
    fn row(&mut self, line: u64, mut text: String) -> Result<Cells, Refusal> {
        for _ in 0..MOST_LINES {
            if let Some(cells) = split(&text, self.separator, self.quote) {
                return Ok(Cells {
                    line,
                    cells: cells.iter().map(|cell| Cell::Text(unwrapped(cell).into())).collect(),
                });
            }
            let more = self.lines.next()?;
            let more =
                more.ok_or_else(|| Refusal::at(RefusalCode::Truncated, line, "a quote in it does not end"))?;
            if text.len() + more.text.len() >= LONGEST {
                break;
            }
            text.push('\n');
            text.push_str(&more.text);
        }
        let reason = format!("a quote in it goes on over more than {MOST_LINES} lines, or {LONGEST} bytes");
        Err(Refusal::at(RefusalCode::BadRow, line, reason))
    }
}

impl<R: BufRead> Rows for Delimited<R> {
    fn next(&mut self) -> Result<Option<Cells>, Refusal> {
        while self.skip > 0 {
            self.skip -= 1;
            if self.lines.next_bytes()?.is_none() {
                return Ok(None);
            }
        }
        match self.lines.next()? {
            None => Ok(None),
            Some(line) => self.row(line.number, line.text).map(Some),
        }
    }
}

/// The cells of a row; `None` where a quote is still open at its end.
fn split(text: &str, separator: char, quote: Option<char>) -> Option<Vec<String>> {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        // `="…"` is a quoted cell as well, with what keeps a spreadsheet from taking it for a number.
        let inner = quote.and_then(|quote| rest.strip_prefix('=').unwrap_or(rest).strip_prefix(quote));
        let (cell, behind) = match (inner, quote) {
            (Some(inner), Some(quote)) => quoted(inner, separator, quote)?,
            _ => {
                let (cell, behind) = plain(rest, separator);
                (cell.into(), behind)
            }
        };
        cells.push(cell);
        match behind {
            Some(behind) => rest = behind,
            None => return Some(cells),
        }
    }
}
