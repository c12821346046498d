//! The oracle: it knows what was asked, in what order it arrived, and what was answered, and holds everything against a
//! naive ledger that does one thing after the other. Of the node it reads answers and the bytes of the log.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use longmen_engine::ledger::notes::TextIds;
use longmen_engine::ledger::{
    ActionCode, Answer, FrameRecords, PostResult, RecordPlace, Rejection, SectionKind, read_tail,
};
use longmen_wal::{Digest, FrameNumber, FrameView, LogReader};

use crate::failure::{Broken, Check};
use crate::rounds::books::{Books, assert_books};
use crate::rounds::naive::Naive;
use crate::rounds::scripts::{CHART, FIRST, Maker};
use crate::rounds::translate;
use crate::script::{Act, Ask, Said, Tx};
use crate::trace::brief;

/// A request that has arrived at the node.
struct Arrived {
    tag: u64,
    ask: Ask,
    /// The transaction that it does, where that was proposed.
    does: Option<u128>,
    /// What the serial ledger said to it.
    said: Said,
    given: Option<Answer>,
}

/// The oracle.
pub(crate) struct Oracle {
    /// Makes requests; its naive ledger is at what has arrived.
    pub(crate) maker: Maker,
    /// At what is answered without a gap, or known to be settled.
    base: Naive,
    /// Records that are no transactions, up to the base.
    base_records: usize,
    /// What has arrived behind the base.
    since: VecDeque<Arrived>,
    /// The accounts that were hot at some time.
    hot: Vec<u64>,
    /// What the log says, up to `frame`.
    books: Books,
    frame: u64,
    digest: Option<Digest>,
    time_us: i64,
    /// Where transactions lie in the log, as its heads tell.
    places: BTreeMap<u128, RecordPlace>,
    /// The first results that clients know of.
    firsts: BTreeMap<u128, PostResult>,
    /// Ids with a result that was given since the log was read last.
    acknowledged: Vec<u128>,
}

impl Arrived {
    /// The transaction whose record is all that it leaves: it was refused where it was approved.
    fn leaves_only(&self) -> Option<u128> {
        let Said::Results { results, .. } = &self.said else { return None };
        self.does.filter(|_| is_known(None, results[0].rejection))
    }
}

/// Whether an answer had to wait for nothing but the records of its own transactions.
fn speaks_of_ids_alone(ask: &Ask) -> bool {
    matches!(ask, Ask::Post { .. } | Ask::Cancel { .. } | Ask::Locate { .. })
}

impl Oracle {
    pub(crate) fn new(maker: Maker) -> Oracle {
        let hot = maker.hot.clone();
        Oracle {
            base: maker.naive.clone(),
            base_records: translate::setup_records(&CHART, FIRST),
            since: VecDeque::new(),
            hot,
            books: Books::default(),
            frame: 0,
            digest: None,
            time_us: 0,
            places: BTreeMap::new(),
            firsts: BTreeMap::new(),
            acknowledged: Vec::new(),
            maker,
        }
    }

    /// The serial ledger at what has arrived.
    pub(crate) fn now(&self) -> &Naive {
        &self.maker.naive
    }

    /// Where a transaction lies, if a client was told or the log was read since.
    pub(crate) fn place(&self, id: u128) -> Option<RecordPlace> {
        let told =
            self.firsts.get(&id).map(|first| RecordPlace { frame: first.frame, ordinal: first.ordinal });
        told.or_else(|| self.places.get(&id).copied())
    }

    /// Notes where a transaction lies.
    pub(crate) fn found(&mut self, id: u128, place: RecordPlace) {
        self.places.insert(id, place);
    }

    /// Whether a transaction of this id is asked for and not answered.
    pub(crate) fn is_under_way(&self, id: u128) -> bool {
        let has = |asked: &Arrived| {
            asked.does == Some(id)
                || asked.ask.txs().iter().any(|tx| tx.id == id)
                || matches!(asked.ask, Ask::Cancel { id: cancelled, .. } if cancelled == id)
        };
        self.since.iter().any(|asked| asked.given.is_none() && has(asked))
    }

