//! An input whose lines are counted as they are read, and that gives no more than so much at a time.

use std::io::{self, BufRead, Read};

use crate::lines::LONGEST;

/// What is read through it is counted.
pub(super) struct Counted<R> {
    input: R,
    /// How many lines have ended.
    ended_lines: u64,
    /// How many bytes were read since [`Counted::mark`].
    since_mark: usize,
    is_at_end: bool,
}

impl<R> Counted<R> {
    pub(super) fn of(input: R) -> Counted<R> {
        Counted { input, ended_lines: 0, since_mark: 0, is_at_end: false }
    }

    /// Begins to count bytes anew, and tells the line on which the next one stands.
    pub(super) fn mark(&mut self) -> u64 {
        self.since_mark = 0;
        self.line()
    }

    /// The line on which the next byte stands, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.ended_lines + 1
    }

    /// Whether a reader has come to the end, and found nothing more there.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    /// Fails where more was read since the mark than one tag or text may have: a reader that looks for its end would keep all of it.
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_mark > LONGEST {
            return Err(io::Error::other(format!("a tag or a text is longer than {LONGEST} bytes")));
        }
        let available = self.input.fill_buf()?;
        self.is_at_end = available.is_empty();
        Ok(available)
    }

    fn consume(&mut self, amount: usize) {
        if amount == 0 {
            return;
        }
        // What is consumed was filled before: it is still there, and is not read again.
        let filled = self.input.fill_buf().unwrap_or_default();
        let newlines = filled.iter().take(amount).filter(|byte| **byte == b'\n').count();
        self.ended_lines += newlines as u64;
        self.since_mark += amount;
        self.input.consume(amount);
    }
}
