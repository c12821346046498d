//! A node without actors: the coordinator, its shards, and a journal that takes as long as the test wants. Every
//! hand-over that an actor system makes by a message is a step of its own here, so anything may fall between any two.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use longmen_engine::ledger::{
    AccountId, Admin, Answer, Catalog, ClientId, Command, ContentDigest, Coordinator, Date, EntityId, Frame,
    FrameRecords, LedgerSettings, Original, Position, Rebuilt, RefundWindows, ReplyTo, Request, Room,
    SectionKind, Shard, ShardId, ShardOrder, ShardReply, Status, Step, Unmerged,
};

use super::archive::archive;
use super::reader;
use super::script::{Ask, NOW, Spec};
use super::tariff::LineTariffs;
use super::{naive, translate};

/// A frame as the journal has it.
#[derive(Clone, Debug)]
pub(crate) struct Stored(Rc<Record>);

#[derive(Debug, Hash)]
struct Record {
    number: u64,
    time_us: i64,
    sections: Vec<(SectionKind, u16, Vec<u8>)>,
}

impl Stored {
    fn new(frame: &Frame) -> Stored {
        let sections = frame.sections.iter();
        let sections =
            sections.map(|section| (section.kind, section.owner, section.chunks.concat())).collect();
        Stored(Rc::new(Record { number: frame.number, time_us: frame.time_us, sections }))
    }

    /// A frame of these administrative records alone.
    #[allow(dead_code, reason = "not everything that takes the harness in asks for it")]
    pub(crate) fn of_admin(number: u64, records: &[Admin]) -> Stored {
        let mut bytes = Vec::new();
        records.iter().for_each(|record| record.write(&mut bytes));
        let sections = vec![(SectionKind::Admin, 0, bytes)];
        Stored(Rc::new(Record { number, time_us: i64::from(NOW) * 1_000_000, sections }))
    }

    /// The frame as replay wants it.
    pub(crate) fn records(&self) -> FrameRecords<'_> {
        let sections = self.0.sections.iter().map(|(kind, owner, bytes)| (*kind, *owner, bytes.as_slice()));
        FrameRecords { number: self.0.number, time_us: self.0.time_us, sections: sections.collect() }
    }

    fn digest(&self, before: u64) -> u64 {
        let mut hasher = DefaultHasher::new();
        (before, &self.0).hash(&mut hasher);
        hasher.finish()
    }
}

/// What is on its way between the coordinator and the others.
#[derive(Clone, Debug)]
enum UnderWay {
    Merging(Vec<Unmerged>),
    Orders(Vec<(ShardId, ShardOrder)>),
    Answers(Vec<(ShardId, ShardReply)>),
}

/// A node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    coordinator: Coordinator,
    shards: Vec<Shard>,
    under_way: Option<UnderWay>,
    in_flight: Option<(Stored, Vec<(ReplyTo, Answer)>)>,
    log: Vec<Stored>,
    log_digest: u64,
    /// The answers that have left, by the tags of their requests.
    pub(crate) given: Vec<(u64, Answer)>,
    time_us: i64,
}

/// LedgerSettings for a node of so many shards that is as strict as possible.
pub(crate) fn settings(shards: u16) -> LedgerSettings {
    let by_type = [(naive::SHORT_TYPE.into(), naive::SHORT_WINDOW)].into();
    let refund_windows = RefundWindows { by_type, ..RefundWindows::default() };
    let refund_clearing = translate::refund_clearing();
    let known_ids = 16;
    LedgerSettings {
        shards,
        known_ids,
        hot_by_rate: false,
        refund_windows,
        refund_clearing,
        tariffs: Some(Arc::new(LineTariffs)),
        ..LedgerSettings::default()
    }
}

impl Node {
    /// A node with a chart: the setup is asked, and durable.
    pub(crate) fn open(settings: &LedgerSettings, chart: &[Spec], first: u64, hot: &[u64]) -> Node {
        let mut node = Node::recover(&[], settings);
        for command in translate::setup(chart, first, hot) {
            node.submit(u64::MAX, command);
        }
        node.drain();
        node.given.clear();
        node
    }

    /// A node that goes on from the durable frames of another.
    pub(crate) fn recover(log: &[Stored], settings: &LedgerSettings) -> Node {
        Node::recover_at(log, settings, None)
    }

    /// The same, where whoever starts it says that the clock is right.
    fn recover_at(log: &[Stored], settings: &LedgerSettings, accepted_us: Option<i64>) -> Node {
        let mut rebuilt = Rebuilt::empty(settings);
        let mut log_digest = 0;
        for frame in log {
            rebuilt.replay(&frame.records()).unwrap();
            log_digest = frame.digest(log_digest);
        }
        rebuilt.accepted_clock_us = accepted_us;
        let (coordinator, shards) = rebuilt.go_on(settings.clone());
        Node {
            coordinator,
            shards,
            under_way: None,
            in_flight: None,
            log: log.to_vec(),
            log_digest,
            given: Vec::new(),
            time_us: log.last().map_or(0, |frame| frame.0.time_us).max(i64::from(NOW) * 1_000_000),
        }
    }

