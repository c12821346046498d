//! A whole log with the thread that makes its segments.

use std::sync::Arc;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use crate::body::{Body, Section};
use crate::faulty::FaultyStorage;
use crate::nonces::seeded_nonces;
use crate::number::FrameNumber;
use crate::open::{Log, LogOptions, Opened};
use crate::reader::LogReader;
use crate::storage::WritePath;

/// A header and two frames.
const SEGMENT: u64 = 3 * 4096;
const FRAME: u64 = 4096;
const FRAMES: u64 = 7;

fn open(disk: &FaultyStorage) -> Opened {
    let options = LogOptions { segment_bytes: SEGMENT, segments_ahead: 2, write_path: WritePath::Pwritev };
    Log::open(Arc::new(disk.clone()), options, FrameNumber::FIRST, seeded_nonces(1))
        .expect("it is a good log")
}

fn body(number: u64) -> Body {
    let section = Section { kind: 1, owner: 0, records: 1, chunks: vec![number.to_le_bytes().to_vec()] };
    Body { time_us: i64::try_from(number).expect("a small number"), sections: vec![section] }
}

/// Reads frames from `next` up to the mark and gives what comes then.
fn read(reader: &LogReader, mut next: FrameNumber) -> FrameNumber {
    let durable = reader.durable();
    assert!(reader.head().0 >= durable);
    for frame in reader.frames(next) {
        let frame = frame.expect("a durable frame can be read");
        frame.verify().expect("a durable frame is whole");
        assert_eq!(frame.number(), next);
        // The end of a log carries the mark in a frame without sections.
        assert!(
            frame.is_idle()
                || frame.section(1, 0).expect("its sum holds").is_some_and(|section| section.bytes == next.0.to_le_bytes())
        );
        next = next.next();
    }
    assert!(next > durable, "frames up to {durable} are durable, and were read up to {next}");
    next
}

/// Readers follow the writer to the end, over segments that come from the thread; then the log is whole.
pub(crate) fn followed() {
    let disk = FaultyStorage::new();
    let Opened { mut writer, reader, .. } = open(&disk);
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let reader = reader.clone();
            thread::spawn(move || {
                let mut next = FrameNumber::FIRST;
                while next.0 <= FRAMES {
                    next = read(&reader, next);
                    thread::yield_now();
                }
            })
        })
        .collect();
    for number in 1..=FRAMES {
        writer.append(&body(number)).expect("there is room");
        if thread_rng().gen_ratio(2, 3) || number == FRAMES {
            assert_eq!(writer.sync().expect("the disk is well").0, number);
        }
    }
    for reader in readers {
        reader.join().expect("it does not panic");
    }
    writer.close().expect("the disk is well");
    let again = open(&disk);
    assert!(again.report.cut.is_none());
    assert!(read(&again.reader, FrameNumber::FIRST).0 > FRAMES);
}

/// Room that was seen is kept, whatever the thread does and however full the disk is: with a frame's length in hand for
/// the end of a segment, an append finds its place without asking the disk for more.
pub(crate) fn room_is_kept() {
    let disk = FaultyStorage::new();
    let Opened { mut writer, .. } = open(&disk);
    let fills = {
        let disk = disk.clone();
        thread::spawn(move || {
            for _ in 0..3 {
                disk.set_capacity(Some(disk.used() + thread_rng().gen_range(0..2 * SEGMENT)));
                thread::yield_now();
                disk.set_capacity(None);
                thread::yield_now();
            }
        })
    };
    let (space, mut number) = (writer.space(), 1);
    while number <= FRAMES {
        if space.bytes() < 2 * FRAME {
            thread::yield_now();
            continue;
        }
        writer.append(&body(number)).expect("room was seen for it");
        writer.sync().expect("what has its place can be synced");
        number += 1;
    }
    fills.join().expect("it does not panic");
    writer.close().expect("there is room again");
}
