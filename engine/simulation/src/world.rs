//! The world of a run: the node, its disk, its clock, its clients and the oracle, and what each step does to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use longmen_engine::ledger::{Answer, ClientId, Command, Original, RefundWindows, Settings};
use longmen_engine::{Delivery, Reply, SimulatedNode, SimulatedOptions, StartError, StartReport};
use longmen_wal::{FaultyStorage, LogOptions, OpenError, Operation, WritePath, seeded_nonces};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::action::Action;
use crate::clients::{Clients, Sent};
use crate::damage;
use crate::failure::{Broken, Check};
use crate::naive;
use crate::oracle::Oracle;
use crate::rounds::random::Random;
use crate::rounds::relations;
use crate::rounds::scripts::{CHART, FIRST, Maker};
use crate::rounds::translate;
use crate::run::Counts;
use crate::script::{Act, Ask, Case, NOW, Said};
use crate::trace::{Trace, brief};

/// The one client of the scripts; it may have many connections.
const CLIENT: ClientId = ClientId(1);
/// So many steps of its own may a node take to settle.
const PATIENCE: usize = 20_000;
/// Microseconds of a second that may pass before a script says so.
const TICKS: i64 = 900_000;

/// How a power cut or a kill leaves the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The process alone: everything written is there, synced or not.
    Kill,
    /// Nothing that was not synced is there.
    CutToSynced,
    /// Any part of what was not synced is there.
    Cut(u64),
}

/// Everything there is.
pub(crate) struct World {
    seed: u64,
    pub(crate) trace: Trace,
    pub(crate) counts: Counts,
    /// What would be to blame if something panicked now.
    pub(crate) looking: Check,
    disk: FaultyStorage,
    node: Option<SimulatedNode>,
    clock_us: i64,
    oracle: Oracle,
    clients: Clients,
    /// Which client wants the answer with this tag, and its own number for it.
    tags: BTreeMap<u64, (usize, u64)>,
    next_tag: u64,
    /// The simulation's own session, for what the clients do not ask.
    own: Option<(u64, UnboundedReceiver<Vec<Reply>>)>,
    /// Whether the disk is full, so that one thing is asked after the other.
    full: bool,
    /// Whether the disk will fail something.
    armed: bool,
    /// How often a nonce source was made.
    lives: u64,
}

impl World {
    /// A new node with a chart, at rest.
    pub(crate) fn new(seed: u64, verbose: bool) -> Result<World, Broken> {
        let mut random = Random::new(seed, 11);
        let disk = FaultyStorage::new();
        disk.set_torn_sectors(random.percent(40));
        let maker = Maker::new(seed, random.percent(60));
        let hot = maker.hot.clone();
        let mut world = World {
            seed,
            trace: Trace::new(verbose),
            counts: Counts::default(),
            looking: Check::Assertion,
            disk,
            node: None,
            clock_us: i64::from(NOW) * 1_000_000,
            oracle: Oracle::new(maker),
            clients: Clients::new(),
            tags: BTreeMap::new(),
            next_tag: 1,
            own: None,
            full: false,
            armed: false,
            lives: 0,
        };
        if let Err(error) = world.start(&mut random) {
            return Broken::failed(Check::Refused, error.to_string());
        }
        world.connect();
        for command in translate::setup(&CHART, FIRST, &hot) {
            world.ask_alone(command)?;
        }
        Ok(world)
    }

    /// Does what the scheduler decides for a step. Both depend on nothing but the seed and the step.
    pub(crate) fn step(&mut self, step: u64) -> Result<(), Broken> {
        self.trace.at(step);
        let mut random = Random::new(self.seed ^ step.wrapping_mul(0x9e37_79b9_7f4a_7c15), 12);
        let action = Action::draw(&mut random);
        let before = (self.counts.answers, self.counts.snapshots);
        match self.act(action, &mut random) {
            Ok(true) => Ok(()),
            Ok(false) => self.work(&mut random),
            Err(broken) => Err(broken),
        }
        .and_then(|()| self.cut_in_between(before, &mut random))
        .or_else(|broken| self.pick_up(broken, &mut random))
    }

