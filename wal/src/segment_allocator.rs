//! Makes segments: zeroed, synced, and named in the durable manifest before anyone may write to them.

use std::io::{self, IoSlice};
use std::sync::Arc;

use crate::direct::Pages;
use crate::manifest::SegmentState;
use crate::manifest_store::{ManifestStore, remove_if_there};
use crate::nonces::NonceSource;
use crate::number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};
use crate::segment::{SegmentBytes, SegmentHeader};
use crate::storage::{Storage, StorageFile, WritePath};

/// Where a segment is made before it takes its name.
pub(crate) const SEGMENT_DRAFT: &str = "SEGMENT.new";

/// Zeros are written in pieces of this size, so that the journal's sync never waits behind a long queue.
const PIECE: u64 = 256 << 10;
/// Pieces between two syncs when nothing is to be spared.
const PIECES_A_SYNC: u64 = 32;

/// Whether the maker may let others have the disk first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Someone is, or may soon be, waiting for the segment.
    Hurried,
    /// There is time: sync each piece, so that little is ever queued.
    Gentle,
}

/// A segment that may be written to.
pub(crate) struct ReadySegment {
    pub(crate) file: Arc<dyn StorageFile>,
    pub(crate) bytes: SegmentBytes,
}

/// A segment that was left for the next one, all its frames durable, and what has become of it: finished, or discarded
/// where it has none.
#[derive(Clone, Copy)]
pub(crate) struct LeftSegment {
    pub(crate) number: SegmentNumber,
    pub(crate) state: SegmentState,
}

/// Makes the segments of one run.
pub(crate) struct SegmentAllocator {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) keeper: Arc<ManifestStore>,
    pub(crate) nonces: NonceSource,
    pub(crate) node: NodeId,
    pub(crate) epoch: Epoch,
    pub(crate) next: SegmentNumber,
    pub(crate) segment_bytes: u64,
    pub(crate) write_path: WritePath,
}

impl SegmentAllocator {
    /// Makes the next segment and names it. The same manifest records `finished` segments and the durable mark.
    /// After an error of the kind [`is_disk_full`](crate::error::is_disk_full) it may be called again. `pace` is asked, and may wait, before
    /// each piece of zeros.
    pub(crate) fn make(
        &mut self,
        finished: &[LeftSegment],
        durable: FrameNumber,
        pace: &dyn Fn() -> Pace,
    ) -> io::Result<ReadySegment> {
        let header = SegmentHeader {
            node: self.node,
            number: self.next,
            nonce: Nonce((self.nonces)()),
            epoch: self.epoch,
            bytes: self.segment_bytes,
        };
        let file = self.write_file(&header, pace)?;
        self.keeper.update(|manifest| {
            manifest.add(&header);
            record(manifest, finished, durable);
        })?;
        self.next = self.next.next();
        let bytes = SegmentBytes::new(&header, file.map()?);
        Ok(ReadySegment { file, bytes })
    }

    fn write_file(
        &self,
        header: &SegmentHeader,
        pace: &dyn Fn() -> Pace,
    ) -> io::Result<Arc<dyn StorageFile>> {
        let storage = &*self.storage;
        remove_if_there(storage, SEGMENT_DRAFT)?;
        let file = storage.create(SEGMENT_DRAFT, header.bytes, self.write_path)?;
        if let Err(error) = fill(&*file, header, pace) {
            // The draft holds the space that others now lack.
            remove_if_there(storage, SEGMENT_DRAFT)?;
            return Err(error);
        }
        storage.rename(SEGMENT_DRAFT, &header.number.file_name())?;
        fail_point!("NameNotSynced", |_| Ok(file.clone()));
        storage.sync_directory()?;
        Ok(file)
    }

    /// Records `finished` segments and the durable mark.
    pub(crate) fn record(&self, finished: &[LeftSegment], durable: FrameNumber) -> io::Result<()> {
        self.keeper.update(|manifest| record(manifest, finished, durable))
    }
}

/// Writes zeros to the whole file, so that no later sync has to allocate, and the header.
fn fill(file: &dyn StorageFile, header: &SegmentHeader, pace: &dyn Fn() -> Pace) -> io::Result<()> {
    let zeros = Pages::new(PIECE.min(header.bytes));
    let mut at = 0;
    for piece in 1_u64.. {
        let gentle = pace() == Pace::Gentle;
        let part = PIECE.min(header.bytes - at);
        file.write_at(&[IoSlice::new(zeros.first(part))], at)?;
        at += part;
        if at == header.bytes {
            break;
        }
        if gentle || piece.is_multiple_of(PIECES_A_SYNC) {
            file.sync()?;
        }
    }
    file.write_at(&[IoSlice::new(&header.to_page())], 0)?;
    file.sync()
}

/// Puts what became durable into `manifest`.
pub(crate) fn record(
    manifest: &mut crate::manifest::Manifest,
    finished: &[LeftSegment],
    durable: FrameNumber,
) {
    let state = |segment: &LeftSegment| {
        fail_point!("ExtentForgotten", |_| match segment.state {
            SegmentState::Finished(mut extent) => {
                extent.last = durable;
                SegmentState::Finished(extent)
            }
            other => other,
        });
        segment.state
    };
    for segment in finished {
        manifest.set_state(segment.number, state(segment));
    }
    manifest.durable = manifest.durable.max(durable);
}
