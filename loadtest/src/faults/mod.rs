//! Faults on real processes and real file systems: each is brought about while a node works, and what the node then
//! says is held against everything it had said before.
//!
//! What is checked is the same for all: the node comes back, or refuses and names the place; everything acknowledged
//! is asked again with its id and gets the same result from the same place of the log; what had no answer is there
//! whole or not at all; balances, relations and statements hold. The offline audit reads the directory at the end.

mod actor_panics;
mod base;
mod clock;
mod cold_bits;
pub mod command;
mod damage;
mod disk_full;
mod ground;
mod kill;
mod memory;
mod mount;
mod power_cut;
mod slow_disk;
mod strace;
mod sync_fails;
mod tally;
mod two_nodes;

use std::path::PathBuf;
use std::time::Instant;

use longmen_server::Launch;
use longmen_workload::LoadError;
use serde::Serialize;

use ground::Ground;
use tally::Tally;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Fault {
    /// SIGKILL under load, in short rounds: also during recovery, a snapshot, an archive of ids
    Kill,
    /// A file system that is forced down under load and mounted again: what was not synced is gone
    PowerCut,
    /// An error at every n-th system call of every thread that writes (strace)
    SyncFails,
    /// A small file system that fills up, has room again, and fills up
    DiskFull,
    /// Bytes changed, files cut, removed, swapped, doubled, another node's
    Damage,
    /// Bits changed in finished segments of the log while the node runs, and every question that reads them
    ColdBits,
    /// Every sync takes long (strace): memory stays bounded, clients are told busy
    SlowDisk,
    /// A memory cgroup that is too small for the load
    Memory,
    /// The clock is set back and ahead while the node runs, and between its runs (libfaketime)
    Clock,
    /// A second node on the same directory
    TwoNodes,
    /// A panic planted in each actor and thread of the engine
    ActorPanics,
}

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct FaultSettings {
    /// How nodes are started; the directory is each fault's own.
    pub launch: Launch,
    /// Where directories and images are made.
    pub scratch: PathBuf,
    /// What all random choices come from.
    pub seed: u64,
    /// How many times each fault is brought about; `None`: as often as suits it.
    pub rounds: Option<u32>,
}

/// What came of one kind of fault.
#[derive(Clone, Debug, Serialize)]
pub struct FaultReport {
    /// Its name.
    pub fault: String,
    /// How many times it was brought about.
    pub cases: u64,
    /// Transactions that were acknowledged before a fault and asked again after it.
    pub acknowledged: u64,
    /// What happened, and how often.
    pub came: Vec<(String, u64)>,
    /// How long it took.
    pub seconds: f64,
    /// Why it was not tried on this machine.
    pub skipped: Option<String>,
    /// What did not hold, in words.
    pub differences: Vec<String>,
}

impl FaultReport {
    /// Whether everything held.
    #[must_use]
    pub fn held(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Fault {
    /// All of them, in the order in which they are run.
    pub const ALL: [Fault; 11] = [
        Fault::TwoNodes,
        Fault::ActorPanics,
        Fault::Kill,
        Fault::PowerCut,
        Fault::SyncFails,
        Fault::DiskFull,
        Fault::Damage,
        Fault::ColdBits,
        Fault::SlowDisk,
        Fault::Memory,
        Fault::Clock,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::PowerCut => "power-cut",
            Fault::SyncFails => "sync-fails",
            Fault::DiskFull => "disk-full",
            Fault::Damage => "damage",
            Fault::ColdBits => "cold-bits",
            Fault::SlowDisk => "slow-disk",
            Fault::Memory => "memory",
            Fault::Clock => "clock",
            Fault::TwoNodes => "two-nodes",
            Fault::ActorPanics => "actor-panics",
        }
    }

    /// Brings the fault about as often as `settings` say, and checks what comes of it each time.
    ///
    /// # Errors
    /// [`LoadError`], when that cannot be done. That something did not hold is no error: see [`FaultReport::held`].
    pub async fn run(self, settings: &FaultSettings) -> Result<FaultReport, LoadError> {
        let began = Instant::now();
        let ground = Ground::new(settings, self.name())?;
        let mut tally = Tally::new(self.name());
        let tried = match self {
            Fault::Kill => kill::run(&ground, &mut tally).await,
            Fault::PowerCut => power_cut::run(&ground, &mut tally).await,
            Fault::SyncFails => sync_fails::run(&ground, &mut tally).await,
            Fault::DiskFull => disk_full::run(&ground, &mut tally).await,
            Fault::Damage => damage::run(&ground, &mut tally).await,
            Fault::ColdBits => cold_bits::run(&ground, &mut tally).await,
            Fault::SlowDisk => slow_disk::run(&ground, &mut tally).await,
            Fault::Memory => memory::run(&ground, &mut tally).await,
            Fault::Clock => clock::run(&ground, &mut tally).await,
            Fault::TwoNodes => two_nodes::run(&ground, &mut tally).await,
            Fault::ActorPanics => actor_panics::run(&ground, &mut tally).await,
        };
        let skipped = match tried {
            Ok(()) => None,
            Err(NotTried::Skipped(why)) => Some(why),
            Err(NotTried::Failed(error)) => return Err(error),
        };
        Ok(tally.report(began.elapsed(), skipped))
    }
}

/// Why a fault was not tried to its end.
enum NotTried {
    /// This machine lacks what it needs.
    Skipped(String),
    Failed(LoadError),
}

impl<E: Into<LoadError>> From<E> for NotTried {
    fn from(error: E) -> NotTried {
        NotTried::Failed(error.into())
    }
}