    /// What was just told, or published, must not rest on what a power cut takes: now and then one comes right behind.
    fn cut_in_between(&mut self, before: (u64, u64), random: &mut Random) -> Result<(), Broken> {
        let told = self.counts.answers > before.0 && random.below(300) == 0;
        let published = self.counts.snapshots > before.1 && random.percent(12);
        if told || published { self.restart(End::CutToSynced, random) } else { Ok(()) }
    }

    /// A node that ended by the disk's fault is started again.
    fn pick_up(&mut self, broken: Broken, random: &mut Random) -> Result<(), Broken> {
        let Broken::Died(why) = broken else { return Err(broken) };
        if !self.armed {
            return Broken::failed(Check::Ended, why);
        }
        self.trace.note("dies", &[], || why);
        self.counts.deaths += 1;
        let end = self.some_end(random);
        self.restart(end, random)
    }

    /// True if there was something to do.
    fn act(&mut self, action: Action, random: &mut Random) -> Result<bool, Broken> {
        Ok(match action {
            Action::Send => self.send(random),
            Action::Arrive => return self.arrive(random),
            Action::Again => self.send_again(random),
            Action::Vanish => self.vanish(random),
            Action::Pump => return self.pump(),
            Action::Deliver => self.deliver(random),
            Action::Write => return self.write(),
            Action::WriteThrough => return Ok(self.write()? && self.write()?),
            Action::Table => self.live().give_table(),
            Action::Mark => {
                self.live().write_mark().map_err(|error| Broken::Died(error.to_string()))?;
                true
            }
            Action::Tend => {
                self.tend();
                true
            }
            Action::AskSnapshot => self.ask_snapshot(),
            Action::Slice => self.slice(),
            Action::Tick => self.tick(random),
            Action::SetBack => self.set_back(random),
            Action::Kill => return self.restart(End::Kill, random).map(|()| true),
            Action::Cut => {
                let end = if random.percent(30) { End::CutToSynced } else { End::Cut(random.next()) };
                // Most is at stake while a frame is written and not synced.
                if random.percent(60) && matches!(self.live().writing(), Some((_, false))) {
                    self.write()?;
                }
                return self.restart(end, random).map(|()| true);
            }
            Action::Stop => return self.stop(random),
            Action::Fault => self.fault(random),
            Action::Fill => return self.fill(random),
            Action::Free => return self.free(),
        })
    }

    /// The node does something of what waits, or a client does.
    fn work(&mut self, random: &mut Random) -> Result<(), Broken> {
        let did = self.deliver(random) || self.pump()? || self.write()? || self.slice();
        if !did && !self.arrive(random)? {
            self.send(random);
        }
        Ok(())
    }

    fn live(&mut self) -> &mut SimulatedNode {
        self.node.as_mut().expect("a node that ends is started again in the same step")
    }

    fn send(&mut self, random: &mut Random) -> bool {
        if self.clients.on_the_wire() > 12 {
            return false;
        }
        self.oracle.maker.reseed(random.next());
        let ask = self.oracle.maker.draft();
        self.trace.note("sends", &[], || brief(&ask));
        self.clients.send(random.below(3), ask);
        true
    }

    fn send_again(&mut self, random: &mut Random) -> bool {
        let Some(sent) = self.clients.send_again(random) else { return false };
        self.trace
            .note("again", &[sent.want], || format!("client {} wants {}", sent.client, brief(&sent.ask)));
        self.counts.retries += 1;
        true
    }

    fn vanish(&mut self, random: &mut Random) -> bool {
        let client = random.below(3);
        let Some(session) = self.clients.vanish(client, random) else { return false };
        self.live().close_session(session);
        let (session, replies) = self.live().open_session();
        self.clients.connect(client, session, replies);
        self.trace
            .note("vanishes", &[session], || format!("client {client} comes back as session {session}"));
        self.counts.vanished += 1;
        true
    }