    /// A request arrives at the node.
    pub(crate) fn arrived(&mut self, tag: u64, ask: &Ask) {
        let does = self.maker.naive.transaction_of(ask).map(|tx| tx.id);
        let said = self.maker.arrived(ask);
        if let Ask::SetHot { account, .. } = ask {
            self.hot.push(*account);
        }
        self.since.push_back(Arrived { tag, ask: ask.clone(), does, said, given: None });
    }

    /// A request has arrived while the disk was full, alone, and this is the answer: what was refused for want of room was
    /// refused and forgotten, so to the serial ledger it was never asked.
    pub(crate) fn arrived_alone(&mut self, tag: u64, ask: &Ask, answer: Answer) -> Result<bool, Broken> {
        let full = Rejection::OutOfDisk;
        let (ask, answer) = match (ask, answer) {
            (_, Answer::Rejected(rejection)) if rejection == full => return Ok(true),
            (Ask::Post { txs, balances }, Answer::Posted(mut posted)) => {
                let left: Vec<bool> =
                    posted.results.iter().map(|result| result.rejection != Some(full)).collect();
                if left.contains(&false) && !posted.balances.is_empty() {
                    // The balances name transactions by their places in the batch.
                    let place =
                        |index: u32| u32::try_from(left[..index as usize].iter().filter(|it| **it).count());
                    for balance in &mut posted.balances {
                        balance.transaction = place(balance.transaction).expect("a batch is small");
                    }
                }
                let mut keep = left.iter();
                posted.results.retain(|_| *keep.next().expect("one each"));
                let txs: Vec<Tx> =
                    txs.iter().zip(&left).filter(|(_, left)| **left).map(|(tx, _)| tx.clone()).collect();
                (Ask::Post { txs, balances: *balances }, Answer::Posted(posted))
            }
            (Ask::Cancel { .. } | Ask::Propose { .. } | Ask::Decide { .. }, Answer::Posted(posted))
                if posted.results[0].rejection == Some(full) =>
            {
                return Ok(true);
            }
            (ask, answer) => (ask.clone(), answer),
        };
        let refused = matches!((&ask, &answer), (Ask::Post { txs, .. }, _) if txs.is_empty());
        self.arrived(tag, &ask);
        self.answered(tag, answer)?;
        Ok(refused)
    }

    /// A client has got an answer.
    pub(crate) fn answered(&mut self, tag: u64, answer: Answer) -> Result<(), Broken> {
        let Some(asked) = self.since.iter_mut().find(|asked| asked.tag == tag) else {
            return Broken::failed(
                Check::Answer,
                format!("an answer to request {tag}, which waits for none: {}", brief(&answer)),
            );
        };
        if asked.given.is_some() {
            return Broken::failed(Check::Answer, format!("request {tag} is answered twice"));
        }
        let said = translate::said(&asked.ask, &answer).without(&self.hot);
        let expected = asked.said.clone().without(&self.hot);
        if said != expected {
            let what = format!(
                "request {tag}, {}: {}, and a serial ledger says {}",
                brief(&asked.ask),
                brief(&said),
                brief(&expected)
            );
            return Broken::failed(Check::Answer, what);
        }
        let mut results = Vec::new();
        if let (Ask::Post { txs, .. }, Answer::Posted(posted)) = (&asked.ask, &answer) {
            results.extend(txs.iter().zip(&posted.results).map(|(tx, result)| (tx.id, *result)));
        }
        if let (Ask::Cancel { id, .. }, Answer::Posted(posted)) = (&asked.ask, &answer) {
            self.acknowledged.extend(is_known(None, posted.results[0].rejection).then_some(*id));
        }
        if let (Some(id), Answer::Posted(posted)) = (asked.does, &answer) {
            results.push((id, posted.results[0]));
        }
        asked.given = Some(answer);
        for (id, result) in results {
            self.take_result(id, result)?;
        }
        self.advance(false);
        Ok(())
    }

