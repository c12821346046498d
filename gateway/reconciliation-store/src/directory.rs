//! The directory of a desk: the database, the raw files beside it, and the lock of whoever writes.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::digest::Digest;
use crate::error::StoreError;

/// How often a lock that another program has is tried again.
const RETRY: Duration = Duration::from_millis(20);
/// What the names of files begin with that are not whole yet.
const INCOMING: &str = "incoming-";
const SIDECAR: &str = "json";

/// Where everything lies.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    root: PathBuf,
}

impl Directory {
    pub(crate) fn at(root: &Path) -> Directory {
        Directory { root: root.to_owned() }
    }

    /// Makes what is missing of it.
    pub(crate) fn create(&self) -> Result<(), StoreError> {
        fs::create_dir_all(self.files()).map_err(StoreError::io(&self.files()))?;
        sync_directory(&self.root)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("desk.db")
    }

    fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// Where the bytes of a file lie.
    pub(crate) fn raw(&self, digest: Digest) -> PathBuf {
        self.files().join(digest.to_string())
    }

    /// Where it stands what a file is.
    pub(crate) fn sidecar(&self, digest: Digest) -> PathBuf {
        self.raw(digest).with_extension(SIDECAR)
    }

    /// Takes the lock of whoever writes, and waits for it as long as is said.
    pub(crate) fn lock(&self, wait: Duration) -> Result<File, StoreError> {
        let path = self.root.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(StoreError::io(&path))?;
        let until = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(source)) => return Err(StoreError::Io { path, source }),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                    return Err(StoreError::InUse { path: self.root.clone() });
                }
                Err(TryLockError::WouldBlock) => sleep(RETRY),
            }
        }
    }

    /// A file that is not whole yet, on the disk where it is to lie.
    pub(crate) fn incoming(&self) -> Result<NamedTempFile, StoreError> {
        let files = self.files();
        tempfile::Builder::new().prefix(INCOMING).tempfile_in(&files).map_err(StoreError::io(&files))
    }

    /// Gives a file that is whole its name, so that it lasts.
    pub(crate) fn keep(&self, incoming: NamedTempFile, path: &Path) -> Result<(), StoreError> {
        incoming.as_file().sync_all().map_err(StoreError::io(path))?;
        incoming
            .persist(path)
            .map_err(|error| StoreError::Io { path: path.to_owned(), source: error.error })?;
        sync_directory(&self.files())
    }

    /// The files whose bytes are there, and those of which it stands what they are. What was never whole goes.
    pub(crate) fn listed(&self) -> Result<Listed, StoreError> {
        let files = self.files();
        let mut listed = Listed::default();
        let entries = match fs::read_dir(&files) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(listed),
            entries => entries.map_err(StoreError::io(&files))?,
        };
        for entry in entries {
            let name = entry.map_err(StoreError::io(&files))?.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.starts_with(INCOMING) {
                listed.incoming.push(files.join(name));
            } else if let Some(digest) = Digest::parse(name) {
                listed.raw.push(digest);
            } else if let Some(digest) = name.strip_suffix(".json").and_then(Digest::parse) {
                listed.sidecars.push(digest);
            }
        }
        listed.raw.sort_unstable();
        listed.sidecars.sort_unstable();
        Ok(listed)
    }

    /// Moves a database that is of no use out of the way, and says where to.
    pub(crate) fn set_aside(&self) -> Result<Option<PathBuf>, StoreError> {
        let database = self.database();
        if !database.exists() {
            return Ok(None);
        }
        let aside =
            (1..).map(|number| self.root.join(format!("damaged-{number}.db"))).find(|path| !path.exists());
        let aside = aside.expect("there is a number that no file has");
        // What is written ahead belongs to the database and goes with it, before it: alone it would be another one's.
        for suffix in ["-wal", "-shm", ""] {
            let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
            let (from, to) = (with(&database), with(&aside));
            if from.exists() {
                fs::rename(&from, &to).map_err(StoreError::io(&from))?;
            }
        }
        sync_directory(&self.root)?;
        Ok(Some(aside))
    }
}

/// What lies in the directory of files.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) raw: Vec<Digest>,
    pub(crate) sidecars: Vec<Digest>,
    pub(crate) incoming: Vec<PathBuf>,
}

/// Makes the names in a directory last.
pub(crate) fn sync_directory(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(StoreError::io(path))
}
