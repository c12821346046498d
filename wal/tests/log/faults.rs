//! Errors at every operation, a full disk, and what must be impossible after a failure.

use longmen_wal::{
    AppendError, CloseError, FaultyStorage, FrameNumber, Inspected, LogOptions, OpenError, Opened, Operation,
    Storage, StorageFile, SyncError, WritePath, inspect,
};

use crate::kit::{TINY, body, contents, open, open_with, sections_of, used};

/// One life of work; counts what was acknowledged before something failed.
fn life(disk: &FaultyStorage, acknowledged: &mut u64) -> bool {
    let mut opened = match open(disk, 7) {
        Ok(opened) => opened,
        Err(OpenError::Refused(finding)) => panic!("{finding}"),
        Err(_) => return false,
    };
    *acknowledged = opened.report.last.0.max(*acknowledged);
    for id in 0..6 {
        let appended = opened.writer.append(&body(id, 1500 * id as usize));
        let synced = opened.writer.sync();
        match (appended, synced) {
            (Ok(_), Ok(durable)) => *acknowledged = durable.0,
            (_, outcome) => {
                // What failed stays failed: nothing is taken or acknowledged any more.
                if outcome.is_err() {
                    assert!(matches!(opened.writer.append(&body(9, 9)), Err(AppendError::Failed)));
                    assert!(matches!(opened.writer.sync(), Err(SyncError::Failed)));
                    assert!(matches!(opened.writer.close(), Err(CloseError::Sync(SyncError::Failed))));
                }
                return false;
            }
        }
    }
    opened.writer.close().is_ok()
}

#[test]
fn an_error_at_every_operation_loses_nothing_acknowledged() {
    let kinds = [
        Operation::Any,
        Operation::Create,
        Operation::Write,
        Operation::Sync,
        Operation::Rename,
        Operation::Remove,
        Operation::SyncDirectory,
    ];
    for kind in kinds {
        let mut failures = 0;
        for nth in 1.. {
            // The first life leaves segments made ahead, which the second one removes.
            let disk = FaultyStorage::new();
            assert!(life(&disk, &mut 0));
            disk.fail_nth(kind, nth);
            let mut acknowledged = 0;
            if life(&disk, &mut acknowledged) {
                break;
            }
            failures += 1;
            for seed in 0..8 {
                for restart in [disk.power_cut(seed), disk.branch()] {
                    let what = format!("{kind:?} {nth}, seed {seed}");
                    let opened = open(&restart, 8).unwrap_or_else(|error| panic!("{what}: {error}"));
                    assert!(opened.report.last.0 >= acknowledged, "{what}");
                    assert_eq!(contents(&opened.reader).len() as u64, opened.report.last.0, "{what}");
                }
            }
        }
        println!("{kind:?}: {failures} places to fail");
        assert!(failures > 0, "{kind:?}");
    }
}

#[test]
fn what_a_failed_sync_left_in_the_cache_is_made_durable_before_it_is_served() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    opened.writer.append(&body(1, 100)).unwrap();
    opened.writer.sync().unwrap();
    opened.writer.append(&body(2, 100)).unwrap();
    disk.fail_nth(Operation::Sync, 1);
    assert!(matches!(opened.writer.sync(), Err(SyncError::Io(_))));
    drop(opened);
    let opened = open(&disk, 2).unwrap();
    assert_eq!(opened.report.rewritten, Some((FrameNumber(2), FrameNumber(2))));
    let shown = contents(&opened.reader);
    assert_eq!(shown.len(), 2);
    for seed in 0..50 {
        assert_eq!(contents(&open(&disk.power_cut(seed), 3).unwrap().reader), shown, "seed {seed}");
    }
}

#[test]
fn a_tail_longer_than_a_segment_is_rewritten_over_several() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    for id in 0..9 {
        opened.writer.append(&body(id, 5000)).unwrap();
    }
    drop(opened);
    let smaller = LogOptions { segment_bytes: 8192, ..TINY };
    let opened = open_with(&disk, smaller, 2).unwrap();
    assert_eq!(opened.report.rewritten, Some((FrameNumber(1), FrameNumber(9))));
    for (number, sections) in contents(&opened.reader) {
        assert_eq!(sections, sections_of(&body(number - 1, 5000)));
    }
    opened.writer.close().unwrap();
    assert!(open(&disk, 3).unwrap().report.clean);
}

