//! A frame in place: nothing is copied, the view keeps the mapped bytes alive.

use crate::body::{BODY_HEADER, BodyHeader, TABLE_ENTRY, TableEntry, section_padding};
use crate::codec::{index, offset};
use crate::digest::{Digest, crc32c};
use crate::envelope::{ENVELOPE_BYTES, Envelope};
use crate::number::{Epoch, FrameNumber, SegmentNumber};
use crate::region::MappedBytes;
use crate::segment::SegmentBytes;

#[cfg(test)]
mod tests;

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

/// One frame of the log.
#[derive(Clone)]
pub struct FrameView {
    map: MappedBytes,
    segment: SegmentNumber,
    envelope: Envelope,
    header: BodyHeader,
    body_start: usize,
    body_end: usize,
}

impl FrameView {
    /// The frame at `at`, its envelope and its body's head checked, so that every offset in it is known to
    /// lie inside the body. The sections' sums are left to [`FrameView::verify`].
    pub(crate) fn at(segment: &SegmentBytes, at: u64) -> Result<Self, FrameFault> {
        let Some(envelope) = segment.envelope(at) else {
            return Err(Self::fault_without_envelope(segment, at));
        };
        let body_start = index(at + ENVELOPE_BYTES);
        let body_end = body_start + index(u64::from(envelope.body_len));
        let body = segment.map.get(body_start..body_end).ok_or(FrameFault::Envelope)?;
        let header = checked_head(&envelope, body)?;
        Ok(Self { map: segment.map.clone(), segment: segment.number, envelope, header, body_start, body_end })
    }

    /// Another frame of the same segment, which begins at `offset` (see [`FrameView::offset`]): the way back to what
    /// was read before. Its envelope and its body's head are checked, its sections' sums are not.
    ///
    /// # Errors
    /// [`FrameFault`]: what is wrong with the bytes there.
    pub fn beside(&self, offset: u64) -> Result<Self, FrameFault> {
        Self::at(&self.segment_bytes(), offset)
    }

    /// The segment that the frame is read from.
    pub(crate) fn segment_bytes(&self) -> SegmentBytes {
        let Envelope { nonce, epoch, .. } = self.envelope;
        SegmentBytes { number: self.segment, nonce, epoch, map: self.map.clone() }
    }

    fn fault_without_envelope(segment: &SegmentBytes, at: u64) -> FrameFault {
        match segment.get(at, at + crate::codec::PAGE_BYTES) {
            Some(page) if page.iter().any(|byte| *byte != 0) => FrameFault::Envelope,
            _ => FrameFault::Absent,
        }
    }

    /// The frame's number.
    #[must_use]
    pub fn number(&self) -> FrameNumber {
        self.header.number
    }

    /// Logged time, microseconds since 1970.
    #[must_use]
    pub fn time_us(&self) -> i64 {
        self.header.time_us
    }

