//! The full check of a log at rest, which repairs nothing and needs no node.

use crate::digest::Digest;
use crate::error::{AuditError, Fault, Finding};
use crate::log_files::{self, Refusal};
use crate::manifest::MANIFEST_FILE;
use crate::number::{Epoch, FrameNumber, NodeId};
use crate::report::CutTail;
use crate::scan::scan;
use crate::storage::Storage;
use crate::view::FrameView;
use crate::witness::Witness;

/// What an audit without findings has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The node the log belongs to.
    pub node: NodeId,
    /// The last start that was completed.
    pub epoch: Epoch,
    /// True when the log ends where a clean shutdown left it: then every byte of every frame is vouched for.
    pub clean: bool,
    /// The last frame; 0 when there is none.
    pub last: FrameNumber,
    /// Digest of the last frame's body, which through the chain stands for all.
    pub head: Digest,
    /// The highest frame that anything in the log, or beside it, calls durable. Damage above it looks like a torn tail.
    pub durable: FrameNumber,
    /// Frames checked.
    pub frames: u64,
    /// Bytes of those frames, envelopes and padding included.
    pub bytes: u64,
    /// Segments that are part of the log, those made ahead included.
    pub segments: usize,
    /// A torn tail that the next start will cut off.
    pub torn: Option<CutTail>,
}

/// Recomputes every sum, digest, chain link and padding byte and every relation to the manifest, over all segments,
/// and shows each sound frame to `visit`, in order. The first thing wrong ends it. Changes nothing.
///
/// `storage` must not be in use by a node; [`crate::DirectoryStorage::open_read_only`] makes sure of it.
pub fn audit(storage: &dyn Storage, visit: &mut dyn FnMut(&FrameView)) -> Result<AuditReport, AuditError> {
    audit_beside(storage, &[], visit)
}

/// The same, held also against what stands beside the log: one that ends before a frame which a witness calls durable
/// is damaged.
pub fn audit_beside(
    storage: &dyn Storage,
    witnesses: &[Witness],
    visit: &mut dyn FnMut(&FrameView),
) -> Result<AuditReport, AuditError> {
    let Some(files) = log_files::read(storage)? else {
        return Err(no_log(witnesses).into());
    };
    let scan = scan(storage, &files, FrameNumber::NONE, witnesses, visit)?;
    Ok(AuditReport {
        node: files.manifest.node,
        epoch: files.manifest.epoch,
        clean: scan.clean,
        last: scan.end.frame,
        head: scan.end.digest,
        durable: scan.mark,
        frames: scan.frames,
        bytes: scan.bytes,
        segments: files.segments.len(),
        torn: CutTail::of(&files, &scan),
    })
}

/// A directory without manifest and segments, where there should be a log.
pub(crate) fn no_log(witnesses: &[Witness]) -> Finding {
    let fault = match witnesses.first() {
        Some(witness) => Fault::LogMissing { witness: witness.file.clone() },
        None => Fault::ManifestMissing,
    };
    Finding::of_file(MANIFEST_FILE, fault)
}

impl From<Refusal> for AuditError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Finding(finding) => Self::Found(finding),
            Refusal::Io(error) => Self::Io(error),
        }
    }
}