#[test]
fn a_full_disk_refuses_in_time_and_the_log_goes_on_when_there_is_room() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    let space = opened.writer.space();
    assert_eq!(space.bytes(), 2 * 12288);
    // Room for manifests, not for a segment.
    disk.set_capacity(Some(used(&disk) + 8000));
    let mut appended = 0;
    while space.bytes() > 0 {
        opened.writer.append(&body(appended, 100)).unwrap();
        opened.writer.sync().unwrap();
        appended += 1;
    }
    assert!(space.is_disk_full());
    assert_eq!(appended, 6);
    assert!(matches!(opened.writer.append(&body(6, 100)), Err(AppendError::NoSpace)));
    assert!(matches!(opened.writer.append(&body(6, 100)), Err(AppendError::NoSpace)));
    assert_eq!(contents(&opened.reader).len(), 6, "reads go on");
    disk.set_capacity(None);
    opened.writer.tend().unwrap();
    assert!(!space.is_disk_full() && space.bytes() > 0);
    assert_eq!(opened.writer.append(&body(6, 100)).unwrap(), FrameNumber(7));
    opened.writer.sync().unwrap();
    opened.writer.close().unwrap();
}

#[test]
fn the_background_maker_goes_on_by_itself_when_there_is_room() {
    let disk = FaultyStorage::new();
    let mut opened = open_with(&disk, LogOptions { segments_ahead: 2, ..TINY }, 1).unwrap();
    disk.set_capacity(Some(200_000));
    let mut appended = 0;
    let refused = loop {
        match opened.writer.append(&body(appended, 100)) {
            Ok(_) => appended += 1,
            Err(error) => break error,
        }
        opened.writer.sync().unwrap();
    };
    assert!(matches!(refused, AppendError::NoSpace), "{refused}");
    let space = opened.writer.space();
    assert_eq!((space.bytes(), space.is_disk_full()), (0, true));
    disk.set_capacity(None);
    while space.bytes() == 0 {
        std::thread::yield_now();
    }
    assert!(!space.is_disk_full());
    opened.writer.append(&body(appended, 100)).unwrap();
    opened.writer.sync().unwrap();
    opened.writer.close().unwrap();
    assert_eq!(open(&disk, 2).unwrap().report.last.0, appended + 2);
}

#[test]
fn a_failure_of_the_background_maker_ends_the_log() {
    let disk = FaultyStorage::new();
    let mut opened = open_with(&disk, LogOptions { segments_ahead: 1, ..TINY }, 1).unwrap();
    let space = opened.writer.space();
    disk.fail_nth(Operation::SyncDirectory, 2);
    let failure = loop {
        match opened.writer.append(&body(1, 100)) {
            Ok(_) => {
                opened.writer.sync().unwrap();
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(failure, AppendError::Io(_)), "{failure}");
    assert!(
        space.is_failed() && !space.is_disk_full(),
        "whoever waits for room must know that none will come"
    );
    assert!(matches!(opened.writer.append(&body(1, 100)), Err(AppendError::Failed)));
}

#[test]
fn a_full_disk_at_close_still_records_the_end() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    disk.set_capacity(Some(used(&disk) + 8000));
    for id in 0..6 {
        opened.writer.append(&body(id, 100)).unwrap();
    }
    opened.writer.close().unwrap();
    disk.set_capacity(None);
    let report = open(&disk, 2).unwrap().report;
    assert!(report.clean);
    assert_eq!(report.last, FrameNumber(6));
}

#[test]
fn bytes_planted_inside_a_body_never_pass_for_a_frame() {
    // The planted bytes are a whole true frame of this very segment, put into a later body at a page's start,
    // where only its position betrays it; then the frame that holds it is torn.
    let disk = FaultyStorage::new();
    let mut opened = open_with(&disk, LogOptions { segment_bytes: 65536, ..TINY }, 1).unwrap();
    opened.writer.append(&body(1, 100)).unwrap();
    opened.writer.sync().unwrap();
    let name = "segment-00000001.log";
    let frame = disk.file(name).unwrap()[4096..8192].to_vec();
    let head = 64 + 56 + 24;
    let mut payload = vec![0; 4096 - head];
    payload.extend(frame);
    let mut planted = body(2, 0);
    planted.sections.truncate(1);
    planted.sections[0].chunks = vec![payload];
    opened.writer.append(&planted).unwrap();
    drop(opened);
    disk.flip_bit(name, 8192, 0);
    let report = open(&disk, 2).unwrap().report;
    assert_eq!((report.last, report.cut.map(|tail| tail.last)), (FrameNumber(1), Some(FrameNumber(2))));
}

#[test]
fn replay_from_leaves_old_segments_unread_and_reads_the_rest() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    for id in 0..12 {
        opened.writer.append(&body(id, 100)).unwrap();
        opened.writer.sync().unwrap();
    }
    opened.writer.close().unwrap();
    let storage = std::sync::Arc::new(disk);
    let from = FrameNumber(8);
    let opened = longmen_wal::Log::open(storage, TINY, from, longmen_wal::seeded_nonces(2)).unwrap();
    // Segments hold three frames: 7 to 9, 10 to 12 and the idle frame are read.
    assert_eq!(opened.report.frames_checked, 7);
    assert_eq!(opened.report.last, FrameNumber(13));
    assert_eq!(contents(&opened.reader).len(), 13, "unread frames are still readable");
    assert_eq!(opened.reader.frame(FrameNumber(5)).unwrap().number(), FrameNumber(5));
}

