//! The window of clients' own times: ids that are forgotten, requests without a time, and clocks that were wrong.

use longmen_engine::ledger::{Answer, LedgerSettings, PostResult, Rejection};

use super::harness::{Node, settings};
use super::script::{Act, Ask, NOW, Tx, TxLeg};
use super::scripts::CHART;

const DAY: u32 = 86_400;
const WINDOW: u32 = 3 * DAY;

struct Desk {
    node: Node,
    tags: u64,
    now: u32,
}

fn leg(step: u16, account: u64, debit: bool) -> TxLeg {
    TxLeg { account, named: false, step, debit, amount: 5, currency: "CNY" }
}

/// A payment from the bank to account 2.
fn payment(id: u128, time: u32) -> Tx {
    Tx { time, ..Tx::new(id, vec![leg(1, 1, true), leg(2, 2, false)]) }
}

fn freeze(id: u128, account: u64, time: u32) -> Tx {
    let (amount, currency, judicial, authority, expires) = (5, "CNY", false, "", None);
    let act = Act::Freeze { account, amount, currency, judicial, authority, expires };
    Tx { act, time, ..Tx::new(id, vec![]) }
}

impl Desk {
    fn new() -> Desk {
        Desk { node: Node::open(&settings(1), &CHART, 9, &[]), tags: 0, now: NOW }
    }

    fn ask(&mut self, ask: &Ask) -> Answer {
        self.node.ask(self.tags, ask, &CHART);
        self.tags += 1;
        self.node.drain();
        self.node.given.last().unwrap().1.clone()
    }

    fn post(&mut self, tx: Tx) -> PostResult {
        match self.ask(&Ask::Post { txs: vec![tx], balances: false }) {
            Answer::Posted(posted) => posted.results[0],
            other => panic!("{other:?}"),
        }
    }

    fn cancel(&mut self, id: u128, time: u32) -> Option<Rejection> {
        match self.ask(&Ask::Cancel { id, time }) {
            Answer::Posted(posted) => posted.results[0].rejection,
            other => panic!("{other:?}"),
        }
    }

    /// Days pass, with so many ids before and after them that those of before are forgotten.
    fn forget(&mut self, until: u32) {
        self.fill();
        self.ask(&Ask::Wait { until });
        self.now = until;
        self.fill();
    }

    fn fill(&mut self) {
        for id in 0..60 {
            assert_eq!(self.post(payment(u128::from(self.now) << 32 | id, self.now)).rejection, None);
        }
    }

    fn restart(&mut self, settings: &LedgerSettings) {
        self.node = self.node.restarted(settings);
        self.node.drain();
    }
}

#[test]
fn without_a_time_a_new_id_is_taken_only_while_none_can_be_forgotten() {
    let mut desk = Desk::new();
    assert_eq!(desk.post(payment(1, 0)).rejection, None);
    assert_eq!(desk.cancel(2, 0), None);
    desk.ask(&Ask::Wait { until: NOW + WINDOW });
    assert_eq!(desk.post(payment(3, 0)).rejection, None);
    desk.ask(&Ask::Wait { until: NOW + WINDOW + 1 });
    assert_eq!(desk.post(payment(4, 0)).rejection, Some(Rejection::TimeRequired));
    assert_eq!(desk.cancel(5, 0), Some(Rejection::TimeRequired));
    // It was no result: with a time it is taken, and then it is known without one.
    assert_eq!(desk.post(payment(4, NOW + WINDOW)).rejection, None);
    assert!(desk.post(payment(4, 0)).repeated);
    assert!(desk.post(payment(3, 0)).repeated);
    desk.restart(&settings(2));
    assert_eq!(desk.post(payment(5, 0)).rejection, Some(Rejection::TimeRequired));
}

#[test]
fn an_id_that_was_forgotten_is_not_posted_again_without_a_time_or_with_its_own() {
    let mut desk = Desk::new();
    assert_eq!(desk.post(payment(1, NOW)).rejection, None);
    desk.forget(NOW + 5 * DAY);
    assert_eq!(desk.post(payment(1, 0)).rejection, Some(Rejection::TimeRequired));
    assert_eq!(desk.cancel(1, 0), Some(Rejection::TimeRequired));
    assert_eq!(desk.post(payment(1, NOW)).rejection, Some(Rejection::TooOld));
    assert_eq!(desk.cancel(1, NOW), Some(Rejection::TooOld));
}