    /// The node taken down and up again, at the same time, from what is durable. What it has answered stays answered.
    pub(crate) fn restarted(&self, settings: &LedgerSettings) -> Node {
        let node = Node::recover(&self.log, settings);
        Node { time_us: self.time_us, given: self.given.clone(), ..node }
    }

    /// The node taken down and up again, after its clock was set by so much: whoever starts it says that it is right.
    pub(crate) fn restarted_after(&self, settings: &LedgerSettings, set_us: i64) -> Node {
        let time_us = self.time_us + set_us;
        let node = Node::recover_at(&self.log, settings, Some(time_us));
        Node { time_us, given: self.given.clone(), ..node }
    }

    /// Asks for what a script asks, with the originals that it names as the log has them: waits until it has them.
    pub(crate) fn ask(&mut self, tag: u64, ask: &Ask, chart: &[Spec]) {
        if let Ask::Wait { until } = ask {
            self.set_room(Room::Enough);
            self.drain();
            self.time_us = self.time_us.max(i64::from(*until) * 1_000_000);
            self.drain();
            self.given.push((tag, Answer::Done));
            return;
        }
        if let Ask::Decide { number, end, shown, .. } = ask {
            let digest = self.digest_of(*number).filter(|_| *shown).unwrap_or_default();
            return self.submit_as(ask, tag, translate::decision(*number, *end, digest));
        }
        let mut command = translate::command(ask.change(), chart, &mut |id| self.find(id, chart));
        if let (Ask::Expecting { current, .. }, Command::Change(change)) = (ask, &mut command) {
            let last = self.last_of(ask.changed().expect("a change is of an account"));
            change.expected = Some(if *current { last } else { Position { slot: last.slot + 1, ..last } });
        }
        self.submit_as(ask, tag, command);
    }

    /// Submits what a script asks, for whoever asks it.
    fn submit_as(&mut self, ask: &Ask, tag: u64, command: Command) {
        let request = Request { reply_to: ReplyTo { session: 1, tag }, client: ClientId(1), command };
        self.coordinator.submit(request, translate::acting(ask).as_ref());
    }

    /// The digest of what was proposed under a number, once everything is decided if need be.
    fn digest_of(&mut self, number: u64) -> Option<ContentDigest> {
        if self.catalog().proposals().get(number).is_none() {
            self.set_room(Room::Enough);
            self.drain();
        }
        Some(self.catalog().proposals().get(number)?.proposal.digest())
    }

    /// Where the newest record of an account lies, once everything is durable.
    fn last_of(&mut self, account: u64) -> Position {
        self.set_room(Room::Enough);
        self.drain();
        let row = self.shards.iter().find_map(|shard| shard.row(AccountId(account)));
        row.map_or(Position::NONE, |row| row.last)
    }

    /// A transaction that a request names, once it is durable.
    fn find(&mut self, id: u128, chart: &[Spec]) -> Option<Arc<Original>> {
        reader::original(&self.log, id, chart).or_else(|| {
            self.set_room(Room::Enough);
            self.drain();
            reader::original(&self.log, id, chart)
        })
    }

    pub(crate) fn submit(&mut self, tag: u64, command: Command) {
        self.submit_of(ClientId(1), tag, command);
    }

    /// The same, by some client.
    pub(crate) fn submit_of(&mut self, client: ClientId, tag: u64, command: Command) {
        let reply_to = ReplyTo { session: 1, tag };
        self.coordinator.submit(Request { reply_to, client, command }, None);
    }

    /// The books' names, and what was proposed.
    pub(crate) fn catalog(&self) -> &Catalog {
        self.coordinator.catalog()
    }

