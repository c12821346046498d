//! Both sides of a comparison and what is hung over, read at the same time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use longmen_channel_files::Expected;
use longmen_reconciliation::{Candidate, Side, Transaction};
use longmen_reconciliation_run::{Rows, RunError, Settings};
use longmen_terminal::Progress;

use super::book_file::read_book;
use super::hung_file::read_hung;
use super::trade_file::TradeFile;
use crate::failure::{Failure, with_causes};

/// Rows after which the bar moves.
const STEP: u64 = 1 << 16;

/// Where the sides come from.
pub(crate) struct Sides<'a> {
    pub(crate) book: &'a Path,
    pub(crate) file: &'a Path,
    pub(crate) format: TradeFile,
    pub(crate) expected: Expected,
    /// What waits from the day before, if anything does.
    pub(crate) hung: Option<&'a Path>,
}

/// What both readers share.
struct Shared<'a> {
    settings: &'a Settings,
    progress: Progress,
    rows: AtomicU64,
    /// Whether the other reader failed, so that it is no use to go on.
    is_over: AtomicBool,
}

impl Sides<'_> {
    /// Reads the books, the channel's file, and what is hung over.
    pub(crate) fn read(&self, settings: &Settings) -> Result<[Rows; 3], Failure> {
        let file = File::open(self.file)
            .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", self.file.display())))?;
        let (progress, is_over) = (Progress::counting("read"), AtomicBool::new(false));
        let shared = Shared { settings, progress, rows: AtomicU64::new(0), is_over };
        let (book, others) = thread::scope(|scope| {
            let book = scope.spawn(|| shared.ending(self.read_book(&shared)));
            let hung = shared.ending(self.read_hung(&shared));
            let others = hung.and_then(|hung| Ok((shared.ending(self.read_trades(file, &shared))?, hung)));
            (book.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), others)
        });
        shared.progress.finish();
        let (book, (file, hung)) = (book?, others?);
        Ok([book, file, hung])
    }

    fn read_book(&self, shared: &Shared<'_>) -> Result<Rows, Failure> {
        let mut taken = Taken::new(shared);
        read_book(self.book, |transaction| taken.push(Candidate::today(Side::Book, transaction)))?;
        taken.end()
    }

    fn read_hung(&self, shared: &Shared<'_>) -> Result<Rows, Failure> {
        let mut taken = Taken::new(shared);
        if let Some(path) = self.hung {
            read_hung(path, |hung| taken.push(Candidate::from(hung)))?;
        }
        taken.end()
    }

    fn read_trades(&self, file: File, shared: &Shared<'_>) -> Result<Rows, Failure> {
        let (mut source, mut taken) = (Unless { is_over: &shared.is_over, file }, Taken::new(shared));
        let received = self.format.read(&mut source, &self.expected, &mut |row| {
            // A reader of files is ended by its source.
            if taken.push(Candidate::today(Side::File, Transaction::from(row))).is_break() {
                shared.is_over.store(true, Ordering::Relaxed);
            }
        });
        let rows = taken.end()?;
        received.map_err(|refusal| {
            let path = self.file.display();
            Failure::Usage(format!("{path} is refused: {refusal}; nothing was compared"))
        })?;
        Ok(rows)
    }
}

impl Shared<'_> {
    /// Where one reader fails the other need not go on.
    fn ending<T>(&self, ended: Result<T, Failure>) -> Result<T, Failure> {
        if ended.is_err() {
            self.is_over.store(true, Ordering::Relaxed);
        }
        ended
    }
}

/// Rows that were taken, and why there are no more.
struct Taken<'a> {
    shared: &'a Shared<'a>,
    rows: Rows,
    count: u64,
    failed: Option<RunError>,
}

impl<'a> Taken<'a> {
    fn new(shared: &'a Shared<'a>) -> Taken<'a> {
        Taken { shared, rows: Rows::new(shared.settings), count: 0, failed: None }
    }

    fn push(&mut self, row: Candidate) -> ControlFlow<()> {
        self.count += 1;
        if self.count.is_multiple_of(STEP) {
            let all = self.shared.rows.fetch_add(STEP, Ordering::Relaxed) + STEP;
            self.shared.progress.at(all, "rows".to_owned());
        }
        if self.failed.is_none()
            && let Err(error) = self.rows.push(row)
        {
            self.failed = Some(error);
        }
        match self.failed.is_some() || self.shared.is_over.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn end(self) -> Result<Rows, Failure> {
        match self.failed {
            None => Ok(self.rows),
            Some(error) => Err(error.into()),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        let elsewhere = if matches!(error, RunError::Write { .. }) { " (--temp DIR)" } else { "" };
        Failure::Usage(format!("{}{elsewhere}; nothing was compared", with_causes(&error)))
    }
}

/// A file, unless all is over.
struct Unless<'a> {
    is_over: &'a AtomicBool,
    file: File,
}

impl Read for Unless<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.is_over.load(Ordering::Relaxed) {
            true => Err(io::Error::other("the other side cannot be read")),
            false => self.file.read(out),
        }
    }
}

impl Seek for Unless<'_> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.file.seek(place)
    }
}