    /// The run that wrote the frame here.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.envelope.epoch
    }

    /// The highest synced frame when this one was written.
    #[must_use]
    pub fn durable_when_written(&self) -> FrameNumber {
        self.envelope.durable
    }

    /// True for a frame the log wrote on its own to carry the durable mark; it has no sections.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.envelope.idle
    }

    /// The segment that holds the frame.
    #[must_use]
    pub fn segment(&self) -> SegmentNumber {
        self.segment
    }

    /// Offset of the frame's envelope in its segment, bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.envelope.offset()
    }

    /// Bytes the frame takes on disk, envelope and padding included.
    #[must_use]
    pub fn frame_bytes(&self) -> u64 {
        self.envelope.frame_bytes()
    }

    /// The sum of the body's head, which covers nothing outside the body.
    pub(crate) fn head_crc(&self) -> u32 {
        self.envelope.body_crc
    }

    /// Offset of the byte behind the frame.
    pub(crate) fn end(&self) -> u64 {
        self.offset() + self.frame_bytes()
    }

    /// The whole body: header, section table, sections.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.map.get(self.body_start..self.body_end).expect("checked when the view was made")
    }

    /// BLAKE3 of the body, computed now.
    #[must_use]
    pub fn body_digest(&self) -> Digest {
        Digest::of(self.body())
    }

    /// Digest of the previous frame's body, as this body names it.
    #[must_use]
    pub fn prev_digest(&self) -> Digest {
        self.header.previous
    }

    /// The sections in the order they were written.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = SectionView<'_>> {
        table(self.body(), self.header.sections).map(|entry| self.section_of(&entry))
    }

    /// The first section of this kind and owner.
    #[must_use]
    pub fn section(&self, kind: u16, owner: u16) -> Option<SectionView<'_>> {
        self.sections().find(|section| section.kind == kind && section.owner == owner)
    }

    fn section_of(&self, entry: &TableEntry) -> SectionView<'_> {
        let start = index(u64::from(entry.offset));
        let end = start + index(u64::from(entry.len));
        SectionView {
            kind: entry.kind,
            owner: entry.owner,
            records: entry.records,
            bytes: &self.body()[start..end],
            crc: entry.crc,
        }
    }

    /// Checks what making the view left: every section's sum, the padding between sections and behind the
    /// body. With the checked head this covers every byte of the frame.
    pub fn verify(&self) -> Result<(), FrameFault> {
        #[cfg(feature = "planted-bugs")]
        if crate::planted::is(crate::planted::Bug::SumNotChecked) {
            return Ok(());
        }
        let body = self.body();
        for (section, number) in self.sections().zip(0_u32..) {
            if !section.is_intact() {
                return Err(FrameFault::SectionSum { index: number });
            }
        }
        for entry in table(body, self.header.sections) {
            let end = index(u64::from(entry.offset)) + index(u64::from(entry.len));
            check_zeros(&body[end..end + section_padding(index(u64::from(entry.len)))])?;
        }
        let behind = self.map.get(self.body_end..index(self.end())).expect("the envelope fits its segment");
        check_zeros(behind)
    }
}

impl std::fmt::Debug for FrameView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrameView")
            .field("segment", &self.segment)
            .field("envelope", &self.envelope)
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// One section of a frame, in place.
#[derive(Clone, Copy, Debug)]
pub struct SectionView<'a> {
    /// What the section holds.
    pub kind: u16,
    /// Who wrote it.
    pub owner: u16,
    /// Number of records in it.
    pub records: u32,
    /// The section's bytes.
    pub bytes: &'a [u8],
    crc: u32,
}

impl SectionView<'_> {
    /// True when the section's bytes match their sum.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        crc32c(self.bytes) == self.crc
    }
}

fn check_zeros(padding: &[u8]) -> Result<(), FrameFault> {
    if padding.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(FrameFault::Padding) }
}

/// Length of the header and the table, or `None` when the body is too short for them.
fn head_len(body: &[u8], sections: u32) -> Option<usize> {
    let table = index(u64::from(sections)).checked_mul(TABLE_ENTRY)?;
    let len = BODY_HEADER.checked_add(table)?;
    (len <= body.len()).then_some(len)
}

fn table(body: &[u8], sections: u32) -> impl ExactSizeIterator<Item = TableEntry> + '_ {
    let len = head_len(body, sections).expect("the caller has checked the head");
    let (entries, _) = body[BODY_HEADER..len].as_chunks::<TABLE_ENTRY>();
    entries.iter().map(TableEntry::from_bytes)
}

/// The body's header, after checking the head's sum and that the table lays the sections out without gaps
/// to exactly the body's end.
fn checked_head(envelope: &Envelope, body: &[u8]) -> Result<BodyHeader, FrameFault> {
    let header = BodyHeader::from_bytes(body.first_chunk().ok_or(FrameFault::Head)?);
    let head = head_len(body, header.sections).ok_or(FrameFault::HeadSum)?;
    if crc32c(&body[..head]) != envelope.body_crc {
        return Err(FrameFault::HeadSum);
    }
    if header.number != envelope.number || header.body_len != envelope.body_len {
        return Err(FrameFault::Head);
    }
    let mut at = offset(head);
    for entry in table(body, header.sections) {
        if u64::from(entry.offset) != at || entry.reserved != 0 {
            return Err(FrameFault::Head);
        }
        let len = u64::from(entry.len);
        at += len + offset(section_padding(index(len)));
    }
    if at == u64::from(header.body_len) { Ok(header) } else { Err(FrameFault::Head) }
}
