//! A frame in place: no section is copied, the view keeps the mapped bytes alive.
//!
//! Bytes that were checked once may be others later: what lies below a snapshot was never read by this run, and a disk
//! may give back something else each time. So a view hands out a section only after a look at its sum, and whoever
//! wants the bytes has to say what happens where that does not hold.

use std::cell::Cell;
use std::sync::Arc;

use crate::body::{BODY_HEADER, BodyHeader, TABLE_ENTRY, TableEntry, section_padding};
use crate::codec::{index, offset};
use crate::damage::Damage;
use crate::digest::{Digest, crc32c};
use crate::envelope::{ENVELOPE, ENVELOPE_BYTES, Envelope};
use crate::error::{Fault, Finding};
use crate::frame_fault::FrameFault;
use crate::number::{Epoch, FrameNumber, SegmentNumber};
use crate::region::MappedBytes;
use crate::segment::SegmentBytes;

#[cfg(test)]
mod tests;

/// One frame of the log.
#[derive(Clone)]
pub struct FrameView {
    map: MappedBytes,
    segment: SegmentNumber,
    envelope: Envelope,
    header: BodyHeader,
    /// The section table as it was when its sum was looked at.
    table: Box<[Slot]>,
    body_start: usize,
    body_end: usize,
    /// Where damage is noted, for frames that a reader gives.
    damage: Option<Arc<Damage>>,
}

/// A section's place.
#[derive(Clone)]
struct Slot {
    entry: TableEntry,
    /// Whether this view has found its sum to hold.
    intact: Cell<bool>,
}

impl FrameView {
    /// The frame at `at`, its envelope and its body's head checked, so that every offset in it is known to
    /// lie inside the body. Each section's sum is looked at when the section is asked for.
    pub(crate) fn at(segment: &SegmentBytes, at: u64) -> Result<Self, FrameFault> {
        let Some(envelope) = segment.envelope(at) else {
            return Err(Self::fault_without_envelope(segment, at));
        };
        let body_start = index(at + ENVELOPE_BYTES);
        let body_end = body_start + index(u64::from(envelope.body_len));
        let body = segment.map.get(body_start..body_end).ok_or(FrameFault::Envelope)?;
        let (header, table) = checked_head(&envelope, body)?;
        let slots = table.into_iter().map(|entry| Slot { entry, intact: Cell::new(false) });
        Ok(Self {
            map: segment.map.clone(),
            segment: segment.number,
            envelope,
            header,
            table: slots.collect(),
            body_start,
            body_end,
            damage: None,
        })
    }

    /// The same view, which notes what it finds damaged there.
    pub(crate) fn noting(self, damage: &Arc<Damage>) -> Self {
        Self { damage: Some(Arc::clone(damage)), ..self }
    }

    /// Another frame of the same segment, which begins at `offset` (see [`FrameView::offset`]): the way back to what
    /// was read before.
    ///
    /// # Errors
    /// [`FrameFault`]: what is wrong with the bytes there.
    pub fn beside(&self, offset: u64) -> Result<Self, FrameFault> {
        let damage = self.damage.clone();
        Ok(Self { damage, ..Self::at(&self.segment_bytes(), offset)? })
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
    ///
    /// # Errors
    /// [`Finding`], where a sum in the frame does not hold.
    pub fn body(&self) -> Result<&[u8], Finding> {
        self.verify().map_err(|fault| self.damaged(fault))?;
        Ok(self.unchecked_body())
    }

    /// The body's bytes as they are.
    pub(crate) fn unchecked_body(&self) -> &[u8] {
        self.map.get(self.body_start..self.body_end).expect("checked when the view was made")
    }

    /// BLAKE3 of the body, computed now.
    #[must_use]
    pub fn body_digest(&self) -> Digest {
        Digest::of(self.unchecked_body())
    }

    /// Digest of the previous frame's body, as this body names it.
    #[must_use]
    pub fn prev_digest(&self) -> Digest {
        self.header.previous
    }

    /// The sections in the order they were written, each after a look at its sum; a view looks once.
    ///
    /// # Errors
    /// [`Finding`] in place of a section whose sum does not hold.
    pub fn sections(&self) -> impl Iterator<Item = Result<SectionView<'_>, Finding>> {
        (0..).zip(&*self.table).map(|(index, slot)| self.checked(index, slot))
    }

