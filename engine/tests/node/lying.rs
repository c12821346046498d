//! Records that contradict each other under sums that are right: a log with them is refused with the frame, a snapshot with
//! them passed over.

use std::sync::Arc;

use longmen_engine::audit::{BookFault, VerifyError, verify};
use longmen_engine::ledger::{Answer, Command, ROW_IMAGE, SectionKind};
use longmen_engine::{Node, StartError};
use longmen_wal::{Body, FaultyStorage, FrameNumber, Log, LogOptions, Section, seeded_nonces};

use crate::desk::{Desk, options};

fn log() -> LogOptions {
    LogOptions { segment_bytes: 4 << 20, segments_ahead: 0, ..LogOptions::default() }
}

/// The frames of a node's log that hold records: accounts opened, transfers, a move of a hold, a change.
pub(crate) fn good() -> Vec<Body> {
    let disk = FaultyStorage::new();
    let mut desk = Desk::start(Arc::new(disk.clone()), &options(1));
    desk.open_books(4, &[]);
    for id in 1..4 {
        assert_eq!(desk.post(&[(id, 1, 2, 500)]).results[0].rejection, None);
    }
    let Answer::Done = desk.ask(Command::CloseDay {
        entity: "LM".into(),
        next: longmen_engine::ledger::Date::parse("2018-05-02").unwrap(),
        carry_forward: vec![],
        forced: false,
        notes: Box::default(),
    }) else {
        panic!()
    };
    desk.stop();
    let opened = Log::open(Arc::new(disk), log(), FrameNumber::FIRST, seeded_nonces(1)).unwrap();
    let body = |frame: longmen_wal::FrameView| Body {
        time_us: frame.time_us(),
        sections: frame
            .sections()
            .map(Result::unwrap)
            .map(|section| Section {
                kind: section.kind,
                owner: section.owner,
                records: section.records,
                chunks: vec![section.bytes.to_vec()],
            })
            .collect(),
    };
    opened.reader.frames(FrameNumber::FIRST).map(|frame| body(frame.unwrap())).collect()
}

fn start(bodies: &[Body], shards: u16) -> Result<Node, StartError> {
    let disk = FaultyStorage::new();
    written(bodies, &disk);
    Node::start(Arc::new(disk), &options(shards))
}

/// A cleanly closed log of these frames, all sums right.
pub(crate) fn written(bodies: &[Body], disk: &FaultyStorage) {
    let opened = Log::open(Arc::new(disk.clone()), log(), FrameNumber::FIRST, seeded_nonces(1));
    let mut writer = opened.unwrap().writer;
    for body in bodies {
        writer.append(body).unwrap();
    }
    writer.close().unwrap();
}

/// The place of the `nth` frame with a section of this kind, and that of the section in it.
pub(crate) fn place(bodies: &[Body], kind: SectionKind, nth: usize) -> (usize, usize) {
    let sections = bodies.iter().enumerate().filter_map(|(frame, body)| {
        Some((frame, body.sections.iter().position(|section| section.kind == kind as u16)?))
    });
    { sections }.nth(nth).unwrap()
}

/// Writes `bytes` into a section's first chunk; the number of the frame.
pub(crate) fn put(bodies: &mut [Body], (frame, section): (usize, usize), at: usize, bytes: &[u8]) -> u64 {
    bodies[frame].sections[section].chunks[0][at..at + bytes.len()].copy_from_slice(bytes);
    frame as u64 + 1
}

#[test]
fn a_log_that_contradicts_itself_is_refused_with_the_frame() {
    use SectionKind::{Admin, Entries, Heads};
    let good = good();
    start(&good, 2).unwrap().stop().unwrap();
    // The kind of the section, which of them, the offset, and the bytes that stand there instead.
    let lies: [(SectionKind, usize, usize, &[u8], &str); 11] = [
        (Entries, 0, 8, &[0; 8], "out of order"),
        (Entries, 0, 8, &(1_u64 << 40).to_le_bytes(), "out of order"),
        (Entries, 0, 8, &u64::MAX.to_le_bytes(), "out of order"),
        (Entries, 0, 44, &u32::MAX.to_le_bytes(), "line 4294967295"),
        (Entries, 0, 16, &7_u32.to_le_bytes(), "has no subject 7"),
        (Entries, 1, 8, &[0; 8], "account 0 at"),
        (Entries, 1, 8, &(1_u64 << 60).to_le_bytes(), "not opened before"),
        (Entries, 1, 24, &i128::MAX.to_le_bytes(), "do not give"),
        (Entries, 1, 40, &u64::MAX.to_le_bytes(), "the chain's last record"),
        (Admin, 0, 8, &9_u32.to_le_bytes(), "client 9 is out of order"),
        (Heads, 0, 32, &u32::MAX.to_le_bytes(), "head 0 cannot be read"),
    ];
    for (kind, nth, at, bytes, what) in lies {
        for shards in [1, 2] {
            let mut bodies = good.clone();
            let section = place(&bodies, kind, nth);
            let frame = put(&mut bodies, section, at, bytes);
            refused(&bodies, shards, frame, what);
        }
    }
}