    /// The first result of an id is the only one.
    fn take_result(&mut self, id: u128, result: PostResult) -> Result<(), Broken> {
        if !result.rejection.is_none_or(Rejection::is_result) {
            return Ok(());
        }
        self.acknowledged.push(id);
        // The answer to a repeated request may come before the first one; the serial ledger knows which was which.
        let result = PostResult { repeated: true, ..result };
        match self.firsts.get(&id) {
            None => drop(self.firsts.insert(id, result)),
            Some(first) if *first == result => {}
            Some(first) => {
                let what = format!("transaction {id} was answered {first:?} before, now {result:?}");
                return Broken::failed(Check::FirstResult, what);
            }
        }
        Ok(())
    }

    /// Moves the base up to the first request without an answer, or over all when everything is settled.
    fn advance(&mut self, all: bool) {
        while self.since.front().is_some_and(|asked| all || asked.given.is_some()) {
            let Arrived { ask, said, .. } = self.since.pop_front().expect("it was looked at just now");
            self.base_records += self.base.records_of(&ask, &said);
            self.base.ask(&ask);
        }
    }

    /// Everything that has arrived is decided and durable.
    pub(crate) fn settled(&mut self) {
        self.advance(true);
    }

    /// The clock has come to a moment, with nothing under way.
    pub(crate) fn wait(&mut self, until: u32) {
        assert!(self.since.is_empty(), "time passes when everything is settled");
        self.maker.naive.ask(&Ask::Wait { until });
        self.base.ask(&Ask::Wait { until });
    }

    /// The node has recovered: its log holds what was acknowledged, whole transactions and no others, and the books that a
    /// serial ledger makes of them, in the order of arrival, or in that of the log.
    pub(crate) fn recovered(&mut self, log: &LogReader, by_log: bool) -> Result<(), Broken> {
        self.read(log)?;
        self.check_acknowledged()?;
        let (rebuilt, done) = self.rebuild(by_log)?;
        self.check_seen(&done)?;
        let mut books = self.books.clone();
        books.let_due_expire(&rebuilt);
        assert_books(&books, &rebuilt, &self.hot);
        self.base = rebuilt.clone();
        self.maker.naive = rebuilt;
        self.base_records = self.books.records;
        self.since.clear();
        self.acknowledged.clear();
        Ok(())
    }

    /// Reads on in the log. What was there before is still there: the chain of digests says so.
    pub(crate) fn read(&mut self, log: &LogReader) -> Result<(), Broken> {
        if self.frame > 0 {
            let last = log.frame(FrameNumber(self.frame)).map(|view| view.body_digest()).ok();
            if log.durable().0 < self.frame || last != self.digest {
                let what = format!(
                    "the log ends at {}, or has another frame {}, which was durable",
                    log.durable(),
                    self.frame
                );
                return Broken::failed(Check::Log, what);
            }
        }
        for view in log.frames(FrameNumber(self.frame + 1)) {
            let view = match view {
                Ok(view) => view,
                Err(error) => return Broken::failed(Check::Log, error.to_string()),
            };
            if view.number().0 != self.frame + 1 || view.time_us() < self.time_us {
                let what = format!(
                    "frame {} follows {}, times {} and {}",
                    view.number(),
                    self.frame,
                    view.time_us(),
                    self.time_us
                );
                return Broken::failed(Check::Log, what);
            }
            let records = records(&view);
            let tails = records.sections.iter().find(|(kind, ..)| *kind == SectionKind::Tails);
            let tails = tails.map_or(&[][..], |(.., bytes)| bytes);
            for (ordinal, head) in (0..).zip(records.heads()) {
                let head = head.expect("a frame with good sums can be read");
                // The ledger's own transactions have ids of their own.
                if head.action != ActionCode::CarryForward {
                    let tail = read_tail(&head, tails).expect("a frame with good sums can be read");
                    let id = translate::script_id(head.id, TextIds::read(tail.notes).own);
                    self.places.insert(id, RecordPlace { frame: records.number, ordinal });
                }
            }
            self.books.take(&records, &CHART);
            (self.frame, self.time_us) = (records.number, records.time_us);
            self.digest = Some(view.body_digest());
        }
        if log.durable().0 != self.frame {
            return Broken::failed(
                Check::Log,
                format!("frames end at {}, the mark says {}", self.frame, log.durable()),
            );
        }
        Ok(())
    }

