//! Shared views of a file's bytes: the crate's only `unsafe`.
//!
//! # Contract
//!
//! A region is written by at most one thread at a time (the journal, or the maker of a segment before anyone
//! else knows the segment), and read by many. What makes handing out `&[u8]` sound is the log's own rule that
//! a byte range is never written again once it has been shown to a reader:
//!
//! * readers of a running log ask only for ranges of frames at or below the durable mark, which was published
//!   (with release ordering) after those frames were written, and frames are never rewritten;
//! * audit reads when there is no writer; a start reads what its scan has found whole, and writes only to new files;
//! * the writer never borrows from a region, it only copies into it.
//!
//! A page of a mapped file that cannot be read, for a bad sector or since someone cut the file short, is a SIGBUS; the
//! directory lock keeps other nodes away, nothing keeps an operator away. [`end_at_a_lost_page`] says so before the end.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::io;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

use memmap2::MmapRaw;
use rustix::process::Signal;

/// What is said when a mapped page cannot be read.
const LOST_PAGE: &[u8] =
    b"longmen: a page of a file in the data directory cannot be read (SIGBUS): a bad sector, or \
    the file was cut short; the process ends, and recovery decides from the disk\n";

/// The bytes of a mapped file; clones share them and keep the map alive.
#[derive(Clone)]
pub struct MappedBytes {
    region: Arc<Region>,
    /// How many bytes are shown, at most those of the region.
    len: usize,
}

enum Region {
    File(MmapRaw),
    Heap(Box<[UnsafeCell<u8>]>),
}

// SAFETY: `MmapRaw` is itself shareable; heap bytes are reached only through raw pointers by `get` and `copy_in`,
// whose callers keep to the contract above (no range is read while it is written).
unsafe impl Send for Region {}
// SAFETY: as for `Send`.
unsafe impl Sync for Region {}

impl Region {
    fn start(&self) -> *mut u8 {
        match self {
            Self::File(map) => map.as_mut_ptr(),
            Self::Heap(bytes) => UnsafeCell::raw_get(bytes.as_ptr()),
        }
    }
}

/// Has a mapped page that cannot be read end the process with a message. There is no going on: who reads has no way to be
/// told, and a ledger that may be wrong stops.
///
/// # Errors
/// When the system does not let signals be caught.
pub fn end_at_a_lost_page() -> io::Result<()> {
    let say_and_end = || {
        // SAFETY: standard error is open for as long as the process lives; if it is not, the write fails.
        let stderr = unsafe { BorrowedFd::borrow_raw(2) };
        // Nothing can be done about words that find no reader.
        let _ = rustix::io::write(stderr, LOST_PAGE);
        std::process::abort()
    };
    // SAFETY: what runs in the handler is a system call on constant bytes and `abort`, both async-signal-safe; nothing is
    // allocated, locked or unwound. The handler that was there before (of stack overflows) is called first.
    unsafe { signal_hook_registry::register(Signal::BUS.as_raw(), say_and_end) }.map(drop)
}

impl MappedBytes {
    pub(crate) fn of_file(map: MmapRaw) -> Self {
        let len = map.len();
        Self { region: Arc::new(Region::File(map)), len }
    }

    /// Zeroed memory that behaves like a mapped file.
    pub(crate) fn in_memory(len: usize) -> Self {
        let zeros = vec![0_u8; len].into_boxed_slice();
        let cells = Box::into_raw(zeros) as *mut [UnsafeCell<u8>];
        // SAFETY: `UnsafeCell<u8>` has the layout of `u8`, and the pointer comes from `Box::into_raw` just above.
        let region = Region::Heap(unsafe { Box::from_raw(cells) });
        Self { region: Arc::new(region), len }
    }

    /// Number of bytes mapped.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The same bytes up to a length: nothing behind it is shown.
    pub(crate) fn shortened(&self, len: usize) -> Self {
        Self { region: Arc::clone(&self.region), len: self.len.min(len) }
    }

    /// True when nothing is mapped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes in `range`, or `None` when it reaches past the end. Ask only for ranges that nobody writes
    /// any more (see the contract of this module).
    #[must_use]
    pub fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        if range.start > range.end || range.end > self.len() {
            return None;
        }
        // SAFETY: the range lies inside the region, which lives as long as `self`; by the contract nobody writes it.
        Some(unsafe { std::slice::from_raw_parts(self.region.start().add(range.start), range.len()) })
    }

    /// Copies `bytes` to `offset`. Panics when they do not fit: lengths are the caller's invariant.
    pub(crate) fn copy_in(&self, offset: usize, bytes: &[u8]) {
        let fits = offset.checked_add(bytes.len()).is_some_and(|end| end <= self.len());
        assert!(fits, "a write of {} bytes at {offset} past the end of a region", bytes.len());
        // SAFETY: the target lies inside the region; `bytes` is a live borrow, and by the contract no borrow of the
        // target exists, so the two do not overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.region.start().add(offset), bytes.len());
        };
    }

    /// Tells the system that all of it is read soon, so that it is fetched in one go. Whether it does is its own affair.
    pub fn will_need(&self) {
        if let Region::File(map) = &*self.region {
            drop(map.advise(memmap2::Advice::WillNeed));
        }
    }

    /// Tells the system that single pages of it are read, so that it fetches no others with them.
    pub fn reads_are_single(&self) {
        if let Region::File(map) = &*self.region {
            drop(map.advise(memmap2::Advice::Random));
        }
    }

    /// Writes the range back to the file and waits until it is durable. Memory has nothing to write back to.
    pub(crate) fn flush(&self, range: Range<usize>) -> io::Result<()> {
        match &*self.region {
            Region::File(map) => map.flush_range(range.start, range.len()),
            Region::Heap(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MappedBytes;

    #[test]
    fn ranges_are_checked() {
        let bytes = MappedBytes::in_memory(8);
        bytes.copy_in(2, b"abc");
        assert_eq!(bytes.get(0..8), Some(&b"\0\0abc\0\0\0"[..]));
        assert_eq!(bytes.get(8..8), Some(&b""[..]));
        assert_eq!(bytes.get(7..9), None);
        #[expect(clippy::reversed_empty_ranges, reason = "the case under test")]
        let reversed = 5..4;
        assert_eq!(bytes.get(reversed), None);
        let short = bytes.shortened(4);
        assert_eq!((short.len(), short.get(0..4), short.get(3..5)), (4, Some(&b"\0\0ab"[..]), None));
        assert_eq!(short.shortened(9).len(), 4);
    }

    #[test]
    #[should_panic(expected = "past the end")]
    fn writes_past_the_end_stop() {
        MappedBytes::in_memory(8).copy_in(6, b"abc");
    }
}
