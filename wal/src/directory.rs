//! The real directory: locked against a second node, files written past the page cache, by `pwritev` or through their
//! map.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, IoSlice, Read};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use memmap2::MmapRaw;
use rustix::fs::FallocateFlags;

use crate::codec::index;
use crate::direct::{DirectFile, DirectReads, Stage};
use crate::manifest::{MANIFEST_FILE, MANIFEST_TITLE};
use crate::manifest_store::MANIFEST_DRAFT;
use crate::number::SegmentNumber;
use crate::region::MappedBytes;
use crate::segment_allocator::SEGMENT_DRAFT;
use crate::storage::{Storage, StorageFile, WritePath};

/// Name of the file whose lock keeps a second node out.
pub(crate) const LOCK_FILE: &str = "LOCK";

/// Most slices one `pwritev` takes.
const MAX_SLICES: usize = 1024;

/// Why a directory could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Another process holds the directory's lock.
    #[error("{path}: in use by another process")]
    DirectoryBusy {
        /// The directory.
        path: PathBuf,
    },
    /// The directory could not be made, opened or locked.
    #[error("{path}: {source}")]
    Io {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What a directory has, as far as the names in it tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing, or no directory: a log that is made here is a new one.
    Nothing,
    /// A log, or what is left of one: whether it is whole is known when it is opened.
    Log,
    /// What is no part of a log, in the order of the names.
    Others(Vec<String>),
}

/// Names that are no sign of a log, and of nothing else either: lock and reserve of a node that never came further, drafts,
/// and what some file systems have at their root.
const NO_SIGN: [&str; 7] =
    [LOCK_FILE, "RESERVE", MANIFEST_DRAFT, SEGMENT_DRAFT, "snapshot.new", "ids.new", "lost+found"];
/// What the names of files begin with that are derived from a log and lie beside it.
const BESIDE_A_LOG: [&str; 3] = ["snapshot-", "ids-", "damaged-"];

impl Contents {
    /// Looks at the names in `path`, and at the manifest's first bytes: others have files of that name. Changes nothing.
    pub fn of(path: impl AsRef<Path>) -> Result<Contents, DirectoryError> {
        let path = path.as_ref();
        let failed = |source| DirectoryError::Io { path: path.to_owned(), source };
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::Nothing),
            Err(error) => return Err(failed(error)),
        };
        let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        let names: Vec<String> = entries.map(name).collect::<io::Result<_>>().map_err(failed)?;
        if names.iter().any(|name| is_of_a_log(path, name)) {
            return Ok(Contents::Log);
        }
        let mut others = names;
        others.retain(|name| !NO_SIGN.contains(&&**name));
        others.sort();
        Ok(if others.is_empty() { Contents::Nothing } else { Contents::Others(others) })
    }
}

fn is_of_a_log(path: &Path, name: &str) -> bool {
    (name == MANIFEST_FILE && !is_of_another(&path.join(name)))
        || SegmentNumber::from_file_name(name).is_some()
        || BESIDE_A_LOG.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether something stands in this file that is no manifest. One that cannot be read may be.
fn is_of_another(manifest: &Path) -> bool {
    let mut start = Vec::new();
    let title = u64::try_from(MANIFEST_TITLE.len()).unwrap_or(u64::MAX);
    let read = File::open(manifest).and_then(|file| file.take(title).read_to_end(&mut start));
    match read {
        Ok(_) => !start.is_empty() && start != MANIFEST_TITLE.as_bytes(),
        Err(error) => error.kind() == io::ErrorKind::IsADirectory,
    }
}

/// A directory of real files.
pub struct DirectoryStorage {
    path: PathBuf,
    directory: File,
    writable: bool,
    stage: Stage,
    /// Held open: closing it gives the lock up. `None` when an archive without a lock file is read.
    _lock: Option<File>,
}

impl DirectoryStorage {
    /// Opens `path` for a node, making it when it does not exist, and takes its lock.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DirectoryError> {
        let path = path.as_ref();
        let failed = |source| DirectoryError::Io { path: path.to_owned(), source };
        make_directory(path).map_err(failed)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let lock = options.open(path.join(LOCK_FILE)).map_err(failed)?;
        locked(path, lock.try_lock())?;
        let directory = File::open(path).map_err(failed)?;
        locked_itself(path, directory.try_lock())?;
        Ok(Self {
            path: path.to_owned(),
            directory,
            writable: true,
            stage: Stage::default(),
            _lock: Some(lock),
        })
    }

    /// Opens `path` for readers that change nothing, such as [`crate::audit`]. Several may read at once; a
    /// directory that a node is running on is refused as busy.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, DirectoryError> {
        let path = path.as_ref();
        let failed = |source| DirectoryError::Io { path: path.to_owned(), source };
        let directory = File::open(path).map_err(failed)?;
        let lock = match File::open(path.join(LOCK_FILE)) {
            Ok(lock) => Some(lock),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        if let Some(lock) = &lock {
            locked(path, lock.try_lock_shared())?;
        }
        locked_itself(path, directory.try_lock_shared())?;
        let stage = Stage::default();
        Ok(Self { path: path.to_owned(), directory, writable: false, stage, _lock: lock })
    }

    fn check_writable(&self) -> io::Result<()> {
        if self.writable { Ok(()) } else { Err(io::ErrorKind::ReadOnlyFilesystem.into()) }
    }
}

