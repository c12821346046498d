//! Hot accounts: what the coordinator holds of them, the merging of their legs, and which accounts are hot.

pub(crate) mod detector;
pub(crate) mod gate;
pub(crate) mod merge;
