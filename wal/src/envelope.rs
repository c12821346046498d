//! The envelope before each body: what this node, this run and this place add to it.
//!
//! | bytes | field | meaning |
//! | --- | --- | --- |
//! | 0..4 | magic | `LMFR` |
//! | 4..6 | version | of the format, 1 |
//! | 6..8 | flags | bit 0: idle frame; others are 0 |
//! | 8..24 | nonce | of the segment's use |
//! | 24..32 | epoch | of the run that wrote the frame |
//! | 32..40 | frame number | |
//! | 40..48 | durable mark | highest synced frame when this one was written |
//! | 48..52 | body length | bytes, without the padding to 4 KiB |
//! | 52..56 | body CRC-32C | of the body's head: header and section table, which holds the sections' sums |
//! | 56..60 | page | offset in the segment / 4096 |
//! | 60..64 | CRC-32C | of bytes 0..60 |

use crate::codec::{FieldReader, FieldWriter, PAGE_BYTES, page_align};
use crate::digest::crc32c;
use crate::number::{Epoch, FrameNumber, Nonce};

/// Length of the envelope in bytes.
pub(crate) const ENVELOPE: usize = 64;
/// [`ENVELOPE`] as a file length.
pub(crate) const ENVELOPE_BYTES: u64 = 64;
/// Version of the frame format this crate writes and reads.
pub(crate) const FORMAT_VERSION: u16 = 1;

const MAGIC: [u8; 4] = *b"LMFR";
const SUMMED: usize = ENVELOPE - 4;
const IDLE: u16 = 1;
const _: () = assert!(SUMMED == 4 + 2 + 2 + 16 + 8 + 8 + 8 + 4 + 4 + 4);

/// The envelope, parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) idle: bool,
    pub(crate) nonce: Nonce,
    pub(crate) epoch: Epoch,
    pub(crate) number: FrameNumber,
    pub(crate) durable: FrameNumber,
    pub(crate) body_len: u32,
    pub(crate) body_crc: u32,
    pub(crate) page: u32,
}

impl Envelope {
    pub(crate) fn to_bytes(self) -> [u8; ENVELOPE] {
        let mut bytes = [0; ENVELOPE];
        let mut fields = FieldWriter::new(&mut bytes);
        fields.put(&MAGIC);
        fields.u16(FORMAT_VERSION);
        fields.u16(if self.idle { IDLE } else { 0 });
        fields.u128(self.nonce.0);
        fields.u64(self.epoch.0);
        fields.u64(self.number.0);
        fields.u64(self.durable.0);
        fields.u32(self.body_len);
        fields.u32(self.body_crc);
        fields.u32(self.page);
        let crc = crc32c(&bytes[..SUMMED]);
        bytes[SUMMED..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The envelope in `bytes`, or `None` when its own sum, magic, version or flags do not hold, or when it
    /// claims what no writer claims: that itself was durable while it was being written.
    pub(crate) fn parse(bytes: &[u8; ENVELOPE]) -> Option<Self> {
        let mut fields = FieldReader::new(bytes);
        if fields.array() != MAGIC || fields.u16() != FORMAT_VERSION {
            return None;
        }
        let flags = fields.u16();
        let envelope = Self {
            idle: flags == IDLE,
            nonce: Nonce(fields.u128()),
            epoch: Epoch(fields.u64()),
            number: FrameNumber(fields.u64()),
            durable: FrameNumber(fields.u64()),
            body_len: fields.u32(),
            body_crc: fields.u32(),
            page: fields.u32(),
        };
        let sound =
            fields.u32() == crc32c(&bytes[..SUMMED]) && flags <= IDLE && envelope.durable < envelope.number;
        sound.then_some(envelope)
    }

    /// Bytes the frame takes in its segment: envelope, body, padding to whole pages.
    pub(crate) fn frame_bytes(&self) -> u64 {
        frame_bytes(self.body_len)
    }

    /// Where the frame says it stands in its segment.
    pub(crate) fn offset(&self) -> u64 {
        u64::from(self.page) * PAGE_BYTES
    }
}

/// Bytes a frame with a body of `body_len` bytes takes in its segment.
pub(crate) fn frame_bytes(body_len: u32) -> u64 {
    page_align(ENVELOPE_BYTES + u64::from(body_len)).expect("a 32-bit length is far from overflow")
}

#[cfg(test)]
mod tests {
    use super::{ENVELOPE, Envelope, frame_bytes};
    use crate::number::{Epoch, FrameNumber, Nonce};

    fn sample() -> Envelope {
        Envelope {
            idle: true,
            nonce: Nonce(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10),
            epoch: Epoch(3),
            number: FrameNumber(77),
            durable: FrameNumber(76),
            body_len: 56,
            body_crc: 0xdead_beef,
            page: 9,
        }
    }

    #[test]
    fn round_trip() {
        assert_eq!(Envelope::parse(&sample().to_bytes()), Some(sample()));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let good = sample().to_bytes();
        for bit in 0..ENVELOPE * 8 {
            let mut bytes = good;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Envelope::parse(&bytes), None, "bit {bit}");
        }
    }

    #[test]
    fn a_mark_at_or_above_the_frame_is_no_envelope() {
        let bytes = Envelope { durable: FrameNumber(77), ..sample() }.to_bytes();
        assert_eq!(Envelope::parse(&bytes), None);
    }

    #[test]
    fn frames_take_whole_pages() {
        assert_eq!(frame_bytes(0), 4096);
        assert_eq!(frame_bytes(4096 - 64), 4096);
        assert_eq!(frame_bytes(4096 - 63), 8192);
        assert_eq!(frame_bytes(u32::MAX), 0x1_0000_1000);
    }
}