#[test]
fn inspect_shows_frames_and_what_is_not_one() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    for id in 0..3 {
        opened.writer.append(&body(id, 100)).unwrap();
    }
    opened.writer.sync().unwrap();
    disk.flip_bit("segment-00000001.log", 8192, 0);
    disk.flip_bit("segment-00000001.log", 12288 + 200, 0);
    let mut lines = Vec::new();
    let line = &mut |found: Inspected| {
        lines.push(match found {
            Inspected::Segment(segment) => format!("segment {}", segment.number),
            Inspected::Headless { file } => format!("headless {file}"),
            Inspected::Frame(frame) => {
                format!("frame {} at {} fault {}", frame.number, frame.offset, frame.fault.is_some())
            }
            Inspected::Unreadable { offset, bytes, .. } => format!("unreadable {offset} {bytes}"),
        });
    };
    disk.set_file("segment-00000077.log", b"short");
    inspect(&disk, line).unwrap();
    let expected = [
        "segment 1",
        "frame 1 at 4096 fault false",
        "unreadable 8192 4096",
        "frame 3 at 12288 fault true",
        "segment 2",
        "headless segment-00000077.log",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn impossible_segment_sizes_are_refused() {
    for bytes in [0, 4096, 8191, 12287, !4095] {
        let outcome = open_with(&FaultyStorage::new(), LogOptions { segment_bytes: bytes, ..TINY }, 1);
        assert!(matches!(outcome, Err(OpenError::SegmentBytes(found)) if found == bytes), "{bytes}");
    }
}

/// The trait's promise that the map shows later writes, which readers rest on.
#[test]
fn a_simulated_map_shows_later_writes() {
    let disk = FaultyStorage::new();
    let file = disk.create("a", 4096, WritePath::Pwritev).unwrap();
    let map = file.map().unwrap();
    StorageFile::write_at(&*file, &[std::io::IoSlice::new(b"abc")], 10).unwrap();
    assert_eq!(map.get(10..13), Some(&b"abc"[..]));
}

/// A log that was opened on a full disk, with a segment of one page beside its header, and then got room.
fn short_start(segments_ahead: u32, before: u64) -> (FaultyStorage, Opened) {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    for id in 0..before {
        opened.writer.append(&body(id, 100)).unwrap();
    }
    opened.writer.close().unwrap();
    disk.set_capacity(Some(used(&disk) + 12000));
    let mut opened = open_with(&disk, LogOptions { segments_ahead, ..TINY }, 2).unwrap();
    let space = opened.writer.space();
    assert_eq!(space.bytes(), 4096, "a short segment");
    disk.set_capacity(None);
    while space.bytes() == 4096 {
        opened.writer.tend().unwrap();
        std::thread::yield_now();
    }
    (disk, opened)
}

#[test]
fn a_segment_left_without_a_frame_stops_nothing() {
    for (segments_ahead, before) in [(0, 0), (0, 1), (0, 4), (1, 0), (1, 1), (1, 4)] {
        let what = format!("{segments_ahead} ahead, {before} frames before");
        let (disk, mut opened) = short_start(segments_ahead, before);
        let last = opened.report.last.0;
        opened.writer.append(&body(90, 5000)).unwrap();
        let unsynced = disk.branch();
        opened.writer.append(&body(91, 9000)).unwrap();
        opened.writer.sync().unwrap();
        let shown = contents(&opened.reader);
        assert_eq!(shown.len() as u64, last + 2, "{what}");
        let found = |disk: &FaultyStorage| contents(&open(disk, 3).unwrap().reader);
        assert!(found(&unsynced) == shown[..=last as usize], "{what}: what was written is cut");
        assert!(found(&disk.branch()) == shown, "{what}: what was synced is gone");
        opened.writer.close().unwrap();
        let again = open(&disk, 4).unwrap();
        assert_eq!((again.report.clean, again.report.last.0), (true, last + 3), "{what}");
    }
}

/// The manifest that discards it comes some time after the frames behind it are acknowledged.
#[test]
fn frames_behind_a_segment_without_one_are_there_before_the_manifest_knows() {
    let (disk, mut opened) = short_start(1, 2);
    disk.fail_nth(Operation::Rename, 1);
    opened.writer.append(&body(90, 5000)).unwrap();
    let last = opened.writer.sync().unwrap();
    drop(opened);
    let manifest = String::from_utf8(disk.file("MANIFEST").unwrap()).unwrap();
    assert!(!manifest.contains("discarded"), "{manifest}");
    for disk in [disk.branch(), disk.without_unsynced()] {
        let opened = open(&disk, 3).unwrap();
        assert_eq!((opened.report.last, opened.report.cut), (last, None));
        assert_eq!(contents(&opened.reader).last().unwrap().1, sections_of(&body(90, 5000)));
    }
}
