//! Makes segments: zeroed, synced, and named in the durable manifest before anyone may write to them.

use std::io::{self, IoSlice};
use std::sync::Arc;

use crate::keeper::{Keeper, remove_if_there};
use crate::manifest::{Extent, SegmentState};
use crate::nonces::NonceSource;
use crate::number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};
use crate::segment::{SegmentBytes, SegmentHeader};
use crate::storage::{Storage, StorageFile, WritePath};

/// Where a segment is made before it takes its name.
pub(crate) const SEGMENT_DRAFT: &str = "SEGMENT.new";

/// A segment that may be written to.
pub(crate) struct ReadySegment {
    pub(crate) file: Arc<dyn StorageFile>,
    pub(crate) bytes: SegmentBytes,
}

/// A segment that was left for the next one, all its frames durable.
#[derive(Clone, Copy)]
pub(crate) struct FinishedSegment {
    pub(crate) number: SegmentNumber,
    pub(crate) extent: Extent,
}

/// Makes the segments of one run.
pub(crate) struct Maker {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) nonces: NonceSource,
    pub(crate) node: NodeId,
    pub(crate) epoch: Epoch,
    pub(crate) next: SegmentNumber,
    pub(crate) segment_bytes: u64,
    pub(crate) write_path: WritePath,
}

impl Maker {
    /// Makes the next segment and names it. The same manifest records `finished` segments and the durable mark.
    /// After an error of the kind [`is_disk_full`] it may be called again.
    pub(crate) fn make(
        &mut self,
        finished: &[FinishedSegment],
        durable: FrameNumber,
    ) -> io::Result<ReadySegment> {
        let header = SegmentHeader {
            node: self.node,
            number: self.next,
            nonce: Nonce((self.nonces)()),
            epoch: self.epoch,
            bytes: self.segment_bytes,
        };
        let file = self.write_file(&header)?;
        self.keeper.update(|manifest| {
            manifest.add(&header);
            record(manifest, finished, durable);
        })?;
        self.next = self.next.next();
        let bytes = SegmentBytes::new(&header, file.map()?);
        Ok(ReadySegment { file, bytes })
    }

    fn write_file(&self, header: &SegmentHeader) -> io::Result<Arc<dyn StorageFile>> {
        remove_if_there(&*self.storage, SEGMENT_DRAFT)?;
        let file = self.storage.create(SEGMENT_DRAFT, header.bytes, self.write_path)?;
        file.write_at(&[IoSlice::new(&header.to_page())], 0)?;
        file.sync()?;
        self.storage.rename(SEGMENT_DRAFT, &header.number.file_name())?;
        self.storage.sync_directory()?;
        Ok(file)
    }

    /// Records `finished` segments and the durable mark.
    pub(crate) fn record(&self, finished: &[FinishedSegment], durable: FrameNumber) -> io::Result<()> {
        self.keeper.update(|manifest| record(manifest, finished, durable))
    }
}

/// Puts what became durable into `manifest`.
pub(crate) fn record(
    manifest: &mut crate::manifest::Manifest,
    finished: &[FinishedSegment],
    durable: FrameNumber,
) {
    for segment in finished {
        manifest.set_state(segment.number, SegmentState::Finished(segment.extent));
    }
    manifest.durable = manifest.durable.max(durable);
}

/// True for errors that mean "no room now, perhaps later".
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
