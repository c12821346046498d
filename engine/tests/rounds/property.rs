//! The property of the books: whatever is asked, in whatever order, at whatever moment the node is restarted, it says and
//! has what the naive ledger says and has. Long scripts of every operation, valid and not; after each little burst of
//! requests everything is compared: answers, every account, hold, line of the general ledger and closed date, and the four
//! relations of the books (总总, 总账自身, 总分, 分户).
//!
//! `LONGMEN_SEEDS=N` runs N seeds, `LONGMEN_SEED=N` only that one; `LONGMEN_SOAK=MINUTES` goes on for so long.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use longmen_engine::ledger::{Answer, LedgerSettings, Rejection};

use super::books::{Books, assert_books};
use super::harness::Node;
use super::placement::{OnPanic, cut_power, number, some_settings};
use super::random::Random;
use super::relations;
use super::script::{Ask, Case, Said};
use super::scripts::{CHART, FIRST, Maker};
use super::translate;

const SEEDS: u64 = 1_000;
/// Requests of a script.
const REQUESTS: usize = 130;

/// What was met on the way, over all seeds.
#[derive(Debug, Default)]
struct Met {
    operations: u64,
    /// By what was done: how often it was asked for, and how often it was done.
    kinds: BTreeMap<&'static str, (u64, u64)>,
    /// How often each code was given.
    codes: BTreeMap<&'static str, u64>,
    restarts: u64,
    power_cuts: u64,
    closed_lines: u64,
    expired: u64,
    blue: u64,
    merged: u64,
    /// Clocks that were wrong, and set right.
    set_right: u64,
}

#[test]
fn the_books_are_those_of_the_naive_ledger() {
    let seeds = match number("LONGMEN_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LONGMEN_SEEDS").unwrap_or(SEEDS),
    };
    let soak = number("LONGMEN_SOAK").map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let mut met = Met::default();
    let mut seed = seeds.start;
    while seed < seeds.end || soak.is_some_and(|end| Instant::now() < end) {
        let on_panic = OnPanic(seed);
        check(seed, &mut met);
        std::mem::forget(on_panic);
        seed += 1;
    }
    println!("{seeds:?}: {met:#?}");
    if seed - seeds.start >= SEEDS {
        met.assert_enough();
    }
}

impl Met {
    fn assert_enough(&self) {
        assert!(self.operations >= 100_000, "{} operations", self.operations);
        for (kind, (_, done)) in &self.kinds {
            assert!(*done >= 20, "{kind} was done {done} times");
        }
        assert!(self.kinds.len() == KINDS, "{:?}", self.kinds.keys());
        for code in Rejection::ALL.into_iter().filter(|code| !UNMET.contains(code)) {
            let given = self.codes.get(code.code()).copied().unwrap_or(0);
            assert!(given >= 10, "{code} was given {given} times");
        }
        assert!(self.restarts > 100 && self.power_cuts > 100 && self.closed_lines > 1_000, "{self:?}");
        assert!(self.set_right > 20, "{self:?}");
        assert!(self.expired > 100 && self.blue > 100 && self.merged > 1_000, "{self:?}");
    }

    fn take(&mut self, ask: &Ask, said: &Said) {
        if let Said::Rejected(rejection) = said {
            *self.codes.entry(rejection.code()).or_default() += 1;
        }
        if let Said::Opened(opened) = said {
            for rejection in opened.iter().filter_map(|one| one.err()) {
                *self.codes.entry(rejection.code()).or_default() += 1;
            }
        }
        let Said::Results { results, .. } = said else {
            self.operations += 1;
            self.count(ask.kind(), !matches!(said, Said::Rejected(_)));
            return;
        };
        for (index, result) in results.iter().enumerate() {
            let kind = ask.txs().get(index).map_or(ask.kind(), |tx| tx.act.kind());
            self.operations += 1;
            self.count(kind, result.rejection.is_none());
            if let Some(rejection) = result.rejection {
                *self.codes.entry(rejection.code()).or_default() += 1;
            }
        }
    }

    fn count(&mut self, kind: &'static str, done: bool) {
        let (asked, did) = self.kinds.entry(kind).or_default();
        *asked += 1;
        *did += u64::from(done);
    }
}

/// How many kinds of operations there are.
const KINDS: usize = 38;

/// The codes that the scripts cannot meet; every other one they must.
const UNMET: [Rejection; 11] = [
    // They always name the parties of their rules.
    Rejection::WrongParties,
    Rejection::Forbidden,
    Rejection::TooNew,
    Rejection::UnknownEntity,
    Rejection::UnknownTransaction,
    Rejection::Busy,
    Rejection::OutOfDisk,
    Rejection::ShuttingDown,
    Rejection::NotAuthenticated,
    Rejection::ReasonRequired,
    Rejection::NeedsApproval,
];

/// A node under test with the script that is being made for it.
struct Trial {
    random: Random,
    maker: Maker,
    case: Case,
    node: Node,
    books: Books,
    frames: usize,
    /// What the naive ledger said to the requests of the burst.
    said: Vec<Said>,
    clock: Clock,
}

/// How the clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// As it began.
    Right,
    /// Days have passed at once.
    Later,
    /// It is ahead by so many days, and nobody has seen it yet.
    Wrong(u32),
    /// It was set right again: logged times are far ahead of it.
    SetRight,
}

