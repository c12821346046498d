//! What the coordinator wants done next, and what it has to be told.

use crate::chart::line::Line;
use crate::command::{Answer, ReplyTo};
use crate::hot::merge::Unmerged;
use crate::ids::ShardId;
use crate::schedule::frame::Frame;
use crate::shard::order::ShardOrder;

/// What is to be done next.
#[derive(Clone, Debug)]
pub enum Step {
    /// Merge these legs, one batching actor each, and give the merges to
    /// [`Coordinator::merged`](crate::schedule::Coordinator::merged).
    Merge(Vec<Unmerged>),
    /// Send these orders and give all the answers to [`Coordinator::answered`](crate::schedule::Coordinator::answered); there
    /// may be none to send.
    Shards(Vec<(ShardId, ShardOrder)>),
    /// Write this frame, sync, give out its answers, and say so by
    /// [`Coordinator::durable`](crate::schedule::Coordinator::durable).
    Seal(Frame),
    /// Give out these answers: all that they rest on is durable.
    Release(Vec<(ReplyTo, Answer)>),
    /// A snapshot that was asked for begins here.
    Snapshot(SnapshotStart),
    /// Nothing, until something arrives.
    Idle,
}

/// What a snapshot holds exactly at its start.
#[derive(Clone, Debug)]
pub struct SnapshotStart {
    /// The frame it starts at: everything up to it is in, nothing after.
    pub frame: u64,
    /// The frame's logged time.
    pub time_us: i64,
    /// Clients, entities with their dates, subjects: administrative records.
    pub names: Vec<u8>,
    /// How many accounts there are.
    pub accounts: usize,
    /// The general ledger, by line.
    pub lines: Vec<Line>,
}

/// Whether the log has room for what a round may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// It has.
    #[default]
    Enough,
    /// It will have in a moment: nothing more is decided until then.
    Soon,
    /// The disk is full: what would write is refused with [`OutOfDisk`](crate::rejection::Rejection::OutOfDisk), and forgotten; reads go on.
    None,
}
