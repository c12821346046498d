use longmen_wal::{AppendError, Digest, FaultyStorage, FrameNumber, LogOptions, ReadError};

use crate::kit::{TINY, body, contents, open, open_with, sections_of};

#[test]
fn frames_come_back_over_segments_and_restarts() {
    let disk = FaultyStorage::new();
    let mut expected = Vec::new();
    for run in 0..4 {
        let mut opened = open(&disk, run).unwrap();
        assert_eq!(contents(&opened.reader), expected, "run {run}");
        assert!(opened.report.clean);
        for step in 0..5 {
            let body = body(run * 100 + step, 100 + 700 * step as usize);
            let number = opened.writer.append(&body).unwrap();
            expected.push((number.0, sections_of(&body)));
            assert!(matches!(opened.reader.frame(number), Err(ReadError::NotDurable { .. })));
            assert_eq!(opened.writer.sync().unwrap(), number);
            assert_eq!(opened.reader.durable(), number);
        }
        assert_eq!(contents(&opened.reader), expected);
        opened.writer.close().unwrap();
        expected.push((expected.last().unwrap().0 + 1, Vec::new()));
    }
}

#[test]
fn a_frame_tells_who_it_is_and_chains() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    let mut previous = Digest::ZERO;
    for id in 1..=7 {
        opened.writer.append(&body(id, 50)).unwrap();
        opened.writer.sync().unwrap();
        let frame = opened.reader.frame(FrameNumber(id)).unwrap();
        assert_eq!((frame.number().0, frame.time_us()), (id, id as i64));
        assert_eq!(frame.durable_when_written().0, id - 1);
        assert_eq!(frame.prev_digest(), previous);
        assert_eq!(frame.section(2, 1).unwrap().unwrap().records, 1);
        assert!(frame.section(2, 0).unwrap().is_none());
        previous = frame.body_digest();
        assert_eq!(opened.reader.head(), (frame.number(), previous));
    }
}

#[test]
fn too_large_is_refused_and_nothing_is_written() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    let error = opened.writer.append(&body(1, 16384)).unwrap_err();
    assert!(matches!(error, AppendError::TooLarge { max: 12288, .. }));
    assert_eq!(opened.writer.append(&body(1, 12000)).unwrap(), FrameNumber(1));
    opened.writer.sync().unwrap();
}

#[test]
fn any_frame_is_found_at_once_after_a_restart() {
    let disk = FaultyStorage::new();
    let options = LogOptions { segment_bytes: 1 << 20, ..TINY };
    let mut opened = open_with(&disk, options, 1).unwrap();
    let bytes = |id: u64| if id.is_multiple_of(97) { 60_000 } else { 50 + id as usize * 37 % 9_000 };
    let last = 1_000;
    for id in 1..=last {
        opened.writer.append(&body(id, bytes(id))).unwrap();
        if id.is_multiple_of(50) {
            opened.writer.sync().unwrap();
        }
    }
    opened.writer.close().unwrap();
    // A reader that has seen nothing of a finished segment yet, asked for each frame first.
    for first in (1..=last).step_by(13).chain([last]) {
        let reader = open_with(&disk.branch(), options, 2).unwrap().reader;
        for id in [first, last + 1 - first, 1] {
            let frame = reader.frame(FrameNumber(id)).unwrap();
            let found: Vec<_> = frame.sections().map(|section| section.unwrap().bytes.to_vec()).collect();
            assert_eq!((frame.number().0, found), (id, sections_of(&body(id, bytes(id)))));
        }
    }
}