    /// A request arrives, if it may.
    fn arrive(&mut self, random: &mut Random) -> Result<bool, Broken> {
        let Some(sent) = self.clients.arriving(random) else { return Ok(false) };
        match &sent.ask {
            Ask::Wait { until } => {
                let until = (*until).max(self.oracle.now().now());
                self.clients.answered(sent.client, sent.want);
                return self.wait(until).map(|()| true);
            }
            // Accounts get their ids in the order of the chart.
            Ask::Open { to, .. } if *to > self.oracle.now().open_accounts() + 1 => {
                self.clients.answered(sent.client, sent.want);
                return Ok(true);
            }
            // A hold whose moment has passed is released by the next frame, whatever else that has.
            Ask::Post { txs, .. } if txs.iter().any(|tx| self.is_late(&tx.act)) => {
                return self.arrive_late(&sent).map(|()| true);
            }
            _ => {}
        }
        if self.full {
            return self.arrive_alone(&sent).map(|()| true);
        }
        let Some(command) = self.command(&sent.ask)? else {
            self.clients.delay(sent);
            return Ok(true);
        };
        let Some(session) = self.clients.session(sent.client) else { return Ok(true) };
        let tag = self.tag(sent.client, sent.want);
        self.trace.note("arrives", &[tag], || format!("request {tag}: {}", brief(&sent.ask)));
        self.submit(session, tag, &sent.ask, command);
        Ok(true)
    }

    fn submit(&mut self, session: u64, tag: u64, ask: &Ask, command: Command) {
        self.counts.requests += 1;
        self.counts.transactions += ask.txs().len() as u64;
        self.oracle.arrived(tag, ask);
        self.live().submit(session, tag, CLIENT, command);
    }

    fn tag(&mut self, client: usize, want: u64) -> u64 {
        let tag = self.next_tag;
        self.next_tag += 1;
        self.tags.insert(tag, (client, want));
        tag
    }

    fn is_late(&self, act: &Act) -> bool {
        let now = self.oracle.now();
        match act {
            Act::Reverse { original, .. } => now.is_late(*original),
            Act::Freeze { expires, .. } | Act::Try { expires } => {
                expires.is_some_and(|moment| moment <= now.now())
            }
            _ => false,
        }
    }

    /// What leaves a hold whose moment has passed comes alone, and then time passes.
    fn arrive_late(&mut self, sent: &Sent) -> Result<(), Broken> {
        self.drain()?;
        if sent.ask.txs().len() == 1
            && !self.full
            && let Some(command) = self.command(&sent.ask)?
            && let Some(session) = self.clients.session(sent.client)
        {
            let tag = self.tag(sent.client, sent.want);
            self.trace.note("late", &[tag], || format!("request {tag}: {}", brief(&sent.ask)));
            self.submit(session, tag, &sent.ask, command);
            self.drain()?;
        }
        self.clients.answered(sent.client, sent.want);
        self.wait(self.oracle.now().now())
    }

    /// With a full disk one request comes after the other: what is refused for want of room was never asked.
    fn arrive_alone(&mut self, sent: &Sent) -> Result<(), Broken> {
        self.drain()?;
        let Some(command) = self.command(&sent.ask)? else { return Ok(()) };
        let tag = self.tag(sent.client, sent.want);
        self.trace.note("alone", &[tag], || format!("request {tag}: {}", brief(&sent.ask)));
        self.counts.requests += 1;
        let answer = self.ask_alone(command)?;
        self.clients.answered(sent.client, sent.want);
        self.tags.remove(&tag);
        self.counts.refused_full += u64::from(self.oracle.arrived_alone(tag, &sent.ask, answer)?);
        self.oracle.settled();
        Ok(())
    }

