//! Readers of durable frames beside the writer.

use std::sync::Arc;

use loom::thread;

use crate::body::{Body, Section};
use crate::verified_frames::VerifiedFrames;
use crate::faulty::FaultyStorage;
use crate::nonces::seeded_nonces;
use crate::number::FrameNumber;
use crate::open::{Log, LogOptions, Opened};
use crate::reader::LogReader;
use crate::storage::WritePath;

/// A segment of its header and two frames.
pub(crate) const TWO_FRAMES: u64 = 3 * 4096;

pub(crate) fn open(disk: &FaultyStorage, segment_bytes: u64) -> Opened {
    open_ahead(disk, segment_bytes, &VerifiedFrames::default())
}

fn open_ahead(disk: &FaultyStorage, segment_bytes: u64, checked: &VerifiedFrames) -> Opened {
    let options = LogOptions { segment_bytes, segments_ahead: 0, write_path: WritePath::Pwritev };
    let storage = Arc::new(disk.clone());
    Log::open_ahead(storage, options, FrameNumber::FIRST, seeded_nonces(1), &[], checked)
        .expect("the disk is empty, or has a good log")
}

pub(crate) fn body(number: u64) -> Body {
    let section = Section { kind: 1, owner: 0, records: 1, chunks: vec![number.to_le_bytes().to_vec()] };
    Body { time_us: i64::try_from(number).expect("a small number"), sections: vec![section] }
}

/// What a reader finds: every frame up to the mark is there, whole, and is the one that was asked for.
fn read(reader: &LogReader) {
    let durable = reader.durable();
    let (head, _) = reader.head();
    assert!(head >= durable, "the head that is told, {head}, is behind the mark, {durable}");
    if !durable.is_none() {
        let last = reader.frame(durable).expect("a durable frame can be read");
        assert_eq!(last.time_us().cast_unsigned(), durable.0);
    }
    let mut next = FrameNumber::FIRST;
    for frame in reader.frames(FrameNumber::FIRST) {
        let frame = frame.expect("a durable frame can be read");
        frame.verify().expect("a durable frame is whole");
        assert_eq!(frame.number(), next);
        assert_eq!(frame.section(1, 0).expect("its sum holds").expect("it has one").bytes, next.0.to_le_bytes());
        next = next.next();
    }
    assert!(next > durable, "frames up to {durable} are durable, and were read up to {next}");
}

/// The writer writes and syncs so many frames beside readers.
fn beside(readers: usize, segment_bytes: u64, frames: u64) {
    let Opened { mut writer, reader, .. } = open(&FaultyStorage::new(), segment_bytes);
    let readers: Vec<_> = (0..readers)
        .map(|_| {
            let reader = reader.clone();
            thread::spawn(move || read(&reader))
        })
        .collect();
    for number in 1..=frames {
        writer.append(&body(number)).expect("there is room");
        assert_eq!(writer.sync().expect("the disk is well").0, number);
    }
    for reader in readers {
        reader.join().expect("it does not panic");
    }
    read(&reader);
}

pub(crate) fn one_segment() {
    beside(1, 4 * 4096, 2);
}

pub(crate) fn over_the_end() {
    beside(1, TWO_FRAMES, 3);
}

pub(crate) fn two_readers() {
    beside(2, 4 * 4096, 2);
}

/// The frames of a log are read while it is opened again, over a segment's end: all of them, and then no more. Its reader asks
/// whose log it is before. Each frame is so large that readers are told of it alone.
pub(crate) fn ahead() {
    const LARGE: usize = 260 << 10;
    const SEGMENT: u64 = 140 * 4096;
    let disk = FaultyStorage::new();
    let mut writer = open(&disk, SEGMENT).writer;
    for number in 1..=3 {
        let mut large = body(number);
        large.sections[0].chunks.push(vec![7; LARGE]);
        writer.append(&large).expect("there is room");
        writer.sync().expect("the disk is well");
    }
    drop(writer);
    let checked = VerifiedFrames::default();
    let reader = {
        let checked = checked.clone();
        thread::spawn(move || {
            assert!(checked.node().is_some());
            let frames = checked.frames(FrameNumber::FIRST).map(|frame| {
                let frame = frame.expect("it was checked");
                assert!(frame.body().expect("its sums hold").len() > LARGE);
                frame.number().0
            });
            assert!(frames.eq(1..=3));
        })
    };
    let opened = open_ahead(&disk, SEGMENT, &checked);
    reader.join().expect("it does not panic");
    assert_eq!(opened.reader.durable(), FrameNumber(3));
}