    /// Whether a frame is being written.
    pub(crate) fn is_writing(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Everything that has happened is durable and answered.
    pub(crate) fn is_settled(&self) -> bool {
        self.coordinator.is_settled()
    }

    /// Takes one step of the work: hands over what is under way, or asks the coordinator what is next. False if
    /// there is nothing to do until a request arrives or the journal is done.
    pub(crate) fn step(&mut self, backwards: bool) -> bool {
        if let Some(sealed) = self.coordinator.seal_ids() {
            self.coordinator.archived_ids(archive(&sealed));
        }
        match self.under_way.take() {
            Some(UnderWay::Merging(unmerged)) => {
                let merges = unmerged.iter().map(Unmerged::merge).collect();
                self.under_way = Some(UnderWay::Orders(self.coordinator.merged(merges)));
            }
            Some(UnderWay::Orders(mut orders)) => {
                if backwards {
                    orders.reverse();
                }
                let obey =
                    |(id, order): (ShardId, ShardOrder)| (id, self.shards[usize::from(id.0)].obey(order));
                self.under_way = Some(UnderWay::Answers(orders.into_iter().map(obey).collect()));
            }
            Some(UnderWay::Answers(answers)) => self.coordinator.answered(answers),
            None => return self.next(),
        }
        true
    }

    /// A whole step of the coordinator, with nothing in between.
    pub(crate) fn whole_step(&mut self) -> bool {
        let moved = self.step(false);
        while self.under_way.is_some() {
            self.step(false);
        }
        moved
    }

    /// Runs to the end of the next round, merge or quiet command. Writes end at once, or not at all. False if there
    /// was none.
    pub(crate) fn round(&mut self, writes_end: bool) -> bool {
        loop {
            if writes_end && self.is_writing() {
                self.journal_done();
            }
            if !self.step(false) {
                return false;
            }
            if self.under_way.is_some() {
                while self.under_way.is_some() {
                    self.step(false);
                }
                return true;
            }
        }
    }

    fn next(&mut self) -> bool {
        match self.coordinator.next(self.time_us, self.in_flight.is_none()) {
            Step::Merge(unmerged) => self.under_way = Some(UnderWay::Merging(unmerged)),
            Step::Shards(orders) => self.under_way = Some(UnderWay::Orders(orders)),
            Step::Seal(frame) => {
                assert!(self.in_flight.is_none(), "one frame is written at a time");
                let stored = Stored::new(&frame);
                self.in_flight = Some((stored, frame.replies));
            }
            Step::Release(replies) => self.give(replies),
            Step::Snapshot(_) => panic!("nobody asked for a snapshot"),
            Step::Idle => return false,
        }
        true
    }

    /// The frame being written is durable.
    pub(crate) fn journal_done(&mut self) {
        let (stored, replies) = self.in_flight.take().expect("a frame is being written");
        self.log_digest = stored.digest(self.log_digest);
        self.coordinator.durable(stored.0.number);
        self.log.push(stored);
        self.give(replies);
    }

    fn give(&mut self, replies: Vec<(ReplyTo, Answer)>) {
        self.given.extend(replies.into_iter().map(|(reply_to, answer)| (reply_to.tag, answer)));
    }

    /// Runs until nothing is left to do.
    ///
    /// # Panics
    /// If it stops with something undone.
    pub(crate) fn drain(&mut self) {
        loop {
            while self.whole_step() {}
            if self.in_flight.is_none() {
                break;
            }
            self.journal_done();
        }
        assert!(self.is_settled(), "the node is stuck: {:?}", self.coordinator);
    }

    /// Writes the frame that is in flight, if one is; whether one was.
    pub(crate) fn write_now(&mut self) -> bool {
        let is_there = self.in_flight.is_some();
        if is_there {
            self.journal_done();
        }
        is_there
    }

    /// The current accounting date of the first entity.
    pub(crate) fn date(&self) -> Date {
        self.coordinator.catalog().date(EntityId(0))
    }

    /// Says whether the log has room for another round.
    pub(crate) fn set_room(&mut self, room: Room) {
        self.coordinator.set_room(room);
    }

    /// Lets a little time pass.
    pub(crate) fn pass_time(&mut self, us: i64) {
        self.time_us += us;
    }

    pub(crate) fn time_us(&self) -> i64 {
        self.time_us
    }

    /// The durable frames.
    pub(crate) fn durable(&self) -> &[Stored] {
        &self.log
    }

    /// The frames that a power cut now may leave: the durable ones, and with them or without the one being written.
    pub(crate) fn survivors(&self, with_in_flight: bool) -> Vec<Stored> {
        let mut log = self.log.clone();
        log.extend(self.in_flight.as_ref().filter(|_| with_in_flight).map(|(stored, _)| stored.clone()));
        log
    }

    /// How the node is; only when it is settled.
    pub(crate) fn status(&mut self) -> Status {
        self.submit(u64::MAX, Command::Status);
        self.drain();
        match self.given.pop() {
            Some((u64::MAX, Answer::Status(status))) => *status,
            other => panic!("the answer to a question for the status is {other:?}"),
        }
    }

    /// A digest of everything that a power cut now would leave, and of what was promised before it.
    pub(crate) fn crash_digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.log_digest.hash(&mut hasher);
        if let Some((stored, _)) = &self.in_flight {
            stored.digest(0).hash(&mut hasher);
        }
        write_to(&mut hasher, &self.given);
        hasher.finish()
    }

    /// A digest of the whole state, but for counters that no decision looks at.
    pub(crate) fn digest(&self, text: &mut String) -> u64 {
        use std::fmt::Write;
        text.clear();
        write!(text, "{:?}", self.coordinator).expect("a string takes everything");
        if let Some(counts) = text.find("counts: Status {") {
            let end = counts + text[counts..].find('}').expect("a status ends");
            text.replace_range(counts..end, "");
        }
        write!(text, "{:?}{:?}{:?}", self.shards, self.under_way, self.in_flight)
            .expect("a string takes everything");
        let mut hasher = DefaultHasher::new();
        (&*text, self.crash_digest()).hash(&mut hasher);
        hasher.finish()
    }
}

fn write_to(hasher: &mut DefaultHasher, given: &[(u64, Answer)]) {
    let mut given: Vec<String> = given.iter().map(|one| format!("{one:?}")).collect();
    given.sort_unstable();
    given.hash(hasher);
}
