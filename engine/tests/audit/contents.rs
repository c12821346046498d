//! What a frame holds, as it is shown.

use std::collections::BTreeMap;

use longmen_engine::audit::{FrameContents, MergedEntry, describe_frame};
use longmen_engine::ledger::AccountId;

use crate::good::{HOT, good_books};
use crate::planted::written;

fn contents(bodies: &[longmen_wal::Body]) -> Vec<FrameContents> {
    let mut contents = Vec::new();
    longmen_wal::audit(&written(bodies), &mut |view| contents.push(describe_frame(view))).unwrap();
    contents
}

#[test]
fn frames_are_described() {
    let merged = |count, debit, credit| MergedEntry { account: AccountId(HOT), count, debit, credit };
    let nothing = FrameContents::default();
    let names = BTreeMap::from([("client", 1), ("entity", 2), ("subject", 5)]);
    let closed = BTreeMap::from([("date_closed", 1), ("line_closed", 5)]);
    let expected = [
        FrameContents { opened: 10, admin: names, ..nothing.clone() },
        FrameContents {
            posted: 10,
            refused: 1,
            cancelled: 1,
            postings: 23,
            merged: vec![merged(5, 260, 480)],
            ..nothing.clone()
        },
        FrameContents {
            posted: 4,
            postings: 5,
            merged: vec![merged(1, 0, 7), merged(1, 0, 3), merged(1, 0, 1)],
            changed: 1,
            admin: closed,
            ..nothing.clone()
        },
        FrameContents { posted: 1, postings: 2, ..nothing.clone() },
        // The mark of the clean end.
        nothing,
    ];
    assert_eq!(contents(&good_books().bodies()), expected);
}

#[test]
fn what_cannot_be_read_is_counted() {
    let mut bodies = good_books().bodies();
    let last = bodies.last_mut().unwrap();
    last.sections[1].chunks[0].extend([0xff; 8]);
    last.sections[2].kind = 9;
    let shown = contents(&bodies).swap_remove(3);
    assert_eq!((shown.posted, shown.postings, shown.unreadable), (1, 1, 2));
}
