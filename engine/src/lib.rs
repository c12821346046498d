//! Longmen's engine: the pure [`ledger`] and, around it, the actors, recovery and snapshots of a node.

mod actors;
pub mod audit;
mod clock;
pub mod export;
mod history;
mod id_archive;
pub mod ledger;
mod node;
mod planted;
mod recovery;
mod session;
mod snapshot;
mod snapshotter;
mod vital;

pub use history::{
    CarriedLeg, ClosedLine, Closings, Cursor, GeneralLedger, History, HistoryError, HoldLine, LedgerLine,
    LedgerRegister, Merged, MergedPage, Moment, NotACursor, PageOrder, PastBalance, RangeFigures,
    RecordedLeg, RegisterEntry, RegisterPage, Registered, RegisteredCommand, StatementLine, StatementPage,
    StatementQuery, StatementRange, TransactionRecord, Turnover, View,
};
pub use node::{MIN_SEGMENT, Node, NodeOptions, StartError, StartReport, StopError};
#[cfg(feature = "planted-panics")]
pub use planted::{PLANTED, PLANTED_BY};
pub use session::{Intake, Reply, Session};
