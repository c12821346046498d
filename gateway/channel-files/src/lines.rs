//! The lines of a text, decoded and counted.

use std::io::{self, BufRead, ErrorKind, Read};

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::refusal::{Refusal, RefusalCode};

/// No line of a statement is longer, in bytes, and no text that is made of several.
pub(crate) const LONGEST: usize = 64 * 1024;

/// The lines of a text. Their ends, LF or CRLF, are left out, and so is a byte order mark before the first.
pub(crate) struct Lines<R> {
    input: R,
    encoding: &'static Encoding,
    number: u64,
    bytes: Vec<u8>,
}

/// A line.
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: u64,
    pub(crate) text: String,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn utf8(input: R) -> Lines<R> {
        Lines::of(UTF_8, input)
    }

    /// In GB18030, of which GBK is a part.
    pub(crate) fn gbk(input: R) -> Lines<R> {
        Lines::of(GB18030, input)
    }

    pub(crate) fn of(encoding: &'static Encoding, input: R) -> Lines<R> {
        Lines { input, encoding, number: 0, bytes: Vec::new() }
    }

    /// The bytes of the next line, and its number; `None` at the end.
    pub(crate) fn next_bytes(&mut self) -> Result<Option<(u64, &[u8])>, Refusal> {
        self.bytes.clear();
        self.number += 1;
        let read = (&mut self.input).take(LONGEST as u64).read_until(b'\n', &mut self.bytes);
        let read = read.map_err(|error| unreadable(&error, self.number))?;
        if read == 0 {
            return Ok(None);
        }
        let is_whole = self.bytes.last() == Some(&b'\n');
        if !is_whole && read == LONGEST {
            let reason = format!("it is longer than {LONGEST} bytes");
            return Err(Refusal::at(RefusalCode::BadRow, self.number, reason));
        }
        let mut line = self.bytes.as_slice();
        line = line.strip_suffix(b"\n").unwrap_or(line);
        line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.number == 1 {
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        Ok(Some((self.number, line)))
    }

    /// The next line; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Line>, Refusal> {
        let encoding = self.encoding;
        let Some((number, bytes)) = self.next_bytes()? else { return Ok(None) };
        Ok(Some(Line { number, text: decode(encoding, number, bytes)? }))
    }

    /// The next line that has something in it.
    pub(crate) fn next_filled(&mut self) -> Result<Option<Line>, Refusal> {
        loop {
            match self.next()? {
                Some(line) if line.text.trim().is_empty() => {}
                line => return Ok(line),
            }
        }
    }

    /// Nothing but empty lines may follow.
    pub(crate) fn end(&mut self) -> Result<(), Refusal> {
        match self.next_filled()? {
            None => Ok(()),
            Some(line) => {
                Err(Refusal::at(RefusalCode::BadRow, line.number, "nothing is to stand behind the footer"))
            }
        }
    }
}

/// Bytes of a line as a text.
pub(crate) fn decode(encoding: &'static Encoding, number: u64, bytes: &[u8]) -> Result<String, Refusal> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(Into::into).ok_or_else(|| {
        let is_gbk = GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some();
        let other = match encoding == UTF_8 && is_gbk {
            true => "; most likely it is GBK",
            false => "",
        };
        Refusal::at(RefusalCode::BadEncoding, number, format!("it is not {}{other}", encoding.name()))
    })
}

/// A file that ends amid what was packed, or cannot be read.
pub(crate) fn unreadable(error: &io::Error, line: u64) -> Refusal {
    let code = match error.kind() {
        ErrorKind::UnexpectedEof => RefusalCode::Truncated,
        _ => RefusalCode::BadRow,
    };
    Refusal::at(code, line, format!("it cannot be read on: {error}"))
}
