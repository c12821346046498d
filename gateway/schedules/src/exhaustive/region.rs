//! The production region, with loom watching its pages: a page that is read while it is written, or without anything
//! that orders the read behind the write, is reported. A frame takes whole pages.
#![allow(unsafe_code, reason = "it stands for the one file of the log that may")]

use std::io;
use std::ops::Range;
use std::sync::Arc;

use loom::cell::UnsafeCell;
use memmap2::MmapRaw;

#[path = "../../../../wal/src/region.rs"]
mod production;

const PAGE: usize = 4096;

/// Stands for the bytes of a page.
struct Page(UnsafeCell<()>);

// SAFETY: there is nothing in it; loom sees who touches it, which is what it is for.
unsafe impl Sync for Page {}

/// [`production::MappedBytes`], watched.
#[derive(Clone)]
pub struct MappedBytes {
    bytes: production::MappedBytes,
    pages: Arc<[Page]>,
}

impl MappedBytes {
    pub(crate) fn of_file(map: MmapRaw) -> Self {
        Self::watched(production::MappedBytes::of_file(map))
    }

    pub(crate) fn in_memory(len: usize) -> Self {
        Self::watched(production::MappedBytes::in_memory(len))
    }

    fn watched(bytes: production::MappedBytes) -> Self {
        let pages = (0..bytes.len().div_ceil(PAGE)).map(|_| Page(UnsafeCell::new(()))).collect();
        Self { bytes, pages }
    }

    fn pages(&self, range: &Range<usize>) -> &[Page] {
        &self.pages[range.start / PAGE..range.end.div_ceil(PAGE)]
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The pages are those of the whole: who writes behind the end is seen by none who reads before it.
    pub(crate) fn shortened(&self, len: usize) -> Self {
        Self { bytes: self.bytes.shortened(len), pages: Arc::clone(&self.pages) }
    }

    pub fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        let bytes = self.bytes.get(range.clone())?;
        if !range.is_empty() {
            self.pages(&range).iter().for_each(|page| page.0.with(|_| ()));
        }
        Some(bytes)
    }

    pub(crate) fn copy_in(&self, offset: usize, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.pages(&(offset..offset + bytes.len())).iter().for_each(|page| page.0.with_mut(|_| ()));
        }
        self.bytes.copy_in(offset, bytes);
    }

    pub(crate) fn will_need(&self) {
        self.bytes.will_need();
    }

    pub fn reads_are_single(&self) {
        self.bytes.reads_are_single();
    }

    pub(crate) fn flush(&self, range: Range<usize>) -> io::Result<()> {
        self.bytes.flush(range)
    }
}
