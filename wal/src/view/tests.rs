//! Heads that lie, with sums that hold: the writer of a file writes its sums.

use proptest::prelude::*;

use super::{FrameFault, FrameView};
use crate::body::{BODY_HEADER, BodyHeader, TABLE_ENTRY, TableEntry};
use crate::digest::{Digest, crc32c};
use crate::envelope::{ENVELOPE, Envelope};
use crate::number::{Epoch, FrameNumber, Nonce, SegmentNumber};
use crate::region::MappedBytes;
use crate::segment::SegmentBytes;

const SEGMENT: usize = 16384;
const AT: usize = 4096;

/// A segment with a frame of this envelope length and body at its first place; `summed` bytes of the body are
/// under the envelope's sum.
fn segment(body_len: u32, summed: usize, body: &[u8]) -> SegmentBytes {
    let map = MappedBytes::in_memory(SEGMENT);
    let envelope = Envelope {
        idle: false,
        nonce: Nonce(1),
        epoch: Epoch(1),
        number: FrameNumber(1),
        durable: FrameNumber(0),
        body_len,
        body_crc: crc32c(&body[..summed.min(body.len())]),
        page: 1,
    };
    map.copy_in(AT, &envelope.to_bytes());
    map.copy_in(AT + ENVELOPE, body);
    SegmentBytes { number: SegmentNumber(1), nonce: Nonce(1), epoch: Epoch(1), map }
}

fn body(header: BodyHeader, entries: &[TableEntry], payload: &[u8]) -> Vec<u8> {
    let entries = entries.iter().flat_map(|entry| entry.to_bytes());
    header.to_bytes().into_iter().chain(entries).chain(payload.iter().copied()).collect()
}

fn header(body_len: u32, sections: u32) -> BodyHeader {
    BodyHeader { number: FrameNumber(1), time_us: 0, previous: Digest::ZERO, body_len, sections }
}

fn entry(offset: u32, len: u32) -> TableEntry {
    TableEntry { kind: 1, owner: 0, records: 1, offset, len, crc: 0, reserved: 0 }
}

#[test]
fn every_lie_has_its_fault() {
    let check = |what: &str, len: u32, header: BodyHeader, entries: &[TableEntry], expected| {
        let body = body(header, entries, &[0; 16]);
        let head = BODY_HEADER + TABLE_ENTRY * entries.len();
        let found = FrameView::at(&segment(len, head, &body), 4096).map(|view| view.number());
        assert_eq!(found, expected, "{what}");
    };
    let good = Ok(FrameNumber(1));
    let head = Err(FrameFault::Head);
    check("sound", 96, header(96, 1), &[entry(80, 16)], good);
    check("sound, padded", 96, header(96, 1), &[entry(80, 9)], good);
    check(
        "another number",
        96,
        BodyHeader { number: FrameNumber(2), ..header(96, 1) },
        &[entry(80, 16)],
        head,
    );
    check("another length", 96, header(88, 1), &[entry(80, 16)], head);
    check("section past the body", 96, header(96, 1), &[entry(80, 17)], head);
    check("section of all the address space", 96, header(96, 1), &[entry(80, u32::MAX)], head);
    check("section into the table", 96, header(96, 1), &[entry(72, 16)], head);
    check("gap before the section", 96, header(96, 1), &[entry(88, 8)], head);
    check("bytes behind the last section", 96, header(96, 1), &[entry(80, 8)], head);
    check("reserved", 96, header(96, 1), &[TableEntry { reserved: 1, ..entry(80, 16) }], head);
    check("more sections than fit", 96, header(96, 3), &[entry(80, 16)], Err(FrameFault::HeadSum));
    check("four thousand million sections", 96, header(96, u32::MAX), &[], Err(FrameFault::HeadSum));
    check("a body too short for its header", 40, header(40, 0), &[], head);
    check("a frame past the segment", 12288, header(12288, 0), &[], Err(FrameFault::Envelope));
    check("a frame past everything", u32::MAX, header(u32::MAX, 0), &[], Err(FrameFault::Envelope));
}

proptest! {
    /// Whatever the head says, the view is refused or every part of it can be read.
    #[test]
    fn no_head_leads_outside_the_body(
        len in 0_u32..20_000,
        said_len in prop_oneof![Just(None), any::<u32>().prop_map(Some)],
        sections in prop_oneof![0_u32..5, any::<u32>()],
        entries in prop::collection::vec((any::<u16>(), 0_u32..9000, 0_u32..9000, any::<u32>()), 0..5),
        summed in 0_usize..300,
    ) {
        let entries: Vec<TableEntry> = entries
            .into_iter()
            .map(|(kind, offset, len, crc)| TableEntry { kind, crc, ..entry(offset, len) })
            .collect();
        let body = body(header(said_len.unwrap_or(len), sections), &entries, &[7; 64]);
        if let Ok(view) = FrameView::at(&segment(len, summed, &body), 4096) {
            let read: usize = view.table().map(|entry| view.bytes_of(entry).len()).sum();
            prop_assert!(read <= view.unchecked_body().len());
            prop_assert!(view.verify().is_err() || read == 0);
        }
    }

    /// Arbitrary bytes are never a frame, and reading them never fails in another way.
    #[test]
    fn arbitrary_bytes_are_no_frame(bytes in prop::collection::vec(any::<u8>(), 0..9000), page in 0_u64..5) {
        let map = MappedBytes::in_memory(SEGMENT);
        map.copy_in(AT, &bytes);
        let segment = SegmentBytes { number: SegmentNumber(1), nonce: Nonce(1), epoch: Epoch(1), map };
        prop_assert!(FrameView::at(&segment, page * 4096).is_err());
    }
}

#[test]
fn a_frame_leads_to_the_others_of_its_segment() {
    let body = body(header(96, 1), &[entry(80, 16)], &[0; 16]);
    let segment = segment(96, BODY_HEADER + TABLE_ENTRY, &body);
    let view = FrameView::at(&segment, 4096).unwrap();
    assert_eq!(view.beside(4096).map(|view| view.number()), Ok(FrameNumber(1)));
    assert_eq!(view.beside(8192).err(), Some(FrameFault::Absent));
    assert_eq!(view.beside(4104).err(), Some(FrameFault::Envelope));
    assert!(view.beside(u64::from(u32::MAX)).is_err());
}
