//! What goes wrong: what is refused, and what fails.

use std::io;
use std::path::{Path, PathBuf};

use crate::refusal::Refusal;

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It may not be done: somebody has to do something else first, or somebody else has to do it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The file is taken by its reader neither whole nor in part; nothing is stored.
    #[error("the file is refused: {0}")]
    File(#[from] longmen_channel_files::Refusal),
    #[error("{} is in use by another program; try again when it is done", path.display())]
    InUse { path: PathBuf },
    #[error("{} was written by a newer program: its version is {found}, and this program knows {known}", path.display())]
    NewerVersion { path: PathBuf, found: u32, known: u32 },
    #[error("{} has version {found}, and this program {known}: open it to write once", path.display())]
    OlderVersion { path: PathBuf, found: u32, known: u32 },
    #[error("{} is the database of another program", path.display())]
    Foreign { path: PathBuf },
    #[error("{} has files and no database: rebuild it", path.display())]
    NoDatabase { path: PathBuf },
    #[error("{} knows nothing of {first}, which was imported: it is older than its files; rebuild it, or restore a newer one", path.display())]
    OlderThanFiles { path: PathBuf, first: String },
    /// The database does not hold together: rebuild it, or restore a copy.
    #[error("the database is damaged: {what}; rebuild it, or restore a copy")]
    Damaged { what: String, source: Option<rusqlite::Error> },
    #[error("{} is damaged: its SHA-256 is not its name; import the file again", path.display())]
    DamagedFile { path: PathBuf },
    #[error("{} cannot be read: {why}", path.display())]
    DamagedSidecar { path: PathBuf, why: String },
    #[error("the database fails")]
    Database { source: rusqlite::Error },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl StoreError {
    /// That a file could not be read or written.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        let path = path.to_owned();
        |source| StoreError::Io { path, source }
    }

    /// That the database says what it cannot.
    pub(crate) fn damaged(what: impl Into<String>) -> StoreError {
        StoreError::Damaged { what: what.into(), source: None }
    }

    /// The code of a refusal, of whichever kind: what a person or a program decides by.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            StoreError::Refused(refusal) => Some(refusal.code()),
            StoreError::File(refusal) => Some(refusal.code.name()),
            StoreError::InUse { .. } => Some("in_use"),
            StoreError::NewerVersion { .. } => Some("newer_version"),
            StoreError::OlderVersion { .. } => Some("older_version"),
            StoreError::Foreign { .. } => Some("foreign_database"),
            StoreError::NoDatabase { .. } => Some("no_database"),
            StoreError::OlderThanFiles { .. } => Some("older_than_files"),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match source.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => {
                StoreError::Damaged { what: source.to_string(), source: Some(source) }
            }
            _ => StoreError::Database { source },
        }
    }
}
