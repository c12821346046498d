//! The directory of an access log.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::file_name::{file_name, number_of};

/// Where an access log lies in a data directory, if nothing else is said.
pub const DIRECTORY: &str = "access-log";
/// The file that whoever writes the log has locked.
const LOCK: &str = "LOCK";

/// The directory of an access log.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// What is wrong with the directory.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It, or a file in it, cannot be had.
    #[error("{path}")]
    Io { path: PathBuf, source: io::Error },
    /// Another node writes there.
    #[error("{path} is in use by another node: each has an access log of its own")]
    Busy { path: PathBuf },
    /// It is the access log of another ledger.
    #[error(
        "{file} is of the access log of another ledger, {found}; this one is {expected}: give it a directory of its own"
    )]
    Foreign { file: PathBuf, found: String, expected: String },
}

impl Folder {
    /// A directory that may not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        Folder { path: path.into() }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file.
    #[must_use]
    pub fn file(&self, number: u64) -> PathBuf {
        self.path.join(file_name(number))
    }

    /// The numbers of the files that are there, in their order; none where there is no directory.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn numbers(&self) -> Result<Vec<u64>, FolderError> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.failed(source)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry.map_err(|source| self.failed(source))?.file_name();
            numbers.extend(name.to_str().and_then(number_of));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Makes it, where it is not there, and keeps others from writing there as long as the file is held.
    pub(crate) fn lock(&self) -> Result<File, FolderError> {
        let failed = |source| self.failed(source);
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path).map_err(failed)?;
        let lock = private().create(true).truncate(false).open(self.path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(fs::TryLockError::WouldBlock) => Err(FolderError::Busy { path: self.path.clone() }),
            Err(fs::TryLockError::Error(source)) => Err(self.failed(source)),
        }
    }

    /// Makes a file; one of which nothing was written yet may be there.
    pub(crate) fn create(&self, number: u64) -> io::Result<File> {
        let file = private().create(true).truncate(false).open(self.file(number))?;
        if file.metadata()?.len() > 0 {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        // The name has to last as well.
        File::open(&self.path)?.sync_all()?;
        Ok(file)
    }

    /// A file that is there, to go on in it.
    pub(crate) fn reopen(&self, number: u64) -> io::Result<File> {
        private().open(self.file(number))
    }

    fn failed(&self, source: io::Error) -> FolderError {
        FolderError::Io { path: self.path.clone(), source }
    }
}

/// A file that only its owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}
