//! Damage to files at rest: found, named, and never mistaken for a torn tail when it hits acknowledged data.

use std::collections::BTreeMap;

use longmen_wal::{
    AuditError, CutTail, Fault, FaultyStorage, Finding, FrameFault, FrameNumber, OpenError, Storage, audit,
};

use crate::kit::{body, contents, open};

/// Runs of a log over a few segments: two clean ones, then one that is killed when `clean` is false.
fn small_log(clean: bool) -> FaultyStorage {
    let disk = FaultyStorage::new();
    for run in 0..2 {
        let mut opened = open(&disk, run).unwrap();
        for id in 0..3 {
            opened.writer.append(&body(run * 10 + id, 100 + 2500 * id as usize)).unwrap();
            opened.writer.sync().unwrap();
        }
        if clean || run == 0 {
            opened.writer.close().unwrap();
        } else {
            // Durable, but nothing behind it says so.
            opened.writer.append(&body(20, 50)).unwrap();
            opened.writer.sync().unwrap();
        }
    }
    disk
}

fn files(disk: &FaultyStorage) -> BTreeMap<String, Vec<u8>> {
    disk.list().unwrap().into_iter().map(|name| (name.clone(), disk.file(&name).unwrap())).collect()
}

fn audit_finding(disk: &FaultyStorage) -> Option<Finding> {
    match audit(disk, &mut |_| {}) {
        Ok(_) => None,
        Err(AuditError::Found(finding)) => Some(finding),
        Err(AuditError::Io(error)) => panic!("{error}"),
    }
}

/// Opening is refused and changes nothing.
fn check_refused(disk: &FaultyStorage, what: &str) -> Finding {
    let before = files(disk);
    let Err(OpenError::Refused(finding)) = open(disk, 99) else {
        panic!("{what}: not refused");
    };
    assert_eq!(files(disk), before, "{what}: a refusal changed the disk");
    finding
}

/// Frames of the log: file, first byte, byte behind, number.
fn places(disk: &FaultyStorage) -> Vec<(String, u64, u64, u64)> {
    let mut places = Vec::new();
    let visit = &mut |frame: &longmen_wal::FrameView| {
        let end = frame.offset() + frame.frame_bytes();
        places.push((frame.segment().file_name(), frame.offset(), end, frame.number().0));
    };
    audit(disk, visit).unwrap();
    places
}

#[test]
fn a_clean_log_names_every_changed_byte() {
    let disk = small_log(true);
    let report = audit(&disk, &mut |_| {}).unwrap();
    assert!(report.clean && report.frames == 8 && report.torn.is_none());
    let places = places(&disk);
    for (file, from, to, number) in &places {
        for at in *from..*to {
            disk.flip_bit(file, at, (at % 8) as u32);
            let finding = audit_finding(&disk).unwrap_or_else(|| panic!("{file} byte {at} not noticed"));
            assert_eq!(
                (&finding.file, finding.offset, finding.frame),
                (file, Some(*from), Some(FrameNumber(*number))),
                "{file} byte {at}: {finding}"
            );
            if at % 97 == 0 {
                assert_eq!(check_refused(&disk, &format!("{file} byte {at}")), finding);
            }
            disk.flip_bit(file, at, (at % 8) as u32);
        }
    }
}

#[test]
fn headers_and_manifest_are_covered_to_the_last_byte() {
    let disk = small_log(true);
    for file in disk.list().unwrap() {
        let len = if file == "MANIFEST" { disk.file(&file).unwrap().len() as u64 } else { 4096 };
        for at in 0..len {
            disk.flip_bit(&file, at, 0);
            assert_eq!(audit_finding(&disk).map(|finding| finding.file).as_ref(), Some(&file), "byte {at}");
            disk.flip_bit(&file, at, 0);
        }
    }
}

#[test]
fn an_unclean_log_is_refused_or_cut_above_the_mark() {
    let disk = small_log(false);
    let mark = audit(&disk, &mut |_| {}).unwrap().durable.0;
    let whole = contents(&open(&disk.branch(), 5).unwrap().reader);
    assert_eq!((mark, whole.len()), (7, 8));
    let (mut refused, mut cut) = (0, 0);
    for (file, from, to, number) in places(&disk) {
        for at in (from..to).step_by(3) {
            disk.flip_bit(&file, at, 7);
            let damaged = disk.branch();
            match open(&damaged, 6) {
                Err(OpenError::Refused(finding)) => {
                    assert!(number <= mark, "{finding}");
                    assert_eq!((finding.file.as_str(), finding.offset), (file.as_str(), Some(from)));
                    refused += 1;
                }
                Err(error) => panic!("{error}"),
                Ok(opened) => {
                    assert!(number > mark, "{file} byte {at}: frame {number} was durable");
                    assert_eq!(contents(&opened.reader), whole[..7]);
                    let tail = opened.report.cut.expect("a cut tail is reported");
                    assert_eq!((tail.offset, tail.first.0, tail.last.0), (from, number, number));
                    cut += 1;
                }
            }
            disk.flip_bit(&file, at, 7);
        }
    }
    assert!(refused > 0 && cut > 0);
}

