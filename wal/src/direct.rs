//! Writing and reading past the page cache: whole pages, from and into memory that begins at a page.
//!
//! A log is written once and seldom read soon, so copying it into the page cache costs more than it gives: a fresh
//! page for every 4 KiB, and again for the zeros before. Readers of the map are shown what was written all the same:
//! the system drops the pages of a range from the cache when it is written past it. What is read once, such as segments
//! that hold nothing but zeros, is read so too: finding pages for it would take longer than the disk does.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::MmapMut;
use rustix::fs::OFlags;

use crate::codec::{PAGE, PAGE_BYTES, index, offset};

/// Bytes put together for one write: large enough that a disk is busy with it, small enough to stay in the caches.
const STAGE: usize = 2 << 20;

/// Where frames are put together. The files of a directory share one: it is the journal that needs it often.
#[derive(Clone, Default)]
pub(crate) struct Stage(Arc<Mutex<Option<MmapMut>>>);

/// A file opened for such writes.
pub(crate) struct DirectFile {
    file: File,
    stage: Stage,
}

impl DirectFile {
    /// Opens the file at `path`, which begins with a page that may become zeros. `None` where the file system has no
    /// way past the page cache.
    pub(crate) fn open(path: &Path, stage: &Stage) -> io::Result<Option<Self>> {
        let flags = i32::try_from(OFlags::DIRECT.bits()).expect("a flag of open fits an int");
        let file = match OpenOptions::new().write(true).custom_flags(flags).open(path) {
            Ok(file) => Self { file, stage: stage.clone() },
            Err(error) if is_refused(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        // Some file systems take the flag and refuse the write.
        match file.write_at(&[IoSlice::new(&[0; PAGE])], 0) {
            Ok(()) => Ok(Some(file)),
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes all of `bufs` one after the other at `at`.
    ///
    /// # Panics
    /// If that is not whole pages at the beginning of a page: frames and zeros are.
    pub(crate) fn write_at(&self, bufs: &[IoSlice<'_>], at: u64) -> io::Result<()> {
        let len: usize = bufs.iter().map(|buf| buf.len()).sum();
        assert!(
            len.is_multiple_of(PAGE) && at.is_multiple_of(PAGE_BYTES),
            "{len} bytes at {at} are not whole pages"
        );
        match bufs {
            [pages] if pages.as_ptr().addr().is_multiple_of(PAGE) => self.write_pages(pages, at),
            bufs => self.write_staged(bufs, at),
        }
    }

    fn write_staged(&self, bufs: &[IoSlice<'_>], mut at: u64) -> io::Result<()> {
        let mut stage = self.stage.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stage = match &mut *stage {
            Some(stage) => stage,
            empty => empty.insert(MmapMut::map_anon(STAGE)?),
        };
        let mut filled = 0;
        for buf in bufs {
            let mut rest: &[u8] = buf;
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(STAGE - filled));
                stage[filled..filled + now.len()].copy_from_slice(now);
                filled += now.len();
                rest = later;
                if filled == STAGE {
                    self.write_pages(stage, at)?;
                    at += offset(STAGE);
                    filled = 0;
                }
            }
        }
        self.write_pages(&stage[..filled], at)
    }

    fn write_pages(&self, pages: &[u8], at: u64) -> io::Result<()> {
        self.file.write_all_at(pages, at)
    }

    /// Makes everything written so far durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// A file opened once more for such reads.
pub(crate) struct DirectReads(File);

impl DirectReads {
    /// `None` where there is no way past the page cache, or none to open a file again that is open already.
    pub(crate) fn of(file: &File) -> Option<Self> {
        let flags = i32::try_from(OFlags::DIRECT.bits()).expect("a flag of open fits an int");
        // By its descriptor: its name may be another file's by now.
        let again = format!("/proc/self/fd/{}", file.as_raw_fd());
        OpenOptions::new().read(true).custom_flags(flags).open(again).ok().map(Self)
    }

    /// Fills `pages` from `at`. `None` where that is not whole pages, in memory or in the file, or where the file system
    /// took the flag and refuses the read.
    pub(crate) fn read_at(&self, pages: &mut [u8], at: u64) -> Option<io::Result<()>> {
        let whole = pages.len().is_multiple_of(PAGE)
            && pages.as_ptr().addr().is_multiple_of(PAGE)
            && at.is_multiple_of(PAGE_BYTES);
        let read = whole.then(|| self.0.read_exact_at(pages, at))?;
        if read.as_ref().is_err_and(is_refused) { None } else { Some(read) }
    }
}

/// Whether a file system says so that it has no way past the page cache.
fn is_refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

/// Memory that begins at a page: zeros, until something is read into it.
pub(crate) struct Pages {
    bytes: Vec<u8>,
    start: usize,
}

impl Pages {
    /// Room for `len` bytes, a multiple of the page size.
    pub(crate) fn new(len: u64) -> Self {
        let bytes = vec![0; index(len) + PAGE];
        let start = bytes.as_ptr().align_offset(PAGE);
        Self { bytes, start }
    }

    /// The first `len` bytes.
    pub(crate) fn first(&self, len: u64) -> &[u8] {
        &self.bytes[self.start..self.start + index(len)]
    }

    /// The first `len` bytes, to be read into.
    pub(crate) fn first_mut(&mut self, len: u64) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + index(len)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::MappedBytes;

    /// A file on a real disk. Where tests run on a file system without the way there is nothing to show, and they say so.
    fn open(directory: &Path) -> Option<DirectFile> {
        let path = directory.join("file");
        File::create(&path).unwrap().set_len(8 << 20).unwrap();
        let direct = DirectFile::open(&path, &Stage::default()).unwrap();
        if direct.is_none() {
            println!("NOT TESTED: {} has no way past the page cache", directory.display());
        }
        direct
    }

    #[test]
    fn a_map_that_has_read_a_page_shows_what_is_written_past_the_cache() {
        let directory = tempfile::tempdir().unwrap();
        let Some(direct) = open(directory.path()) else { return };
        let file = File::open(directory.path().join("file")).unwrap();
        let map = MappedBytes::of_file(memmap2::MmapOptions::new().map_raw_read_only(&file).unwrap());
        for round in 1..100_u8 {
            let at = usize::from(round) * PAGE;
            assert!(map.get(0..8 << 20).unwrap()[at..].iter().all(|byte| *byte == 0), "round {round}");
            direct.write_at(&[IoSlice::new(&[round; PAGE])], offset(at)).unwrap();
            assert_eq!(map.get(at..at + PAGE).unwrap(), [round; PAGE]);
        }
    }

    #[test]
    fn what_is_put_together_from_pieces_lies_where_it_should() {
        #[track_caller]
        fn check(lens: &[usize], at: u64) {
            let directory = tempfile::tempdir().unwrap();
            let Some(direct) = open(directory.path()) else { return };
            let mut byte = 0_u8;
            let pieces: Vec<Vec<u8>> = lens
                .iter()
                .map(|len| {
                    byte = byte.wrapping_add(1);
                    (0..*len).map(|index| byte ^ u8::try_from(index % 251).unwrap()).collect()
                })
                .collect();
            let slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
            direct.write_at(&slices, at).unwrap();
            direct.sync().unwrap();
            let whole = std::fs::read(directory.path().join("file")).unwrap();
            let written = pieces.concat();
            let (from, to) = (index(at), index(at) + written.len());
            assert!(whole[from..to] == written, "{lens:?} at {at}");
            assert!(whole[..from].iter().chain(&whole[to..]).all(|byte| *byte == 0));
        }
        check(&[4096], 0);
        check(&[64, 4000, 32], 8192);
        check(&[1, 2, 3, 4090], 4096);
        check(&[0, 5000, 0, 3192], 4096);
        check(&[STAGE], 0);
        check(&[64, STAGE, 4096 - 64], 4096);
        check(&[STAGE - 1, 1, 2 * STAGE, 4096], 4096);
    }

    #[test]
    fn what_is_read_past_the_cache_is_what_the_file_has() {
        let directory = tempfile::tempdir().unwrap();
        let Some(direct) = open(directory.path()) else { return };
        let file = File::open(directory.path().join("file")).unwrap();
        let Some(reads) = DirectReads::of(&file) else { panic!("no /proc to open a file again by") };
        let mut pages = Pages::new(8192);
        for round in 1..50_u8 {
            // Through the cache, past it, and through it again: the last one counts.
            let at = u64::from(round) * PAGE_BYTES;
            FileExt::write_all_at(
                &OpenOptions::new().write(true).open(directory.path().join("file")).unwrap(),
                &[round; 2 * PAGE],
                at,
            )
            .unwrap();
            reads.read_at(pages.first_mut(8192), at).unwrap().unwrap();
            assert_eq!(pages.first(8192), [round; 2 * PAGE]);
            direct.write_at(&[IoSlice::new(&[round ^ 255; PAGE])], at).unwrap();
            reads.read_at(pages.first_mut(8192), at).unwrap().unwrap();
            assert_eq!(pages.first(4096), [round ^ 255; PAGE]);
            assert_eq!(pages.first(8192)[PAGE..], [round; PAGE]);
        }
        assert!(reads.read_at(&mut pages.first_mut(8192)[1..4097], 0).is_none(), "memory not at a page");
        assert!(reads.read_at(pages.first_mut(4096), 512).is_none(), "a place that is no page");
        let behind = reads.read_at(pages.first_mut(4096), 8 << 20).unwrap();
        assert_eq!(behind.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn pages_begin_at_a_page() {
        for len in [4096, 65_536] {
            let zeros = Pages::new(len);
            let pages = zeros.first(len);
            assert!(pages.as_ptr().addr().is_multiple_of(PAGE) && pages.len() == index(len));
            assert!(pages.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    #[should_panic(expected = "not whole pages")]
    fn less_than_a_page_is_a_bug() {
        let directory = tempfile::tempdir().unwrap();
        match open(directory.path()) {
            Some(direct) => drop(direct.write_at(&[IoSlice::new(&[1; 100])], 0)),
            None => panic!("not whole pages: not tested here"),
        }
    }
}
