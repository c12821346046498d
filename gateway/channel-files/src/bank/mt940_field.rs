//! The fields of an MT940: `:61:` and what stands behind it, over as many lines as it takes.

use std::io::BufRead;

use crate::lines::{LONGEST, Line, Lines};
use crate::refusal::{Refusal, RefusalCode};

/// What comes next in a file.
pub(super) enum Part {
    Field(Field),
    /// A message ends on this line.
    End(u64),
}

/// A field of a message.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The line on which it begins.
    pub(super) line: u64,
    /// Its tag without colons: `61`, `60F`.
    pub(super) tag: Box<str>,
    /// What stands in it. Its lines, without blanks at their ends, are joined by line feeds.
    pub(super) text: String,
}

impl Field {
    /// That it is wrong.
    pub(super) fn bad(&self, why: impl std::fmt::Display) -> Refusal {
        self.refuse(RefusalCode::BadRow, why)
    }

    /// That it is wrong, by its code.
    pub(super) fn refuse(&self, code: RefusalCode, why: impl std::fmt::Display) -> Refusal {
        Refusal::of(code, self.line, &self.tag, format!("`{}`: {why}", self.text))
    }
}

/// The fields of a file, one after another.
pub(super) struct Fields<R> {
    lines: Lines<R>,
    ahead: Option<Line>,
    /// Whether the message came with the blocks that SWIFT puts around it.
    is_in_block: bool,
    last: u64,
}

impl<R: BufRead> Fields<R> {
    pub(super) fn of(input: R) -> Fields<R> {
        Fields { lines: Lines::utf8(input), ahead: None, is_in_block: false, last: 1 }
    }

    /// The last line that was read.
    pub(super) fn line(&self) -> u64 {
        self.last
    }

    /// What comes next; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Part>, Refusal> {
        while let Some(line) = self.next_line()? {
            let text = line.text.trim_end();
            if text.starts_with('{') {
                self.is_in_block |= text.ends_with("{4:");
            } else if is_end(text) {
                return self.end(&line).map(Some);
            } else {
                return self.field(&line).map(|field| Some(Part::Field(field)));
            }
        }
        Ok(None)
    }

    fn next_line(&mut self) -> Result<Option<Line>, Refusal> {
        let line = match self.ahead.take() {
            Some(line) => Some(line),
            None => self.lines.next_filled()?,
        };
        self.last = line.as_ref().map_or(self.last, |line| line.number);
        Ok(line)
    }

    /// A message in a block ends with the block.
    fn end(&mut self, line: &Line) -> Result<Part, Refusal> {
        if self.is_in_block && !line.text.starts_with("-}") {
            return Err(Refusal::at(RefusalCode::Truncated, line.number, "its block does not end"));
        }
        self.is_in_block = false;
        Ok(Part::End(line.number))
    }

    fn field(&mut self, line: &Line) -> Result<Field, Refusal> {
        let bad = |reason| Refusal::at(RefusalCode::BadRow, line.number, reason);
        let field = line.text.strip_prefix(':').and_then(|text| text.split_once(':'));
        let Some((tag, text)) = field.filter(|(tag, _)| is_tag(tag)) else {
            return Err(match line.number {
                1 => Refusal::at(RefusalCode::UnknownHeader, 1, "no field such as `:20:` begins there"),
                _ => bad("no field such as `:61:` begins there"),
            });
        };
        let mut field = Field { line: line.number, tag: tag.into(), text: text.trim_end().into() };
        while let Some(more) = self.next_line()? {
            if more.text.starts_with([':', '{']) || is_end(more.text.trim_end()) {
                self.ahead = Some(more);
                break;
            }
            if field.text.len() + more.text.len() >= LONGEST {
                return Err(bad("it is longer than 64 KiB"));
            }
            field.text.push('\n');
            field.text.push_str(more.text.trim_end());
        }
        Ok(field)
    }
}

/// `-`, or `-}` and other blocks behind it.
fn is_end(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with('}'))
}

/// Two digits, and a letter or none.
fn is_tag(tag: &str) -> bool {
    match tag.as_bytes() {
        [a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
        [a, b, c] => a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase(),
        _ => false,
    }
}
