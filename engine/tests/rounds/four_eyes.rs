//! Four eyes against a naive model: proposals, approvals, rejections, withdrawals and expiries by three principals, in
//! pipelines that race, with power cuts between any two hand-overs and everything asked again. What is approved is done at most
//! once, never by one principal.

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::{
    AccountId, Amount, Answer, Batch, ClientId, Command, ContentDigest, Currency, DecisionKind, Draft, Leg,
    MAX_OPEN_OF_ONE, Proposal, Registered, Rejection, Side, TransactionId, TransactionKey,
};

use super::harness::{Node, settings};
use super::random::Random;
use super::script::{NOW, Spec};

const CHART: [Spec; 2] = [Spec { may_go_negative: true, ..Spec::new(0, "1001") }, Spec::new(0, "2001")];
const PEOPLE: [&str; 3] = ["tester", "ann", "bob"];
const SECOND: i64 = 1_000_000;

/// What somebody asks.
#[derive(Clone, Debug)]
enum Ask {
    Propose {
        id: u128,
        amount: i64,
        expires_us: i64,
        at_once: bool,
    },
    Approve {
        number: u64,
        digest_is_right: bool,
    },
    End {
        number: u64,
        kind: DecisionKind,
    },
    /// The transaction itself, by one principal alone.
    Post {
        id: u128,
        amount: i64,
    },
}

/// A transaction that takes from the user's account, or gives.
fn batch(id: u128, amount: i64) -> Batch {
    let (user, bank) = if amount > 0 { (Side::Debit, Side::Credit) } else { (Side::Credit, Side::Debit) };
    let leg = |step, account, side| {
        let currency = Currency::from_code("CNY").unwrap();
        Leg { account: AccountId(account), amount: Amount(amount.abs()), currency, step, side }
    };
    let mut batch = Batch::default();
    let draft = Draft { id: TransactionId(id), time: NOW, ..Draft::default() };
    batch.push(draft, &[leg(1, 2, user), leg(2, 1, bank)], &[]);
    batch
}

fn command(ask: &Ask, known: &BTreeMap<u64, ContentDigest>) -> Command {
    match *ask {
        Ask::Propose { id, amount, expires_us, at_once } => Command::Propose {
            id: TransactionId(id),
            text_id: "".into(),
            command: Box::new(Command::Post(batch(id, amount))),
            expires_us: (!at_once).then_some(expires_us),
            at_once,
        },
        Ask::Approve { number, digest_is_right } => {
            let mut digest = known.get(&number).copied().unwrap_or_default();
            digest[0] ^= u8::from(!digest_is_right);
            Command::Approve { number, digest, found: None, notes: Box::default() }
        }
        Ask::End { number, kind: DecisionKind::Withdrawn } => {
            Command::Withdraw { number, notes: Box::default() }
        }
        Ask::End { number, .. } => Command::Reject { number, notes: Box::default() },
        Ask::Post { id, amount } => Command::Post(batch(id, amount)),
    }
}

#[derive(Clone, Debug)]
struct Known {
    maker: usize,
    id: u128,
    amount: i64,
    expires_us: i64,
    at_once: bool,
    end: Option<(DecisionKind, Option<usize>)>,
}

/// The serial ledger: one account that takes no more than it has.
#[derive(Clone, Debug, Default)]
struct Model {
    balance: i64,
    /// What each client's ids were given for, and their results; `None`: posted.
    results: BTreeMap<(usize, u128), (i64, Option<Rejection>)>,
    proposals: Vec<Known>,
    now_us: i64,
}

impl Model {
    fn expire(&mut self) {
        let now_us = self.now_us;
        let due = |known: &&mut Known| known.end.is_none() && !known.at_once && known.expires_us <= now_us;
        self.proposals
            .iter_mut()
            .filter(due)
            .for_each(|known| known.end = Some((DecisionKind::Expired, None)));
    }

