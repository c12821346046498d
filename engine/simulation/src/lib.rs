//! A whole node below the sockets under a seeded scheduler: the production coordinator, shards, batchers, journal,
//! snapshots and recovery, one step at a time, over a simulated disk and clock, with clients that retry, duplicate,
//! reorder and vanish. An oracle that knows nothing of the engine, the naive ledger of the engine's own tests, judges every
//! answer, and the books after every crash.
//!
//! A step is one decision of the scheduler. What the step is and how it goes depends on the seed and the step's number
//! alone, so a run repeats exactly, and steps can be left out of it to find the few that a failure needs.

mod clients;
mod damage;
mod every_snapshot;
mod failure;
mod oracle;
#[cfg(feature = "planted-bugs")]
mod plants;
mod run;
mod shrink;
mod side_by_side;
mod step;
mod trace;
mod world;

/// The naive ledger, its scripts, and the reading of books from the log, as the engine's own tests have them.
#[path = "../../tests/rounds"]
#[expect(dead_code, reason = "the engine's tests use more of it")]
#[expect(clippy::unwrap_used, reason = "a judge that cannot go on says so by a panic, which names the seed")]
#[expect(clippy::cast_possible_truncation, reason = "small numbers of scripts")]
mod rounds {
    pub(crate) mod books;
    pub(crate) mod naive;
    pub(crate) mod random;
    pub(crate) mod relations;
    pub(crate) mod script;
    pub(crate) mod scripts;
    pub(crate) mod tariff;
    pub(crate) mod translate;
}

use rounds::{naive, script};

pub use every_snapshot::{SnapshotCounts, every_snapshot};
pub use failure::{Check, Failure};
#[cfg(feature = "planted-bugs")]
pub use plants::{Plant, Planted, first_failure};
pub use run::{Counts, Outcome, Run, run};
pub use shrink::{Shrunk, shrink};
pub use side_by_side::run_all;
pub use world::CHARGING;
