//! The manifest: which segments are the log, how far the finished ones reach, and where a clean shutdown left it.
//!
//! It is text, one fact a line, in one canonical form, ended by the CRC-32C of all that stands before:
//!
//! ```text
//! longmen-wal-manifest 1
//! node 00112233445566778899aabbccddeeff
//! epoch 3
//! next-segment 4
//! durable 120
//! segment 1 nonce <32 hex> epoch 2 bytes 134217728 finished first 1 last 118 end 1048576 digest <64 hex>
//! segment 2 nonce <32 hex> epoch 3 bytes 134217728 open
//! segment 3 nonce <32 hex> epoch 3 bytes 134217728 discarded
//! clean-end segment 2 offset 12288 frame 120 digest <64 hex>
//! crc32c 89abcdef
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::codec::PAGE_BYTES;
use crate::digest::{Digest, crc32c};
use crate::number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};
use crate::segment::{FIRST_FRAME, MIN_SEGMENT, SegmentHeader};

mod parse;
#[cfg(test)]
mod tests;

/// Name of the manifest's file.
pub(crate) const MANIFEST_FILE: &str = "MANIFEST";
/// What a manifest begins with, in any version.
pub(crate) const MANIFEST_TITLE: &str = "longmen-wal-manifest";
const TITLE: &str = "longmen-wal-manifest 1";

/// The log as its node last described it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) node: NodeId,
    /// The last start that was completed. A segment of a later epoch belongs to a start that was not.
    pub(crate) epoch: Epoch,
    /// No segment with this number or a higher one was ever named.
    pub(crate) next_segment: SegmentNumber,
    /// Every frame up to this one was durable when the manifest was written.
    pub(crate) durable: FrameNumber,
    pub(crate) segments: BTreeMap<SegmentNumber, SegmentEntry>,
    pub(crate) clean_end: Option<LogEnd>,
}

/// One segment in the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentEntry {
    pub(crate) nonce: Nonce,
    pub(crate) epoch: Epoch,
    pub(crate) bytes: u64,
    pub(crate) state: SegmentState,
}

/// What the manifest knows of a segment's contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SegmentState {
    /// Made; may hold frames, how many is found by reading it.
    Open,
    /// Full or left behind by a restart: these frames, all durable, and no others.
    Finished(Extent),
    /// Holds nothing that counts; the file may already be gone.
    Discarded,
}

/// The frames of a finished segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) first: FrameNumber,
    pub(crate) last: FrameNumber,
    /// Offset of the byte behind the last frame.
    pub(crate) end: u64,
    /// Digest of the last frame's body.
    pub(crate) digest: Digest,
}

/// The place behind a frame, with the digest of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogEnd {
    pub(crate) segment: SegmentNumber,
    pub(crate) offset: u64,
    pub(crate) frame: FrameNumber,
    pub(crate) digest: Digest,
}

impl LogEnd {
    /// The end of a log without frames.
    pub(crate) const EMPTY: Self =
        Self { segment: SegmentNumber(0), offset: 0, frame: FrameNumber::NONE, digest: Digest::ZERO };
}

impl Manifest {
    /// A new node's manifest: no segment yet.
    pub(crate) fn new(node: NodeId) -> Self {
        Self {
            node,
            epoch: Epoch(0),
            next_segment: SegmentNumber(1),
            durable: FrameNumber::NONE,
            segments: BTreeMap::new(),
            clean_end: None,
        }
    }

    /// Names a new segment.
    pub(crate) fn add(&mut self, header: &SegmentHeader) {
        let state = SegmentState::Open;
        let entry = SegmentEntry { nonce: header.nonce, epoch: header.epoch, bytes: header.bytes, state };
        self.segments.insert(header.number, entry);
        self.next_segment = self.next_segment.max(header.number.next());
    }