    /// Posts, and tells whether it was posted now, or why not.
    fn post(&mut self, client: usize, id: u128, amount: i64) -> Result<bool, Rejection> {
        if let Some((first, result)) = self.results.get(&(client, id)) {
            let is_same = *first == amount;
            return if is_same { result.map_or(Ok(false), Err) } else { Err(Rejection::IdempotencyConflict) };
        }
        let short = amount > self.balance;
        self.results.insert((client, id), (amount, short.then_some(Rejection::InsufficientFunds)));
        if short {
            return Err(Rejection::InsufficientFunds);
        }
        self.balance -= amount;
        Ok(true)
    }

    fn ask(&mut self, who: usize, ask: &Ask) -> Result<(), Rejection> {
        self.expire();
        match *ask {
            Ask::Post { id, amount } => self.post(who, id, amount).map(drop),
            Ask::Propose { id, amount, expires_us, at_once } => {
                self.propose(who, (id, amount), expires_us, at_once)
            }
            Ask::Approve { number, digest_is_right } => {
                let known = self.judge(who, number, DecisionKind::Approved, digest_is_right)?;
                let Some(known) = known else { return Ok(()) };
                let is_done = known.at_once || self.post(known.maker, known.id, known.amount)?;
                if is_done {
                    self.end(number, DecisionKind::Approved, who);
                }
                Ok(())
            }
            Ask::End { number, kind } => {
                if self.judge(who, number, kind, true)?.is_some() {
                    self.end(number, kind, who);
                }
                Ok(())
            }
        }
    }

    fn propose(
        &mut self,
        maker: usize,
        (id, amount): (u128, i64),
        expires_us: i64,
        at_once: bool,
    ) -> Result<(), Rejection> {
        let same = self.proposals.iter().find(|known| (known.maker, known.id) == (maker, id));
        if let Some(same) = same {
            let is_same = (same.amount, same.at_once) == (amount, at_once);
            return if is_same { Ok(()) } else { Err(Rejection::IdempotencyConflict) };
        }
        if !at_once && expires_us <= self.now_us {
            return Err(Rejection::Malformed);
        }
        // What was posted before alone is not done by a proposal, and none is written down.
        if at_once && !self.post(maker, id, amount)? {
            return Ok(());
        }
        self.proposals.push(Known { maker, id, amount, expires_us, at_once, end: None });
        Ok(())
    }

    fn judge(
        &self,
        who: usize,
        number: u64,
        kind: DecisionKind,
        digest_is_right: bool,
    ) -> Result<Option<Known>, Rejection> {
        let place = usize::try_from(number).unwrap().checked_sub(1);
        let known = place.and_then(|place| self.proposals.get(place)).ok_or(Rejection::UnknownProposal)?;
        let is_own = known.maker == who;
        let may = if kind == DecisionKind::Withdrawn { is_own && !known.at_once } else { !is_own };
        if !may {
            return Err(Rejection::OwnProposal);
        }
        if !digest_is_right {
            return Err(Rejection::DigestMismatch);
        }
        match known.end {
            None => Ok(Some(known.clone())),
            Some(end) if end == (kind, Some(who)) => Ok(None),
            Some(_) => Err(Rejection::ProposalClosed),
        }
    }

    fn end(&mut self, number: u64, kind: DecisionKind, who: usize) {
        let place = usize::try_from(number).unwrap() - 1;
        self.proposals[place].end = Some((kind, Some(who)));
    }
}

/// What the tests compare of an answer.
fn said(answer: &Answer) -> Result<(), Rejection> {
    match answer {
        Answer::Rejected(rejection) => Err(*rejection),
        Answer::Posted(posted) => posted.results[0].rejection.map_or(Ok(()), Err),
        Answer::Done | Answer::Proposals(_) => Ok(()),
        other => panic!("{other:?}"),
    }
}

fn person(client: usize) -> ClientId {
    ClientId(u32::try_from(client + 1).unwrap())
}

struct Run {
    random: Random,
    node: Node,
    model: Model,
    /// Digests of the contents as they were proposed.
    digests: BTreeMap<u64, ContentDigest>,
    next_id: u128,
    tag: u64,
}

