//! Transactions: their legs, the notes and ids beside them, what they do to holds, and what became of those that others
//! name.

pub(crate) mod action_code;
pub(crate) mod charged;
pub(crate) mod effect;
pub(crate) mod hidden;
pub(crate) mod leg;
pub(crate) mod named;
pub mod notes;
pub(crate) mod original;
pub(crate) mod originals;
pub(crate) mod refund_windows;
pub(crate) mod refunds;
