//! What commands print: text for people, JSON for programs.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use longmen_terminal::{tell, visible, visible_json};
use serde::Serialize;

use crate::failure::Failure;
use crate::json::{to_json, write_json};
use crate::page::Page;

/// Whether to print for programs.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Output {
    /// Print JSON, with amounts in minor units; integers beyond 2^53 as text
    #[arg(long)]
    pub(crate) json: bool,
}

impl Output {
    /// Prints `value` as JSON, or what `people` makes of it.
    pub(crate) fn show<T: Serialize, P: Into<Page>>(
        self,
        value: &T,
        people: impl FnOnce(&T) -> P,
    ) -> Result<(), Failure> {
        let mut text = match self.json {
            true => visible_json(&to_json(value)?).into_owned(),
            false => people(value).into().to_string(),
        };
        text.push('\n');
        Ok(tell(io::stdout().lock(), &text)?)
    }

    /// Prints a line for people, at once; nothing for programs.
    pub(crate) fn say(self, line: impl Display) -> Result<(), Failure> {
        if !self.json {
            tell(io::stdout().lock(), &format!("{}\n", visible(&line.to_string())))?;
        }
        Ok(())
    }
}

/// Prints a value as JSON that may be larger than memory, as it is made.
pub(crate) fn stream_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let mut lines = VisibleLines { out: io::stdout().lock(), pending: Vec::new() };
    write_json(value, &mut lines)?;
    lines.pending.push(b'\n');
    Ok(lines.flush()?)
}

/// Bytes of JSON that are held back until they are printed.
const PENDING: usize = 1 << 16;

/// JSON over several lines, of which nothing is hidden. It is printed line by line.
struct VisibleLines<W> {
    out: W,
    pending: Vec<u8>,
}

impl<W: Write> VisibleLines<W> {
    fn print(&mut self, length: usize) -> io::Result<()> {
        let text = std::str::from_utf8(&self.pending[..length]).map_err(io::Error::other)?;
        tell(&mut self.out, &visible_json(text))?;
        self.pending.drain(..length);
        Ok(())
    }
}

impl<W: Write> Write for VisibleLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend(bytes);
        if self.pending.len() >= PENDING
            && let Some(end) = self.pending.iter().rposition(|byte| *byte == b'\n')
        {
            self.print(end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.print(self.pending.len())
    }
}

/// Writes data for programs as it is; to a terminal with all written out that it would obey.
pub(crate) fn write_data(text: &str) -> Result<(), Failure> {
    let out = io::stdout();
    let shown = match out.is_terminal() {
        true => text.split('\n').map(visible).collect::<Vec<_>>().join("\n"),
        false => text.to_owned(),
    };
    Ok(tell(out.lock(), &shown)?)
}

/// Says a line on standard error, beside what is printed. That nobody can be told there is no failure.
pub(crate) fn remark(line: impl Display) {
    drop(tell(io::stderr().lock(), &format!("longmen: {}\n", visible(&line.to_string()))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_as_it_is_made_is_what_is_printed_at_once() {
        let value: Vec<String> = (0..20_000).map(|number| format!("余额 {number}\u{1b}[2K\n")).collect();
        let (mut out, whole) = (Vec::new(), to_json(&value).unwrap());
        let mut lines = VisibleLines { out: &mut out, pending: Vec::new() };
        write_json(&value, &mut lines).unwrap();
        lines.flush().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), visible_json(&whole));
    }
}
