//! A segment file: its header page and its identity.
//!
//! The header is one page, written and synced while the segment is made and never again, so that no later
//! write can tear it: what the first frame is stands in that frame and in the manifest.
//!
//! | bytes | field | meaning |
//! | --- | --- | --- |
//! | 0..8 | magic | `LMSEGMNT` |
//! | 8..16 | version | of the format, 1 |
//! | 16..32 | node id | |
//! | 32..40 | segment number | |
//! | 40..56 | nonce | random, of this use |
//! | 56..64 | epoch | of the run that made the segment, the only one that writes to it |
//! | 64..72 | size | of the file in bytes |
//! | 72..4092 | zeros | |
//! | 4092..4096 | CRC-32C | of bytes 0..4092 |

use crate::codec::{FieldReader, FieldWriter, PAGE, PAGE_BYTES};
use crate::digest::crc32c;
use crate::envelope::{ENVELOPE, ENVELOPE_BYTES, Envelope, FORMAT_VERSION};
use crate::number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};
use crate::region::MappedBytes;

const MAGIC: [u8; 8] = *b"LMSEGMNT";
const FIELDS: usize = 72;
const SUMMED: usize = PAGE - 4;
const _: () = assert!(FIELDS == 8 + 8 + 16 + 8 + 16 + 8 + 8);

/// Offset of the first frame.
pub(crate) const FIRST_FRAME: u64 = PAGE_BYTES;
/// The smallest segment: its header and one frame of one page.
pub(crate) const MIN_SEGMENT: u64 = 2 * PAGE_BYTES;

/// Who a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) node: NodeId,
    pub(crate) number: SegmentNumber,
    pub(crate) nonce: Nonce,
    pub(crate) epoch: Epoch,
    pub(crate) bytes: u64,
}

impl SegmentHeader {
    pub(crate) fn to_page(self) -> [u8; PAGE] {
        let mut page = [0; PAGE];
        let mut fields = FieldWriter::new(&mut page);
        fields.put(&MAGIC);
        fields.u64(u64::from(FORMAT_VERSION));
        fields.u128(self.node.0);
        fields.u64(self.number.0);
        fields.u128(self.nonce.0);
        fields.u64(self.epoch.0);
        fields.u64(self.bytes);
        let crc = crc32c(&page[..SUMMED]);
        page[SUMMED..].copy_from_slice(&crc.to_le_bytes());
        page
    }

    /// The header in `page`, or `None` when its sum, magic or version does not hold or padding is not zero.
    pub(crate) fn parse(page: &[u8; PAGE]) -> Option<Self> {
        let mut fields = FieldReader::new(page);
        if fields.array() != MAGIC || fields.u64() != u64::from(FORMAT_VERSION) {
            return None;
        }
        let header = Self {
            node: NodeId(fields.u128()),
            number: SegmentNumber(fields.u64()),
            nonce: Nonce(fields.u128()),
            epoch: Epoch(fields.u64()),
            bytes: fields.u64(),
        };
        // The page is a function of its fields, so comparing it whole checks the sum and the padding alike.
        (header.to_page() == *page).then_some(header)
    }
}

/// A segment's identity and bytes: all that reading a frame needs.
#[derive(Clone)]
pub(crate) struct SegmentBytes {
    pub(crate) number: SegmentNumber,
    pub(crate) nonce: Nonce,
    pub(crate) epoch: Epoch,
    pub(crate) map: MappedBytes,
}

impl SegmentBytes {
    pub(crate) fn new(header: &SegmentHeader, map: MappedBytes) -> Self {
        Self { number: header.number, nonce: header.nonce, epoch: header.epoch, map }
    }

    /// The same, up to an end behind which nothing counts, and the file may be cut.
    pub(crate) fn up_to(&self, end: u64) -> Self {
        Self { map: self.map.shortened(crate::codec::index(end)), ..self.clone() }
    }

    /// Length of the file, or of the part that counts.
    pub(crate) fn len(&self) -> u64 {
        crate::codec::offset(self.map.len())
    }

    /// The bytes from `from` to `to`, or `None` past the end.
    pub(crate) fn get(&self, from: u64, to: u64) -> Option<&[u8]> {
        self.map.get(crate::codec::index(from)..crate::codec::index(to))
    }

    /// The envelope at `offset`, when one of this very segment and place stands there and its frame fits.
    pub(crate) fn envelope(&self, offset: u64) -> Option<Envelope> {
        let bytes = self.get(offset, offset.checked_add(ENVELOPE_BYTES)?)?;
        self.envelope_in(bytes.first_chunk()?, offset)
    }

    /// The same of bytes that were read from there.
    pub(crate) fn envelope_in(&self, bytes: &[u8; ENVELOPE], offset: u64) -> Option<Envelope> {
        let envelope = Envelope::parse(bytes)?;
        let mine =
            envelope.nonce == self.nonce && envelope.epoch == self.epoch && envelope.offset() == offset;
        let fits = offset.checked_add(envelope.frame_bytes())? <= self.len();
        (mine && fits && envelope.number >= FrameNumber::FIRST).then_some(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::{PAGE, SegmentHeader};
    use crate::number::{Epoch, NodeId, Nonce, SegmentNumber};

    #[test]
    fn every_changed_byte_of_the_page_is_noticed() {
        let header = SegmentHeader {
            node: NodeId(1),
            number: SegmentNumber(2),
            nonce: Nonce(3),
            epoch: Epoch(4),
            bytes: 65536,
        };
        let page = header.to_page();
        assert_eq!(SegmentHeader::parse(&page), Some(header));
        for at in 0..PAGE {
            let mut changed = page;
            changed[at] ^= 0x40;
            assert_eq!(SegmentHeader::parse(&changed), None, "byte {at}");
        }
    }
}