    /// The engine's word for a request, with the originals that it names; `None` while one of them is under way.
    fn command(&mut self, ask: &Ask) -> Result<Option<Command>, Broken> {
        let named: Vec<u128> = ask.txs().iter().filter_map(|tx| tx.act.original()).collect();
        if named.iter().any(|id| self.oracle.is_under_way(*id)) {
            return Ok(None);
        }
        let mut originals: BTreeMap<u128, Arc<Original>> = BTreeMap::new();
        for id in named {
            if self.oracle.place(id).is_none() {
                self.locate(id)?;
            }
            let Some(place) = self.oracle.place(id) else { continue };
            let found = self.live().history().originals(&[(translate::name(id), place)]);
            match found {
                Ok(mut found) => originals.extend(found.remove(0).map(|original| (id, original))),
                Err(error) => return Broken::failed(Check::Log, error.to_string()),
            }
        }
        Ok(Some(translate::command(ask, &CHART, &mut |id| originals.get(&id).cloned())))
    }

    /// Asks where a transaction lies, as a session does before a request that names one.
    fn locate(&mut self, id: u128) -> Result<(), Broken> {
        let answer = self.ask_alone(Command::Locate(vec![translate::name(id)]))?;
        if let Answer::Located(places) = answer
            && let Some(place) = places[0]
        {
            self.oracle.found(id, place);
        }
        Ok(())
    }

    fn pump(&mut self) -> Result<bool, Broken> {
        let now_us = self.clock_us;
        let did = self.live().pump(now_us);
        if did {
            self.trace.note("pumps", &[], String::new);
        }
        self.take_replies()?;
        Ok(did)
    }

    fn deliver(&mut self, random: &mut Random) -> bool {
        let messages = self.live().messages();
        if messages == 0 {
            return false;
        }
        let delivery = self.live().deliver(random.below(messages));
        let (what, whose) = match delivery {
            Delivery::Order(shard) => ("order", u64::from(shard)),
            Delivery::Done(shard) => ("done", u64::from(shard)),
            Delivery::Legs(account) => ("merges", account),
            Delivery::Merge(account) => ("merged", account),
        };
        self.trace.note(what, &[whose], || whose.to_string());
        true
    }

    fn write(&mut self) -> Result<bool, Broken> {
        let Some((frame, appended)) = self.live().writing() else { return Ok(false) };
        let what = if appended { "syncs" } else { "writes" };
        self.trace.note(what, &[frame], || format!("frame {frame}"));
        self.live().write().map_err(|error| Broken::Died(error.to_string()))?;
        self.counts.frames += u64::from(appended);
        self.take_replies()?;
        Ok(true)
    }

    /// The clients take the answers that have come.
    fn take_replies(&mut self) -> Result<(), Broken> {
        for Reply { tag, answer } in self.clients.replies() {
            self.trace.note("answer", &[tag], || format!("to request {tag}: {}", brief(&answer)));
            self.counts.answers += 1;
            if let Some((client, want)) = self.tags.remove(&tag) {
                self.clients.answered(client, want);
            }
            self.oracle.answered(tag, answer)?;
        }
        Ok(())
    }

    fn tend(&mut self) {
        // What fails here fails the next frame that needs a segment.
        if let Err(error) = self.live().tend() {
            self.trace.note("tend", &[], || error.to_string());
        }
    }

    fn ask_snapshot(&mut self) -> bool {
        if self.live().is_taking_snapshot() {
            return false;
        }
        self.live().ask_snapshot();
        self.trace.note("snapshot", &[], || "is asked for".into());
        true
    }

    fn slice(&mut self) -> bool {
        if !self.live().is_taking_snapshot() {
            return false;
        }
        match self.live().snapshot_step() {
            Ok(None) => self.trace.note("slice", &[], String::new),
            Ok(Some(size)) => {
                self.counts.snapshots += 1;
                self.trace.note("published", &[size], || format!("{size} bytes"));
            }
            Err(error) => self.trace.note("no slice", &[], || error.to_string()),
        }
        true
    }

    fn tick(&mut self, random: &mut Random) -> bool {
        let into_second = self.clock_us.rem_euclid(1_000_000);
        if into_second < TICKS {
            self.clock_us += random.amount(1, 500);
        }
        true
    }

