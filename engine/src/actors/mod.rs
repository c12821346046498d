//! The actors: thin shells that carry messages between the pure parts. Nothing is decided here.

mod batcher;
mod coordinator;
mod id_archiver;
mod id_tables;
mod journal;
mod shard;

pub(crate) use batcher::{BatcherActor, MergeLegs};
pub(crate) use coordinator::{
    AccountSlice, CloseSession, CoordinatorActor, Merged, OpenSession, ShardDone, Stop, Submit, Synced,
    TakeSnapshot, Wiring,
};
pub(crate) use id_archiver::{ArchiverTasks, IdArchiver};
pub(crate) use id_tables::IdTableMaker;
pub(crate) use journal::{Closed, Journal, JournalActor, WriteFrame};
pub(crate) use shard::{Obey, RowImages, RowSlice, ShardActor};
