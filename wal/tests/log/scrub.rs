//! The scrub: what it finds while the log is open, and what it does not mind.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use longmen_wal::{
    Damaged, Fault, FaultyStorage, FrameFault, FrameNumber, FrameView, Log, LogReader, VerifiedFrames, audit,
    seeded_nonces,
};

use crate::kit::{TINY, body, open};

/// A log of several runs and segments, the last of them open.
fn long_log(disk: &FaultyStorage) {
    for run in 0..4 {
        let mut opened = open(disk, run).unwrap();
        for id in 0..6 {
            opened.writer.append(&body(run * 10 + id, 40 + 1_900 * (id % 4) as usize)).unwrap();
            opened.writer.sync().unwrap();
        }
        opened.writer.close().unwrap();
    }
}

/// One whole pass.
fn scrub(reader: &LogReader, disk: &FaultyStorage) -> Damaged {
    reader.damage().begin_pass();
    let mut read = 0;
    let ended = reader.scrub(disk, &mut |place| {
        read += place.read;
        ControlFlow::Continue(())
    });
    assert!(ended.is_continue() && read > 0);
    reader.damage().end_pass();
    reader.damage().seen()
}

/// File, offset, bytes and number of each frame.
fn frames(disk: &FaultyStorage) -> Vec<(String, u64, u64, FrameNumber)> {
    let mut frames = Vec::new();
    let visit = &mut |frame: &FrameView| {
        frames.push((frame.segment().file_name(), frame.offset(), frame.frame_bytes(), frame.number()));
    };
    audit(disk, visit).unwrap();
    frames
}

#[test]
fn every_flip_is_found_with_its_frame_and_forgotten_when_it_is_mended() {
    let disk = FaultyStorage::new();
    long_log(&disk);
    let frames = frames(&disk);
    let opened = open(&disk, 9).unwrap();
    assert_eq!(scrub(&opened.reader, &disk), Damaged::default());
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for _ in 0..300 {
        let (file, offset, bytes, number) = &frames[next(frames.len() as u64) as usize];
        let (at, bit) = (offset + next(*bytes), next(8) as u32);
        disk.flip_bit(file, at, bit);
        let found = scrub(&opened.reader, &disk);
        let [place] = &found.places[..] else { panic!("{file} byte {at} bit {bit}: {found:?}") };
        assert_eq!((&place.file, place.offset, place.frame), (file, Some(*offset), Some(*number)), "{place}");
        disk.flip_bit(file, at, bit);
        assert_eq!(scrub(&opened.reader, &disk).places, []);
    }
}

#[test]
fn several_flips_are_each_found() {
    let disk = FaultyStorage::new();
    long_log(&disk);
    let frames = frames(&disk);
    let opened = open(&disk, 9).unwrap();
    // Each third frame, in its envelope, its head, its sections or its padding; neighbours at the end.
    let damaged: Vec<_> = frames.iter().step_by(3).chain(frames.last()).collect();
    for (nth, (file, offset, bytes, _)) in damaged.iter().enumerate() {
        disk.flip_bit(file, offset + [40, 70, 200, bytes - 1][nth % 4], 3);
    }
    let header = &frames[0].0;
    disk.flip_bit(header, 20, 0);
    let found = scrub(&opened.reader, &disk);
    let numbers: BTreeSet<_> = found.places.iter().filter_map(|place| place.frame).collect();
    assert_eq!(numbers, damaged.iter().map(|(.., number)| *number).collect());
    assert!(found.places.iter().any(|place| place.file == *header && place.fault == Fault::Header));
}

/// Whether the file was cut at its end or has its whole length, as one has that was not worth a cut, or is not cut yet.
#[test]
fn a_header_that_does_not_hold_is_one_finding() {
    let disk = FaultyStorage::new();
    long_log(&disk);
    let mut killed = open(&disk, 8).unwrap();
    killed.writer.append(&body(50, 100)).unwrap();
    killed.writer.sync().unwrap();
    killed.writer.append(&body(51, 100)).unwrap();
    killed.writer.sync().unwrap();
    drop(killed);
    let files: BTreeSet<String> = frames(&disk).into_iter().map(|(file, ..)| file).collect();
    let storage = Arc::new(disk.clone());
    let (first, checked) = (FrameNumber::FIRST, VerifiedFrames::default());
    let mut opened = Log::open_ahead(storage, TINY, first, seeded_nonces(9), &[], &checked).unwrap();
    for cut in [false, true] {
        if cut {
            opened.writer.cut_finished().unwrap();
        }
        let whole = files.iter().filter(|file| disk.file(file).unwrap().len() == 16_384).count();
        let shorter = files.len() - whole;
        assert!(shorter > 1 && (cut || whole > 0), "{whole} of {}", files.len());
        for file in &files {
            disk.flip_bit(file, 20, 0);
            let found = scrub(&opened.reader, &disk).places;
            let [place] = &found[..] else { panic!("{file}, cut: {cut}: {found:?}") };
            assert_eq!((&place.file, &place.fault), (file, &Fault::Header));
            disk.flip_bit(file, 20, 0);
        }
        assert_eq!(scrub(&opened.reader, &disk).places, []);
    }
}

#[test]
fn what_is_gone_cut_or_forged_is_found() {
    let disk = FaultyStorage::new();
    long_log(&disk);
    let places = frames(&disk);
    let opened = open(&disk, 9).unwrap();
    let (first, last) = (&places[0].0, &places.last().unwrap().0);
    let good = disk.file(first).unwrap();
    disk.delete_file(first);
    let found = scrub(&opened.reader, &disk).places;
    assert!(matches!((&found[..], &found[0].fault), ([one], Fault::Unreadable(_)) if one.file == *first));
    disk.set_file(first, &good[..8_192]);
    let found = scrub(&opened.reader, &disk).places;
    assert!(found.iter().any(|place| place.fault == Fault::Length { found: 8_192, expected: 16_384 }));
    // A whole segment of an older use.
    disk.set_file(first, &disk.file(last).unwrap());
    let found = scrub(&opened.reader, &disk).places;
    assert!(found.iter().any(|place| place.fault == Fault::Header), "{found:?}");
    let absent = |place: &longmen_wal::Finding| {
        matches!(place.fault, Fault::DurableFrame { fault: FrameFault::Envelope, .. })
    };
    assert!(found.iter().any(absent), "{found:?}");
    disk.set_file(first, &good);
    assert_eq!(scrub(&opened.reader, &disk).places, []);
    disk.flip_bit("MANIFEST", 30, 1);
    let found = scrub(&opened.reader, &disk).places;
    assert!(matches!((&found[..], &found[0].fault), ([_], Fault::Manifest(_))), "{found:?}");
}

#[test]
fn a_log_that_is_being_written_is_read_up_to_its_mark() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    for id in 0..12 {
        opened.writer.append(&body(id, 1_000 * id as usize)).unwrap();
        let seen = |reader: &LogReader| {
            let mut newest = FrameNumber::NONE;
            let ended = reader.scrub(&disk, &mut |place| {
                newest = newest.max(place.frame);
                ControlFlow::Continue(())
            });
            assert!(ended.is_continue());
            newest
        };
        assert!(seen(&opened.reader) <= opened.reader.durable(), "what is not durable is left alone");
        opened.writer.sync().unwrap();
        seen(&opened.reader);
        assert_eq!(opened.reader.damage().seen(), Damaged::default());
    }
    let broken = opened.reader.scrub(&disk, &mut |_| ControlFlow::Break(()));
    assert!(broken.is_break());
    assert_eq!(opened.reader.damage().seen(), Damaged::default());
}
