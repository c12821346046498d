//! What must hold of a node that has recovered from a crash of a small world.

use longmen_engine::ledger::{Answer, PostResult, Rejection};

use super::Life;
use super::worlds::{CHART, HOT, World, money};
use crate::oracle::{is_known, records};
use crate::rounds::books::{Books, assert_books};
use crate::rounds::naive::Naive;
use crate::rounds::translate;
use crate::script::Ask;
use longmen_wal::FrameNumber;

/// A crash: what had been asked and promised before.
pub(super) struct Crash<'a> {
    pub(super) world: &'a World,
    pub(super) given: &'a [(u64, Answer)],
    pub(super) clock_us: i64,
}

impl Crash<'_> {
    /// What the log has is what a serial ledger makes of the durable requests; the node shows it, and goes on from it; what
    /// was acknowledged is among them, and has its first result.
    ///
    /// # Panics
    /// If something does not hold.
    pub(super) fn check(&self, mut node: Life) {
        let name = self.world.name;
        let found = read(&node);
        let mut naive = self.rebuild(&found);
        for (tag, answer) in self.given {
            self.assert_durable(*tag, answer, &found);
        }
        node.drain();
        let found = read(&node);
        assert_books(&found, &naive, &[HOT]);
        assert_shown(&mut node, &mut naive);
        for (tag, ask) in (1..).zip(&self.world.asks) {
            node.drain();
            node.ask(tag, ask);
            node.drain();
            let expected = naive.ask(ask).without(&[HOT]);
            if matches!(ask, Ask::Wait { .. }) {
                continue;
            }
            let (_, answer) = node.given.last().expect("it was answered").clone();
            let said = translate::said(ask, &answer).without(&[HOT]);
            assert_eq!(said, expected, "{name}: request {tag} asked again: {ask:?}");
            let before = self.given.iter().find(|(given, _)| *given == tag);
            before.iter().for_each(|(_, before)| assert_first_results(before, &answer));
        }
        assert_books(&read(&node), &naive, &[HOT]);
        assert_shown(&mut node, &mut naive);
    }

    /// What a serial ledger makes of the durable requests, in their order of arrival.
    fn rebuild(&self, found: &Books) -> Naive {
        let first = CHART.len() as u64;
        let mut naive = Naive::new(&CHART, first, &[HOT]);
        naive.ask(&money());
        let mut records = found.records - translate::setup_records(&CHART, first);
        for ask in &self.world.asks {
            match ask {
                Ask::Post { txs, .. } => {
                    if txs.iter().all(|tx| found.ids.contains(&tx.id)) {
                        naive.ask(ask);
                    }
                }
                Ask::Wait { until } if i64::from(*until) * 1_000_000 > self.clock_us => {}
                Ask::Wait { .. } => {
                    naive.ask(ask);
                }
                _ => {
                    let needed = naive.records(ask);
                    if needed <= records {
                        records -= needed;
                        naive.ask(ask);
                    }
                }
            }
        }
        assert_eq!(records, 0, "{}: records of requests that nobody made", self.world.name);
        naive
    }

    /// What an answer speaks of is durable.
    fn assert_durable(&self, tag: u64, answer: &Answer, found: &Books) {
        let index = usize::try_from(tag - 1).expect("a world is small");
        if let (Ask::Post { txs, .. }, Answer::Posted(posted)) = (&self.world.asks[index], answer) {
            for (tx, result) in txs.iter().zip(&posted.results) {
                let there = found.ids.contains(&tx.id) || !is_known(Some(tx), result.rejection);
                assert!(there, "{}: transaction {} was acknowledged and is lost", self.world.name, tx.id);
            }
        }
    }
}

/// What the log has.
fn read(node: &Life) -> Books {
    let log = node.node.reader();
    let mut books = Books::default();
    for view in log.frames(FrameNumber::FIRST) {
        books.take(&records(&view.expect("a log that was recovered can be read")), &CHART);
    }
    books
}

/// Every account, hold and line of the general ledger is what a serial ledger has.
fn assert_shown(node: &mut Life, naive: &mut Naive) {
    let asks = [Ask::Read((1..=CHART.len() as u64).collect()), Ask::Holds(None), Ask::Trial];
    for ask in asks {
        let answer = node.ask_alone(translate::command(&ask, &CHART, &mut |_| None));
        assert_eq!(translate::said(&ask, &answer), naive.ask(&ask), "the books shown");
    }
}

/// First results are the same, in the same place of the log.
fn assert_first_results(before: &Answer, after: &Answer) {
    let (Answer::Posted(before), Answer::Posted(after)) = (before, after) else { return };
    for (before, after) in before.results.iter().zip(&after.results) {
        if before.rejection.is_none_or(Rejection::is_result) {
            assert_eq!(*after, PostResult { repeated: true, ..*before }, "a first result");
        }
    }
}
