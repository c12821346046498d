//! How much room the log certainly has.

use std::sync::Arc;

use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes that can be appended without asking the disk for anything: what is left of the current segment and
/// of the segments made ahead. Read it before accepting work, so that a full disk refuses clearly instead of
/// failing what was accepted. Clones show the same figures.
///
/// Frames take whole 4 KiB pages and never cross segments, so up to one frame's length can be lost at the end
/// of each segment; leave that much in hand.
#[derive(Clone, Debug, Default)]
pub struct SpaceGauge(Arc<Figures>);

#[derive(Debug, Default)]
struct Figures {
    current: AtomicU64,
    ready: AtomicU64,
    disk_full: AtomicBool,
    failed: AtomicBool,
}

impl SpaceGauge {
    /// Bytes certainly available, envelopes and padding included.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        // What is left of a segment may be told only with the shelf that it was taken from, or it would count twice.
        self.0.current.load(Ordering::Acquire).saturating_add(self.0.ready.load(Ordering::Relaxed))
    }

    /// True while no further segment can be made for want of disk space.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        self.0.disk_full.load(Ordering::Relaxed)
    }

    /// True when no further segment will ever be made, for an error that is no want of space: the frame that needs one
    /// fails with it. Nothing is gained by waiting for room.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.0.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn set_current(&self, bytes: u64) {
        self.0.current.store(bytes, Ordering::Release);
    }

    pub(crate) fn set_ready(&self, bytes: u64) {
        self.0.ready.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn set_failed(&self, failed: bool) {
        self.0.failed.store(failed, Ordering::Relaxed);
    }

    pub(crate) fn set_disk_full(&self, full: bool) {
        self.0.disk_full.store(full, Ordering::Relaxed);
    }
}
