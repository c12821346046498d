//! The lines of a file, one after the other, in bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::line::MOST_BYTES;

/// The lines of a file.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    line: Vec<u8>,
    /// How many were read.
    count: u64,
    /// Whether the last one has an end.
    is_whole: bool,
}

/// Why a line cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// The file cannot be read.
    #[error("{path}")]
    Io { path: PathBuf, source: io::Error },
    /// A line is longer than the log writes any.
    #[error("{path}, line {line}: it is longer than any record")]
    TooLong { path: PathBuf, line: u64 },
}

impl Lines {
    /// Begins with the first.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(path: &Path) -> Result<Lines, LinesError> {
        let failed = |source| LinesError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let reader = BufReader::with_capacity(MOST_BYTES, file);
        Ok(Lines { path: path.to_owned(), reader, line: Vec::new(), count: 0, is_whole: true })
    }

    /// The next line, without its end; `None` behind the last.
    ///
    /// # Errors
    /// [`LinesError`].
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, LinesError> {
        self.line.clear();
        let most = u64::try_from(MOST_BYTES).expect("a small number");
        let read = self.reader.by_ref().take(most).read_until(b'\n', &mut self.line);
        match read {
            Ok(0) => return Ok(None),
            Ok(count) if count == MOST_BYTES && self.line.last() != Some(&b'\n') => {
                return Err(LinesError::TooLong { path: self.path.clone(), line: self.count + 1 });
            }
            Ok(_) => self.count += 1,
            Err(source) => return Err(LinesError::Io { path: self.path.clone(), source }),
        }
        self.is_whole = self.line.pop_if(|last| *last == b'\n').is_some();
        Ok(Some(&self.line))
    }

    /// Whether the line that was read last has its end. One that has none is still being written, or was cut short.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The number of the line that was read last, counted from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.count
    }
}