/// The directory is locked beside its lock file, which somebody may have removed. Not every file system locks directories.
fn locked_itself(path: &Path, outcome: Result<(), TryLockError>) -> Result<(), DirectoryError> {
    match outcome {
        Err(TryLockError::Error(_)) => Ok(()),
        outcome => locked(path, outcome),
    }
}

fn locked(path: &Path, outcome: Result<(), TryLockError>) -> Result<(), DirectoryError> {
    let path = path.to_owned();
    outcome.map_err(|error| match error {
        TryLockError::WouldBlock => DirectoryError::DirectoryBusy { path },
        TryLockError::Error(source) => DirectoryError::Io { path, source },
    })
}

/// Makes `path`, for its owner alone, and makes its name durable in its parent.
fn make_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::DirBuilder::new().mode(0o700).create(path)?;
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

impl Storage for DirectoryStorage {
    fn create(&self, name: &str, len: u64, write_path: WritePath) -> io::Result<Arc<dyn StorageFile>> {
        self.check_writable()?;
        let path = self.path.join(name);
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        let direct = allocate(&file, len, write_path).and_then(|()| match write_path {
            WritePath::Direct if len > 0 => DirectFile::open(&path, &self.stage),
            _ => Ok(None),
        });
        match direct {
            Ok(direct) => Ok(Arc::new(RealFile { direct, ..RealFile::new(file, write_path) })),
            Err(error) => {
                // A half-made file holds the space that others now lack.
                fs::remove_file(&path)?;
                Err(error)
            }
        }
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let file = OpenOptions::new().read(true).write(self.writable).open(self.path.join(name))?;
        Ok(Arc::new(RealFile::new(file, WritePath::Pwritev)))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let name = name.into_string().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            if name != LOCK_FILE {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn cut(&self, name: &str, len: u64) -> io::Result<()> {
        self.check_writable()?;
        OpenOptions::new().write(true).open(self.path.join(name))?.set_len(len)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.check_writable()?;
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.check_writable()?;
        fs::remove_file(self.path.join(name))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.directory.sync_all()
    }
}

struct RealFile {
    file: File,
    write_path: WritePath,
    /// The way past the page cache, if it is wanted and there is one.
    direct: Option<DirectFile>,
    /// The same for reading, once it was asked for.
    direct_reads: OnceLock<Option<DirectReads>>,
    map: OnceLock<MappedBytes>,
    /// What was written through the map since the last sync.
    unsynced: Mutex<Range<usize>>,
}

impl RealFile {
    fn new(file: File, write_path: WritePath) -> Self {
        Self {
            file,
            write_path,
            direct: None,
            direct_reads: OnceLock::new(),
            map: OnceLock::new(),
            unsynced: Mutex::new(0..0),
        }
    }

    fn write_through_map(&self, bufs: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
        let map = self.map()?;
        let start = index(offset);
        let mut at = start;
        for buf in bufs {
            map.copy_in(at, buf);
            at += buf.len();
        }
        let mut unsynced = self.unsynced.lock().unwrap_or_else(PoisonError::into_inner);
        *unsynced =
            if unsynced.is_empty() { start..at } else { unsynced.start.min(start)..unsynced.end.max(at) };
        Ok(())
    }
}

impl StorageFile for RealFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn write_at(&self, bufs: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
        match (&self.direct, self.write_path) {
            (Some(direct), _) => direct.write_at(bufs, offset),
            (None, WritePath::Direct | WritePath::Pwritev) => write_all_at(&self.file, bufs, offset),
            (None, WritePath::Map) => self.write_through_map(bufs, offset),
        }
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buf, offset)
    }