    fn set_back(&mut self, random: &mut Random) -> bool {
        self.clock_us -= random.one_of(&[1, 1_000_000, 3_600_000_000, 400 * 86_400_000_000]);
        self.counts.set_back += 1;
        self.trace.note("set back", &[], || "the clock".into());
        true
    }

    /// Time passes, when nothing is under way.
    fn wait(&mut self, until: u32) -> Result<(), Broken> {
        self.drain()?;
        self.clock_us = self.clock_us.max(i64::from(until) * 1_000_000);
        self.trace.note("waits", &[until.into()], || format!("until {until}"));
        self.oracle.wait(until);
        self.drain()
    }

    /// Lets the node work until everything it has is done.
    fn drain(&mut self) -> Result<(), Broken> {
        for _ in 0..PATIENCE {
            while self.live().messages() > 0 {
                self.live().deliver(0);
            }
            if self.pump()? || self.write()? {
                continue;
            }
            if self.live().is_settled() {
                self.oracle.settled();
                return Ok(());
            }
            self.tend();
            self.live().give_table();
        }
        Broken::failed(Check::Stuck, "the node does not settle")
    }

    /// Asks something beside the clients, when nothing is under way, and waits for the answer.
    fn ask_alone(&mut self, command: Command) -> Result<Answer, Broken> {
        self.drain()?;
        let (session, _) = self.own.as_ref().expect("the simulation is connected");
        let session = *session;
        self.live().submit(session, 0, CLIENT, command);
        self.drain()?;
        let (_, replies) = self.own.as_mut().expect("the simulation is connected");
        match replies.try_recv().map(|mut replies| replies.pop()) {
            Ok(Some(reply)) => Ok(reply.answer),
            _ => Broken::failed(Check::Stuck, "a question has no answer"),
        }
    }

    fn fault(&mut self, random: &mut Random) -> bool {
        if self.armed || self.full {
            return false;
        }
        self.arm(random);
        true
    }

    /// The disk will fail something soon.
    fn arm(&mut self, random: &mut Random) {
        let nth = random.below(12) as u64 + 1;
        let operation = random.one_of(&[
            Operation::Sync,
            Operation::Sync,
            Operation::Write,
            Operation::Any,
            Operation::SyncDirectory,
            Operation::Rename,
        ]);
        if random.percent(50) {
            self.disk.power_off_at(nth);
            self.trace.note("armed", &[nth], || format!("the power goes at operation {nth} from now"));
        } else {
            self.disk.fail_nth(operation, nth);
            self.trace.note("armed", &[nth], || format!("{operation:?} {nth} from now fails"));
        }
        self.armed = true;
    }

    fn fill(&mut self, random: &mut Random) -> Result<bool, Broken> {
        if self.full || self.armed {
            return Ok(false);
        }
        self.drain()?;
        let room = random.below(300_000) as u64;
        self.disk.set_capacity(Some(self.disk.used() + room));
        self.full = true;
        self.counts.filled += 1;
        self.trace.note("full", &[room], || format!("{room} bytes are left"));
        Ok(true)
    }

    fn free(&mut self) -> Result<bool, Broken> {
        if !self.full {
            return Ok(false);
        }
        self.disk.set_capacity(None);
        self.full = false;
        self.tend();
        self.trace.note("free", &[], || "there is room again".into());
        self.drain()?;
        Ok(true)
    }

    /// Stops the node in order, and starts it again.
    fn stop(&mut self, random: &mut Random) -> Result<bool, Broken> {
        if self.full {
            return Ok(false);
        }
        self.drain()?;
        let node = self.node.take().expect("a node that ends is started again in the same step");
        self.trace.note("stops", &[], || "in order".into());
        self.counts.stops += 1;
        if let Err(error) = node.close()
            && !self.armed
        {
            return Broken::failed(Check::Ended, error.to_string());
        }
        self.restart(End::Kill, random)?;
        Ok(true)
    }