#[test]
fn a_file_of_another_length_is_refused() {
    let disk = small_log(true);
    for (file, bytes) in files(&disk) {
        for len in 0..bytes.len() {
            disk.set_file(&file, &bytes[..len]);
            let finding = audit_finding(&disk).unwrap_or_else(|| panic!("{file} cut to {len} not noticed"));
            assert_eq!(finding.file, file, "cut to {len}");
        }
        disk.set_file(&file, &[&bytes[..], &[0]].concat());
        assert_eq!(check_refused(&disk, "one byte more").file, file);
        disk.set_file(&file, &bytes);
    }
}

#[test]
fn files_out_of_place_are_refused_by_name() {
    let segment = |number: u64| format!("segment-{number:08}.log");
    let foreign = FaultyStorage::new();
    open(&foreign, 1234).unwrap().writer.close().unwrap();
    let check = |what: &str, file: &str, change: &dyn Fn(&FaultyStorage)| {
        for clean in [true, false] {
            let disk = small_log(clean);
            change(&disk);
            assert_eq!(check_refused(&disk, what).file, file, "{what}");
            assert_eq!(audit_finding(&disk).map(|finding| finding.file).as_deref(), Some(file), "{what}");
        }
    };
    let copy = |disk: &FaultyStorage, from: u64, to: u64| {
        let bytes = disk.file(&segment(from)).unwrap();
        disk.set_file(&segment(to), &bytes);
    };
    let (first, second) = (1, 2);
    check("removed", &segment(first), &|disk| disk.delete_file(&segment(first)));
    check("removed, the second", &segment(second), &|disk| disk.delete_file(&segment(second)));
    check("manifest removed", "MANIFEST", &|disk| disk.delete_file("MANIFEST"));
    check("overwritten by another", &segment(second), &|disk| copy(disk, first, second));
    check("swapped", &segment(first), &|disk| {
        let (one, two) = (disk.file(&segment(first)).unwrap(), disk.file(&segment(second)).unwrap());
        disk.set_file(&segment(first), &two);
        disk.set_file(&segment(second), &one);
    });
    check("duplicated under a new number", &segment(90), &|disk| copy(disk, first, 90));
    check("of another node", &segment(first), &|disk| {
        disk.set_file(&segment(first), &foreign.file(&segment(1)).unwrap());
    });
    check("of another node, unnamed", &segment(90), &|disk| {
        disk.set_file(&segment(90), &foreign.file(&segment(1)).unwrap());
    });
    check("manifest of another node", &segment(1), &|disk| {
        disk.set_file("MANIFEST", &foreign.file("MANIFEST").unwrap());
    });
}

#[test]
fn an_older_manifest_is_refused() {
    let disk = FaultyStorage::new();
    let mut manifests = Vec::new();
    for run in 0..5 {
        let mut opened = open(&disk, run).unwrap();
        for id in 0..7 {
            opened.writer.append(&body(id, 3000)).unwrap();
            opened.writer.sync().unwrap();
            manifests.push(disk.file("MANIFEST").unwrap());
        }
        opened.writer.close().unwrap();
        manifests.push(disk.file("MANIFEST").unwrap());
    }
    let last = manifests.pop().unwrap();
    for old in manifests.iter().filter(|old| **old != last) {
        let branch = disk.branch();
        branch.set_file("MANIFEST", old);
        match open(&branch, 77) {
            Err(OpenError::Refused(_)) => {}
            Err(error) => panic!("{error}"),
            // A manifest of the same run knows all segments in use, and loses only knowledge of their ends.
            Ok(opened) => assert_eq!(opened.report.last, audit(&disk, &mut |_| {}).unwrap().last),
        }
    }
}

#[test]
fn bytes_of_earlier_generations_never_pass_for_frames() {
    // Four generations of one segment number, each on a new disk of the same node: same numbers, other nonces.
    let generation = |count: u64, seed: u64| {
        let disk = FaultyStorage::new();
        let mut opened = open(&disk, seed).unwrap();
        for id in 0..count {
            opened.writer.append(&body(id, 100)).unwrap();
            opened.writer.sync().unwrap();
        }
        disk
    };
    let file = "segment-00000001.log";
    let stale: Vec<Vec<u8>> = (1..4).map(|seed| generation(3, seed).file(file).unwrap()).collect();
    for written in 0..=3_usize {
        for old in &stale {
            let disk = generation(written as u64, 9);
            let mut bytes = disk.file(file).unwrap();
            let end = 4096 * (written + 1);
            bytes[end..].copy_from_slice(&old[end..]);
            disk.set_file(file, &bytes);
            let opened = open(&disk, 10).unwrap();
            assert_eq!(opened.report.last.0, written as u64);
            assert_eq!(opened.report.cut.is_some(), written < 3, "stale bytes are reported as a tail");
        }
    }
}

#[test]
fn a_frame_copied_to_another_place_of_its_segment_is_no_frame() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, 1).unwrap();
    opened.writer.append(&body(1, 10)).unwrap();
    opened.writer.sync().unwrap();
    let file = "segment-00000001.log";
    let mut bytes = disk.file(file).unwrap();
    bytes.copy_within(4096..8192, 8192);
    disk.set_file(file, &bytes);
    let report = open(&disk, 2).unwrap().report;
    let segment = longmen_wal::SegmentNumber(1);
    let (first, fault) = (FrameNumber(2), FrameFault::Envelope);
    assert_eq!(report.cut, Some(CutTail { segment, offset: 8192, first, last: first, fault }));
}

#[test]
fn an_empty_directory_is_no_log_to_audit() {
    let finding = audit_finding(&FaultyStorage::new()).unwrap();
    assert_eq!(finding.fault, Fault::ManifestMissing);
}