    /// Records what became of a named segment.
    pub(crate) fn set_state(&mut self, number: SegmentNumber, state: SegmentState) {
        let entry = self.segments.get_mut(&number).expect("only a named segment is ever used");
        entry.state = state;
    }

    /// Where the frames of a segment end, where that is known: its file may be cut there.
    pub(crate) fn end_of(&self, number: SegmentNumber) -> Option<u64> {
        let clean = self.clean_end.filter(|end| end.segment == number).map(|end| end.offset);
        match self.segments.get(&number)?.state {
            SegmentState::Finished(extent) => Some(extent.end),
            SegmentState::Open => clean,
            SegmentState::Discarded => None,
        }
    }

    /// The highest start any segment was made for.
    pub(crate) fn highest_epoch(&self) -> Epoch {
        self.segments.values().map(|entry| entry.epoch).fold(self.epoch, Epoch::max)
    }

    /// The manifest's text.
    pub(crate) fn render(&self) -> String {
        let mut text = format!(
            "{TITLE}\nnode {}\nepoch {}\nnext-segment {}\ndurable {}\n",
            self.node, self.epoch, self.next_segment, self.durable
        );
        for (number, entry) in &self.segments {
            render_segment(&mut text, *number, entry);
        }
        if let Some(end) = &self.clean_end {
            let LogEnd { segment, offset, frame, digest } = end;
            line(
                &mut text,
                format_args!("clean-end segment {segment} offset {offset} frame {frame} digest {digest}"),
            );
        }
        let crc = crc32c(text.as_bytes());
        line(&mut text, format_args!("crc32c {crc:08x}"));
        text
    }

    /// All that must hold between the lines. The message says what does not.
    pub(crate) fn validate(&self) -> Result<(), String> {
        let mut expected = FrameNumber::FIRST;
        let mut open_seen = false;
        for (number, entry) in &self.segments {
            if *number >= self.next_segment {
                return Err(format!("segment {number} is not below next-segment"));
            }
            if entry.bytes < MIN_SEGMENT || entry.bytes % PAGE_BYTES != 0 {
                return Err(format!("segment {number} cannot have {} bytes", entry.bytes));
            }
            match &entry.state {
                SegmentState::Discarded => {}
                SegmentState::Open => open_seen = true,
                SegmentState::Finished(_) if open_seen => {
                    return Err(format!("segment {number} is finished after an open one"));
                }
                SegmentState::Finished(extent) => {
                    extent
                        .validate(expected, entry.bytes)
                        .map_err(|what| format!("segment {number} {what}"))?;
                    expected = extent.last.next();
                }
            }
        }
        if self.durable.next() < expected {
            return Err(format!("durable {} is below finished frames", self.durable));
        }
        match &self.clean_end {
            Some(end) if end.frame < self.durable || end.frame.next() < expected => {
                Err(format!("the clean end at frame {} is before durable frames", end.frame))
            }
            _ => Ok(()),
        }
    }
}

impl Extent {
    fn validate(&self, expected: FrameNumber, bytes: u64) -> Result<(), &'static str> {
        if self.first != expected || self.last < self.first {
            return Err("does not continue the frames before it");
        }
        let aligned = self.end.is_multiple_of(PAGE_BYTES);
        if !aligned || self.end <= FIRST_FRAME || self.end > bytes {
            return Err("ends at an impossible place");
        }
        Ok(())
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("writing to a String cannot fail");
}

fn render_segment(text: &mut String, number: SegmentNumber, entry: &SegmentEntry) {
    let SegmentEntry { nonce, epoch, bytes, state } = entry;
    let common = format!("segment {number} nonce {nonce} epoch {epoch} bytes {bytes}");
    match state {
        SegmentState::Open => line(text, format_args!("{common} open")),
        SegmentState::Discarded => line(text, format_args!("{common} discarded")),
        SegmentState::Finished(Extent { first, last, end, digest }) => {
            line(text, format_args!("{common} finished first {first} last {last} end {end} digest {digest}"));
        }
    }
}
