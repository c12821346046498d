//! The actor of the coordinator: takes requests in, carries each step to those who do it, gives answers out.

mod ids;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use actix::{Actor, Addr, AsyncContext, Context, Handler, Message, SpawnHandle};
use longmen_wal::{Body, Section, SpaceGauge};
use tokio::sync::oneshot;
use tracing::debug;

use super::journal::len;
use super::shard::Release;
use super::{
    ArchiverTasks, BatcherActor, IdTableMaker, Journal, JournalActor, MergeLegs, Obey, ShardActor, WriteFrame,
};
use crate::clock::now_us;
use crate::ledger::{
    AccountId, Answer, Coordinator, Frame, Merge, ReplyTo, Request, Room, ShardId, ShardOrder, ShardReply,
    SnapshotStart, Step, Unmerged,
};
use crate::planted;
use crate::session::{Reply, ReplySender};
use crate::vital::Vital;

/// So long after the last frame an empty one carries the durable mark, if nothing else comes.
const MARK_AFTER: Duration = Duration::from_millis(50);

/// So long until the room in the log is looked at again while a segment is being made.
const SPACE_AFTER: Duration = Duration::from_millis(1);

/// No timer waits longer: the clock may be set in between.
const MAX_WAIT_US: i64 = 1_000_000;

/// The other actors, and what the coordinator watches.
pub(crate) struct Wiring {
    pub(crate) shards: Vec<Addr<ShardActor>>,
    pub(crate) journal: Addr<JournalActor>,
    pub(crate) space: SpaceGauge,
    /// With less room than this in the log, no further round begins.
    pub(crate) least_space: u64,
    /// Counts the bytes of records in the log.
    pub(crate) written: Arc<AtomicU64>,
    /// Makes tables of known ids.
    pub(crate) tables: IdTableMaker,
    /// Writes known ids out of memory.
    pub(crate) archiver: ArchiverTasks,
}

/// Answers, grouped by the session they go to.
type Outgoing = Vec<(ReplySender, Vec<Reply>)>;

/// What the actor waits for before the step under way is done.
enum Waiting {
    Nothing,
    Merges { left: usize, merges: Vec<Merge> },
    Replies { left: usize, replies: Vec<(ShardId, ShardReply)> },
}

/// Carries the coordinator's messages.
pub(crate) struct CoordinatorActor {
    coordinator: Coordinator,
    wiring: Wiring,
    sessions: HashMap<u64, ReplySender>,
    batchers: HashMap<AccountId, Addr<BatcherActor>>,
    waiting: Waiting,
    /// Whether a table of ids is being made.
    awaits_table: bool,
    /// Whether a [`Pump`] is under way.
    pumps: bool,
    /// The log's writer, when it is not away with a frame.
    journal: Option<Journal>,
    /// The answers that leave with the frame that is being written.
    leaving: Outgoing,
    marked: bool,
    last_write: Instant,
    mark_is_due_later: bool,
    space_timer: Option<SpawnHandle>,
    /// The moment that is waited for, in microseconds since 1970.
    expiry_timer: Option<(i64, SpawnHandle)>,
    stopping: Option<oneshot::Sender<Journal>>,
    snapshot: Option<Sender<SnapshotStart>>,
    vital: Vital,
}

impl CoordinatorActor {
    pub(crate) fn new(coordinator: Coordinator, journal: Journal, wiring: Wiring) -> CoordinatorActor {
        CoordinatorActor {
            coordinator,
            wiring,
            sessions: HashMap::new(),
            batchers: HashMap::new(),
            waiting: Waiting::Nothing,
            awaits_table: false,
            pumps: false,
            journal: Some(journal),
            leaving: Vec::new(),
            marked: true,
            last_write: Instant::now(),
            mark_is_due_later: false,
            space_timer: None,
            expiry_timer: None,
            stopping: None,
            snapshot: None,
            vital: Vital::new("the coordinator"),
        }
    }

    /// Does one step after the other until one has to be waited for.
    fn pump(&mut self, context: &mut Context<Self>) {
        while matches!(self.waiting, Waiting::Nothing) {
            self.watch_space(context);
            match self.coordinator.next(now_us(), self.journal.is_some()) {
                Step::Merge(legs) => self.merge(legs, context),
                Step::Shards(orders) => self.order(orders, context),
                Step::Seal(frame) => self.write(frame, context),
                Step::Release(replies) => {
                    let outgoing = self.group(replies);
                    give_out(outgoing);
                }
                Step::Snapshot(start) => self.begin_snapshot(start),
                Step::Idle => break,
            }
        }
        self.tend_ids(context);
        self.arm_expiry(context);
        if self.journal.is_some() {
            self.arm_mark(context);
        }
        self.finish_stopping();
    }

