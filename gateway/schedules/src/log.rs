// The log's production files, but the two that a checker has its own of: `region` and `sync`. Included by the programs.

/// Production files have fail points; nothing is planted here.
macro_rules! fail_point {
    ($($planted:tt)*) => {{}};
}

#[path = "../../../wal/src"]
mod log {
    pub(crate) mod audit;
    pub(crate) mod body;
    pub(crate) mod log_files;
    pub(crate) mod verified_frames;
    pub(crate) mod codec;
    pub(crate) mod damage;
    pub(crate) mod digest;
    pub(crate) mod direct;
    pub(crate) mod encode;
    pub(crate) mod envelope;
    pub(crate) mod error;
    pub(crate) mod faulty;
    pub(crate) mod frame_fault;
    pub(crate) mod manifest_store;
    pub(crate) mod segment_allocator;
    pub(crate) mod manifest;
    pub(crate) mod nonces;
    pub(crate) mod number;
    pub(crate) mod open;
    pub(crate) mod reader;
    pub(crate) mod report;
    pub(crate) mod scan;
    pub(crate) mod segment;
    pub(crate) mod space;
    pub(crate) mod storage;
    pub(crate) mod segment_pool;
    pub(crate) mod disposition;
    pub(crate) mod view;
    pub(crate) mod witness;
    pub(crate) mod writer;
}

// Production files know each other by these paths.
use faulty::FaultyStorage;
use log::*;
use nonces::{seeded_nonces, system_nonces};
use number::FrameNumber;
