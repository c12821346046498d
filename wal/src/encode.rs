//! Turns a body into the bytes of a frame without putting its chunks together.

use std::io::IoSlice;

use crate::body::{BODY_HEADER, Body, BodyHeader, Section, TABLE_ENTRY, TableEntry, section_padding};
use crate::codec::{PAGE, index};
use crate::digest::{Digest, crc32c, crc32c_of_chunks};
use crate::envelope::{ENVELOPE, frame_bytes};
use crate::number::FrameNumber;

static ZEROS: [u8; PAGE] = [0; PAGE];

/// Encodes the head (header and section table) of one body after the other into one reused buffer.
#[derive(Default)]
pub(crate) struct Encoder {
    head: Vec<u8>,
}

/// What an envelope must say of an encoded body.
#[derive(Clone, Copy)]
pub(crate) struct EncodedBody {
    pub(crate) len: u32,
    pub(crate) crc: u32,
}

impl Encoder {
    /// Encodes the head of `body`. `None` when the body does not fit 32-bit lengths.
    pub(crate) fn encode(
        &mut self,
        number: FrameNumber,
        previous: Digest,
        body: &Body,
    ) -> Option<EncodedBody> {
        let sections = u32::try_from(body.sections.len()).ok()?;
        let head = BODY_HEADER.checked_add(body.sections.len().checked_mul(TABLE_ENTRY)?)?;
        self.head.clear();
        self.head.resize(BODY_HEADER, 0);
        let mut at = u32::try_from(head).ok()?;
        for section in &body.sections {
            let entry = table_entry(section, at)?;
            self.head.extend_from_slice(&entry.to_bytes());
            let padding = u32::try_from(section_padding(index(u64::from(entry.len)))).ok()?;
            at = at.checked_add(entry.len)?.checked_add(padding)?;
        }
        let header = BodyHeader { number, time_us: body.time_us, previous, body_len: at, sections };
        self.head[..BODY_HEADER].copy_from_slice(&header.to_bytes());
        Some(EncodedBody { len: at, crc: crc32c(&self.head) })
    }

    /// Digest of the body encoded last.
    pub(crate) fn digest(&self, body: &Body) -> Digest {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.head);
        for section in &body.sections {
            for chunk in &section.chunks {
                hasher.update(chunk);
            }
            hasher.update(&ZEROS[..section_padding(section.len())]);
        }
        Digest(*hasher.finalize().as_bytes())
    }

    /// The body encoded last, as the pieces to write behind its envelope.
    pub(crate) fn slices<'a>(&'a self, body: &'a Body) -> Vec<IoSlice<'a>> {
        let chunks: usize = body.sections.iter().map(|section| section.chunks.len() + 1).sum();
        let mut slices = Vec::with_capacity(chunks + 3);
        slices.push(IoSlice::new(&self.head));
        for section in &body.sections {
            slices.extend(section.chunks.iter().map(|chunk| IoSlice::new(chunk)));
            slices.push(IoSlice::new(&ZEROS[..section_padding(section.len())]));
        }
        slices
    }
}

fn table_entry(section: &Section, offset: u32) -> Option<TableEntry> {
    Some(TableEntry {
        kind: section.kind,
        owner: section.owner,
        records: section.records,
        offset,
        len: u32::try_from(section.len()).ok()?,
        crc: crc32c_of_chunks(&section.chunks),
        reserved: 0,
    })
}

/// The zeros that fill a frame with a body of `body_len` bytes up to whole pages.
pub(crate) fn frame_padding(body_len: u32) -> &'static [u8] {
    let used = index(u64::from(body_len)) + ENVELOPE;
    &ZEROS[..index(frame_bytes(body_len)) - used]
}
