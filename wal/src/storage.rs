//! What the log needs of a directory of files. The real one is [`crate::DirectoryStorage`]; the one that
//! forgets what was not synced is [`crate::FaultyStorage`].

use std::io::{self, IoSlice};
use std::sync::Arc;

use crate::region::MappedBytes;

/// How bytes get into a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WritePath {
    /// `pwrite` past the page cache and `fdatasync`, whole pages only; as [`WritePath::Pwritev`] where the file system
    /// has no way past it.
    #[default]
    Direct,
    /// Vectored `pwritev` and `fdatasync` into the mapped file.
    Pwritev,
    /// A copy into the map and `msync`.
    Map,
}

/// A directory of files.
pub trait Storage: Send + Sync + 'static {
    /// Makes a new file of `len` bytes with room on the disk, reading as zeros (0: a file that grows as it is
    /// written). Its contents and its name are durable only after [`StorageFile::sync`] and
    /// [`Storage::sync_directory`]. An error when the name exists.
    fn create(&self, name: &str, len: u64, write_path: WritePath) -> io::Result<Arc<dyn StorageFile>>;

    /// Opens an existing file.
    fn open(&self, name: &str) -> io::Result<Arc<dyn StorageFile>>;

    /// Names of all files, in no particular order.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Renames a file over whatever has the new name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Cuts a file to its first `len` bytes, of which it has more. A power cut may leave the old length or the new one; what
    /// stays is as it was. Maps made before still show what was cut off, and must not be read there.
    fn cut(&self, name: &str, len: u64) -> io::Result<()>;

    /// Makes all creations, renames and removals so far durable.
    fn sync_directory(&self) -> io::Result<()>;
}

/// One open file.
pub trait StorageFile: Send + Sync {
    /// Length in bytes.
    fn size(&self) -> io::Result<u64>;

    /// Writes all of `bufs` one after the other at `offset`, or fails.
    fn write_at(&self, bufs: &[IoSlice<'_>], offset: u64) -> io::Result<()>;

    /// Fills `buf` from `offset`, or fails.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()>;

    /// Fills `buf` from `offset`, or fails: for what is read once. Whole pages into memory that begins at a page are read
    /// past the page cache, where there is a way.
    fn read_once(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        self.read_at(buf, offset)
    }

    /// Makes everything written so far durable. After an error nothing is known about what was written since
    /// the last success, and trying again proves nothing.
    fn sync(&self) -> io::Result<()>;

    /// The file's bytes in memory; later writes show through.
    fn map(&self) -> io::Result<MappedBytes>;
}