    fn some_end(&self, random: &mut Random) -> End {
        match random.below(10) {
            0..=2 => End::Kill,
            3..=4 => End::CutToSynced,
            _ => End::Cut(random.next()),
        }
    }

    /// The node ends here, and is started again on what is left.
    fn restart(&mut self, end: End, random: &mut Random) -> Result<(), Broken> {
        self.trace.note("ends", &[], || format!("{end:?}"));
        let marked = self.node.take().map_or(0, |node| damage::marked(&node.reader()));
        self.own = None;
        self.clients.lose_all(random);
        self.tags.clear();
        self.leave_disk(end);
        if random.percent(15) {
            self.try_damage(marked, random)?;
        }
        if random.percent(10) {
            damage::flip_in_snapshot(&self.disk, random);
        }
        let report = self.recover(random)?;
        self.trace.note("starts", &[report.log.last.0], || started(&report));
        self.counts.restarts += 1;
        self.counts.from_snapshot += u64::from(report.snapshot.is_some());
        self.counts.cut_tails += u64::from(report.log.cut.is_some());
        self.counts.rewritten += u64::from(report.log.rewritten.is_some());
        self.looking = Check::Books;
        let reader = self.live().reader();
        self.oracle.recovered(&reader, random.percent(50))?;
        self.trace.note("holds", &[self.oracle.digest()], || "the log, and its books".into());
        self.looking = Check::Assertion;
        self.connect();
        self.wait(self.oracle.now().now())?;
        self.compare_shown()
    }

    /// The disk as it is found after an end.
    fn leave_disk(&mut self, end: End) {
        self.disk = match end {
            End::Kill => self.disk.branch(),
            End::CutToSynced => self.disk.without_unsynced(),
            End::Cut(seed) => self.disk.power_cut(seed),
        };
        if end != End::Kill {
            self.counts.cuts += 1;
        }
        (self.full, self.armed) = (false, false);
    }

    /// A copy of the log is damaged, and must be refused.
    fn try_damage(&mut self, marked: u64, random: &mut Random) -> Result<(), Broken> {
        let Some(damaged) = damage::damage(&self.disk, marked, random) else { return Ok(()) };
        self.counts.damaged += 1;
        self.trace.note("damage", &[], || damaged.what.clone());
        let options = self.options(random);
        self.lives += 1;
        let nonces = seeded_nonces(self.seed ^ self.lives.wrapping_mul(0x9e37_79b9));
        match SimulatedNode::start(Arc::new(damaged.disk.clone()), &options, nonces, self.clock_us) {
            Ok(_) => Broken::failed(Check::Damage, format!("{} and nobody noticed", damaged.what)),
            Err(error) => damaged.is_named(&error).or_else(|what| Broken::failed(Check::Damage, what)),
        }
    }

    /// Starts a node, over whatever goes wrong meanwhile.
    fn recover(&mut self, random: &mut Random) -> Result<StartReport, Broken> {
        loop {
            if random.percent(15) {
                self.arm(random);
            } else if random.percent(5) {
                self.disk.set_capacity(Some(self.disk.used() + random.below(400_000) as u64));
                self.armed = true;
            }
            match self.start(random) {
                Ok(report) => {
                    self.disk.set_capacity(None);
                    return Ok(report);
                }
                Err(StartError::Log(OpenError::Refused(finding))) => {
                    return Broken::failed(Check::Refused, finding.to_string());
                }
                Err(error) if self.armed => {
                    self.trace.note("no start", &[], || error.to_string());
                    self.counts.failed_starts += 1;
                    let end = self.some_end(random);
                    self.leave_disk(end);
                }
                Err(error) => return Broken::failed(Check::Refused, error.to_string()),
            }
        }
    }

    fn start(&mut self, random: &mut Random) -> Result<StartReport, StartError> {
        self.lives += 1;
        let nonces = seeded_nonces(self.seed ^ self.lives.wrapping_mul(0x9e37_79b9));
        let options = self.options(random);
        let disk = Arc::new(self.disk.clone());
        let (node, report) = SimulatedNode::start(disk, &options, nonces, self.clock_us)?;
        self.node = Some(node);
        Ok(report)
    }

