//! Whether a log holds: every line chained to the one before, over all its files.

use std::path::PathBuf;

use crate::chain::{Break, Chain};
use crate::folder::{Folder, FolderError};
use crate::lines::{Lines, LinesError};
use crate::opening::Opening;

/// A record that something outside the log knows the hash of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub seq: u64,
    pub hash: String,
    /// What knows it, in words.
    pub told_by: String,
}

/// What a log without findings has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// The files, by number.
    pub files: u64,
    pub first_file: u64,
    pub bytes: u64,
    /// The number of the first record that is there: what came before it was taken away.
    pub first: u64,
    /// When it was written, in microseconds since 1970.
    pub since_us: i64,
    /// The number of the last record, and its hash, which through the chain stands for all.
    pub last: u64,
    pub head: String,
    /// Bytes of a last line that is not whole.
    pub torn: u64,
    /// Of how many records the hash was known elsewhere, and is the same.
    pub anchors: u64,
    /// The last of them.
    pub anchored: u64,
}

/// The first thing that does not hold.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Lines(#[from] LinesError),
    #[error("{file}, line {line}: {why}")]
    Line { file: PathBuf, line: u64, why: Break },
    #[error("{file} is missing, and {next} is there")]
    Missing { file: PathBuf, next: PathBuf },
    #[error("{file}, line 1: it does not say whose log the file is of, and where it goes on")]
    NoOpening { file: PathBuf },
    #[error("{file} has the number {found} in it: it was given another name")]
    Renamed { file: PathBuf, found: u64 },
    #[error("{file} is of the access log of another ledger, {found}; this one is {expected}")]
    Foreign { file: PathBuf, found: String, expected: String },
    #[error("{file}, line 1: it goes on from another record than the last one of the file before")]
    Elsewhere { file: PathBuf },
    #[error("{file}, line {line}: it has no end, and another file comes behind it")]
    Torn { file: PathBuf, line: u64 },
    #[error("record {seq} is not the one that {told_by} names: the log was written anew")]
    Anchor { seq: u64, told_by: String },
    #[error("the log ends with record {last}, and {told_by} names record {seq}: its end was cut off")]
    CutOff { last: u64, seq: u64, told_by: String },
}

/// Reads a whole log; `None` where there are no files of one. `anchors` in the order of their numbers.
///
/// # Errors
/// [`AuditError`]: the first thing that does not hold.
pub fn audit(
    folder: &Folder,
    ledger: Option<&str>,
    anchors: &[Anchor],
) -> Result<Option<Audited>, AuditError> {
    let numbers = folder.numbers()?;
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(None) };
    if let Some((missing, next)) = (*first..).zip(&numbers).find(|(expected, number)| expected != *number) {
        return Err(AuditError::Missing { file: folder.file(missing), next: folder.file(*next) });
    }
    let audited = Audited { files: last - first + 1, first_file: *first, ..Audited::default() };
    let mut audit = Audit { folder, ledger, anchors, chain: None, audited };
    for number in &numbers {
        audit.file(*number, number == last)?;
    }
    audit.end().map(Some)
}

struct Audit<'a> {
    folder: &'a Folder,
    ledger: Option<&'a str>,
    /// Those that are still to come.
    anchors: &'a [Anchor],
    chain: Option<Chain>,
    audited: Audited,
}

impl Audit<'_> {
    fn file(&mut self, number: u64, is_last: bool) -> Result<(), AuditError> {
        let path = self.folder.file(number);
        let mut lines = Lines::open(&path)?;
        let mut is_first = true;
        while let Some(line) = lines.next_line()? {
            let bytes = u64::try_from(line.len()).expect("a line is bounded") + 1;
            let line = line.to_vec();
            if !lines.is_whole() {
                if !is_last {
                    return Err(AuditError::Torn { file: path, line: lines.number() });
                }
                self.audited.torn = bytes - 1;
                return Ok(());
            }
            if std::mem::take(&mut is_first) {
                self.opening(number, &line)?;
            }
            let chain = self.chain.as_mut().expect("a file was opened");
            let broken = |why| AuditError::Line { file: path.clone(), line: lines.number(), why };
            chain.follow(&line).map_err(broken)?;
            self.audited.bytes += bytes;
            self.anchored()?;
        }
        // A node that ended when it had just made the file leaves it empty.
        if is_first && !is_last { Err(AuditError::NoOpening { file: path }) } else { Ok(()) }
    }

    fn opening(&mut self, number: u64, line: &[u8]) -> Result<(), AuditError> {
        let file = self.folder.file(number);
        let no_opening = || AuditError::NoOpening { file: file.clone() };
        let opening = Opening::read(line).ok_or_else(no_opening)?;
        if opening.file != number {
            return Err(AuditError::Renamed { file, found: opening.file });
        }
        if let Some(expected) = self.ledger.filter(|expected| **expected != opening.ledger) {
            return Err(AuditError::Foreign { file, found: opening.ledger, expected: expected.to_owned() });
        }
        match &self.chain {
            Some(chain) if chain.seq + 1 == opening.seq && chain.head != opening.after => {
                Err(AuditError::Elsewhere { file })
            }
            Some(_) => Ok(()),
            None => {
                self.chain = Some(opening.chain().ok_or_else(no_opening)?);
                (self.audited.first, self.audited.since_us) = (opening.seq, opening.time_us);
                Ok(())
            }
        }
    }

    /// Holds a record against what is known of it elsewhere.
    fn anchored(&mut self) -> Result<(), AuditError> {
        let chain = self.chain.as_ref().expect("a record was read");
        while let Some((anchor, rest)) = self.anchors.split_first() {
            if anchor.seq > chain.seq {
                break;
            }
            self.anchors = rest;
            // What was taken away before the first record cannot be held against it.
            if anchor.seq == chain.seq {
                if anchor.hash != chain.head {
                    return Err(AuditError::Anchor { seq: anchor.seq, told_by: anchor.told_by.clone() });
                }
                self.audited.anchors += 1;
                self.audited.anchored = anchor.seq;
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Audited, AuditError> {
        let Chain { seq: last, head } = self.chain.unwrap_or_default();
        if let Some(Anchor { seq, told_by, .. }) = self.anchors.last() {
            return Err(AuditError::CutOff { last, seq: *seq, told_by: told_by.clone() });
        }
        (self.audited.last, self.audited.head) = (last, head);
        Ok(self.audited)
    }
}
