//! The log's errors. None of them is to be retried in place, but for [`AppendError::NoSpace`].

use std::fmt;
use std::io;

use crate::frame_fault::FrameFault;
use crate::number::{Epoch, FrameNumber, NodeId, SegmentNumber};
use crate::witness::Witness;

/// Something found in the log's files that must not be there, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    /// Where in the file, bytes.
    pub offset: Option<u64>,
    /// The frame that is, or should be, there.
    pub frame: Option<FrameNumber>,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(offset) = self.offset {
            write!(f, ", offset {offset}")?;
        }
        if let Some(frame) = self.frame {
            write!(f, ", frame {frame}")?;
        }
        write!(f, ": {}", self.fault)
    }
}

impl std::error::Error for Finding {}

impl Finding {
    /// A finding about a file as a whole.
    pub(crate) fn of_file(file: impl Into<String>, fault: Fault) -> Self {
        Self { file: file.into(), offset: None, frame: None, fault }
    }

    /// The segment the finding is about, when the file is a segment.
    #[must_use]
    pub fn segment(&self) -> Option<SegmentNumber> {
        SegmentNumber::from_file_name(&self.file)
    }
}

/// What is wrong with a log's files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no manifest; only an empty directory may lack one.
    #[error(
        "the manifest is missing: get it back, or the whole directory, from a backup, with segments and manifest of one moment"
    )]
    ManifestMissing,
    /// There is neither a manifest nor a segment, but what was made from a log.
    #[error(
        "the log is gone: neither a manifest nor a segment is here, but {witness}, which was made from one"
    )]
    LogMissing {
        /// The file that was made from it.
        witness: String,
    },
    /// The manifest cannot be believed.
    #[error("the manifest {0}")]
    Manifest(String),
    /// The manifest names the file, and it is not there.
    #[error("named in the manifest, but missing")]
    Missing,
    /// The file is not named in the manifest and is not the rest of an interrupted making.
    #[error("not named in the manifest")]
    Unnamed,
    /// The file is shorter or longer than it was made.
    #[error("has {found} bytes, was made with {expected}")]
    Length {
        /// What it has.
        found: u64,
        /// What it was made with.
        expected: u64,
    },
    /// The header page does not hold.
    #[error("the segment header does not hold")]
    Header,
    /// The header is another node's.
    #[error("belongs to node {found}")]
    Node {
        /// That node.
        found: NodeId,
    },
    /// The header is another segment's, or another use's of this one.
    #[error("is segment {number} of epoch {epoch} in another use than the manifest names")]
    OtherSegment {
        /// The number in the header.
        number: SegmentNumber,
        /// The epoch in the header.
        epoch: Epoch,
    },
    /// A frame that was durable does not hold.
    #[error("durable frame damaged{}: {fault}", mark(*durable, witness.as_deref()))]
    DurableFrame {
        /// What is wrong with it.
        fault: FrameFault,
        /// The highest frame known to be durable, which makes this one durable, too; none where a running log tells of it, whose
        /// readers read nothing else.
        durable: FrameNumber,
        /// The file beside the log that knows it, where the log itself does not.
        witness: Option<Box<Witness>>,
    },
    /// The system does not give the bytes.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// A file that stands beside the log does not match its sum.
    #[error("its sum does not hold")]
    Sum,
    /// The frames of a finished segment do not end where, or as, the manifest says.
    #[error("does not end as the manifest says")]
    Extent,
    /// The log does not end where the manifest says a clean shutdown left it.
    #[error("does not end where the clean shutdown left it")]
    CleanEnd,
}

impl Fault {
    /// Of a running log, whose readers read nothing but durable frames: no mark has to show that this one is.
    pub(crate) fn of_durable(fault: FrameFault) -> Fault {
        Fault::DurableFrame { fault, durable: FrameNumber::NONE, witness: None }
    }
}

