//! Places for connections.

use crate::sync::atomic::{AtomicU32, Ordering};

/// How many connections there are, and the most there may be.
#[derive(Debug)]
pub(crate) struct Places {
    most: u32,
    taken: AtomicU32,
}

impl Places {
    pub(crate) fn new(most: u32) -> Places {
        Places { most, taken: AtomicU32::new(0) }
    }

    /// How many are taken now.
    pub(crate) fn taken(&self) -> u32 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Takes one more, if there is one.
    pub(crate) fn try_take(&self) -> bool {
        let one_more = |taken: u32| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    /// Gives back one that was taken.
    pub(crate) fn give_back(&self) {
        let before = self.taken.fetch_sub(1, Ordering::Relaxed);
        assert!(before > 0, "a place is given back once, by the connection that took it");
    }
}
