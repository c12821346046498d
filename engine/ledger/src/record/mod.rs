//! Records: the bytes of the log and of snapshots, each with its table.

pub(crate) mod admin;
pub mod bytes;
pub(crate) mod contradiction;
pub(crate) mod entry;
pub(crate) mod fields;
pub(crate) mod frame;
pub(crate) mod head;
pub(crate) mod image;
pub(crate) mod section;