/// Why the frame is held to be durable: by the log itself, or by a file beside it.
fn mark(durable: FrameNumber, witness: Option<&Witness>) -> String {
    match (durable, witness) {
        (FrameNumber::NONE, _) => String::new(),
        (durable, None) => format!(" (durable up to {durable})"),
        (durable, Some(witness)) => format!(" (durable up to {durable} by {})", witness.file),
    }
}

/// Why a log was not opened. Nothing on disk was changed by a refusal.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The files cannot be the log that was acknowledged.
    #[error("refusing to start: {0}")]
    Refused(#[from] Finding),
    /// The options cannot work.
    #[error("segment_bytes is {0}: it must be a multiple of 4096 of at least 8192")]
    SegmentBytes(u64),
    /// The storage failed.
    #[error(transparent)]
    Io(#[from] StorageError),
    /// What recovery had to write could not be written; everything that was durable still is.
    #[error("recovery cannot write the frames above the mark: {0}")]
    Rewrite(#[source] AppendError),
    /// What recovery wrote could not be synced; everything that was durable still is.
    #[error("recovery cannot sync the frames above the mark: {0}")]
    Sync(#[source] SyncError),
}

impl OpenError {
    /// True where the log was accepted, and the disk has no room for what a start writes.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Rewrite(AppendError::NoSpace) => true,
            Self::Io(error) => is_disk_full(&error.source),
            _ => false,
        }
    }
}

/// Why an audit ended early.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Something that must not be there was found.
    #[error(transparent)]
    Found(#[from] Finding),
    /// The storage failed.
    #[error(transparent)]
    Io(#[from] StorageError),
}

/// A failure of the storage, with the file it concerns.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {source}")]
pub struct StorageError {
    /// The file; empty when it is the directory.
    pub file: String,
    /// What the system said.
    pub source: io::Error,
}

impl StorageError {
    /// Adds the file to an error of the system.
    pub(crate) fn of(file: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let file = file.into();
        move |source| Self { file, source }
    }
}

/// Why a frame was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The disk is full: nothing was written, and the same body may be tried again later.
    #[error("no space for another segment")]
    NoSpace,
    /// The frame is larger than a segment holds; nothing was written.
    #[error("a frame of {bytes} bytes does not fit a segment, which holds {max}")]
    TooLarge {
        /// Bytes of the frame; `u64::MAX` when its lengths do not even fit their fields.
        bytes: u64,
        /// Most bytes a segment of this log holds.
        max: u64,
    },
    /// A write failed, or the next segment could not be made for another reason than space: the process must end.
    #[error("the log cannot be written: {0}")]
    Io(#[source] io::Error),
    /// An earlier write or sync failed: the process must end.
    #[error("the log failed before and takes nothing more")]
    Failed,
}

/// Why frames are not known to be durable. The process must end; recovery decides from the disk.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The sync, or the write it was for, failed.
    #[error("the log cannot be synced: {0}")]
    Io(#[source] io::Error),
    /// An earlier write or sync failed.
    #[error("the log failed before and syncs nothing more")]
    Failed,
}

/// Why a log was not closed cleanly. Durable frames are safe; the next start recovers as after a crash.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// The last frames could not be synced.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The manifest could not be written.
    #[error("the manifest cannot be written: {0}")]
    Manifest(#[source] io::Error),
    /// The log has ended well, and what it does not use could not be given back to the disk.
    #[error("cannot give back what is not used: {0}")]
    GivingBack(#[source] StorageError),
}

/// Why a frame cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The frame is not durable yet, or was never written.
    #[error("frame {frame} is not durable, the log is durable up to {durable}")]
    NotDurable {
        /// The frame asked for.
        frame: FrameNumber,
        /// The durable mark at that moment.
        durable: FrameNumber,
    },
    /// The log begins later.
    #[error("frame {frame} is before the first frame, {first}")]
    BeforeFirst {
        /// The frame asked for.
        frame: FrameNumber,
        /// The first frame there is.
        first: FrameNumber,
    },
    /// The bytes of a durable frame do not hold.
    #[error("{0}")]
    Damaged(#[from] Finding),
}

/// True for errors that mean "no room now, perhaps later".
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
