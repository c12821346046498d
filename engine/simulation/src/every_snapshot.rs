//! Snapshots and the recovery from them, every way of small worlds: the production node below the actors, with a snapshot
//! that begins, takes each of its slices and is published at every moment between the steps of its work, and a crash at
//! every moment, with the log and the snapshot as durable as a crash can leave them.
//!
//! A slice reads the rows of one shard, so it is taken at once or behind an order to that shard: anywhere else it is the same
//! slice. In the same way a snapshot is asked for at the boundaries of frames, and published at once or behind a sync.

mod recovered;
mod worlds;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::AddAssign;
use std::sync::Arc;

use longmen_engine::ledger::{Answer, ClientId, Command, LedgerSettings};
use longmen_engine::{Delivery, NextSlice, Replies, SimulatedNode, SimulatedOptions, StartReport};
use longmen_wal::{FaultyStorage, LogOptions, WritePath, seeded_nonces};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::rounds::random::Random;
use crate::rounds::translate;
use crate::script::{Ask, NOW};
use recovered::Crash;
use worlds::{CHART, HOT, World, money, worlds};

/// Room for the frames of a world, and little more.
const LOG: LogOptions =
    LogOptions { segment_bytes: 32 << 10, segments_ahead: 0, write_path: WritePath::Pwritev };
/// The time at which everything starts.
const START_US: i64 = NOW as i64 * 1_000_000;
/// Rows and accounts of one slice: one row of each shard.
const SLICE: usize = 1;
/// Where there are more ways for a power cut than this, it is so many seeded ones, and the two ends.
const WAYS: u128 = 64;
/// In one of so many recoveries the power goes again, at each sync of it.
const AGAIN: u64 = 16;

/// What was visited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotCounts {
    /// Schedules, each with another place for some step of the snapshot.
    pub schedules: u64,
    /// States of them, a beginning that several share counted once.
    pub states: u64,
    /// Different moments in them: what is written, what is durable, and what was promised. The node crashed in each.
    pub moments: u64,
    /// Different things that a crash left, each recovered from.
    pub crashes: u64,
    /// Those that were recovered from the snapshot.
    pub from_snapshot: u64,
    /// Crashes in the middle of these recoveries.
    pub again: u64,
}

impl AddAssign for SnapshotCounts {
    fn add_assign(&mut self, other: SnapshotCounts) {
        self.schedules += other.schedules;
        self.states += other.states;
        self.moments += other.moments;
        self.crashes += other.crashes;
        self.from_snapshot += other.from_snapshot;
        self.again += other.again;
    }
}

/// In which order a node does what it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pace {
    /// One request after the other, each durable before the next arrives.
    Prompt,
    /// The next arrives as soon as one is decided; the frame before it is written and synced meanwhile.
    Ahead,
    /// All that can be decided is before anything is written or synced.
    Late,
}

/// Goes through all schedules of all worlds.
///
/// # Panics
/// If something does not hold.
#[must_use]
pub fn every_snapshot() -> SnapshotCounts {
    let mut total = SnapshotCounts::default();
    for world in worlds() {
        let mut explorer = Explorer::new(&world);
        for pace in [Pace::Prompt, Pace::Ahead, Pace::Late] {
            explorer.every_schedule(pace);
        }
        total += explorer.counts;
    }
    total
}

struct Explorer<'a> {
    world: &'a World,
    /// The disk of a node with a chart and the money in.
    start: FaultyStorage,
    /// What was recovered from, with what had been promised before.
    seen: HashSet<(u64, u64)>,
    /// The moments at which the node crashed: what was written, what was durable, and what had been promised.
    moments: HashSet<(u64, u64, u128, u64)>,
    counts: SnapshotCounts,
}

fn options(shards: u16, frame_bytes: usize) -> SimulatedOptions {
    let settings = LedgerSettings {
        shards,
        known_ids: 16,
        hot_by_rate: false,
        frame_bytes,
        ..LedgerSettings::default()
    };
    SimulatedOptions { settings, log: LOG, least_space: 8 << 10, slice: SLICE }
}

impl Pace {
    /// With the smallest frames no round runs more than one frame ahead of the disk.
    fn frame_bytes(self) -> usize {
        if self == Pace::Late { 4096 } else { 1 }
    }
}

impl<'a> Explorer<'a> {
    fn new(world: &'a World) -> Self {
        let disk = FaultyStorage::new();
        let mut life = Life::recover(&disk, 2, 1, START_US, 1).0;
        for command in translate::setup(&CHART, CHART.len() as u64, &[HOT]) {
            life.ask_alone(command);
        }
        life.ask(0, &money());
        life.drain();
        drop(life);
        Self {
            world,
            start: disk,
            seen: HashSet::new(),
            moments: HashSet::new(),
            counts: SnapshotCounts::default(),
        }
    }