    fn read_once(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        let direct = self.direct_reads.get_or_init(|| DirectReads::of(&self.file));
        let read = direct.as_ref().and_then(|direct| direct.read_at(buf, offset));
        read.unwrap_or_else(|| self.read_at(buf, offset))
    }

    fn sync(&self) -> io::Result<()> {
        match (&self.direct, self.write_path) {
            (Some(direct), _) => direct.sync(),
            (None, WritePath::Direct | WritePath::Pwritev) => self.file.sync_data(),
            (None, WritePath::Map) => {
                let mut unsynced = self.unsynced.lock().unwrap_or_else(PoisonError::into_inner);
                if !unsynced.is_empty() {
                    self.map()?.flush(unsynced.clone())?;
                }
                *unsynced = 0..0;
                Ok(())
            }
        }
    }

    fn map(&self) -> io::Result<MappedBytes> {
        if let Some(map) = self.map.get() {
            return Ok(map.clone());
        }
        let raw = match self.write_path {
            WritePath::Map => MmapRaw::map_raw(&self.file)?,
            WritePath::Direct | WritePath::Pwritev => {
                memmap2::MmapOptions::new().map_raw_read_only(&self.file)?
            }
        };
        Ok(self.map.get_or_init(|| MappedBytes::of_file(raw)).clone())
    }
}

/// Gives `file` its length and its place on the disk.
fn allocate(file: &File, len: u64, write_path: WritePath) -> io::Result<()> {
    if len == 0 {
        return Ok(());
    }
    match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, len) {
        // Writing allocates as well; but a store through a map over a hole ends in SIGBUS when the disk is full.
        Err(rustix::io::Errno::OPNOTSUPP) if write_path != WritePath::Map => file.set_len(len),
        outcome => Ok(outcome?),
    }
}

/// Writes all of `bufs`, whatever portions the system takes them in.
fn write_all_at(file: &File, bufs: &[IoSlice<'_>], mut offset: u64) -> io::Result<()> {
    let mut owned: Vec<IoSlice<'_>> = bufs.iter().map(|buf| IoSlice::new(buf)).collect();
    let mut rest = &mut owned[..];
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        let written = match rustix::io::pwritev(file, &rest[..rest.len().min(MAX_SLICES)], offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => written,
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        IoSlice::advance_slices(&mut rest, written);
        offset += crate::codec::offset(written);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_a_log_or_nothing_or_something_else() {
        #[track_caller]
        fn check(names: &[&str], expect: &Contents) {
            let directory = tempfile::tempdir().unwrap();
            names.iter().for_each(|name| drop(File::create(directory.path().join(name)).unwrap()));
            assert_eq!(Contents::of(directory.path()).unwrap(), *expect, "{names:?}");
        }
        check(&[], &Contents::Nothing);
        check(&["LOCK", "RESERVE", "SEGMENT.new", "lost+found"], &Contents::Nothing);
        check(&["LOCK", "MANIFEST", "segment-00000001.log"], &Contents::Log);
        check(&["MANIFEST", "notes.txt"], &Contents::Log);
        check(&["segment-00000002.log"], &Contents::Log);
        check(&["snapshot-0000000000000042", "LOCK"], &Contents::Log);
        check(&["ids-0000000001", "x"], &Contents::Log);
        check(&["notes.txt", "LOCK", ".git"], &Contents::Others(vec![".git".into(), "notes.txt".into()]));
        check(&["segment-1.log"], &Contents::Others(vec!["segment-1.log".into()]));
        for (text, expect) in [
            ("longmen-wal-manifest 1\nnode 7", Contents::Log),
            ("Manifest-Version: 1.0\n", Contents::Others(vec!["MANIFEST".into()])),
        ] {
            let directory = tempfile::tempdir().unwrap();
            fs::write(directory.path().join(MANIFEST_FILE), text).unwrap();
            assert_eq!(Contents::of(directory.path()).unwrap(), expect, "{text}");
        }
        let absent = tempfile::tempdir().unwrap().path().join("absent");
        assert_eq!(Contents::of(&absent).unwrap(), Contents::Nothing);
        assert!(!absent.exists(), "looking changes nothing");
    }
}
