//! Bugs that are planted to see whether tests find them. Only in builds with the feature `planted-bugs`, one at a time, in
//! the whole process.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A bug of the ledger, or of the engine around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Answers leave when their frame is sealed, not when it is durable.
    ReplyBeforeSync,
    /// Answers that have seen what is not durable do not wait for it.
    HeldNotWaited,
    /// Open transactions pin no account.
    PinSkipped,
    /// A transaction is settled although a shard said no.
    VoteIgnored,
    /// The gate of a hot account does not count what open transactions take out.
    GateOpenSums,
    /// The last leg of a merged entry is left out.
    MergeLosesLeg,
    /// Of the sections of shards only the first goes into the frame.
    SectionLost,
    /// The content of a known id is not compared.
    ConflictNotCompared,
    /// Every seventh id is forgotten by a restart.
    KnownIdLost,
    /// The time of a frame is what the clock says, earlier or not.
    TimeGoesBack,
    /// Replay applies an entry again that a row of a snapshot has seen.
    EntryTwice,
    /// Replay leaves an entry out of the general ledger that a row of a snapshot has seen.
    LineNotCounted,
    /// A snapshot says that it starts a frame later than it does.
    SnapshotStartsLate,
    /// What the rows of a snapshot have seen does not count: it is published before the log is durable up to there.
    SnapshotTooEarly,
    /// A snapshot has no holds and limits.
    SnapshotWithoutHolds,
    /// A snapshot forgets what became of originals.
    SnapshotWithoutOriginals,
    /// A restart forgets when holds expire.
    ExpiryForgotten,
    /// A node whose next segment cannot be made waits for room for ever.
    WaitsForever,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 18] = [
        Bug::ReplyBeforeSync,
        Bug::HeldNotWaited,
        Bug::PinSkipped,
        Bug::VoteIgnored,
        Bug::GateOpenSums,
        Bug::MergeLosesLeg,
        Bug::SectionLost,
        Bug::ConflictNotCompared,
        Bug::KnownIdLost,
        Bug::TimeGoesBack,
        Bug::EntryTwice,
        Bug::LineNotCounted,
        Bug::SnapshotStartsLate,
        Bug::SnapshotTooEarly,
        Bug::SnapshotWithoutHolds,
        Bug::SnapshotWithoutOriginals,
        Bug::ExpiryForgotten,
        Bug::WaitsForever,
    ];
}

/// The bug that is there now: its place among all, from 1; 0 for none.
static PLANTED: AtomicUsize = AtomicUsize::new(0);

/// Plants a bug, in place of any other of the engine's; `None` takes it out.
pub fn plant(bug: Option<Bug>) {
    let place = bug.and_then(|bug| Bug::ALL.iter().position(|one| *one == bug));
    PLANTED.store(place.map_or(0, |place| place + 1), Ordering::Relaxed);
}

/// Whether a bug is there now.
#[must_use]
pub fn is(bug: Bug) -> bool {
    let place = PLANTED.load(Ordering::Relaxed);
    place > 0 && Bug::ALL[place - 1] == bug
}