    /// Goes through all schedules, each from its beginning: the choices of the last one, up to the last that can be
    /// another, are made again.
    fn every_schedule(&mut self, pace: Pace) {
        let mut choices: Vec<bool> = Vec::new();
        let mut made = 0;
        loop {
            self.schedule(pace, &mut choices, made);
            self.counts.schedules += 1;
            // A snapshot's step is tried first where there is a choice.
            while choices.last() == Some(&false) {
                choices.pop();
            }
            let Some(last) = choices.last_mut() else { return };
            *last = false;
            made = choices.len();
        }
    }

    /// One schedule: where a step of the snapshot may be taken, the choices say whether it is, and behind them it is.
    /// Up to the choice before the `made`th it is the same as the one before.
    fn schedule(&mut self, pace: Pace, choices: &mut Vec<bool>, made: usize) {
        let disk = self.start.branch();
        let mut life = Life::recover(&disk, 2, 2, START_US, pace.frame_bytes()).0;
        let (mut at, mut looked) = (0, (0, 0));
        let mut last = Did::Sealed;
        loop {
            let takes = life.may_go_on_with_snapshot(last) && {
                if at == choices.len() {
                    choices.push(true);
                }
                at += 1;
                choices[at - 1]
            };
            if takes {
                life.go_on_with_snapshot();
                last = Did::Snapshot;
            } else {
                match life.work(self.world, pace) {
                    Some(did) => last = did,
                    None => return,
                }
            }
            if at < made {
                continue;
            }
            self.counts.states += 1;
            let now = (disk.operations(), life.given.len());
            if now != looked {
                looked = now;
                self.crash(&life);
            }
        }
    }

    /// The node ends here: by a kill, and by a power cut with as much of what is not synced as there can be left.
    fn crash(&mut self, life: &Life) {
        let (cuts, bare) = (life.disk.power_cuts(), life.disk.without_unsynced());
        let count = cuts.count();
        if !self.moments.insert((life.disk.digest(), bare.digest(), count, life.promised())) {
            return;
        }
        self.counts.moments += 1;
        let mut random = Random::new(self.counts.moments, 21);
        self.left(life, &life.disk.branch(), 1);
        self.left(life, &bare, 0);
        if count <= WAYS {
            (0..count).for_each(|number| self.left(life, &cuts.image(number), 0));
        } else {
            for _ in 0..WAYS {
                let number = u128::from(random.next()) << 64 | u128::from(random.next());
                self.left(life, &cuts.image(number % count), 0);
            }
        }
    }

    /// Recovers from what is left, unless the same was seen before; `how` tells a kill from a power cut.
    fn left(&mut self, life: &Life, disk: &FaultyStorage, how: u64) {
        let key = (disk.digest(), life.promised() ^ how);
        if !self.seen.insert(key) {
            return;
        }
        self.counts.crashes += 1;
        let crash = Crash { world: self.world, given: &life.given, clock_us: life.clock_us };
        let again = self.counts.crashes.is_multiple_of(AGAIN);
        // With more shards, fewer, or as many.
        let shards = u16::try_from(key.0 % 3).expect("it is below 3") + 1;
        if again {
            disk.note_cuts();
        }
        let (recovered, report) = Life::recover(disk, shards, 3, life.clock_us, 1);
        let moments = disk.take_cuts();
        self.counts.from_snapshot += u64::from(report.snapshot.is_some());
        crash.check(recovered);
        for cuts in moments {
            let number = u128::from(Random::new(self.counts.crashes, 22).next()) % cuts.count();
            for number in [0, number] {
                self.counts.again += 1;
                crash.check(Life::recover(&cuts.image(number), shards, 4, life.clock_us, 1).0);
            }
        }
    }
}

/// What a step of the node did, as far as a snapshot can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    /// A step of the snapshot.
    Snapshot,
    /// A shard obeyed an order.
    Order(u16),
    /// The snapshot began.
    Began,
    /// A frame was sealed.
    Sealed,
    /// A frame became durable.
    Synced,
    Other,
}

/// A node at work, and what it has promised.
struct Life {
    disk: FaultyStorage,
    node: SimulatedNode,
    session: u64,
    replies: UnboundedReceiver<Replies>,
    clock_us: i64,
    /// How many requests have arrived.
    asked: usize,
    given: Vec<(u64, Answer)>,
    snapshot_asked: bool,
}

impl Life {
    fn recover(
        disk: &FaultyStorage,
        shards: u16,
        seed: u64,
        clock_us: i64,
        frame_bytes: usize,
    ) -> (Life, StartReport) {
        let (storage, options) = (Arc::new(disk.clone()), options(shards, frame_bytes));
        let started = SimulatedNode::start(storage, &options, seeded_nonces(seed), clock_us);
        let (mut node, report) = started.unwrap_or_else(|error| panic!("recovery refuses: {error}"));
        let (session, replies) = node.open_session();
        let (disk, given) = (disk.clone(), Vec::new());
        (Life { disk, node, session, replies, clock_us, asked: 0, given, snapshot_asked: false }, report)
    }

