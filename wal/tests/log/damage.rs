//! Damage to files at rest: found, named, and never mistaken for a torn tail when it hits acknowledged data.

use std::collections::BTreeMap;

use longmen_wal::{
    AuditError, CutTail, Fault, FaultyStorage, Finding, FrameFault, FrameNumber, LogOptions, OpenError,
    Storage, audit,
};

use crate::kit::{TINY, body, contents, open, open_with};

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

/// Changes a byte of the first section of the frame at `from` and makes all of the frame's sums right again.
fn forge(bytes: &mut [u8], from: usize) {
    let body = from + 64;
    let field = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let sum = |bytes: &mut [u8], range: std::ops::Range<usize>, to: usize| {
        let crc = crc_fast::crc32_iscsi(&bytes[range]);
        bytes[to..to + 4].copy_from_slice(&crc.to_le_bytes());
    };
    let sections = field(bytes, body + 52);
    if sections == 0 {
        // An idle frame has nothing to forge but its time.
        bytes[body + 8] ^= 1;
    } else {
        let entry = body + 56;
        let (start, len) = (body + field(bytes, entry + 8), field(bytes, entry + 12));
        bytes[start] ^= 1;
        sum(bytes, start..start + len, entry + 16);
    }
    sum(bytes, body..body + 56 + 24 * sections, from + 52);
    sum(bytes, from..from + 60, from + 60);
}

#[test]
fn a_forged_frame_with_right_sums_breaks_the_chain_behind_it() {
    let disk = small_log(true);
    let places = places(&disk);
    for (position, (file, from, ..)) in places.iter().enumerate() {
        let branch = disk.branch();
        let mut bytes = branch.file(file).unwrap();
        forge(&mut bytes, *from as usize);
        branch.set_file(file, &bytes);
        let finding = audit_finding(&branch).unwrap_or_else(|| panic!("frame {} forged", position + 1));
        let next = places.get(position + 1).filter(|next| next.0 == *file);
        match (next, &finding.fault) {
            (Some(next), Fault::DurableFrame { fault: FrameFault::Chain, .. }) => {
                assert_eq!((finding.offset, finding.frame), (Some(next.1), Some(FrameNumber(next.3))));
            }
            // The last frame of a segment, and of the log, is vouched for by the manifest.
            (None, Fault::Extent | Fault::CleanEnd) => assert_eq!(finding.file, *file),
            (_, fault) => panic!("frame {}: {fault:?}", position + 1),
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
fn a_later_frame_alone_tells_damage_from_a_torn_tail() {
    // One segment and one manifest, written before any frame: nothing but the envelopes carries the mark.
    let disk = FaultyStorage::new();
    let mut opened = open_with(&disk, LogOptions { segment_bytes: 65536, ..TINY }, 1).unwrap();
    for id in 1..=5 {
        opened.writer.append(&body(id, 5000)).unwrap();
        opened.writer.sync().unwrap();
    }
    drop(opened);
    let places = places(&disk);
    let check = |damaged: &[usize], durable: bool| {
        let branch = disk.branch();
        for at in damaged {
            let (file, from, to, _) = &places[*at];
            for page in (*from..*to).step_by(4096) {
                branch.flip_bit(file, page + 20, 1);
            }
        }
        match open(&branch, 2) {
            Err(OpenError::Refused(finding)) => {
                assert!(durable, "{damaged:?}: {finding}");
                assert_eq!(finding.offset, Some(places[damaged[0]].1));
            }
            Err(error) => panic!("{error}"),
            Ok(opened) => {
                assert!(!durable, "{damaged:?}");
                assert_eq!(opened.report.last.0, damaged[0] as u64);
            }
        }
    };
    check(&[0], true);
    check(&[3], true);
    check(&[1, 2, 3], true);
    check(&[4], false);
    // The mark in frame 5 went with it; nothing is left that calls frame 4 durable.
    check(&[3, 4], false);
    check(&[2, 3, 4], false);
    check(&[0, 1, 2, 3, 4], false);
}

#[test]
fn a_file_of_another_length_is_refused() {
    let disk = small_log(true);
    let places = places(&disk);
    for (file, bytes) in files(&disk) {
        // Just behind its last frame a segment may be cut: the manifest names that end.
        let end = places.iter().filter(|place| place.0 == file).map(|place| place.2).max();
        for len in 0..bytes.len() {
            disk.set_file(&file, &bytes[..len]);
            if Some(len as u64) == end {
                assert_eq!(audit_finding(&disk), None, "{file} cut to {len}");
                continue;
            }
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
    let mut opened = open(&foreign, 1234).unwrap();
    opened.writer.append(&body(1, 50)).unwrap();
    opened.writer.close().unwrap();
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