    /// A hold may expire before anything else comes.
    fn arm_expiry(&mut self, context: &mut Context<Self>) {
        let Some(moment) = self.coordinator.next_expiry().filter(|_| self.stopping.is_none()) else { return };
        if self.expiry_timer.is_some_and(|(armed, _)| armed <= moment) {
            return;
        }
        if let Some((_, timer)) = self.expiry_timer.take() {
            context.cancel_future(timer);
        }
        let wait = u64::try_from((moment - now_us()).clamp(1_000, MAX_WAIT_US)).expect("it was clamped");
        let timer = context.run_later(Duration::from_micros(wait), |actor, context| {
            actor.expiry_timer = None;
            actor.pump(context);
        });
        self.expiry_timer = Some((moment, timer));
    }

    fn merge(&mut self, legs: Vec<Unmerged>, context: &Context<Self>) {
        self.waiting = Waiting::Merges { left: legs.len(), merges: Vec::with_capacity(legs.len()) };
        for legs in legs {
            let batcher = self.batchers.entry(legs.account).or_insert_with(|| BatcherActor::new().start());
            batcher.do_send(MergeLegs { legs, coordinator: context.address() });
        }
    }

    fn order(&mut self, orders: Vec<(ShardId, ShardOrder)>, context: &Context<Self>) {
        if orders.is_empty() {
            self.coordinator.answered(Vec::new());
            return;
        }
        self.waiting = Waiting::Replies { left: orders.len(), replies: Vec::with_capacity(orders.len()) };
        for (shard, order) in orders {
            let coordinator = context.address();
            self.wiring.shards[usize::from(shard.0)].do_send(Obey { order, coordinator });
        }
    }

    fn write(&mut self, frame: Frame, context: &mut Context<Self>) {
        self.marked = false;
        let sections = frame.sections.into_iter().map(|section| Section {
            kind: section.kind as u16,
            owner: section.owner,
            records: section.records,
            chunks: section.chunks,
        });
        let body = Body { time_us: frame.time_us, sections: sections.collect() };
        assert!(self.leaving.is_empty(), "the answers of a frame leave before the next is written");
        self.leaving = self.group(frame.replies);
        self.drop_cold_batchers();
        let mut journal = self.journal.take().expect("a frame is sealed when the writer is there");
        if journal.is_quick(&body) {
            journal.write(frame.number, &body);
            self.take_written(frame.number, body, journal);
        } else {
            let coordinator = context.address();
            self.wiring.journal.do_send(WriteFrame { number: frame.number, body, journal, coordinator });
        }
    }

    /// A frame is durable: what rests on it leaves, and its memory serves the next ones.
    fn take_written(&mut self, number: u64, body: Body, journal: Journal) {
        self.journal = Some(journal);
        self.last_write = Instant::now();
        self.wiring.written.fetch_add(len(&body) as u64, Ordering::Relaxed);
        self.coordinator.durable(number);
        give_out(std::mem::take(&mut self.leaving));
        self.coordinator.take_back(body.sections.into_iter().flat_map(|section| section.chunks));
    }

    /// A batching actor goes when its account has cooled down.
    fn drop_cold_batchers(&mut self) {
        let coordinator = &self.coordinator;
        self.batchers.retain(|account, batcher| {
            let hot = coordinator.is_hot(*account);
            if !hot {
                batcher.do_send(Release);
            }
            hot
        });
    }

    fn group(&self, replies: Vec<(ReplyTo, Answer)>) -> Outgoing {
        let mut groups: HashMap<u64, Vec<Reply>> = HashMap::new();
        for (reply_to, answer) in replies {
            groups.entry(reply_to.session).or_default().push(Reply { tag: reply_to.tag, answer });
        }
        let sessions = &self.sessions;
        groups.into_iter().filter_map(|(id, replies)| Some((sessions.get(&id)?.clone(), replies))).collect()
    }

    /// When nothing comes for a while, an empty frame carries the durable mark.
    fn arm_mark(&mut self, context: &mut Context<Self>) {
        if self.marked || self.mark_is_due_later {
            return;
        }
        self.mark_is_due_later = true;
        context.run_later(MARK_AFTER.saturating_sub(self.last_write.elapsed()), |actor, context| {
            actor.mark_is_due_later = false;
            if actor.last_write.elapsed() >= MARK_AFTER {
                actor.write_mark();
                actor.last_write = Instant::now();
            }
            actor.pump(context);
        });
    }

    fn write_mark(&mut self) {
        let Some(journal) = &mut self.journal else { return };
        if self.marked || self.wiring.space.bytes() < self.wiring.least_space {
            return;
        }
        if let Some(number) = self.coordinator.skip_frame() {
            journal.write_mark(number);
            self.coordinator.durable(number);
            self.marked = true;
        }
    }

    /// Looks at the room in the log before anything is decided that would need it.
    fn watch_space(&mut self, context: &mut Context<Self>) {
        let room = match self.wiring.space.bytes() >= self.wiring.least_space {
            true => Room::Enough,
            false if self.wiring.space.is_disk_full() => Room::None,
            false => Room::Soon,
        };
        self.coordinator.set_room(room);
        if room != Room::Enough
            && let Some(journal) = &mut self.journal
        {
            journal.check_supply();
        }
        if room == Room::Soon && self.space_timer.is_none() {
            self.space_timer = Some(context.run_later(SPACE_AFTER, |actor, context| {
                actor.space_timer = None;
                actor.pump(context);
            }));
        }
    }