fn check(seed: u64, met: &mut Met) {
    let mut random = Random::new(seed, 3);
    let may_be_hot = random.percent(60);
    let mut maker = Maker::new(seed, may_be_hot);
    (maker.expects, maker.proposes, maker.charges) = (true, true, true);
    let settings = trial_settings(&mut random);
    let case = Case { chart: &CHART, first: FIRST, hot: maker.hot.clone(), asks: Vec::new() };
    let node = Node::open(&settings, case.chart, case.first, &case.hot);
    let books = Books::default();
    let mut trial =
        Trial { random, maker, case, node, books, frames: 0, said: Vec::new(), clock: Clock::Right };
    while trial.case.asks.len() < REQUESTS {
        trial.burst(met);
        if trial.random.percent(4) {
            trial.restart();
            met.restarts += 1;
        }
        if trial.clock == Clock::Right && trial.random.percent(1) {
            trial.set_clock();
        }
    }
    met.set_right += u64::from(trial.clock == Clock::SetRight);
    met.closed_lines += trial.books.closed.len() as u64;
    met.blue += trial.books.blue as u64;
    met.merged += trial.books.merged as u64;
    met.expired += trial.books.holds.values().filter(|hold| hold.expired).count() as u64;
}

fn trial_settings(random: &mut Random) -> LedgerSettings {
    let shards = random.one_of(&[1, 2, 5]);
    some_settings(shards, random)
}

impl Trial {
    /// Some requests that arrive at any moments, then a look at everything.
    fn burst(&mut self, met: &mut Met) {
        let count = self.random.one_of(&[1, 1, 1, 2, 4]);
        let begin = self.case.asks.len();
        for _ in 0..count {
            self.arrive();
            for _ in 0..self.random.below(6) {
                self.work();
            }
        }
        // What is asked again days later may be known or not.
        if self.clock == Clock::Right && self.random.percent(1) {
            cut_power(&self.node, &self.case, self.case.asks.len(), &mut self.random);
            met.power_cuts += 1;
        }
        self.node.drain();
        let said = std::mem::take(&mut self.said);
        self.compare_answers(begin, &said);
        self.compare_books();
        self.case.asks[begin..].iter().zip(&said).for_each(|((_, ask), said)| met.take(ask, said));
    }

    fn arrive(&mut self) {
        let first = self.case.asks.is_empty();
        let (ask, said) = if first { self.maker.begin() } else { self.maker.next() };
        let tag = self.case.asks.len() as u64;
        self.node.ask(tag, &ask, self.case.chart);
        self.case.asks.push((tag, ask));
        self.said.push(said);
    }

    fn work(&mut self) {
        if self.node.is_writing() && self.random.percent(30) {
            self.node.journal_done();
        }
        self.node.step(self.random.percent(50));
    }

    fn compare_answers(&mut self, begin: usize, said: &[Said]) {
        let asks = &self.case.asks[begin..];
        let hot = self.case.ever_hot();
        let mut given = self.node.given[begin..].to_vec();
        given.sort_by_key(|(tag, _)| *tag);
        assert_eq!(given.len(), asks.len(), "each request has one answer");
        for ((tag, answer), ((asked, ask), said)) in given.iter().zip(asks.iter().zip(said)) {
            assert_eq!(tag, asked);
            let answer = translate::said(ask, answer).without(&hot);
            assert_eq!(answer, said.clone().without(&hot), "request {tag}: {ask:?}");
        }
    }

    /// Everything that the node shows, and everything that its log says, is what the naive ledger has.
    fn compare_books(&mut self) {
        let all = (1..=CHART.len() as u64).collect();
        let everything = [Ask::Read(all), Ask::Holds(None), Ask::Trial, Ask::Proposals];
        let mut naive = self.maker.naive.clone();
        for ask in &everything {
            self.node.ask(u64::MAX, ask, self.case.chart);
        }
        self.node.drain();
        let given = self.node.given.split_off(self.case.asks.len());
        let given: Vec<Answer> = given.into_iter().map(|(_, answer)| answer).collect();
        let shown: Vec<Said> =
            everything.iter().zip(&given).map(|(ask, answer)| translate::said(ask, answer)).collect();
        for (ask, shown) in everything.iter().zip(&shown) {
            assert_eq!(*shown, naive.ask(ask), "after {:?}", self.case.asks.last());
        }
        relations::check(&shown[0], &shown[2], &self.case);
        for frame in &self.node.durable()[self.frames..] {
            self.books.take(&frame.records(), self.case.chart);
        }
        self.frames = self.node.durable().len();
        assert_books(&self.books, &self.maker.naive, &self.case.ever_hot());
    }

    /// Days pass at once, or the clock says so.
    fn set_clock(&mut self) {
        let days = 4 + self.random.below(400) as u32;
        self.clock = if self.random.percent(30) { Clock::Later } else { Clock::Wrong(days) };
        self.maker.let_days_pass(days);
    }

    /// The node is taken down and recovers from its log, with another number of shards.
    fn restart(&mut self) {
        let settings = trial_settings(&mut self.random);
        if let Clock::Wrong(days) = self.clock {
            self.clock = Clock::SetRight;
            let logged = self.node.durable().last().map_or(0, |frame| frame.records().time_us / 1_000_000);
            self.maker.set_clock_right(days, u32::try_from(logged).unwrap());
            self.node = self.node.restarted_after(&settings, -i64::from(days) * 86_400_000_000);
        } else if self.clock == Clock::SetRight {
            self.node = self.node.restarted_after(&settings, 0);
        } else {
            self.node = self.node.restarted(&settings);
        }
        self.node.drain();
        self.compare_books();
    }
}