    /// The first section of this kind and owner, after a look at its sum and no other's; `None` where there is none.
    ///
    /// # Errors
    /// [`Finding`], where its sum does not hold.
    pub fn section(&self, kind: u16, owner: u16) -> Result<Option<SectionView<'_>>, Finding> {
        let mut slots = (0..).zip(&*self.table);
        let found = slots.find(|(_, Slot { entry, .. })| (entry.kind, entry.owner) == (kind, owner));
        found.map(|(index, slot)| self.checked(index, slot)).transpose()
    }

    fn checked(&self, index: u32, slot: &Slot) -> Result<SectionView<'_>, Finding> {
        self.check(index, slot).map_err(|fault| self.damaged(fault))?;
        let TableEntry { kind, owner, records, .. } = slot.entry;
        Ok(SectionView { kind, owner, records, bytes: self.bytes_of(&slot.entry) })
    }

    fn check(&self, number: u32, slot: &Slot) -> Result<(), FrameFault> {
        fail_point!("SumNotChecked", |_| Ok(()));
        if !slot.intact.get() {
            if crc32c(self.bytes_of(&slot.entry)) != slot.entry.crc {
                return Err(FrameFault::SectionSum { index: number });
            }
            slot.intact.set(true);
        }
        Ok(())
    }

    fn bytes_of(&self, entry: &TableEntry) -> &[u8] {
        let start = self.body_start + index(u64::from(entry.offset));
        let bytes = self.map.get(start..start + index(u64::from(entry.len)));
        bytes.expect("checked when the view was made")
    }

    /// What the table says of the sections, in order.
    pub(crate) fn table(&self) -> impl Iterator<Item = &TableEntry> {
        self.table.iter().map(|slot| &slot.entry)
    }

    /// What was found here, noted where damage is.
    fn damaged(&self, fault: FrameFault) -> Finding {
        let finding = Finding {
            file: self.segment.file_name(),
            offset: Some(self.offset()),
            frame: Some(self.number()),
            fault: Fault::of_durable(fault),
        };
        if let Some(damage) = &self.damage {
            damage.note(&finding);
        }
        finding
    }

    /// Checks what making the view left: every section's sum, the padding between sections and behind the
    /// body. With the checked head this covers every byte of the frame.
    pub fn verify(&self) -> Result<(), FrameFault> {
        fail_point!("SumNotChecked", |_| Ok(()));
        for (number, slot) in (0..).zip(&*self.table) {
            self.check(number, slot)?;
        }
        let behind = self.map.get(self.body_end..index(self.end())).expect("the envelope fits its segment");
        check_padding(self.unchecked_body(), self.table(), behind)
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

/// One section of a frame, in place. Its sum held.
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
}

/// Checks the bytes of a whole frame, which begin with this envelope; its body's header.
pub(crate) fn check_frame(envelope: &Envelope, frame: &[u8]) -> Result<BodyHeader, FrameFault> {
    let (body, behind) = frame[ENVELOPE..].split_at(index(u64::from(envelope.body_len)));
    let (header, table) = checked_head(envelope, body)?;
    for (number, entry) in (0..).zip(&table) {
        let start = index(u64::from(entry.offset));
        if crc32c(&body[start..start + index(u64::from(entry.len))]) != entry.crc {
            return Err(FrameFault::SectionSum { index: number });
        }
    }
    check_padding(body, table.iter(), behind)?;
    Ok(header)
}

/// Checks that there are zeros between the sections and behind the body.
fn check_padding<'t>(
    body: &[u8],
    table: impl Iterator<Item = &'t TableEntry>,
    behind: &[u8],
) -> Result<(), FrameFault> {
    for entry in table {
        let end = index(u64::from(entry.offset)) + index(u64::from(entry.len));
        check_zeros(&body[end..end + section_padding(index(u64::from(entry.len)))])?;
    }
    check_zeros(behind)
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

/// The body's header and section table, after checking the head's sum and that the table lays the sections out without
/// gaps to exactly the body's end.
fn checked_head(envelope: &Envelope, body: &[u8]) -> Result<(BodyHeader, Vec<TableEntry>), FrameFault> {
    let header = BodyHeader::from_bytes(body.first_chunk().ok_or(FrameFault::Head)?);
    let len = head_len(body, header.sections).ok_or(FrameFault::HeadSum)?;
    let head = &body[..len];
    if crc32c(head) != envelope.body_crc {
        return Err(FrameFault::HeadSum);
    }
    if header.number != envelope.number || header.body_len != envelope.body_len {
        return Err(FrameFault::Head);
    }
    let (entries, _) = head[BODY_HEADER..].as_chunks::<TABLE_ENTRY>();
    let table: Vec<TableEntry> = entries.iter().map(TableEntry::from_bytes).collect();
    let mut at = offset(len);
    for entry in &table {
        if u64::from(entry.offset) != at || entry.reserved != 0 {
            return Err(FrameFault::Head);
        }
        let len = u64::from(entry.len);
        at += len + offset(section_padding(index(len)));
    }
    if at == u64::from(header.body_len) { Ok((header, table)) } else { Err(FrameFault::Head) }
}
