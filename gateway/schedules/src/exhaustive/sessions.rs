//! Permits and places that sessions take and give back.

use std::sync::Arc;

use loom::thread;

use crate::in_flight::InFlight;
use crate::permits::{NodePermits, SessionPermits};
use crate::places::Places;

const ALL: InFlight = cost(100, 100);
const NONE: InFlight = cost(0, 0);

const fn cost(transactions: u64, bytes: u64) -> InFlight {
    InFlight { transactions, bytes }
}

fn never_more_than(held: InFlight, most: InFlight) {
    assert!(held.transactions <= most.transactions && held.bytes <= most.bytes, "{held:?} of {most:?}");
}

/// Whatever two sessions take and are refused, the node never has more under way than it may, and at the end nothing.
pub(crate) fn take_side_by_side() {
    let most = cost(7, 7);
    let node = Arc::new(NodePermits::new(most));
    let session = |wanted: InFlight| {
        let node = Arc::clone(&node);
        move || {
            let mut session = SessionPermits::new(&node, ALL);
            if session.try_take(wanted) {
                never_more_than(node.held(), most);
            }
            // The rest comes back when the session ends.
            drop(session);
        }
    };
    // Each alone is let in. Side by side one is refused, by its transactions or, with them taken already, by its bytes.
    let other = thread::spawn(session(cost(2, 3)));
    session(cost(3, 1))();
    other.join().expect("it does not panic");
    assert_eq!(node.held(), NONE, "what was taken came back");
}

/// When a session has taken all it can, as much is left as it has, whoever comes and goes meanwhile.
pub(crate) fn leave_others_their_share() {
    let most = cost(4, 4);
    let node = Arc::new(NodePermits::new(most));
    let hog = {
        let node = Arc::clone(&node);
        thread::spawn(move || {
            let mut session = SessionPermits::new(&node, ALL);
            let taken = (0..3).filter(|_| session.try_take(cost(1, 1))).count();
            assert!(taken <= 2, "half of what there is");
            // It never reads its answers: what it has stays taken.
            std::mem::forget(session);
            taken as u64
        })
    };
    let mut newcomer = SessionPermits::new(&node, ALL);
    let early = newcomer.try_take(cost(1, 1));
    let taken = hog.join().expect("it does not panic");
    drop(newcomer);
    assert_eq!(node.held(), cost(taken, taken), "what the newcomer had came back");
    let left = most.transactions - node.held().transactions;
    assert!(left >= taken, "{taken} taken, {left} left; the newcomer was let in before: {early}");
    let mut newcomer = SessionPermits::new(&node, ALL);
    assert!(newcomer.try_take(cost(1, 1)), "beside {taken} taken");
}

/// A session that asks is itself under way: it never sees less than its own.
pub(crate) fn ask() {
    let node = Arc::new(NodePermits::new(cost(9, 9)));
    let other = {
        let node = Arc::clone(&node);
        thread::spawn(move || {
            let mut session = SessionPermits::new(&node, ALL);
            session.try_take(cost(2, 2));
        })
    };
    let mut session = SessionPermits::new(&node, ALL);
    let asking = cost(1, 3);
    if session.try_take(asking) {
        let held = node.held();
        assert!(held.transactions >= asking.transactions && held.bytes >= asking.bytes, "{held:?}");
    }
    drop(session);
    other.join().expect("it does not panic");
    assert_eq!(node.held(), NONE, "what was taken came back");
}

/// No more connections than places; one that goes makes room.
pub(crate) fn places() {
    let places = Arc::new(Places::new(2));
    let connection = || {
        let places = Arc::clone(&places);
        move || {
            if places.try_take() {
                let taken = places.taken();
                assert!((1..=2).contains(&taken), "{taken} of 2");
                places.give_back();
            }
        }
    };
    let others = [thread::spawn(connection()), thread::spawn(connection())];
    connection()();
    for other in others {
        other.join().expect("it does not panic");
    }
    assert_eq!(places.taken(), 0, "places that were taken came back");
    assert!(places.try_take() && places.try_take() && !places.try_take(), "there are two");
}