#[test]
fn frames_doubled_lost_or_out_of_time_are_refused_with_the_frame() {
    let good = good();
    let (transfer, _) = place(&good, SectionKind::Heads, 0);
    let mut doubled = good.clone();
    doubled.insert(transfer + 1, good[transfer].clone());
    refused(&doubled, 2, transfer as u64 + 2, "");
    let (opening, _) = place(&good, SectionKind::Entries, 0);
    let mut without = good.clone();
    without.remove(opening);
    refused(&without, 2, transfer as u64, "not opened before");
    for time_us in [i64::MIN, -1, i64::MAX] {
        let mut bodies = good.clone();
        bodies[transfer].time_us = time_us;
        refused(&bodies, 2, transfer as u64 + 1, "no time that is logged");
        let disk = FaultyStorage::new();
        written(&bodies, &disk);
        let Err(VerifyError::Books(finding)) = verify(&disk, &mut |_| {}) else {
            panic!("the audit names it")
        };
        assert_eq!(finding.fault, BookFault::Time { time_us });
    }
}

fn refused(bodies: &[Body], shards: u16, frame: u64, what: &str) {
    match start(bodies, shards) {
        Err(StartError::Replay(error)) => {
            assert_eq!(error.frame, frame, "{error}");
            assert!(error.what.contains(what), "{what}: {error}");
        }
        Err(other) => panic!("{what}: {other}"),
        Ok(_) => panic!("{what}: it starts"),
    }
}

/// Bytes of a snapshot's header, and where in it stand its last frame and the places of its lines and rows.
const HEADER: usize = 120;
const LAST: usize = 32;
const LINES: usize = 48 + 2 * 16;
const ROWS: usize = 48 + 3 * 16;

/// A snapshot with `bytes` at the offset of its part whose place stands at `part`, its sums made right.
pub(crate) fn forged(good: &[u8], part: usize, at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut forged = good.to_vec();
    let start = usize::try_from(u64::from_le_bytes(good[part..part + 8].try_into().unwrap())).unwrap() + at;
    forged[start..start + bytes.len()].copy_from_slice(bytes);
    with_right_sums(forged)
}

/// A snapshot of a log that went on far beyond the one that it stands beside.
pub(crate) fn of_a_longer_log(good: &[u8]) -> Vec<u8> {
    let mut longer = good.to_vec();
    longer[LAST..LAST + 8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    with_right_sums(longer)
}

fn with_right_sums(mut forged: Vec<u8>) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        u32::try_from(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes)).unwrap().to_le_bytes()
    };
    let body = crc(&forged[HEADER..]);
    forged[HEADER - 8..HEADER - 4].copy_from_slice(&body);
    let header = crc(&forged[..HEADER - 4]);
    forged[HEADER - 4..HEADER].copy_from_slice(&header);
    forged
}

/// Snapshots that lie in one field each, with what they say.
pub(crate) fn lying_snapshots(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let row = |at: usize, bytes: &[u8]| forged(good, ROWS, at, bytes);
    vec![
        ("account 0", row(0, &[0; 8])),
        ("an account that is not there", row(0, &(1_u64 << 50).to_le_bytes())),
        ("an account twice", row(ROW_IMAGE, &good_row(good))),
        ("a balance that nothing comes to", row(8, &i128::MAX.to_le_bytes())),
        ("a line that is not there", row(108, &u32::MAX.to_le_bytes())),
        ("another subject", row(112, &9_u32.to_le_bytes())),
        ("seen a later frame", row(56, &u64::MAX.to_le_bytes())),
        ("a huge line", forged(good, LINES, 0, &u32::MAX.to_le_bytes())),
    ]
}

/// The account of the first row, as its image begins.
fn good_row(good: &[u8]) -> [u8; 8] {
    let start = usize::try_from(u64::from_le_bytes(good[ROWS..ROWS + 8].try_into().unwrap())).unwrap();
    good[start..start + 8].try_into().unwrap()
}
