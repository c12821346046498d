//! Longmen's engine: the pure [`ledger`] and, around it, the actors, recovery and snapshots of a node.

/// A point at which a test plants a bug. There is none in a build without `planted-bugs`.
#[cfg(not(feature = "planted-bugs"))]
macro_rules! fail_point {
    ($($planted:tt)*) => {{}};
}
#[cfg(feature = "planted-bugs")]
#[macro_use(fail_point)]
extern crate fail;

mod abort_on_drop;
mod actors;
mod alone;
pub mod audit;
mod clock;
pub mod export;
mod frame_writer;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod history;
mod id_archive;
mod journal;
mod meters;
mod node;
mod pieces;
mod pipeline;
mod planted_panics;
mod recovery;
mod remedy;
mod reply;
mod reserve;
mod round_clock;
mod scrubber;
mod session;
#[cfg(feature = "simulation")]
mod simulated;
mod snapshot;
mod snapshot_job;
mod snapshotter;
mod starting;
#[cfg(feature = "simulation")]
mod stepped_journal;
mod stop;
mod witnesses;

/// The pure ledger: everything is decided there.
pub use longmen_ledger as ledger;
/// What readers of the log tell of damage.
pub use longmen_wal::{Damaged, Finding};

pub use history::{
    CarriedLeg, ClosedDate, ClosedLine, Closings, Cursor, FindQuery, FoundPage, GeneralLedger, History,
    HistoryError, HoldLine, HoldMoved, LedgerLine, LedgerRegister, Merged, MergedPage, Moment, NotACursor,
    Outcomes, PageOrder, PastBalance, RangeFigures, RecordedLeg, RegisterEntry, RegisterPage, Registered,
    RegisteredCommand, Sought, StatementLine, StatementPage, StatementQuery, StatementRange,
    TransactionRecord, Turnover, View,
};
#[cfg(feature = "simulation")]
pub use journal::JournalError;
pub use meters::{Meter, MeterKind, MeterReading, Meters};
pub use node::{MIN_SEGMENT, Node, NodeOptions, StopError};
#[cfg(feature = "planted-panics")]
pub use planted_panics::{PLANTED, PLANTED_BY};
pub use reply::{Replies, Reply};
pub use scrubber::{ScrubOptions, ScrubReport};
pub use session::{Intake, Session, Window};
#[cfg(feature = "simulation")]
pub use simulated::{Delivery, NextSlice, SimulatedNode, SimulatedOptions};
pub use starting::{StartError, StartReport};
pub use witnesses::of as witnesses_of;
