//! What wakes the coordinator when a frame is durable.

use std::time::Instant;

use actix::Message;

/// A frame on the journal's thread is durable since then.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Synced(pub(crate) Instant);
