//! What stands beside a log and names a durable frame: a log that ends before it is refused, by the start and the audit.

use std::collections::BTreeMap;
use std::sync::Arc;

use longmen_wal::{
    AuditError, Fault, FaultyStorage, Finding, FrameNumber, Log, LogOptions, NodeId, OpenError, Opened,
    Storage, Testimony, VerifiedFrames, Witness, audit, audit_beside, seeded_nonces,
};

use crate::kit::{TINY, body, contents, open_with};

const ROOMY: LogOptions = LogOptions { segment_bytes: 1 << 20, ..TINY };
const FRAMES: u64 = 9;

/// A killed log of frames of three pages, each synced alone, and its node.
fn log() -> (FaultyStorage, NodeId) {
    let disk = FaultyStorage::new();
    let mut opened = open_with(&disk, ROOMY, 1).unwrap();
    for id in 1..=FRAMES {
        opened.writer.append(&body(id, 10_000)).unwrap();
        opened.writer.sync().unwrap();
    }
    (disk, opened.report.node)
}

/// Each frame's file, first byte and byte behind.
fn places(disk: &FaultyStorage) -> Vec<(String, usize, usize)> {
    let mut places = Vec::new();
    let visit = &mut |frame: &longmen_wal::FrameView| {
        let at = frame.offset() as usize;
        places.push((frame.segment().file_name(), at, at + frame.frame_bytes() as usize));
    };
    audit(disk, visit).unwrap();
    places
}

/// Zeros from a frame on to the end of its segment.
fn zeroed_from(disk: &FaultyStorage, (file, from, _): &(String, usize, usize)) -> FaultyStorage {
    let zeroed = disk.branch();
    let mut bytes = disk.file(file).unwrap();
    bytes[*from..].fill(0);
    zeroed.set_file(file, &bytes);
    zeroed
}

fn witness(node: NodeId, durable: u64) -> Witness {
    let says = Testimony { node, durable: FrameNumber(durable) };
    Witness { file: format!("witness-{durable}"), says: Some(says) }
}

fn start(disk: &FaultyStorage, witnesses: &[Witness]) -> Result<Opened, Finding> {
    let storage = Arc::new(disk.clone());
    let checked = VerifiedFrames::default();
    match Log::open_ahead(storage, ROOMY, FrameNumber::FIRST, seeded_nonces(2), witnesses, &checked) {
        Ok(opened) => Ok(opened),
        Err(OpenError::Refused(finding)) => Err(finding),
        Err(error) => panic!("{error}"),
    }
}

fn audited(disk: &FaultyStorage, witnesses: &[Witness]) -> Result<u64, Finding> {
    match audit_beside(disk, witnesses, &mut |_| {}) {
        Ok(report) => Ok(report.last.0),
        Err(AuditError::Found(finding)) => Err(finding),
        Err(AuditError::Io(error)) => panic!("{error}"),
    }
}

fn files(disk: &FaultyStorage) -> BTreeMap<String, Vec<u8>> {
    disk.list().unwrap().into_iter().map(|name| (name.clone(), disk.file(&name).unwrap())).collect()
}

/// Every place where the zeros may begin, and every frame that a witness may name.
#[test]
fn a_log_that_ends_before_what_a_witness_names_is_refused() {
    let (disk, node) = log();
    let whole = contents(&start(&disk.branch(), &[]).unwrap().reader);
    for (before, place) in places(&disk).iter().enumerate() {
        let zeroed = zeroed_from(&disk, place);
        for durable in 0..=FRAMES + 1 {
            let witnesses = [witness(node, durable / 2), witness(node, durable), witness(NodeId(1), 1_000)];
            let found = audited(&zeroed, &witnesses);
            let untouched = files(&zeroed);
            let branch = zeroed.branch();
            let opened = start(&branch, &witnesses);
            if durable <= before as u64 {
                assert_eq!(found, Ok(before as u64));
                let opened = opened.unwrap();
                assert_eq!(contents(&opened.reader), whole[..before]);
                // What a witness names was durable: it need not be written again.
                let mark = durable.max((before as u64).saturating_sub(1));
                let rewritten =
                    (mark < before as u64).then(|| (FrameNumber(mark + 1), FrameNumber(before as u64)));
                assert_eq!(opened.report.rewritten, rewritten);
                continue;
            }
            let finding = found.unwrap_err();
            assert_eq!(opened.err(), Some(finding.clone()));
            assert_eq!(files(&branch), untouched, "a refusal changes nothing");
            assert_eq!((&finding.file, finding.offset), (&place.0, Some(place.1 as u64)));
            assert_eq!(finding.frame, Some(FrameNumber(before as u64 + 1)));
            let Fault::DurableFrame { durable: told, witness, .. } = &finding.fault else {
                panic!("{finding}")
            };
            assert_eq!((told.0, witness.as_deref()), (durable, Some(&witnesses[1])));
        }
    }
}

#[test]
fn a_log_that_is_gone_does_not_begin_anew_beside_a_witness() {
    let broken = Witness { file: "broken".into(), says: None };
    for witness in [witness(NodeId(7), 3), broken.clone()] {
        let disk = FaultyStorage::new();
        let finding = start(&disk, std::slice::from_ref(&witness)).err().unwrap();
        assert_eq!(finding.fault, Fault::LogMissing { witness: witness.file.clone() });
        assert_eq!(audited(&disk, &[witness]), Err(finding));
        assert_eq!(disk.list().unwrap(), Vec::<String>::new());
    }
    // Where there is a log, one that does not hold says nothing.
    let (disk, _) = log();
    assert_eq!(audited(&disk, &[broken]), Ok(FRAMES));
}

/// A tail whose envelope is zeros, as a torn write may leave it, is reported by whatever else of it is there.
#[test]
fn a_tail_without_its_envelope_is_reported() {
    let (disk, _) = log();
    let (file, from, to) = places(&disk).pop().unwrap();
    for left in [from + 64, from + 4_096, to - 4_096] {
        let torn = disk.branch();
        let mut bytes = disk.file(&file).unwrap();
        bytes[from..left].fill(0);
        torn.set_file(&file, &bytes);
        let tail = audit(&torn, &mut |_| {}).unwrap().torn.expect("something is there");
        assert_eq!((tail.offset, tail.first.0, tail.last.0), (from as u64, FRAMES, FRAMES));
        assert_eq!(start(&torn, &[]).unwrap().report.cut, Some(tail));
    }
    assert_eq!(audit(&zeroed_from(&disk, &(file, from, to)), &mut |_| {}).unwrap().torn, None);
}
