//! What the coordinator wants done next, and what it has to be told.

use crate::answer::{Answer, ReplyTo};
use crate::hot::merge::Unmerged;
use crate::ids::ShardId;
use crate::shard::order::ShardOrder;
use crate::state::frame::Frame;
use crate::state::snapshot_start::SnapshotStart;

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