    /// A figure that tells this log from any other.
    pub(crate) fn digest(&self) -> u64 {
        let bytes = self.digest.map_or([0; 32], |digest| digest.0);
        u64::from_le_bytes(*bytes.first_chunk().expect("a digest has 32 bytes"))
    }

    /// Each result that was given has its record, where it was said to be.
    fn check_acknowledged(&self) -> Result<(), Broken> {
        for id in &self.acknowledged {
            let place = self.places.get(id).filter(|_| self.books.ids.contains(id));
            let told =
                self.firsts.get(id).map(|first| RecordPlace { frame: first.frame, ordinal: first.ordinal });
            if place.is_none() || told.is_some_and(|told| Some(&told) != place) {
                return Broken::failed(
                    Check::Durable,
                    format!("transaction {id} was acknowledged and is lost: told {told:?}, found {place:?}"),
                );
            }
        }
        Ok(())
    }

    /// What a serial ledger makes of the durable requests behind the base; with the tags of those that are no transactions.
    fn rebuild(&self, by_log: bool) -> Result<(Naive, BTreeSet<u64>), Broken> {
        let mut naive = self.base.clone();
        let mut records = self.books.records - self.base_records.min(self.books.records);
        let mut done = BTreeSet::new();
        let mut ended = false;
        let mut run = Vec::new();
        for asked in &self.since {
            match &asked.ask {
                Ask::Post { txs, .. } => {
                    let there = txs.iter().filter(|tx| self.books.ids.contains(&tx.id));
                    run.extend(there.map(|tx| {
                        (self.places[&tx.id], Ask::Post { txs: vec![tx.clone()], balances: false })
                    }));
                }
                Ask::Cancel { id, .. } => {
                    run.extend(self.books.ids.contains(id).then(|| (self.places[id], asked.ask.clone())));
                }
                ask => {
                    carry_out(&mut naive, &mut run, by_log);
                    let needed = naive.records(ask);
                    // What was approved and refused leaves the record of its transaction alone.
                    let is_lost =
                        needed == 0 && asked.leaves_only().is_some_and(|id| !self.books.ids.contains(&id));
                    if ended || needed > records || is_lost {
                        // Such requests run alone and in order, so the durable ones are the first.
                        if records > 0 {
                            return Broken::failed(
                                Check::Whole,
                                format!("request {} is half there: {}", asked.tag, brief(ask)),
                            );
                        }
                        ended = true;
                        self.carry_alone(&mut naive, ask);
                        continue;
                    }
                    records -= needed;
                    naive.ask(ask);
                    done.insert(asked.tag);
                }
            }
        }
        carry_out(&mut naive, &mut run, by_log);
        if records > 0 {
            return Broken::failed(Check::Whole, format!("{records} records of requests that nobody made"));
        }
        Ok((naive, done))
    }

    /// What carries forward at the end of a year stands in front of the close: the node may end in between.
    fn carry_alone(&self, naive: &mut Naive, ask: &Ask) {
        if let Ask::CloseDay { entity, carry, .. } = ask
            && !carry.is_empty()
            && self.books.carried > naive.carried()
        {
            let more = self.books.carried - naive.carried();
            naive.carry_forward(*entity, carry, more).expect("what the log has was possible");
        }
    }

