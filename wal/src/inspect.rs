//! Looks at segment files as they are, damaged or not: material for a person, not a check.

use crate::codec::{PAGE, PAGE_BYTES, index};
use crate::error::StorageError;
use crate::frame_fault::FrameFault;
use crate::number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};
use crate::segment::{FIRST_FRAME, SegmentBytes, SegmentHeader};
use crate::storage::Storage;
use crate::view::FrameView;

/// One thing found in a segment file, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inspected {
    /// A segment file and its header; what follows lies in it.
    Segment(SegmentSummary),
    /// A segment file whose header does not hold, so that none of its frames can be told.
    Headless {
        file: String,
    },
    Frame(FrameSummary),
    /// Pages that are neither empty nor a frame.
    Unreadable {
        segment: SegmentNumber,
        /// Where the first such page begins, bytes.
        offset: u64,
        /// How many bytes, whole pages.
        bytes: u64,
    },
}

/// A segment's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentSummary {
    pub file: String,
    /// The node in the header.
    pub node: NodeId,
    /// The number in the header.
    pub number: SegmentNumber,
    /// The nonce of this use.
    pub nonce: Nonce,
    /// The epoch that made the segment.
    pub epoch: Epoch,
    /// Length of the file, bytes.
    pub bytes: u64,
}

/// A frame in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameSummary {
    /// The frame's number.
    pub number: FrameNumber,
    pub segment: SegmentNumber,
    /// Where it begins, bytes.
    pub offset: u64,
    /// Bytes on disk, envelope and padding included.
    pub bytes: u64,
    /// The epoch that wrote it.
    pub epoch: Epoch,
    /// True for a frame the log wrote on its own.
    pub idle: bool,
    /// The durable mark when it was written.
    pub durable: FrameNumber,
    /// Logged time, microseconds since 1970.
    pub time_us: i64,
    pub sections: Vec<SectionSummary>,
    /// What is wrong behind its head, if anything.
    pub fault: Option<FrameFault>,
}

/// A section in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionSummary {
    /// What it holds.
    pub kind: u16,
    /// Who wrote it.
    pub owner: u16,
    /// Number of records.
    pub records: u32,
    /// Its length, bytes.
    pub bytes: usize,
}

/// Shows everything in all segment files to `visit`, by file name. Needs no manifest, checks no chain.
pub fn inspect(storage: &dyn Storage, visit: &mut dyn FnMut(Inspected)) -> Result<(), StorageError> {
    let mut names = storage.list().map_err(StorageError::of(""))?;
    names.retain(|name| SegmentNumber::from_file_name(name).is_some());
    names.sort();
    for name in names {
        inspect_file(storage, name, visit)?;
    }
    Ok(())
}

fn inspect_file(
    storage: &dyn Storage,
    file: String,
    visit: &mut dyn FnMut(Inspected),
) -> Result<(), StorageError> {
    let opened = storage.open(&file).map_err(StorageError::of(&file))?;
    let len = opened.size().map_err(StorageError::of(&file))?;
    let mut page = [0; PAGE];
    if len >= PAGE_BYTES {
        opened.read_at(&mut page, 0).map_err(StorageError::of(&file))?;
    }
    let Some(header) = SegmentHeader::parse(&page) else {
        visit(Inspected::Headless { file });
        return Ok(());
    };
    let map = opened.map().map_err(StorageError::of(&file))?;
    let SegmentHeader { node, number, nonce, epoch, .. } = header;
    visit(Inspected::Segment(SegmentSummary { file, node, number, nonce, epoch, bytes: len }));
    inspect_frames(&SegmentBytes::new(&header, map), visit);
    Ok(())
}

fn inspect_frames(segment: &SegmentBytes, visit: &mut dyn FnMut(Inspected)) {
    let mut unreadable: Option<u64> = None;
    let mut at = FIRST_FRAME;
    while at < segment.len() {
        let found = FrameView::at(segment, at);
        let is_gap_over = !matches!(found, Err(fault) if fault != FrameFault::Absent);
        if is_gap_over && let Some(offset) = unreadable.take() {
            visit(Inspected::Unreadable { segment: segment.number, offset, bytes: at - offset });
        }
        match found {
            Ok(view) => {
                at = view.end();
                visit(Inspected::Frame(summary(&view)));
                continue;
            }
            Err(FrameFault::Absent) => {}
            Err(_) => unreadable = unreadable.or(Some(at)),
        }
        at += PAGE_BYTES;
    }
    if let Some(offset) = unreadable {
        visit(Inspected::Unreadable { segment: segment.number, offset, bytes: segment.len() - offset });
    }
}

fn summary(view: &FrameView) -> FrameSummary {
    let sections = view.table().map(|entry| SectionSummary {
        kind: entry.kind,
        owner: entry.owner,
        records: entry.records,
        bytes: index(u64::from(entry.len)),
    });
    FrameSummary {
        number: view.number(),
        segment: view.segment(),
        offset: view.offset(),
        bytes: view.frame_bytes(),
        epoch: view.epoch(),
        idle: view.is_idle(),
        durable: view.durable_when_written(),
        time_us: view.time_us(),
        sections: sections.collect(),
        fault: view.verify().err(),
    }
}
