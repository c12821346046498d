//! The write-ahead log of Longmen: a total order of frames, durable before anyone is told.
//!
//! The crate knows bytes and frames, nothing of money. One [`LogWriter`] appends and syncs; any number of
//! [`LogReader`]s read durable frames in place. [`Log::open`] recovers: it tells a torn tail, which is cut off,
//! from damage to acknowledged data, which is refused. The byte formats are described in `docs/WAL_FORMAT.md` and
//! at the types that write them.
//!
//! ```
//! use std::sync::Arc;
//! use longmen_wal::{Body, FaultyStorage, FrameNumber, Log, LogOptions, Section, seeded_nonces};
//!
//! let storage = Arc::new(FaultyStorage::new());
//! let options = LogOptions { segment_bytes: 65536, segments_ahead: 0, ..LogOptions::default() };
//! let opened = Log::open(storage, options, FrameNumber::FIRST, seeded_nonces(1))?;
//! let mut writer = opened.writer;
//!
//! let section = Section { kind: 1, owner: 0, records: 1, chunks: vec![b"entry".to_vec()] };
//! let number = writer.append(&Body { time_us: 1, sections: vec![section] })?;
//! writer.sync()?;
//!
//! let frame = opened.reader.frame(number)?;
//! assert_eq!(frame.section(1, 0)?.map(|section| section.bytes), Some(&b"entry"[..]));
//! writer.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// A point at which a test plants a bug. There is none in a build without `planted-bugs`.
#[cfg(not(feature = "planted-bugs"))]
macro_rules! fail_point {
    ($($planted:tt)*) => {{}};
}
#[cfg(feature = "planted-bugs")]
#[macro_use(fail_point)]
extern crate fail;

mod audit;
mod body;
mod codec;
mod damage;
mod digest;
mod direct;
mod directory;
mod disposition;
mod encode;
mod envelope;
mod error;
mod faulty;
mod frame_fault;
mod inspect;
mod log_files;
mod manifest;
mod manifest_store;
mod nonces;
mod number;
mod open;
mod reader;
mod region;
mod report;
mod scan;
mod scrub;
mod segment;
mod segment_allocator;
mod segment_pool;
mod space;
mod storage;
mod sync;
mod verified_frames;
mod view;
mod witness;
mod writer;

pub use audit::{AuditReport, audit, audit_beside};
pub use body::{Body, Section};
pub use damage::{Damage, Damaged};
pub use digest::Digest;
pub use directory::{Contents, DirectoryError, DirectoryStorage};
pub use error::{
    AppendError, AuditError, CloseError, Fault, Finding, OpenError, ReadError, StorageError, SyncError,
};
pub use faulty::{FaultyStorage, Operation, PowerCuts};
pub use frame_fault::FrameFault;
pub use inspect::{FrameSummary, Inspected, SectionSummary, SegmentSummary, inspect};
pub use manifest_store::remove_if_there;
pub use nonces::{NonceSource, seeded_nonces, system_nonces};
pub use number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};
pub use open::{Log, LogOptions, Opened};
pub use reader::{Frames, LogReader};
pub use region::{MappedBytes, end_at_a_lost_page};
pub use report::{CutTail, RecoveryReport};
pub use scrub::{ScrubPace, ScrubPlace};
pub use space::SpaceGauge;
pub use storage::{Storage, StorageFile, WritePath};
pub use verified_frames::{CheckedFrames, VerifiedFrames};
pub use view::{FrameView, SectionView};
pub use witness::{Testimony, Witness};
pub use writer::LogWriter;
