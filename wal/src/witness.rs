//! What stands beside a log and was made from it: it says how far the log was durable.

use crate::number::{FrameNumber, NodeId};

/// A file beside the log that its owner makes only of durable frames, such as a snapshot. A log that ends before the frame
/// that one names has lost what was durable, whatever its own files say. The owner vouches for the file's sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    pub file: String,
    /// What it says; `None` where it does not hold, so that it shows no more than that there was a log.
    pub says: Option<Testimony>,
}

/// What a witness says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Testimony {
    /// The node whose log it speaks of.
    pub node: NodeId,
    /// Every frame up to this one was durable when the file was made.
    pub durable: FrameNumber,
}

/// Of those that speak of this node's log, the one that knows of the most, with the frame.
pub(crate) fn best(witnesses: &[Witness], node: NodeId) -> Option<(FrameNumber, &Witness)> {
    let own = witnesses.iter().filter_map(|witness| {
        let says = witness.says.filter(|says| says.node == node)?;
        Some((says.durable, witness))
    });
    own.max_by_key(|(durable, _)| *durable)
}
