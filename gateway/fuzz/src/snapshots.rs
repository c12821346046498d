//! The reader of snapshots: a changed one is passed over; one whose sums were made right again is taken for whole or passed
//! over, and the reader never panics.

use std::sync::Arc;
use std::time::{Duration, Instant};

use longmen_engine::fuzz::read_snapshots;
use longmen_engine::{Node, NodeOptions};
use longmen_gateway::Limits;
use longmen_gateway::fuzz::converse;
use longmen_wal::{FaultyStorage, LogOptions, Storage};

use crate::books::{runtime, story};
use crate::conversation::hello;
use crate::edits::{Edit, crc32c, words};
use crate::ledger::settings;

/// Bytes of a snapshot's header; its own sum is the last of its fields, that of the body the one before.
const HEADER: usize = 120;

thread_local! {
    static GOOD: (String, Vec<u8>) = a_snapshot();
}

/// Takes an input: how much is made right again (nothing, the header's sum, all sums), then changes of eight bytes each:
/// the kind, the place, a value.
pub fn run(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else { return };
    GOOD.with(|(name, good)| {
        let mut bytes = good.clone();
        for [what, low, middle, high, value, ..] in words(rest).take(8) {
            Edit::new(what, u32::from_le_bytes([low, middle, high, 0]), value).make(&mut bytes);
        }
        let is_changed = bytes != *good;
        let mends = first % 3;
        mend(&mut bytes, mends);
        let disk = FaultyStorage::new();
        disk.set_file(name, &bytes);
        let found = read_snapshots(&disk, &settings()).expect("a disk in memory does not fail");
        if mends > 0 {
            // Its parts may say anything now: it is taken or passed over, and a node goes on from what was taken.
            assert_eq!(found.restored.len() + found.refused.len(), 1, "it is taken or passed over");
            for rebuilt in found.restored.into_iter().flatten().filter(|rebuilt| rebuilt.check().is_ok()) {
                drop(rebuilt.go_on(settings()));
            }
        } else if is_changed {
            let is_passed_over = found.refused.len() == 1 || matches!(&found.restored[..], [Err(_)]);
            assert!(is_passed_over, "a changed snapshot is passed over");
        } else {
            assert!(matches!(&found.restored[..], [Ok(_)]), "a good snapshot is taken");
        }
    });
}

fn mend(bytes: &mut [u8], mends: u8) {
    if bytes.len() < HEADER {
        return;
    }
    if mends == 2 {
        let crc = crc32c(&bytes[HEADER..]);
        bytes[HEADER - 8..HEADER - 4].copy_from_slice(&crc.to_le_bytes());
    }
    if mends >= 1 {
        let crc = crc32c(&bytes[..HEADER - 4]);
        bytes[HEADER - 4..HEADER].copy_from_slice(&crc.to_le_bytes());
    }
}

/// A snapshot that a real node took of the books of the story.
fn a_snapshot() -> (String, Vec<u8>) {
    let disk = FaultyStorage::new();
    let log = LogOptions { segment_bytes: 4 << 20, segments_ahead: 0, ..LogOptions::default() };
    let options =
        NodeOptions { shards: 2, log, known_ids: 1 << 12, snapshot_bytes: 1, ..NodeOptions::default() };
    let node = Node::start(Arc::new(disk.clone()), &options).expect("a node starts");
    let (session, mut replies) = node.intake().open_session();
    let frames: Vec<Vec<u8>> = std::iter::once(hello())
        .chain(story().iter().zip(1..).map(|(asked, tag)| asked.frame(tag)))
        .collect();
    converse(
        Limits::default(),
        node.history(),
        &runtime(),
        frames.iter().map(Vec::as_slice),
        &mut |requests| {
            let count = requests.len();
            for request in requests {
                session.submit(request.client, vec![(request.reply_to.tag, request.command)]);
            }
            let mut answers = Vec::new();
            while answers.len() < count {
                answers.extend(replies.blocking_recv().expect("the node lives").replies);
            }
            answers
        },
    );
    let began = Instant::now();
    let taken = loop {
        // The first may have been taken before the books were whole: the last of all is wanted.
        let newest = snapshots(&disk).pop();
        if let Some(name) = newest.filter(|_| began.elapsed() > Duration::from_millis(500)) {
            break name;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "the node takes a snapshot");
        std::thread::sleep(Duration::from_millis(20));
    };
    node.stop().expect("the node stops");
    let bytes = disk.file(&taken).expect("it is there");
    (taken, bytes)
}

fn snapshots(disk: &FaultyStorage) -> Vec<String> {
    let mut names = disk.list().expect("a disk in memory lists its files");
    names.retain(|name| name.starts_with("snapshot-0"));
    names.sort_unstable();
    names
}

/// Changes in the header and in every part.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let len = GOOD.with(|(_, good)| good.len());
    let mut seeds = vec![vec![0]];
    for mends in 0..3 {
        for at in (0..len).step_by(24) {
            let [low, middle, high, _] = u32::try_from(at).expect("a small file").to_le_bytes();
            let value = low.wrapping_mul(31);
            seeds.push(vec![mends, value % 4, low, middle, high, value, 0, 0, 0]);
        }
    }
    seeds
}
