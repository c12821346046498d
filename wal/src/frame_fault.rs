//! What is wrong where a frame should be.

use crate::number::FrameNumber;

/// What is wrong with the bytes at a place where a frame should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// The page holds only zeros: nothing was ever written, or it never reached the disk.
    #[error("no frame, the page is empty")]
    Absent,
    /// No envelope of this segment and place: its sum, nonce, epoch or position does not hold.
    #[error("the envelope does not hold")]
    Envelope,
    /// The body's header and section table do not match their sum.
    #[error("the sum of the body's header and section table does not hold")]
    HeadSum,
    /// The head is intact but says impossible things.
    #[error("the body's header or section table is inconsistent")]
    Head,
    /// A section does not match its sum.
    #[error("the sum of section {index} does not hold")]
    SectionSum {
        /// Position of the section in the table, from 0.
        index: u32,
    },
    /// A padding byte is not zero.
    #[error("padding is not zero")]
    Padding,
    /// The frame is not the one that follows its predecessor.
    #[error("the frame is number {found}")]
    Number {
        /// The number it has.
        found: FrameNumber,
    },
    /// The body does not name its predecessor's digest.
    #[error("the body does not continue the digest chain")]
    Chain,
}
