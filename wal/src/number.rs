//! The numbers and identities that tell one frame, segment, run and node from another.

use std::fmt;

/// Position of a frame in the log. The first frame is 1; 0 means "no frame yet".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameNumber(pub u64);

impl FrameNumber {
    /// "No frame yet": comes before every frame.
    pub const NONE: Self = Self(0);
    /// The first frame a log can hold.
    pub const FIRST: Self = Self(1);

    /// The frame that follows this one. Panics after 2^64 - 1 frames, which no log reaches.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).expect("a log never holds 2^64 frames"))
    }

    /// The frame before this one, or `None` before the first frame's predecessor, [`FrameNumber::NONE`].
    #[must_use]
    pub fn prev(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// True for [`FrameNumber::NONE`].
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}

impl fmt::Display for FrameNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of a segment file, from 1, never used twice by a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentNumber(pub u64);

impl SegmentNumber {
    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).expect("a node never makes 2^64 segments"))
    }

    /// The name of the segment's file in the log directory.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("segment-{:08}.log", self.0)
    }

    /// The segment a file name stands for, or `None` when it is not exactly a segment's name.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        let digits = name.strip_prefix("segment-")?.strip_suffix(".log")?;
        let number = Self(digits.parse().ok()?);
        (number.file_name() == name).then_some(number)
    }
}

impl fmt::Display for SegmentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Counts the starts of a node: every successful open of the log begins a new epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The epoch after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).expect("a node never starts 2^64 times"))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Random identity of a node's log directory, drawn when the directory is first opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u128);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Random identity of one use of a segment. It stands in every envelope, so bytes of another use, another
/// node, or planted inside a body never pass for a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce(pub u128);

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{FrameNumber, SegmentNumber};

    #[test]
    fn only_the_exact_name_is_a_segment() {
        let check = |name: &str, expected: Option<u64>| {
            assert_eq!(SegmentNumber::from_file_name(name).map(|number| number.0), expected, "{name}");
        };
        check("segment-00000001.log", Some(1));
        check("segment-123456789.log", Some(123_456_789));
        check("segment-1.log", None);
        check("segment-+0000001.log", None);
        check("segment-00000001.log.tmp", None);
        check("MANIFEST", None);
    }

    #[test]
    fn neighbours_of_a_frame() {
        assert_eq!(FrameNumber::NONE.next(), FrameNumber::FIRST);
        assert_eq!(FrameNumber::FIRST.prev(), Some(FrameNumber::NONE));
        assert_eq!(FrameNumber::NONE.prev(), None);
    }
}
