use longmen_wal::{AppendError, Digest, FaultyStorage, FrameNumber, ReadError};

use crate::kit::{body, contents, open, sections_of};

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
        assert_eq!(frame.section(2, 1).unwrap().records, 1);
        assert!(frame.section(2, 0).is_none());
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
