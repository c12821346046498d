//! The world of a run: the node, its disk, its clock, its clients and the oracle, and what each step does to them.

mod arriving;
mod finishing;
mod restarting;

use std::collections::BTreeMap;
use std::sync::Arc;

use longmen_engine::ledger::{Acting, Answer, ClientId, Command, ContentDigest};
use longmen_engine::{Delivery, Replies, Reply, SimulatedNode};
use longmen_wal::FaultyStorage;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clients::Clients;
use crate::failure::{Broken, Check};
use crate::oracle::Oracle;
use crate::rounds::random::Random;
use crate::rounds::scripts::{CHART, FIRST, Maker};
use crate::rounds::translate;
use crate::run::Counts;
use crate::script::NOW;
use crate::step::Step;
use crate::trace::{Trace, brief};

/// The one client of the scripts; it may have many connections.
const CLIENT: ClientId = ClientId(1);
/// A node settles within 20,000 steps of its own.
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
    own: Option<(u64, UnboundedReceiver<Replies>)>,
    /// Whether the disk is full, so that one thing is asked after the other.
    full: bool,
    /// Whether the disk will fail something.
    armed: bool,
    /// How often a nonce source was made.
    lives: u64,
    /// The digests of proposals that approvers have read.
    shown: BTreeMap<u64, ContentDigest>,
}

/// From this seed on rules for fees are set, and amounts are charged and refunded by them. What the seeds below it play stays as it is.
pub const CHARGING: u64 = 1 << 32;

impl World {
    /// A new node with a chart, at rest.
    pub(crate) fn new(seed: u64, verbose: bool) -> Result<World, Broken> {
        let mut random = Random::new(seed, 11);
        let disk = FaultyStorage::new();
        disk.set_torn_sectors(random.percent(40));
        let mut maker = Maker::new(seed, random.percent(60));
        maker.proposes = true;
        maker.charges = seed >= CHARGING;
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
            shown: BTreeMap::new(),
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
        let chosen = Step::draw(&mut random);
        let before = (self.counts.answers, self.counts.snapshots);
        match self.act(chosen, &mut random) {
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
    fn act(&mut self, chosen: Step, random: &mut Random) -> Result<bool, Broken> {
        Ok(match chosen {
            Step::Send => self.send(random),
            Step::Arrive => return self.arrive(random),
            Step::Again => self.send_again(random),
            Step::Vanish => self.vanish(random),
            Step::Pump => return self.pump(),
            Step::Deliver => self.deliver(random),
            Step::Write => return self.write(),
            Step::WriteThrough => return Ok(self.write()? && self.write()?),
            Step::Table => self.live().give_id_memory(),
            Step::Archive => self.archive(),
            Step::Mark => {
                self.live().write_mark().map_err(|error| Broken::Died(error.to_string()))?;
                true
            }
            Step::Tend => {
                self.tend();
                true
            }
            Step::AskSnapshot => self.ask_snapshot(),
            Step::Slice => self.slice(),
            Step::Tick => self.tick(random),
            Step::SetBack => self.set_back(random),
            Step::Kill => return self.restart(End::Kill, random).map(|()| true),
            Step::Cut => {
                let end = if random.percent(30) { End::CutToSynced } else { End::Cut(random.next()) };
                // Most is at stake while a frame is written and not synced.
                if random.percent(60) && matches!(self.live().writing(), Some((_, false))) {
                    self.write()?;
                }
                return self.restart(end, random).map(|()| true);
            }
            Step::Stop => return self.stop(random),
            Step::Fault => self.fault(random),
            Step::Fill => return self.fill(random),
            Step::Free => return self.free(),
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

    fn archive(&mut self) -> bool {
        let did = self.live().archive_step();
        if did {
            self.trace.note("archives", &[], || "known ids".into());
        }
        did
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
            self.live().give_id_memory();
        }
        Broken::failed(Check::Stuck, "the node does not settle")
    }

    /// Asks something beside the clients, when nothing is under way, and waits for the answer.
    fn ask_alone(&mut self, command: Command) -> Result<Answer, Broken> {
        self.ask_alone_for(None, command)
    }

    /// The same, by whoever acts for the client.
    fn ask_alone_for(&mut self, acting: Option<&Arc<Acting>>, command: Command) -> Result<Answer, Broken> {
        self.drain()?;
        let (session, _) = self.own.as_ref().expect("the simulation is connected");
        let session = *session;
        self.live().submit_for(acting, session, 0, CLIENT, command);
        self.drain()?;
        let (_, replies) = self.own.as_mut().expect("the simulation is connected");
        match replies.try_recv().map(|mut together| together.replies.pop()) {
            Ok(Some(reply)) => Ok(reply.answer),
            _ => Broken::failed(Check::Stuck, "a question has no answer"),
        }
    }
}
