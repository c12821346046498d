//! Bugs planted on purpose, to see whether the simulation finds them. Only with the feature `planted-bugs`.

use fail::FailScenario;
use serde::Serialize;
use strum::IntoEnumIterator;

use crate::failure::Failure;
use crate::run::Run;
use crate::side_by_side::run_all;

/// A bug that can be planted: the fail point of this name, of the log, the ledger or the engine around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumIter, strum::EnumString)]
pub enum Plant {
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
    /// The first leg of a merged entry is left out.
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
    /// Whoever proposed something may approve it.
    MakerApprovesOwn,
    /// What undoes or confirms is judged by the booking mode of today, and not by that of its original's day.
    ModeOfToday,
    /// A snapshot forgets how transaction types are booked.
    SnapshotWithoutModes,
}

/// How a planted bug was found.
#[derive(Clone, Debug, Serialize)]
pub struct Planted {
    pub bug: String,
    /// How many seeds it took.
    pub seeds: u64,
    /// At which step of the last one.
    pub step: u64,
    /// What saw it.
    pub check: &'static str,
    /// What it said.
    pub what: String,
}

impl Plant {
    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Plant> {
        Plant::iter().collect()
    }

    /// The one of this name.
    ///
    /// # Errors
    /// The names there are.
    pub fn named(name: &str) -> Result<Plant, String> {
        let names = || Plant::iter().map(|plant| plant.to_string()).collect::<Vec<_>>().join(", ");
        name.parse().map_err(|_| format!("there are {}", names()))
    }

    /// Plants it in the whole process, until what this gives is dropped. Whoever plants another waits for that.
    #[must_use]
    pub fn plant(self) -> FailScenario<'static> {
        let planted = FailScenario::setup();
        fail::cfg(self.to_string(), "return").expect("`return` is what a fail point can do");
        planted
    }

    /// Plants it, and runs seeds until one fails. `None` if all of them hold.
    #[must_use]
    pub fn hunt(self, seeds: u64, steps: u64, threads: usize) -> Option<Planted> {
        let planted = self.plant();
        let found = first_failure(seeds, steps, threads);
        drop(planted);
        let Failure { seed, step, check, what } = found?;
        Some(Planted { bug: self.to_string(), seeds: seed + 1, step, check: check.name(), what })
    }
}

/// The failure of the first of these seeds that fails.
#[must_use]
pub fn first_failure(seeds: u64, steps: u64, threads: usize) -> Option<Failure> {
    let mut first: Option<Failure> = None;
    let runs = (0..seeds).map(|seed| Run::new(seed, steps));
    run_all(runs, threads, |outcome| {
        if let Some(failure) = outcome.failure
            && first.as_ref().is_none_or(|first| failure.seed < first.seed)
        {
            first = Some(failure);
        }
        first.is_none()
    });
    first
}
