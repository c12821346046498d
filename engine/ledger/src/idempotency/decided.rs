//! What is known of a transaction id.

use crate::record::head::Outcome;

/// What is known of a transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Under way: its result is not decided yet.
    Pending,
    /// Decided.
    Decided(Decided),
}

/// The first result of a transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The digest of the content that it came with; 0 for a cancel.
    pub content: u64,
    /// The result.
    pub outcome: Outcome,
    /// The step that a refusal speaks of.
    pub step: u16,
    /// Where its record lies: the frame.
    pub frame: u64,
    /// Where its record lies: the ordinal.
    pub ordinal: u32,
}
