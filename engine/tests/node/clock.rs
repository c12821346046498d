//! Logs that a wrong clock wrote, and in which ids came again: what starts, on whose word, and what is known then.

use std::sync::Arc;

use longmen_engine::audit::{CameAgain, verify};
use longmen_engine::ledger::{
    Answer, ClientId, Command, RecordPlace, Rejection, SectionKind, Status, TransactionId,
};
use longmen_engine::{Node, NodeOptions, StartError};
use longmen_wal::{Body, FaultyStorage};

use crate::desk::{Desk, options};
use crate::lying::{good, place, put, written};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// The frames of a good log, logged so much later than they were.
fn shifted(mut bodies: Vec<Body>, from: usize, by_us: i64) -> Vec<Body> {
    bodies[from..].iter_mut().for_each(|body| body.time_us += by_us);
    bodies
}

fn disk_of(bodies: &[Body]) -> FaultyStorage {
    let disk = FaultyStorage::new();
    written(bodies, &disk);
    disk
}

fn accepting() -> NodeOptions {
    NodeOptions { accept_time: true, ..options(1) }
}

fn status(desk: &mut Desk) -> Status {
    let Answer::Status(status) = desk.ask(Command::Status) else { panic!() };
    *status
}

#[test]
fn a_clock_far_from_the_newest_frame_is_taken_on_somebodys_word_alone() {
    for by_us in [-400 * DAY, -4 * DAY, 4 * DAY, 400 * DAY] {
        let disk = disk_of(&shifted(good(), 0, by_us));
        let refused = Node::start(Arc::new(disk.branch()), &options(1)).err();
        let Some(StartError::Clock { newest_us, clock_us }) = refused else { panic!("{refused:?}") };
        assert!((newest_us - clock_us - by_us).abs() < HOUR, "{newest_us} {clock_us}");
        let said = refused.unwrap().to_string();
        let side = if by_us > 0 { "behind" } else { "ahead of" };
        assert!(said.contains(side) && said.contains("--accept-time"), "{said}");

        // Who has the right time is served at once, and keeps being served.
        let mut desk = Desk::start(Arc::new(disk.clone()), &accepting());
        assert_eq!(desk.post(&[(40, 1, 2, 5)]).results[0].rejection, None);
        assert!(desk.post(&[(1, 1, 2, 500)]).results[0].repeated || by_us < 0);
        let Status { time_us, clock_us: now_us, .. } = status(&mut desk);
        assert_eq!(time_us - now_us > DAY, by_us > 0, "{time_us} {now_us}");
        desk.stop();
        let mut desk = Desk::start(Arc::new(disk.clone()), &accepting());
        assert!(desk.post(&[(40, 1, 2, 5)]).results[0].repeated);
        desk.stop();
        verify(&disk, &mut |_| {}).unwrap();
    }
}

#[test]
fn a_clock_within_the_window_of_the_newest_frame_needs_nobodys_word() {
    for by_us in [-2 * DAY, 2 * DAY] {
        let mut desk = Desk::start(Arc::new(disk_of(&shifted(good(), 0, by_us))), &options(1));
        assert_eq!(desk.post(&[(40, 1, 2, 5)]).results[0].rejection, None);
        desk.stop();
    }
}

/// A ledger of before took an id without a time again when it was forgotten.
#[test]
fn an_id_that_came_again_is_named_and_keeps_no_node_from_starting() {
    let bodies = |apart_us: i64| {
        let mut bodies = good();
        let again = place(&bodies, SectionKind::Heads, 1);
        put(&mut bodies, again, 0, &1_u128.to_le_bytes());
        (shifted(shifted(bodies, 0, -apart_us), again.0, apart_us), again.0 as u64 + 1)
    };
    let (twice, again) = bodies(5 * DAY);
    for known_ids in [1_000, 1 << 14, 1 << 20] {
        for window_days in [0, 3, 30] {
            let disk = disk_of(&twice);
            let options =
                NodeOptions { known_ids, window_back: window_days * 86_400, accept_time: true, ..options(2) };
            let mut desk = Desk::start(Arc::new(disk.clone()), &options);
            let known = desk.post(&[(1, 1, 2, 500)]).results[0];
            assert_eq!((known.repeated, known.frame), (true, again), "{known_ids} ids, {window_days} days");
            desk.stop();
            let found = verify(&disk, &mut |_| {}).unwrap().came_again;
            let [CameAgain { client, id, first, again: second, after_us }] = found[..] else {
                panic!("{found:?}")
            };
            assert_eq!((client, id), (ClientId(1), TransactionId(1)));
            assert_eq!(second, RecordPlace { frame: again, ordinal: 0 });
            assert!(first.frame < again && (after_us - 5 * DAY).abs() < HOUR, "{first:?} {after_us}");
        }
    }
    // No window is as short as that: it is damage.
    let (twice, again) = bodies(HOUR / 2);
    let refused = Node::start(Arc::new(disk_of(&twice)), &options(1)).err().map(|error| error.to_string());
    let refused = refused.unwrap_or_default();
    assert!(
        refused.contains("has a record before") && refused.contains(&format!("frame {again}")),
        "{refused}"
    );
    assert!(verify(&disk_of(&twice), &mut |_| {}).is_err());
}

/// The five days of the first report, at the node: a retry that leaves its time out.
#[test]
fn a_retry_without_a_time_is_not_posted_again() {
    let disk = disk_of(&shifted(good(), 0, -5 * DAY));
    // The window has passed all of it; what was forgotten is not looked for.
    let mut desk = Desk::start(Arc::new(disk), &NodeOptions { window_back: 0, ..accepting() });
    let mut batch = crate::desk::transfers_batch(&[(99, 1, 2, 500), (1, 1, 2, 500)]);
    batch.transactions.iter_mut().for_each(|transaction| transaction.time = 0);
    let Answer::Posted(posted) = desk.ask(Command::Post(batch)) else { panic!() };
    assert_eq!(posted.results[0].rejection, Some(Rejection::TimeRequired));
    assert!(posted.results[1].repeated || posted.results[1].rejection == Some(Rejection::TimeRequired));
    desk.stop();
}