    fn begin_snapshot(&mut self, start: SnapshotStart) {
        let begun = self.snapshot.take().is_some_and(|reply| reply.send(start).is_ok());
        if !begun {
            debug!("a snapshot was given up");
        }
    }

    fn finish_stopping(&mut self) {
        if self.stopping.is_none() || !self.coordinator.is_settled() {
            return;
        }
        let Some(journal) = self.journal.take() else { return };
        let Some(stopped) = self.stopping.take() else { return };
        // The log's end carries the mark.
        self.marked = true;
        self.vital.release();
        self.wiring.shards.iter().for_each(|shard| shard.do_send(Release));
        self.batchers.values().for_each(|batcher| batcher.do_send(Release));
        let taken = stopped.send(journal);
        assert!(taken.is_ok(), "whoever stops the node waits until it is settled");
    }
}

/// Gives answers out. A session that has gone does not want them any more.
fn give_out(outgoing: Outgoing) {
    for (sender, replies) in outgoing {
        if sender.send(replies).is_err() {
            debug!("a session ended before its answers were durable");
        }
    }
}

impl Actor for CoordinatorActor {
    type Context = Context<CoordinatorActor>;
}

/// Requests, in order.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Submit(pub(crate) Vec<Request>);

impl Handler<Submit> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: Submit, context: &mut Context<Self>) {
        planted::visit("coordinator");
        message.0.into_iter().for_each(|request| self.coordinator.submit(request));
        if !self.pumps {
            self.pumps = true;
            context.notify(Pump);
        }
    }
}

/// Go on, when all that waits has been taken in: it shares a round, and a frame.
#[derive(Message)]
#[rtype(result = "()")]
struct Pump;

impl Handler<Pump> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, _: Pump, context: &mut Context<Self>) {
        self.pumps = false;
        self.pump(context);
    }
}

/// A shard has done what it was asked.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct ShardDone {
    pub(crate) shard: ShardId,
    pub(crate) reply: ShardReply,
}

impl Handler<ShardDone> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: ShardDone, context: &mut Context<Self>) {
        let Waiting::Replies { left, replies } = &mut self.waiting else {
            panic!("a shard answers what it was asked")
        };
        replies.push((message.shard, message.reply));
        if replies.len() == *left {
            let replies = std::mem::take(replies);
            self.waiting = Waiting::Nothing;
            self.coordinator.answered(replies);
            self.pump(context);
        }
    }
}

/// A batching actor has merged its legs.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Merged(pub(crate) Merge);

impl Handler<Merged> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: Merged, context: &mut Context<Self>) {
        let Waiting::Merges { left, merges } = &mut self.waiting else {
            panic!("a batching actor answers what it was given")
        };
        merges.push(message.0);
        if merges.len() == *left {
            let merges = std::mem::take(merges);
            self.waiting = Waiting::Nothing;
            let orders = self.coordinator.merged(merges);
            self.order(orders, context);
            self.pump(context);
        }
    }
}

/// A frame is durable.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Synced {
    pub(crate) number: u64,
    pub(crate) body: Body,
    pub(crate) journal: Journal,
}

impl Handler<Synced> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: Synced, context: &mut Context<Self>) {
        let Synced { number, body, journal } = message;
        self.take_written(number, body, journal);
        self.pump(context);
    }
}

/// A snapshot is to begin, at the next frame boundary.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct TakeSnapshot(pub(crate) Sender<SnapshotStart>);

impl Handler<TakeSnapshot> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: TakeSnapshot, context: &mut Context<Self>) {
        // With the node about to stop the sender is dropped, and the snapshotter sees that.
        if self.stopping.is_none() {
            self.snapshot = Some(message.0);
            self.coordinator.ask_snapshot();
            self.pump(context);
        }
    }
}

/// A slice of the accounts, for a snapshot.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct AccountSlice {
    /// Their places.
    pub(crate) accounts: Range<usize>,
    pub(crate) reply: Sender<Vec<u8>>,
}

impl Handler<AccountSlice> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: AccountSlice, _: &mut Context<Self>) {
        let mut slice = Vec::new();
        self.coordinator.registry().write_accounts(message.accounts, &mut slice);
        if message.reply.send(slice).is_err() {
            debug!("a snapshot was given up");
        }
    }
}

/// A session begins.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct OpenSession {
    pub(crate) id: u64,
    pub(crate) sender: ReplySender,
}

impl Handler<OpenSession> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: OpenSession, _: &mut Context<Self>) {
        self.sessions.insert(message.id, message.sender);
    }
}

/// A session ends.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct CloseSession(pub(crate) u64);

impl Handler<CloseSession> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: CloseSession, _: &mut Context<Self>) {
        self.sessions.remove(&message.0);
    }
}

/// Refuse new requests, finish and make durable what was taken in, then give the log's writer up.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Stop(pub(crate) oneshot::Sender<Journal>);

impl Handler<Stop> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: Stop, context: &mut Context<Self>) {
        self.coordinator.stop();
        self.stopping = Some(message.0);
        self.pump(context);
    }
}
