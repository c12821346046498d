use super::{Extent, LogEnd, Manifest, SegmentState};
use crate::digest::Digest;
use crate::number::{Epoch, FrameNumber, NodeId, Nonce, SegmentNumber};
use crate::segment::SegmentHeader;

fn header(number: u64, epoch: u64) -> SegmentHeader {
    SegmentHeader {
        node: NodeId(7),
        number: SegmentNumber(number),
        nonce: Nonce(u128::from(number) << 64 | 5),
        epoch: Epoch(epoch),
        bytes: 65536,
    }
}

fn extent(first: u64, last: u64, end: u64) -> SegmentState {
    let digest = Digest::of(b"last");
    SegmentState::Finished(Extent { first: FrameNumber(first), last: FrameNumber(last), end, digest })
}

fn sample() -> Manifest {
    let mut manifest = Manifest::new(NodeId(7));
    for (number, epoch) in [(1, 1), (2, 1), (3, 2)] {
        manifest.add(&header(number, epoch));
    }
    manifest.epoch = Epoch(2);
    manifest.set_state(SegmentNumber(1), extent(1, 9, 40960));
    manifest.set_state(SegmentNumber(2), SegmentState::Discarded);
    manifest.durable = FrameNumber(10);
    manifest.clean_end = Some(LogEnd {
        segment: SegmentNumber(3),
        offset: 8192,
        frame: FrameNumber(10),
        digest: Digest::of(b"end"),
    });
    manifest
}

#[test]
fn round_trip() {
    for manifest in [Manifest::new(NodeId(0)), sample()] {
        assert_eq!(Manifest::parse(manifest.render().as_bytes()), Ok(manifest));
    }
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let good = sample().render().into_bytes();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0x01;
        assert!(Manifest::parse(&bytes).is_err(), "byte {at}");
        assert!(Manifest::parse(&good[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn relations_between_lines_are_checked() {
    let check = |what: &str, change: &dyn Fn(&mut Manifest)| {
        let mut manifest = sample();
        change(&mut manifest);
        assert!(Manifest::parse(manifest.render().as_bytes()).is_err(), "{what}");
    };
    check("number above next-segment", &|m| m.next_segment = SegmentNumber(3));
    check("hole between segments", &|m| m.set_state(SegmentNumber(2), extent(11, 12, 8192)));
    check("frames twice", &|m| m.set_state(SegmentNumber(2), extent(9, 12, 8192)));
    check("last before first", &|m| m.set_state(SegmentNumber(2), extent(10, 8, 8192)));
    check("finished after open", &|m| {
        m.set_state(SegmentNumber(1), SegmentState::Open);
        m.set_state(SegmentNumber(2), extent(1, 9, 8192));
    });
    check("finished above the mark", &|m| {
        m.durable = FrameNumber(8);
        m.clean_end = None;
    });
    check("end not on a page", &|m| m.set_state(SegmentNumber(1), extent(1, 9, 40961)));
    check("end in the header", &|m| m.set_state(SegmentNumber(1), extent(1, 9, 4096)));
    check("end past the file", &|m| m.set_state(SegmentNumber(1), extent(1, 9, 69632)));
    check("clean end before the mark", &|m| m.durable = FrameNumber(11));
    check("impossible size", &|m| m.segments.get_mut(&SegmentNumber(3)).unwrap().bytes = 4096);
}