    fn options(&self, random: &mut Random) -> SimulatedOptions {
        let by_type = [(naive::SHORT_TYPE.into(), naive::SHORT_WINDOW)].into();
        let settings = Settings {
            shards: random.one_of(&[1, 2, 3, 5, 7]),
            known_ids: 64,
            hot_by_rate: false,
            frame_bytes: random.one_of(&[100, 1_000, 4_000, 8_000]),
            refund_windows: RefundWindows { by_type, ..RefundWindows::default() },
            seed: self.seed,
            ..Settings::default()
        };
        let segment_bytes = random.one_of(&[128 << 10, 256 << 10]);
        let log = LogOptions { segment_bytes, segments_ahead: 0, write_path: WritePath::Pwritev };
        let slice = random.one_of(&[1, 2, 5]);
        SimulatedOptions { settings, log, least_space: segment_bytes - (16 << 10), slice }
    }

    fn connect(&mut self) {
        self.own = Some(self.live().open_session());
        for client in self.clients.indexes() {
            let (session, replies) = self.live().open_session();
            self.clients.connect(client, session, replies);
        }
    }

    /// Everything the node shows is what a serial ledger has, and the four relations hold.
    fn compare_shown(&mut self) -> Result<(), Broken> {
        let asks = [Ask::Read((1..=CHART.len() as u64).collect()), Ask::Holds(None), Ask::Trial];
        let mut answers = Vec::new();
        for ask in &asks {
            let command = translate::command(ask, &CHART, &mut |_| None);
            answers.push(self.ask_alone(command)?);
        }
        self.looking = Check::Shown;
        self.oracle.compare_shown(&asks, &answers)?;
        self.looking = Check::Relations;
        let case = Case { chart: &CHART, first: FIRST, hot: Vec::new(), asks: Vec::new() };
        let said: Vec<Said> = asks.iter().zip(&answers).map(|(ask, it)| translate::said(ask, it)).collect();
        relations::check(&said[0], &said[2], &case);
        self.looking = Check::Assertion;
        Ok(())
    }

    /// The end of a run: everything is done, shown, written down, and audited.
    pub(crate) fn finish(&mut self) -> Result<(), Broken> {
        let mut random = Random::new(self.seed, 13);
        let done = self.settle_at_last();
        if let Err(broken) = done {
            self.pick_up(broken, &mut random)?;
            self.settle_at_last()?;
        }
        self.looking = Check::Books;
        let reader = self.live().reader();
        self.oracle.recovered(&reader, true)?;
        self.trace.note("holds", &[self.oracle.digest()], || "the log, and its books".into());
        self.looking = Check::Assertion;
        let node = self.node.take().expect("a node that ends is started again in the same step");
        if let Err(error) = node.close()
            && !self.armed
        {
            return Broken::failed(Check::Ended, error.to_string());
        }
        self.looking = Check::Audit;
        let disk = if self.armed { self.disk.without_unsynced() } else { self.disk.branch() };
        match longmen_engine::audit::verify(&disk, &mut |_| {}) {
            Ok(_) => Ok(()),
            Err(error) => Broken::failed(Check::Audit, error.to_string()),
        }
    }

    fn settle_at_last(&mut self) -> Result<(), Broken> {
        if self.full {
            self.free()?;
        }
        self.drain()?;
        self.compare_shown()
    }
}

/// What recovery found, in words.
fn started(report: &StartReport) -> String {
    let log = &report.log;
    let from =
        report.snapshot.map_or_else(|| "the first frame".into(), |frame| format!("a snapshot at {frame}"));
    let cut = log.cut.map_or_else(String::new, |cut| format!(", a tail cut at {}", cut.first));
    let again =
        log.rewritten.map_or_else(String::new, |(first, last)| format!(", {first} to {last} written again"));
    format!("up to frame {}, from {from}{cut}{again}", log.last)
}
