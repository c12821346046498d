//! Cancels as they are taken in.

use longmen_engine::ledger::TransactionId;

/// A cancel of an id.
#[derive(Debug)]
pub(super) struct Cancel {
    pub(super) id: TransactionId,
    /// The client's own time, in seconds since 1970.
    pub(super) time: u32,
    /// The text that the id was given as; empty where it was a number.
    pub(super) text_id: Box<str>,
}
