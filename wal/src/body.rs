//! A frame's body, the same on any node: header, section table, sections.
//!
//! Header:
//!
//! | bytes | field | meaning |
//! | --- | --- | --- |
//! | 0..8 | frame number | |
//! | 8..16 | time | signed, microseconds since 1970, decided by the engine |
//! | 16..48 | previous digest | BLAKE3 of the previous frame's body; zeros before the first |
//! | 48..52 | body length | bytes, a multiple of 8 |
//! | 52..56 | section count | |
//!
//! Table entry, one for each section, in order:
//!
//! | bytes | field | meaning |
//! | --- | --- | --- |
//! | 0..2 | kind | the engine's |
//! | 2..4 | owner | the engine's (a shard, say) |
//! | 4..8 | records | number of records, the engine's |
//! | 8..12 | offset | from the start of the body |
//! | 12..16 | length | bytes, without the padding |
//! | 16..20 | CRC-32C | of the section's bytes |
//! | 20..24 | reserved | 0 |
//!
//! Sections follow in the table's order without gaps, each padded with zeros to 8 bytes.

use crate::codec::{FieldReader, FieldWriter};
use crate::digest::Digest;
use crate::number::FrameNumber;

/// What the engine hands over to be logged as one frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Logged time in microseconds since 1970, decided by the engine.
    pub time_us: i64,
    /// The sections, written in this order.
    pub sections: Vec<Section>,
}

/// One section of a body, as the buffers it was written into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// What the section holds; the engine's code.
    pub kind: u16,
    /// Who wrote it, a shard for instance; the engine's code.
    pub owner: u16,
    /// Number of records in it, for readers; the log does not interpret it.
    pub records: u32,
    /// The bytes, in order.
    pub chunks: Vec<Vec<u8>>,
}

impl Section {
    /// Length of the section in bytes, without padding.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    /// True when the section holds no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.iter().all(Vec::is_empty)
    }
}

/// Length of the body header in bytes.
pub(crate) const BODY_HEADER: usize = 56;
/// Length of a section table entry in bytes.
pub(crate) const TABLE_ENTRY: usize = 24;
const _: () = assert!(BODY_HEADER == 8 + 8 + 32 + 4 + 4);
const _: () = assert!(TABLE_ENTRY == 2 + 2 + 4 + 4 + 4 + 4 + 4);
const _: () = assert!(BODY_HEADER.is_multiple_of(8) && TABLE_ENTRY.is_multiple_of(8));

/// Padding behind a section of `len` bytes.
pub(crate) fn section_padding(len: usize) -> usize {
    len.wrapping_neg() % 8
}

/// The body header, parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyHeader {
    pub(crate) number: FrameNumber,
    pub(crate) time_us: i64,
    pub(crate) previous: Digest,
    pub(crate) body_len: u32,
    pub(crate) sections: u32,
}

impl BodyHeader {
    pub(crate) fn to_bytes(self) -> [u8; BODY_HEADER] {
        let mut bytes = [0; BODY_HEADER];
        let mut fields = FieldWriter::new(&mut bytes);
        fields.u64(self.number.0);
        fields.i64(self.time_us);
        fields.put(&self.previous.0);
        fields.u32(self.body_len);
        fields.u32(self.sections);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; BODY_HEADER]) -> Self {
        let mut fields = FieldReader::new(bytes);
        Self {
            number: FrameNumber(fields.u64()),
            time_us: fields.i64(),
            previous: Digest(fields.array()),
            body_len: fields.u32(),
            sections: fields.u32(),
        }
    }
}

/// One entry of the section table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TableEntry {
    pub(crate) kind: u16,
    pub(crate) owner: u16,
    pub(crate) records: u32,
    pub(crate) offset: u32,
    pub(crate) len: u32,
    pub(crate) crc: u32,
    pub(crate) reserved: u32,
}

impl TableEntry {
    pub(crate) fn to_bytes(self) -> [u8; TABLE_ENTRY] {
        let mut bytes = [0; TABLE_ENTRY];
        let mut fields = FieldWriter::new(&mut bytes);
        fields.u16(self.kind);
        fields.u16(self.owner);
        fields.u32(self.records);
        fields.u32(self.offset);
        fields.u32(self.len);
        fields.u32(self.crc);
        fields.u32(self.reserved);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; TABLE_ENTRY]) -> Self {
        let mut fields = FieldReader::new(bytes);
        Self {
            kind: fields.u16(),
            owner: fields.u16(),
            records: fields.u32(),
            offset: fields.u32(),
            len: fields.u32(),
            crc: fields.u32(),
            reserved: fields.u32(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyHeader, TableEntry, section_padding};
    use crate::{Digest, FrameNumber};

    #[test]
    fn records_round_trip() {
        let header = BodyHeader {
            number: FrameNumber(9),
            time_us: -5,
            previous: Digest::of(b"x"),
            body_len: 80,
            sections: 1,
        };
        assert_eq!(BodyHeader::from_bytes(&header.to_bytes()), header);
        let entry = TableEntry { kind: 1, owner: 2, records: 3, offset: 80, len: 5, crc: 6, reserved: 0 };
        assert_eq!(TableEntry::from_bytes(&entry.to_bytes()), entry);
    }

    #[test]
    fn sections_are_padded_to_eight() {
        for (len, padding) in [(0, 0), (1, 7), (7, 1), (8, 0), (9, 7)] {
            assert_eq!(section_padding(len), padding, "{len}");
        }
    }
}