impl Run {
    fn new(seed: u64) -> Run {
        let mut random = Random::new(seed, 77);
        let settings = settings(1 + u16::try_from(random.below(3)).unwrap());
        let hot: &[u64] = if random.percent(30) { &[2] } else { &[] };
        let mut node = Node::open(&settings, &CHART, 2, hot);
        for name in PEOPLE {
            node.submit(u64::MAX, Command::Hello { name: name.into() });
        }
        node.drain();
        node.given.clear();
        let model = Model { now_us: i64::from(NOW) * SECOND, ..Model::default() };
        Run { random, node, model, digests: BTreeMap::new(), next_id: 1, tag: 1 }
    }

    fn draw(&mut self) -> (usize, Ask) {
        let random = &mut self.random;
        let number = 1 + random.below(self.model.proposals.len() + 2) as u64;
        let id = if random.percent(80) { self.next_id } else { 1 + u128::from(random.next() % 8) };
        self.next_id = self.next_id.max(id + 1);
        let amount = if random.percent(40) { -random.amount(1, 9) } else { random.amount(1, 9) };
        let expires_us = self.model.now_us + random.amount(-1, 4) * SECOND;
        let ask = match random.below(10) {
            0..4 => Ask::Propose { id, amount, expires_us, at_once: random.percent(20) },
            4..7 => Ask::Approve { number, digest_is_right: random.percent(95) },
            7 => Ask::End { number, kind: DecisionKind::Rejected },
            8 => Ask::End { number, kind: DecisionKind::Withdrawn },
            _ => Ask::Post { id, amount },
        };
        (random.below(PEOPLE.len()), ask)
    }

    /// A few requests that race, with a power cut on the way or none; each is asked again until it is answered.
    fn race(&mut self) {
        let asks: Vec<(u64, usize, Ask)> = (0..1 + self.random.below(4))
            .map(|_| {
                let (who, ask) = self.draw();
                self.tag += 1;
                (self.tag, who, ask)
            })
            .collect();
        let digests = self.digests_ahead(&asks);
        self.submit(&asks, &digests);
        if self.random.percent(50) {
            for _ in 0..self.random.below(14) {
                self.node.step(self.random.percent(50));
                if self.node.is_writing() && self.random.percent(40) {
                    self.node.write_now();
                }
            }
            let log = self.node.survivors(self.random.percent(50));
            let settings = settings(1 + u16::try_from(self.random.below(3)).unwrap());
            let (given, now_us) = (std::mem::take(&mut self.node.given), self.model.now_us);
            self.node = Node::recover(&log, &settings);
            self.node.pass_time(now_us - self.node.time_us());
            self.node.given = given;
            let answered: BTreeSet<u64> = self.node.given.iter().map(|(tag, _)| *tag).collect();
            let left: Vec<_> = asks.iter().filter(|(tag, ..)| !answered.contains(tag)).cloned().collect();
            self.submit(&left, &digests);
        }
        self.node.drain();
        self.compare(&asks);
    }

    fn submit(&mut self, asks: &[(u64, usize, Ask)], digests: &BTreeMap<u64, ContentDigest>) {
        for (tag, who, ask) in asks {
            let command = command(ask, digests);
            self.node.submit_of(person(*who), *tag, command);
        }
    }

    /// The digests that an approver may have been shown: of what stands, and of what is proposed beside it.
    fn digests_ahead(&self, asks: &[(u64, usize, Ask)]) -> BTreeMap<u64, ContentDigest> {
        let mut model = self.model.clone();
        let mut digests = self.digests.clone();
        for (_, who, ask) in asks {
            let before = model.proposals.len();
            _ = model.ask(*who, ask);
            if let (Some(known), true) = (model.proposals.last(), model.proposals.len() > before) {
                digests.insert(model.proposals.len() as u64, digest_of(known));
            }
        }
        digests
    }

