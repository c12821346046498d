//! What a start comes to: a report, or why there is none.

use std::io;
use std::time::Duration;

use longmen_wal::{FrameFault, OpenError, ReadError, RecoveryReport};

use crate::ledger::{ReplayError, show_time};

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The options cannot work.
    #[error("{0}")]
    Options(&'static str),
    /// The log was not opened.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// A frame could not be read again.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A frame with good sums holds what this version cannot read, or what contradicts the frames before it.
    #[error(
        "refusing to start: {0}; written by a newer version, or not by this program at all: see `longmen verify`"
    )]
    Replay(#[from] ReplayError),
    /// A frame that a snapshot covers, but which must be read, is damaged.
    #[error("refusing to start: frame {frame}: {fault}")]
    Ids {
        frame: u64,
        /// What is wrong with it.
        fault: FrameFault,
    },
    /// The clock and the log are too far from each other: one of them is or was wrong.
    #[error("{}", describe_clock(*newest_us, *clock_us))]
    Clock {
        /// The logged time of the newest frame, in microseconds since 1970.
        newest_us: i64,
        /// The machine's clock, in microseconds since 1970.
        clock_us: i64,
    },
    /// The snapshots could not be read.
    #[error("snapshots cannot be read: {0}")]
    Snapshots(#[source] io::Error),
    /// The archives of transaction ids could not be read, or one that is of no use could not be removed.
    #[error("archives of transaction ids cannot be read: {0}")]
    Archives(#[source] io::Error),
    /// The disk is full, and the room that is kept for a start could not be given up.
    #[error("the disk is full, and the room that is kept for a start cannot be given up: {0}")]
    Reserve(#[source] io::Error),
    /// The system gave no thread or no randomness.
    #[error("{0}")]
    System(String),
}

/// What recovery found and did.
#[derive(Clone, Debug)]
pub struct StartReport {
    /// What the log says.
    pub log: RecoveryReport,
    /// The frame at which the snapshot began that recovery went on from, if there was one.
    pub snapshot: Option<u64>,
    /// Snapshots that were passed over, by name: torn, damaged, or of another node.
    pub refused_snapshots: Vec<String>,
    /// Frames replayed.
    pub frames: u64,
    /// Entries replayed.
    pub entries: u64,
    /// Accounts in the books.
    pub accounts: u64,
    /// Transaction ids known.
    pub known_ids: u64,
    /// Archives of ids that recovery went on from.
    pub archives: usize,
    /// Archives of ids that were removed, to be made anew: torn, damaged, of another node, newer than the log, or behind
    /// such a one.
    pub refused_archives: Vec<String>,
    /// How long it all took.
    pub took: Duration,
}

/// Which of the two is ahead, by how much, and what to do.
fn describe_clock(newest_us: i64, clock_us: i64) -> String {
    let (newest, clock) = (show_time(newest_us), show_time(clock_us));
    let apart = clock_us.abs_diff(newest_us) / 1_000_000;
    let (days, hours) = (apart / 86_400, apart % 86_400 / 3_600);
    let side = if clock_us > newest_us { "ahead of" } else { "behind" };
    format!(
        "refusing to start: the machine's clock shows {clock}, {days} d {hours} h {side} the newest frame of the log, of \
         {newest}. If the clock is wrong, set it right: nothing was changed. If it is right (the node was down for so long, or \
         the log was written by a wrong clock), start with --accept-time"
    )
}
