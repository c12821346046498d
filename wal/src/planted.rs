//! Bugs that are planted to see whether tests find them. Only in builds with the feature `planted-bugs`, one at a time, in
//! the whole process.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A bug of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A sync returns without syncing.
    SyncForgotten,
    /// A failed sync is tried again in place.
    SyncRetried,
    /// A frame calls itself durable before it is.
    MarkTooHigh,
    /// The sums of sections are not checked.
    SumNotChecked,
    /// What recovery finds above the mark stays where it is, and is not synced.
    TailNotRewritten,
    /// Damage to a durable frame is taken for a torn tail.
    DamageCut,
    /// The manifest is renamed before it is synced.
    ManifestNotSynced,
    /// A new segment's name is not synced before the manifest has it.
    NameNotSynced,
    /// A finished segment is said to reach up to the mark, not to its last frame.
    ExtentForgotten,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 9] = [
        Bug::SyncForgotten,
        Bug::SyncRetried,
        Bug::MarkTooHigh,
        Bug::SumNotChecked,
        Bug::TailNotRewritten,
        Bug::DamageCut,
        Bug::ManifestNotSynced,
        Bug::NameNotSynced,
        Bug::ExtentForgotten,
    ];
}

/// The bug that is there now: its place among all, from 1; 0 for none.
static PLANTED: AtomicUsize = AtomicUsize::new(0);

/// Plants a bug, in place of any other of the log's; `None` takes it out.
pub fn plant(bug: Option<Bug>) {
    let place = bug.and_then(|bug| Bug::ALL.iter().position(|one| *one == bug));
    PLANTED.store(place.map_or(0, |place| place + 1), Ordering::Relaxed);
}

/// Whether a bug is there now.
pub(crate) fn is(bug: Bug) -> bool {
    let place = PLANTED.load(Ordering::Relaxed);
    place > 0 && Bug::ALL[place - 1] == bug
}
