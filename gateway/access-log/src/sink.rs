//! The file that is written, behind the little that a writer asks of it: tests have one that fails.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;

/// The file that is written.
pub(crate) trait Sink: Send {
    /// Writes all of it there; where it fails, some of it may be there.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts off what lies beyond.
    fn cut(&mut self, length: u64) -> io::Result<()>;

    /// Makes what was written last.
    fn sync(&mut self) -> io::Result<()>;

    /// Whether the file is still there under its name, and so long.
    fn stands(&self, length: u64) -> io::Result<bool>;

    /// Bytes that are free where it lies.
    fn free(&self) -> io::Result<u64>;
}

/// A file of the system.
pub(crate) struct FileSink {
    file: File,
    path: PathBuf,
}

impl FileSink {
    pub(crate) fn new(file: File, path: PathBuf) -> FileSink {
        FileSink { file, path }
    }
}

impl Sink for FileSink {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn stands(&self, length: u64) -> io::Result<bool> {
        let own = self.file.metadata()?;
        match fs::symlink_metadata(&self.path) {
            Ok(named) => Ok((named.dev(), named.ino()) == (own.dev(), own.ino()) && named.len() == length),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn free(&self) -> io::Result<u64> {
        let system = rustix::fs::fstatvfs(&self.file)?;
        Ok(system.f_bavail.saturating_mul(system.f_frsize))
    }
}
