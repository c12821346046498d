//! One bit of a file under a running node.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use longmen_wal::{DirectoryStorage, FrameSummary, Inspected, SegmentNumber, inspect};
use rand::Rng;
use rand::rngs::SmallRng;

/// Bytes of a frame's head and of a row of its section table, with what is around them: what is not padding.
const HEAD: u64 = 64 + 56;
const ROW: u64 = 32;
/// Bytes of a segment's header that mean something.
const HEADER: u64 = 128;

/// A bit, which is turned over.
#[derive(Clone, Debug)]
pub(super) struct Flip {
    pub(super) segment: SegmentNumber,
    /// The frame that it lies in, if it lies in one.
    pub(super) frame: Option<u64>,
    at: u64,
    bit: u8,
}

impl Flip {
    /// One in what a frame says.
    pub(super) fn in_frame(frame: &FrameSummary, rng: &mut SmallRng) -> Flip {
        let sections: u64 = frame.sections.iter().map(|section| section.bytes as u64 + ROW).sum();
        Flip::within(frame, frame.bytes.min(HEAD + sections), rng)
    }

    /// One anywhere in a frame, also in the zeros behind what it says.
    pub(super) fn anywhere_in(frame: &FrameSummary, rng: &mut SmallRng) -> Flip {
        Flip::within(frame, frame.bytes, rng)
    }

    /// One in the header of a frame's segment.
    pub(super) fn in_header(frame: &FrameSummary, rng: &mut SmallRng) -> Flip {
        let (at, bit) = (rng.random_range(0..HEADER), rng.random_range(0..8));
        Flip { segment: frame.segment, frame: None, at, bit }
    }

    fn within(frame: &FrameSummary, bytes: u64, rng: &mut SmallRng) -> Flip {
        let at = frame.offset + rng.random_range(0..bytes);
        Flip { segment: frame.segment, frame: Some(frame.number.0), at, bit: rng.random_range(0..8) }
    }

    /// Turns the bit over; the second time it is as it was.
    pub(super) fn turn(&self, data: &Path) -> io::Result<()> {
        let path = data.join(self.segment.file_name());
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut byte = [0];
        file.read_exact_at(&mut byte, self.at)?;
        file.write_all_at(&[byte[0] ^ 1 << self.bit], self.at)
    }
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flip { segment, at, bit, .. } = self;
        write!(f, "{}, byte {at}, bit {bit}", segment.file_name())?;
        self.frame.map_or(Ok(()), |frame| write!(f, " (frame {frame})"))
    }
}

/// The frames of a stopped node's directory that lie in segments which are finished.
pub(super) fn cold_frames(data: &Path) -> io::Result<BTreeMap<u64, FrameSummary>> {
    let storage = DirectoryStorage::open_read_only(data).map_err(io::Error::other)?;
    let mut frames = BTreeMap::new();
    inspect(&storage, &mut |found| {
        if let Inspected::Frame(frame) = found {
            frames.insert(frame.number.0, frame);
        }
    })
    .map_err(io::Error::other)?;
    let last = frames.values().map(|frame| frame.segment).max();
    frames.retain(|_, frame| Some(frame.segment) < last);
    Ok(frames)
}