/// A client that gives a fresh time to an id of days ago says that it is new. What was posted then, recovery takes.
#[test]
fn an_id_that_comes_again_with_a_fresh_time_is_taken_by_recovery_with_any_window() {
    let mut desk = Desk::new();
    let first = desk.post(payment(1, NOW));
    let later = NOW + 5 * DAY;
    desk.forget(later);
    let again = desk.post(Tx { kind: "other", ..payment(1, later) });
    assert!(again.rejection.is_none() && !again.repeated && again.frame > first.frame);
    for known_ids in [1, 16, 1_000] {
        for days in [0, 1, 3, 30] {
            desk.restart(&LedgerSettings { known_ids, window_back: days * DAY, ..settings(2) });
            let repeated = desk.post(Tx { kind: "other", ..payment(1, later) });
            assert_eq!(repeated, PostResult { repeated: true, ..again }, "{known_ids} ids, {days} days");
            let conflict = desk.post(payment(1, later)).rejection;
            assert_eq!(conflict, Some(Rejection::IdempotencyConflict), "{known_ids} ids, {days} days");
        }
    }
}

/// The name of a hold is the id of the transaction that froze: it stays taken, however long ago that was.
#[test]
fn the_name_of_a_hold_is_not_given_twice() {
    let mut desk = Desk::new();
    let later = NOW + 5 * DAY;
    for id in [91, 92] {
        assert_eq!(desk.post(payment(id, NOW)).rejection, None);
    }
    let attempt = |id, time| Tx {
        act: Act::Try { expires: None },
        legs: vec![leg(1, 2, true), leg(2, 1, false)],
        time,
        ..Tx::new(id, vec![])
    };
    assert_eq!(desk.post(freeze(1, 2, NOW)).rejection, None);
    assert_eq!(desk.post(attempt(2, NOW)).rejection, None);
    desk.forget(later);
    for again in
        [freeze(1, 2, later), freeze(1, 3, later), freeze(2, 2, later), attempt(1, later), attempt(2, later)]
    {
        let mut node = Desk { node: desk.node.clone(), tags: desk.tags, now: desk.now };
        let said = node.post(again.clone());
        assert_eq!(said.rejection, Some(Rejection::KeyConflict), "{again:?}");
        node.restart(&settings(2));
        assert_eq!(node.post(again), PostResult { repeated: true, ..said });
    }
    let release = Act::Unfreeze { hold: 1, amount: None, authority: "" };
    assert_eq!(desk.post(Tx { act: release, time: later, ..Tx::new(3, vec![]) }).rejection, None);
}

/// One posting with a clock 400 days ahead; then it is right, and whoever starts the node says so.
#[test]
fn a_ledger_that_a_wrong_clock_wrote_serves_those_whose_clocks_are_right() {
    let mut desk = Desk::new();
    assert_eq!(desk.post(payment(1, NOW)).rejection, None);
    let wrong = NOW + 400 * DAY;
    desk.forget(wrong);
    assert_eq!(desk.post(payment(2, NOW + 60)).rejection, Some(Rejection::TooOld));
    // Without a word it stays so: a clock that is behind may as well be wrong itself.
    let mut behind = Desk { node: desk.node.restarted(&settings(2)), tags: desk.tags, now: desk.now };
    assert_eq!(behind.post(payment(2, NOW + 60)).rejection, Some(Rejection::TooOld));
    desk.node = desk.node.restarted_after(&settings(2), -i64::from(400 * DAY) * 1_000_000);
    desk.node.drain();
    assert_eq!(desk.post(payment(2, NOW + 60)).rejection, None);
    assert_eq!(desk.post(payment(3, wrong)).rejection, Some(Rejection::TooNew));
    // What came before and meanwhile is known.
    assert!(desk.post(payment(1, NOW)).repeated);
    assert!(desk.post(payment(u128::from(wrong) << 32 | 7, wrong)).repeated);
    // The logged time stays, and goes on when the clock has passed it.
    let status = desk.node.status();
    assert_eq!(status.time_us, i64::from(wrong) * 1_000_000);
    assert_eq!(status.clock_us, i64::from(NOW) * 1_000_000);
    desk.ask(&Ask::Wait { until: wrong + DAY });
    assert_eq!(desk.post(payment(4, wrong + DAY)).rejection, None);
    let status = desk.node.status();
    assert_eq!(
        (status.time_us, status.clock_us),
        (i64::from(wrong + DAY) * 1_000_000, i64::from(wrong + DAY) * 1_000_000)
    );
}
