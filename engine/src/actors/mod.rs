//! The actors: thin shells that carry messages between the pure parts. Nothing is decided here.

mod batcher;
mod coordinator;
mod id_archiver;
mod id_tables;
mod journal;
mod shard;
mod synced;

use std::ffi::CStr;

pub(crate) use batcher::{BatcherActor, MergeLegs};
pub(crate) use coordinator::{
    AccountSlice, CloseSession, CoordinatorActor, Merged, OpenSession, ShardDone, Stop, Submit, TakeSnapshot,
    Wiring,
};
pub(crate) use id_archiver::{ArchiverTasks, IdArchiver};
pub(crate) use id_tables::IdTableMaker;
#[cfg(feature = "simulation")]
pub(crate) use id_tables::TableShelf;
pub(crate) use journal::{Closed, JournalActor, WriteFrame};
pub(crate) use shard::{Obey, RowSlice, ShardActor};
pub(crate) use synced::Synced;

/// Names the thread that an actor has to itself, so that an operator knows it in a list of threads.
pub(crate) fn name_thread(name: &CStr) {
    if let Err(error) = rustix::thread::set_name(name) {
        tracing::debug!("a thread has no name: {error}");
    }
}

/// Gives this thread a priority (nice): the lowest is 19, and below 0 the system may refuse.
pub(crate) fn set_priority(nice: i32) -> rustix::io::Result<()> {
    rustix::process::setpriority_process(Some(rustix::thread::gettid()), nice)
}