    /// What ran alone and was answered has seen everything before it: that must be durable.
    fn check_seen(&self, done: &BTreeSet<u64>) -> Result<(), Broken> {
        let given = |asked: &Arrived| asked.given.is_some();
        let last = self.since.iter().rposition(|asked| given(asked) && !speaks_of_ids_alone(&asked.ask));
        for asked in self.since.iter().take(last.map_or(0, |last| last + 1)) {
            let lost = match (&asked.ask, &asked.said) {
                (Ask::Post { txs, .. }, Said::Results { results, .. }) => {
                    let known =
                        txs.iter().zip(results).filter(|(tx, said)| is_known(Some(tx), said.rejection));
                    known.into_iter().any(|(tx, _)| !self.books.ids.contains(&tx.id))
                }
                (ask, _) if speaks_of_ids_alone(ask) => false,
                _ => !done.contains(&asked.tag),
            };
            if lost {
                let what = format!(
                    "an answer rests on request {}, which is not durable: {}",
                    asked.tag,
                    brief(&asked.ask)
                );
                return Broken::failed(Check::Durable, what);
            }
        }
        for asked in self.since.iter().filter(|asked| given(asked)) {
            if let Ask::Locate { id } = &asked.ask
                && asked.said == Said::Done
                && !self.books.ids.contains(id)
            {
                return Broken::failed(Check::Durable, format!("transaction {id} was shown and is lost"));
            }
        }
        Ok(())
    }

    /// Holds what the node shows to these questions against the serial ledger, when everything is settled.
    pub(crate) fn compare_shown(&mut self, asks: &[Ask], answers: &[Answer]) -> Result<(), Broken> {
        for (ask, answer) in asks.iter().zip(answers) {
            let (shown, expected) = (translate::said(ask, answer), self.maker.naive.ask(ask));
            if shown != expected {
                return Broken::failed(Check::Shown, difference(&shown, &expected));
            }
        }
        Ok(())
    }
}

/// Where two answers begin to differ.
fn difference(shown: &Said, expected: &Said) -> String {
    match (shown, expected) {
        (Said::Views(shown), Said::Views(expected)) => first_difference(shown, expected),
        (Said::Lines(shown), Said::Lines(expected)) => first_difference(shown, expected),
        (Said::Holds(shown), Said::Holds(expected)) => first_difference(shown, expected),
        _ => format!("{}, and a serial ledger has {}", brief(shown), brief(expected)),
    }
}

fn first_difference<T: PartialEq + std::fmt::Debug>(shown: &[T], expected: &[T]) -> String {
    let differ = shown.iter().zip(expected).find(|(one, other)| one != other);
    match differ {
        Some((shown, expected)) => format!("{shown:?}, and a serial ledger has {expected:?}"),
        None => format!("{} shown, {} in a serial ledger", shown.len(), expected.len()),
    }
}

/// Lets a serial ledger do transactions that stand between two requests that ran alone.
fn carry_out(naive: &mut Naive, run: &mut Vec<(RecordPlace, Ask)>, by_log: bool) {
    if by_log {
        run.sort_by_key(|(place, _)| *place);
    }
    for (_, ask) in run.drain(..) {
        naive.ask(&ask);
    }
}

/// Whether a result says that its id has a record.
pub(crate) fn is_known(tx: Option<&Tx>, rejection: Option<Rejection>) -> bool {
    let of_the_id = [Rejection::IdempotencyConflict, Rejection::Cancelled, Rejection::AlreadyPosted];
    // A confirm or cancel of a try speaks of the try.
    let of_a_try = tx.is_some_and(|tx| matches!(tx.act, Act::Confirm { .. } | Act::CancelTry { .. }));
    let of_the_id = if of_a_try { &of_the_id[..1] } else { &of_the_id };
    rejection.is_none_or(|rejection| rejection.is_result() || of_the_id.contains(&rejection))
}

/// A frame's records, as the log has them.
///
/// # Panics
/// If it has a section of a kind that no ledger writes.
pub(crate) fn records(view: &FrameView) -> FrameRecords<'_> {
    let sections = view.sections().map(|section| {
        let section = section.expect("a frame that was just written has good sums");
        let kind = SectionKind::from_number(section.kind).expect("a frame with good sums has known sections");
        (kind, section.owner, section.bytes)
    });
    FrameRecords { number: view.number().0, time_us: view.time_us(), sections: sections.collect() }
}