    fn compare(&mut self, asks: &[(u64, usize, Ask)]) {
        let given: BTreeMap<u64, Answer> = self.node.given.drain(..).collect();
        self.digests = self.digests_ahead(asks);
        for (tag, who, ask) in asks {
            let expect = self.model.ask(*who, ask);
            assert_eq!(said(&given[tag]), expect, "{tag}: {} asks {ask:?}", PEOPLE[*who]);
        }
        self.model.expire();
        let proposals = self.node.catalog().proposals();
        assert_eq!(proposals.next_number(), self.model.proposals.len() as u64 + 1);
        for (number, known) in (1..).zip(&self.model.proposals) {
            let Registered { proposal, decision } = proposals.get(number).unwrap();
            assert_eq!(&*proposal.maker, PEOPLE[known.maker]);
            assert_eq!(proposal.digest(), self.digests[&number]);
            let by = |decider: Option<usize>| decider.map_or("", |decider| PEOPLE[decider]);
            let expect = known.end.map(|(kind, decider)| (kind, by(decider)));
            // Nobody comes for what is due until something else is done.
            let due = known.end == Some((DecisionKind::Expired, None)) && decision.is_none();
            let found = decision.as_ref().map(|decision| (decision.kind, &*decision.by));
            assert!(due || found == expect, "proposal {number}: {found:?}, not {expect:?}");
        }
    }
}

fn digest_of(known: &Known) -> ContentDigest {
    let content = longmen_engine::ledger::Content::Transaction(batch(known.id, known.amount));
    let key = TransactionKey { client: person(known.maker), id: TransactionId(known.id) };
    let proposal = Proposal {
        number: 0,
        key,
        maker: "".into(),
        at_once: false,
        expires_us: None,
        frame: 0,
        accounts: Vec::new(),
        content: content.write().into(),
        notes: Box::default(),
    };
    proposal.digest()
}

#[test]
fn what_takes_two_is_done_at_most_once_and_never_by_one() {
    for seed in 0..400 {
        let mut run = Run::new(seed);
        for _ in 0..25 {
            run.race();
            if run.random.percent(30) {
                let us = run.random.amount(0, 3) * SECOND;
                run.model.now_us += us;
                run.node.pass_time(us);
            }
        }
        let held = &run.model;
        let posted = |(client, id): &(usize, u128)| (ClientId(*client as u32 + 1), *id);
        let done: BTreeSet<_> =
            held.results.iter().filter(|(_, (_, why))| why.is_none()).map(|(key, _)| posted(key)).collect();
        assert_eq!(super::reader::posted(run.node.durable()), done, "seed {seed}");
    }
}

#[test]
fn one_maker_cannot_fill_the_room_of_others() {
    let mut node = Node::open(&settings(1), &CHART, 2, &[]);
    for name in PEOPLE {
        node.submit(u64::MAX, Command::Hello { name: name.into() });
    }
    node.drain();
    let propose = |node: &mut Node, who: usize, id: u128, at_once: bool| {
        let expires_us = (i64::from(NOW) + 60) * SECOND;
        let ask = Ask::Propose { id, amount: -1, expires_us, at_once };
        node.submit_of(person(who), 1, command(&ask, &BTreeMap::new()));
        node.drain();
        said(&node.given.pop().unwrap().1)
    };
    for id in 1..=MAX_OPEN_OF_ONE as u128 {
        assert_eq!(propose(&mut node, 1, id, false), Ok(()), "{id}");
    }
    let id = MAX_OPEN_OF_ONE as u128 + 1;
    for at_once in [false, true] {
        assert_eq!(propose(&mut node, 1, id, at_once), Err(Rejection::LimitExceeded), "{at_once}");
        assert_eq!(propose(&mut node, 2, id + u128::from(at_once), at_once), Ok(()), "{at_once}");
    }
    let known = node.catalog().proposals().after(0, true).next().unwrap().proposal.clone();
    node.submit_of(person(1), 1, Command::Withdraw { number: known.number, notes: Box::default() });
    assert_eq!(propose(&mut node, 1, id, false), Ok(()), "there is room where one was taken back");
    let recovered = Node::recover(node.durable(), &settings(1));
    assert_eq!(recovered.catalog().proposals().open(), node.catalog().proposals().open());
}