    /// Whether the snapshot's next step is another one here than before.
    fn may_go_on_with_snapshot(&mut self, last: Did) -> bool {
        let next = self.node.next_slice().expect("the disk has no faults");
        match next {
            None => !self.snapshot_asked && matches!(last, Did::Sealed | Did::Synced),
            Some(NextSlice::NotBegun) => false,
            Some(NextSlice::Accounts) => matches!(last, Did::Snapshot | Did::Began | Did::Synced),
            Some(NextSlice::Rows(shard)) => last == Did::Snapshot || last == Did::Order(shard),
            Some(NextSlice::Publish(durable)) => durable && matches!(last, Did::Snapshot | Did::Synced),
        }
    }

    /// Takes the snapshot's next step; the accounts, which are the same all the time, in one go.
    fn go_on_with_snapshot(&mut self) {
        if !self.snapshot_asked {
            self.snapshot_asked = true;
            return self.node.ask_snapshot();
        }
        loop {
            let was = self.node.next_slice().expect("the disk has no faults");
            self.node.snapshot_step().expect("the disk has no faults");
            let is = self.node.next_slice().expect("the disk has no faults");
            if (was, is) != (Some(NextSlice::Accounts), Some(NextSlice::Accounts)) {
                return;
            }
        }
    }

    /// A digest of the answers given, and of the time.
    fn promised(&self) -> u64 {
        let mut promised = DefaultHasher::new();
        (format!("{:?}", self.given), self.clock_us).hash(&mut promised);
        promised.finish()
    }

    /// Takes the next step of the work. `None` if everything is done.
    fn work(&mut self, world: &World, pace: Pace) -> Option<Did> {
        let waited = self.waits_for_snapshot();
        let did = self.next(world, pace)?;
        self.take_replies();
        Some(if waited && !self.waits_for_snapshot() { Did::Began } else { did })
    }

    fn waits_for_snapshot(&mut self) -> bool {
        self.node.next_slice().expect("the disk has no faults") == Some(NextSlice::NotBegun)
    }

    fn next(&mut self, world: &World, pace: Pace) -> Option<Did> {
        if self.node.messages() > 0 {
            return Some(match self.node.deliver(0) {
                Delivery::Order(shard) => Did::Order(shard),
                _ => Did::Other,
            });
        }
        let writing = self.node.writing();
        if pace == Pace::Ahead && writing.is_some() && self.asked.is_multiple_of(2) {
            return Some(self.write());
        }
        if self.node.pump(self.clock_us) {
            let sealed = writing.is_none() && self.node.writing().is_some();
            return Some(if sealed { Did::Sealed } else { Did::Other });
        }
        let next = world.asks.get(self.asked);
        // What names an original, and time, wait until everything is durable.
        let waits = next.is_some_and(|ask| {
            matches!(ask, Ask::Wait { .. }) || ask.txs().iter().any(|tx| tx.act.original().is_some())
        });
        let alone = pace == Pace::Prompt || waits;
        match next {
            Some(ask) if !alone || writing.is_none() => {
                self.asked += 1;
                self.ask(self.asked as u64, ask);
                Some(Did::Other)
            }
            _ => writing.map(|_| self.write()),
        }
    }

    fn write(&mut self) -> Did {
        let appended = self.node.writing().is_some_and(|(_, appended)| appended);
        self.node.write().expect("the disk has no faults");
        if appended { Did::Synced } else { Did::Other }
    }

    fn take_replies(&mut self) {
        while let Ok(together) = self.replies.try_recv() {
            self.given.extend(together.replies.into_iter().map(|reply| (reply.tag, reply.answer)));
        }
    }

    /// Asks for something; the originals that it names are durable.
    fn ask(&mut self, tag: u64, ask: &Ask) {
        if let Ask::Wait { until } = ask {
            self.clock_us = self.clock_us.max(i64::from(*until) * 1_000_000);
            return;
        }
        let named: Vec<u128> = ask.txs().iter().filter_map(|tx| tx.act.original()).collect();
        let mut found = Vec::new();
        for id in named {
            if let Answer::Located(places) = self.ask_alone(Command::Locate(vec![translate::name(id)]))
                && let Some(place) = places[0]
            {
                let originals = self.node.history().originals(&[(translate::name(id), place)]);
                found.push((id, originals.expect("the log can be read").remove(0)));
            }
        }
        let command = translate::command(ask, &CHART, &mut |id| {
            found.iter().find(|(named, _)| *named == id).and_then(|(_, found)| found.clone())
        });
        self.node.submit(self.session, tag, ClientId(1), command);
    }

    /// Asks beside the requests, when nothing is under way, and waits for the answer.
    fn ask_alone(&mut self, command: Command) -> Answer {
        self.drain();
        self.node.submit(self.session, u64::MAX, ClientId(1), command);
        self.drain();
        self.given.pop().expect("a question has an answer").1
    }

    /// Lets the node work until everything it has is done.
    fn drain(&mut self) {
        for _ in 0..10_000 {
            if self.node.messages() > 0 {
                self.node.deliver(0);
            } else if self.node.pump(self.clock_us) {
            } else if self.node.writing().is_some() {
                self.write();
            } else if self.node.is_settled() {
                return self.take_replies();
            } else {
                self.node.tend().expect("the disk has no faults");
                self.node.give_id_memory();
            }
        }
        panic!("the node does not settle");
    }
}
