//! Frames that are read while the log is still being opened: those that it has in the end, in order, and then no more.

use std::sync::Arc;
use std::thread;

use longmen_wal::{
    FaultyStorage, FrameNumber, FrameView, Log, LogOptions, OpenError, Opened, VerifiedFrames, seeded_nonces,
};

use crate::kit::{TINY, body, open_with};

/// A log of so many frames of these bytes each, one after the other in a circle; the last one was not synced.
fn log_of(options: LogOptions, frames: u64, sizes: &[usize]) -> FaultyStorage {
    let disk = FaultyStorage::new();
    let mut opened = open_with(&disk, options, 1).unwrap();
    for (id, bytes) in (0..frames).zip(sizes.iter().cycle()) {
        opened.writer.append(&body(id, *bytes)).unwrap();
        if id + 1 < frames {
            opened.writer.sync().unwrap();
        }
    }
    disk
}

/// A frame's number and body.
type Seen = (u64, Vec<u8>);

fn seen(frame: &FrameView) -> Seen {
    frame.verify().unwrap();
    (frame.number().0, frame.body().unwrap().to_vec())
}

/// Opens the log while two threads read it from `from` on, and gives what they saw.
fn open_ahead(
    disk: &FaultyStorage,
    options: LogOptions,
    from: u64,
) -> (Result<Opened, OpenError>, Vec<Seen>) {
    let checked = VerifiedFrames::default();
    let read = || checked.frames(FrameNumber(from)).map(|frame| seen(&frame.unwrap())).collect::<Vec<_>>();
    let (opened, first, second) = thread::scope(|scope| {
        let readers = [scope.spawn(read), scope.spawn(read)];
        let storage = Arc::new(disk.clone());
        let opened = Log::open_ahead(storage, options, FrameNumber(from), seeded_nonces(2), &[], &checked);
        let [first, second] = readers.map(|reader| reader.join().unwrap());
        (opened, first, second)
    });
    assert_eq!(first, second);
    assert_eq!(first, read(), "a reader that begins when the log is open sees the same");
    (opened, first)
}

#[test]
fn frames_read_ahead_are_those_of_the_open_log() {
    #[track_caller]
    fn check(options: LogOptions, frames: u64, sizes: &[usize], from: u64) {
        let disk = log_of(options, frames, sizes);
        let (opened, ahead) = open_ahead(&disk, options, from);
        let reader = opened.unwrap().reader;
        let after: Vec<_> = reader.frames(FrameNumber(from)).map(|frame| seen(&frame.unwrap())).collect();
        assert!(ahead == after, "{} frames ahead, {} afterwards", ahead.len(), after.len());
        assert_eq!(ahead.len() as u64, (frames + 1).saturating_sub(from), "none is missing");
    }
    let large = LogOptions { segment_bytes: 4 << 20, ..TINY };
    check(TINY, 0, &[1], 1);
    check(TINY, 1, &[100], 1);
    check(TINY, 9, &[100, 5_000, 2_500], 1);
    check(TINY, 40, &[100, 5_000, 2_500], 17);
    check(TINY, 40, &[100], 40);
    check(TINY, 40, &[100], 41);
    check(TINY, 40, &[100], 99);
    // More than readers are told of at once, and frames larger than that.
    check(large, 900, &[6_000], 1);
    check(large, 900, &[6_000], 333);
    check(large, 12, &[1_500_000, 10], 2);
}

#[test]
fn nothing_follows_once_a_log_is_refused() {
    let disk = log_of(TINY, 40, &[100]);
    let (name, offset) = {
        let opened = open_with(&disk, TINY, 3).unwrap();
        let frame = opened.reader.frame(FrameNumber(30)).unwrap();
        (frame.segment().file_name(), frame.offset())
    };
    disk.flip_bit(&name, offset + 100, 1);
    let (opened, ahead) = open_ahead(&disk, TINY, 1);
    assert!(matches!(opened, Err(OpenError::Refused(finding)) if finding.frame == Some(FrameNumber(30))));
    assert_eq!(ahead.iter().map(|frame| frame.0).collect::<Vec<_>>(), (1..30).collect::<Vec<_>>());
}

#[test]
fn nothing_follows_where_there_is_no_opening_it() {
    let options = LogOptions { segment_bytes: 1, ..TINY };
    let (opened, ahead) = open_ahead(&FaultyStorage::new(), options, 1);
    assert!(matches!(opened, Err(OpenError::SegmentBytes(1))));
    assert!(ahead.is_empty());
}

#[test]
fn whose_log_it_is_is_told_and_reading_can_be_given_up() {
    let disk = log_of(TINY, 9, &[100]);
    let checked = VerifiedFrames::default();
    let (node, opened) = thread::scope(|scope| {
        let node = scope.spawn(|| checked.node());
        let storage = Arc::new(disk.clone());
        let opened =
            Log::open_ahead(storage, TINY, FrameNumber::FIRST, seeded_nonces(2), &[], &checked).unwrap();
        (node.join().unwrap(), opened)
    });
    assert_eq!(node, Some(opened.report.node));
    let mut frames = checked.frames(FrameNumber::FIRST);
    assert!(frames.next().is_some_and(|frame| frame.is_ok()));
    checked.give_up();
    assert!(frames.next().is_none() && checked.frames(FrameNumber(5)).next().is_none());

    let never = VerifiedFrames::default();
    let options = LogOptions { segment_bytes: 1, ..TINY };
    let opened = Log::open_ahead(
        Arc::new(FaultyStorage::new()),
        options,
        FrameNumber::FIRST,
        seeded_nonces(2),
        &[],
        &never,
    );
    assert!(opened.is_err() && never.node().is_none(), "of no log");
}
