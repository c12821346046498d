//! What recovery found and did.

use crate::frame_fault::FrameFault;
use crate::log_files::LogFiles;
use crate::number::{Epoch, FrameNumber, NodeId, SegmentNumber};
use crate::scan::Scan;

/// What was found when the log was opened, and done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryReport {
    /// The node the log belongs to.
    pub node: NodeId,
    /// The epoch that begins with this open.
    pub epoch: Epoch,
    /// The last frame, durable like all before it; 0 when the log is empty.
    pub last: FrameNumber,
    /// True when the log was found as a clean shutdown left it (also when it is new).
    pub clean: bool,
    /// First and last of the frames above the mark, which were written again and synced.
    pub rewritten: Option<(FrameNumber, FrameNumber)>,
    /// The torn tail that was cut off.
    pub cut: Option<CutTail>,
    /// Frames that were read and checked whole.
    pub frames_checked: u64,
    /// Bytes of those frames.
    pub bytes_checked: u64,
}

/// A torn tail: nothing in the directory calls any of its frames durable. One that was acknowledged may be among them only if
/// the disk lost what it had synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutTail {
    /// Segment where the tail begins.
    pub segment: SegmentNumber,
    /// Offset where it begins, bytes.
    pub offset: u64,
    /// The frame that should be there.
    pub first: FrameNumber,
    /// The highest frame any part of the tail names; at least `first`.
    pub last: FrameNumber,
    /// What is wrong with the first frame.
    pub fault: FrameFault,
}

impl RecoveryReport {
    pub(crate) fn new(files: &LogFiles, scan: &Scan) -> Self {
        let rewritten = (scan.end.frame > scan.mark).then(|| (scan.mark.next(), scan.end.frame));
        Self {
            node: files.manifest.node,
            epoch: files.manifest.highest_epoch().next(),
            last: scan.end.frame,
            clean: scan.clean || files.segments.is_empty(),
            rewritten,
            cut: CutTail::of(files, scan),
            frames_checked: scan.frames,
            bytes_checked: scan.bytes,
        }
    }
}

impl CutTail {
    /// The tail a scan found torn.
    pub(crate) fn of(files: &LogFiles, scan: &Scan) -> Option<Self> {
        let stop = &scan.stop;
        let segment = files.segments.get(stop.segment)?;
        scan.torn.then(|| Self {
            segment: segment.bytes.number,
            offset: stop.offset,
            first: stop.number,
            last: scan.highest_behind.max(stop.number),
            fault: stop.fault,
        })
    }
}
