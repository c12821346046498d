//! What others reach on the same machine with the same work: figures to read ours against.

pub mod command;
pub mod postgres;
