//! Random schedules, and what must hold at the end of every one.

use longmen_engine::ledger::{LedgerSettings, Room};

use super::books::{Books, assert_books};
use super::harness::{Node, Stored};
use super::naive::Naive;
use super::random::Random;
use super::script::{Case, Said};
use super::{books, translate};

/// How a run goes, by percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How likely the next thing is an arrival.
    arrival: usize,
    /// How likely it is the end of a write, where there is one.
    journal: usize,
}

impl Pace {
    pub(crate) fn random(random: &mut Random) -> Pace {
        Pace { arrival: random.one_of(&[2, 10, 30, 60, 95]), journal: random.one_of(&[1, 5, 20, 60, 100]) }
    }
}

/// Asks everything under a random schedule. `watch` sees the node before each step, with how many requests have
/// arrived.
pub(crate) fn run(
    case: &Case,
    settings: &LedgerSettings,
    random: &mut Random,
    mut watch: impl FnMut(&Node, usize),
) -> Node {
    let pace = Pace::random(random);
    let mut node = Node::open(settings, case.chart, case.first, &case.hot);
    let mut arrived = 0;
    loop {
        watch(&node, arrived);
        if node.is_writing() && random.percent(pace.journal) {
            node.journal_done();
        } else if arrived < case.asks.len() && random.percent(pace.arrival) {
            let (tag, ask) = &case.asks[arrived];
            node.ask(*tag, ask, case.chart);
            arrived += 1;
        } else if random.percent(2) {
            node.set_room(random.one_of(&[Room::Enough, Room::Soon]));
        } else if !node.step(random.percent(50)) && arrived == case.asks.len() && !node.is_writing() {
            if node.is_settled() {
                break;
            }
            // Only the want of room may hold it up now.
            node.set_room(Room::Enough);
            assert!(node.step(false), "the node is stuck: {node:?}");
        }
        node.pass_time(random.amount(0, 3));
    }
    node.set_room(Room::Enough);
    node
}

/// Every answer and every book is what the naive ledger says.
pub(crate) fn assert_equal(node: &Node, case: &Case, expect: &(Vec<Said>, Naive)) -> Books {
    let hot = case.ever_hot();
    let mut given = node.given.clone();
    given.sort_by_key(|(tag, _)| *tag);
    let mut asks: Vec<_> = case.asks.iter().zip(&expect.0).collect();
    asks.sort_by_key(|((tag, _), _)| *tag);
    assert_eq!(given.len(), asks.len(), "each request has one answer");
    for ((tag, answer), ((asked, ask), said)) in given.iter().zip(asks) {
        assert_eq!(tag, asked);
        let answer = translate::said(ask, answer).without(&hot);
        assert_eq!(answer, said.clone().without(&hot), "request {tag}: {ask:?}");
    }
    let books = books::read(node.durable().iter().map(Stored::records), case.chart);
    assert_books(&books, &expect.1, &hot);
    books
}

/// What the naive ledger says to a case.
pub(crate) fn expect(case: &Case) -> (Vec<Said>, Naive) {
    let mut naive = Naive::new(case.chart, case.first, &case.hot);
    let said = case.asks.iter().map(|(_, ask)| naive.ask(ask)).collect();
    (said, naive)
}
