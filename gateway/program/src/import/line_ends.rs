//! Lines as an editor counts them, of a text that goes by: `\n`, `\r\n` and `\r` end one.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Hands a text on, and keeps in mind where its lines end.
pub(super) struct LineEnds<R> {
    input: R,
    longest_row: u64,
    /// Bytes that were handed on.
    read: u64,
    /// Where ends of lines are that were not counted yet, with what stands there.
    ends: VecDeque<(u64, u8)>,
    at: u64,
    line: u64,
}

impl<R> LineEnds<R> {
    /// A text of which no row has more than `longest_row` bytes.
    pub(super) fn of(input: R, longest_row: u64) -> LineEnds<R> {
        LineEnds { input, longest_row, read: 0, ends: VecDeque::new(), at: 0, line: 1 }
    }

    /// The line of the first byte at or behind `start` that ends no line. `start` must not decrease, and that byte was handed on.
    pub(super) fn line_of(&mut self, start: u64) -> u64 {
        self.at = self.at.max(start);
        while let Some((place, byte)) = self.ends.pop_front_if(|(place, _)| *place <= self.at) {
            let is_half = byte == b'\r' && self.ends.front() == Some(&(place + 1, b'\n'));
            self.line += u64::from(!is_half);
            self.at = self.at.max(place + 1);
        }
        self.line
    }

    fn take_in(&mut self, bytes: &[u8]) {
        let ends = memchr::memchr2_iter(b'\r', b'\n', bytes);
        self.ends.extend(ends.map(|place| (self.read + place as u64, bytes[place])));
        self.read += bytes.len() as u64;
    }
}

impl LineEnds<io::Empty> {
    /// The line of the byte behind a text.
    pub(super) fn line_behind(text: &[u8]) -> u64 {
        let mut lines = LineEnds::of(io::empty(), u64::MAX);
        lines.take_in(text);
        lines.line_of(text.len() as u64)
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.read - self.at > self.longest_row {
            let Self { line, longest_row, .. } = self;
            let reason = format!(
                "line {line}: a row has more than {longest_row} bytes; is a quotation mark not closed?"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        let read = self.input.read(out)?;
        self.take_in(&out[..read]);
        Ok(read)
    }
}
