//! A node whose next segment cannot be made, for an error that is no want of space.

use std::sync::Arc;

use longmen_engine::ledger::{
    ClientId, Command, Date, LedgerSettings, Side, SubjectClass, SubjectOpening, YearStart,
};
use longmen_engine::{JournalError, SimulatedNode, SimulatedOptions};
use longmen_wal::{FaultyStorage, LogOptions, Operation, WritePath, seeded_nonces};

/// Writes one frame after the other until something fails, or the node has nothing more to do.
fn until_it_fails(node: &mut SimulatedNode, session: u64) -> Option<JournalError> {
    for code in 0..200 {
        let opening =
            SubjectOpening::new(&format!("{}", 1_000 + code), "s", SubjectClass::Asset, Side::Debit, true);
        let subjects = vec![opening];
        node.submit(session, code, ClientId(1), Command::OpenSubjects { entity: "LM".into(), subjects });
        loop {
            if node.messages() > 0 {
                node.deliver(0);
            } else if let Err(error) = node.write() {
                return Some(error);
            } else if !node.pump(1) && node.writing().is_none() {
                break;
            }
        }
    }
    None
}

#[test]
fn a_node_ends_where_its_next_segment_cannot_be_made() {
    let disk = FaultyStorage::new();
    let log = LogOptions { segment_bytes: 64 << 10, segments_ahead: 0, write_path: WritePath::Pwritev };
    let options =
        SimulatedOptions { settings: LedgerSettings::default(), log, least_space: 48 << 10, slice: 1 };
    let storage = Arc::new(disk.clone());
    let (mut node, _) = SimulatedNode::start(storage, &options, seeded_nonces(1), 1).unwrap();
    let (session, mut replies) = node.open_session();
    node.submit(session, 1_000, ClientId(1), Command::Hello { name: "test".into() });
    let start = Date::parse("2018-05-01").unwrap();
    node.submit(
        session,
        1_001,
        ClientId(1),
        Command::OpenEntity { code: "LM".into(), start, year_starts: YearStart::JANUARY },
    );
    // The two that there are were made at the start; the third is wanted when the second is begun.
    disk.fail_nth(Operation::Create, 1);
    let error = until_it_fails(&mut node, session).expect("the node ends and does not wait for ever");
    assert!(matches!(error, JournalError::Write { .. }), "{error}");
    let mut answers = 0;
    while let Ok(some) = replies.try_recv() {
        answers += some.replies.len();
    }
    assert!(answers > 20, "{answers} requests were answered before");
}
