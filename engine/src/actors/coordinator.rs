//! The actor of the coordinator: takes requests in, carries each step to those who do it, gives answers out.

mod ids;

use std::collections::HashMap;
use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::fut::wrap_future;
use actix::{
    Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, MailboxError, Message, SpawnHandle,
};
use crossbeam::channel::Sender;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tracing::debug;

use super::shard::Release;
use super::synced::Synced;
use super::{ArchiverTasks, BatcherActor, IdTableMaker, MergeLegs, Obey, ShardActor};
use crate::abort_on_drop::{AbortOnDrop, die};
use crate::alone::Alone;
use crate::clock::NodeClock;
use crate::ledger::{
    AccountId, Acting, Merge, Request, ShardId, ShardOrder, ShardReply, SnapshotStart, Unmerged,
};
use crate::meters::{Meter, Meters};
use crate::pipeline::{Pipeline, Task};
use crate::planted_panics;
use crate::reply::ReplySender;

/// How long after the last frame an empty one carries the durable mark, if nothing else comes.
const MARK_AFTER: Duration = Duration::from_millis(50);

/// How often the room in the log is checked while a segment is being made.
const SPACE_AFTER: Duration = Duration::from_millis(1);

/// When sessions hand over so much between two looks of the runtime at the sockets, it stopped short of what lay ready: it
/// looks at them again after 61 tasks.
const FULL_LOOK: usize = 32;

/// At most 16 polls of the sockets before a round, however much a client sends.
const MOST_LOOKS: usize = 16;

/// No timer waits longer: the clock may be set in between.
const MAX_WAIT_US: i64 = 1_000_000;

/// The other actors, and what the coordinator watches.
pub(crate) struct Wiring {
    pub(crate) shards: Vec<Addr<ShardActor>>,
    /// Makes tables of known ids.
    pub(crate) tables: IdTableMaker,
    /// Writes known ids out of memory.
    pub(crate) archiver: ArchiverTasks,
    pub(crate) meters: Arc<Meters>,
}

/// Carries the coordinator's messages.
pub(crate) struct CoordinatorActor {
    pipeline: Pipeline<Alone>,
    clock: NodeClock,
    wiring: Wiring,
    batchers: HashMap<AccountId, Addr<BatcherActor>>,
    /// Whether memory for ids is being made ready.
    awaits_id_memory: bool,
    /// Whether it goes on soon anyway.
    pumps: bool,
    /// How often sessions handed something over since it last let them go first.
    handed_over: usize,
    /// Whether the last frame was written on this thread.
    writes_here: bool,
    mark_is_due_later: bool,
    space_timer: Option<SpawnHandle>,
    /// The moment that is waited for, in microseconds since 1970.
    expiry_timer: Option<(i64, SpawnHandle)>,
    stopping: Option<oneshot::Sender<Alone>>,
    /// The journal, when everything is decided and durable before the end.
    at_rest: Option<Alone>,
    /// How many actors were released and have not taken notice yet.
    leaving: usize,
    vital: AbortOnDrop,
}

impl CoordinatorActor {
    pub(crate) fn new(pipeline: Pipeline<Alone>, wiring: Wiring, clock: NodeClock) -> CoordinatorActor {
        CoordinatorActor {
            pipeline,
            clock,
            wiring,
            batchers: HashMap::new(),
            awaits_id_memory: false,
            pumps: false,
            handed_over: 0,
            writes_here: false,
            mark_is_due_later: false,
            space_timer: None,
            expiry_timer: None,
            stopping: None,
            at_rest: None,
            leaving: 0,
            vital: AbortOnDrop::new("the coordinator"),
        }
    }

    /// Goes on when all that waits has been taken in: it shares a round, and a frame. Where frames are written on this
    /// thread, sessions whose sockets have something to read by now go first: nobody is read while a frame is written, and
    /// whoever is read after it would wait for a frame more. Where the journal's thread writes, they are read meanwhile.
    fn pump_soon(&mut self, context: &mut Context<Self>) {
        if !self.pumps {
            self.pumps = true;
            self.look_first(if self.writes_here { MOST_LOOKS } else { 0 }, context);
        }
    }

    /// Goes on after so many looks at the sockets, fewer when one brings little.
    fn look_first(&mut self, looks: usize, context: &mut Context<Self>) {
        self.handed_over = 0;
        let sockets_first = async move {
            if looks > 0 {
                // The runtime wakes who yielded when it has looked at the sockets and woken those that wait for them.
                yield_now().await;
            }
        };
        context.spawn(wrap_future::<_, Self>(sockets_first).map(move |(), actor, context| {
            if looks > 1 && actor.handed_over >= FULL_LOOK {
                return actor.look_first(looks - 1, context);
            }
            actor.pumps = false;
            actor.pump(context);
        }));
    }

    /// Does one step after the other until one has to be waited for.
    fn pump(&mut self, context: &mut Context<Self>) {
        loop {
            let task = self.pipeline.next(self.clock.now_us());
            match task.unwrap_or_else(|error| die(&error.to_string())) {
                Task::Merge(legs) => self.merge(legs, context),
                Task::Order(orders) => self.order(orders, context),
                Task::Sealed => self.note_sealed(context),
                Task::Idle => break,
            }
        }
        self.tend_ids(context);
        self.arm_space(context);
        self.arm_expiry(context);
        self.arm_mark(context);
        self.finish_stopping(context);
    }

    /// A hold may expire before anything else comes.
    fn arm_expiry(&mut self, context: &mut Context<Self>) {
        let next = self.pipeline.coordinator().next_expiry();
        let Some(moment) = next.filter(|_| self.stopping.is_none()) else { return };
        if self.expiry_timer.is_some_and(|(armed, _)| armed <= moment) {
            return;
        }
        if let Some((_, timer)) = self.expiry_timer.take() {
            context.cancel_future(timer);
        }
        let wait =
            u64::try_from((moment - self.clock.now_us()).clamp(1_000, MAX_WAIT_US)).expect("it was clamped");
        let timer = context.run_later(Duration::from_micros(wait), |actor, context| {
            actor.expiry_timer = None;
            actor.pump(context);
        });
        self.expiry_timer = Some((moment, timer));
    }

    fn merge(&mut self, legs: Vec<Unmerged>, context: &Context<Self>) {
        for legs in legs {
            let start = || BatcherActor::new(Arc::clone(&self.wiring.meters)).start();
            let batcher = self.batchers.entry(legs.account).or_insert_with(start);
            batcher.do_send(MergeLegs { legs, coordinator: context.address() });
        }
    }

    fn order(&mut self, orders: Vec<(ShardId, ShardOrder)>, context: &Context<Self>) {
        for (shard, order) in orders {
            let coordinator = context.address();
            self.wiring.shards[usize::from(shard.0)].do_send(Obey { order, coordinator });
        }
    }

    fn note_sealed(&mut self, context: &mut Context<Self>) {
        // Where the journal takes the next frame at once, this one was written on this thread.
        self.writes_here = self.pipeline.may_seal();
        self.drop_cold_batchers(context);
    }

    /// A batching actor goes when its account has cooled down.
    fn drop_cold_batchers(&mut self, context: &mut Context<Self>) {
        let coordinator = self.pipeline.coordinator();
        let cold: Vec<_> = self.batchers.extract_if(|account, _| !coordinator.is_hot(*account)).collect();
        cold.into_iter().for_each(|(_, batcher)| self.let_go(batcher.send(Release), context));
    }

    /// Counts an actor among those that are leaving until it has taken notice that it is released. The runtime ends with
    /// whatever some of its tasks have not read yet.
    fn let_go(
        &mut self,
        released: impl Future<Output = Result<(), MailboxError>> + 'static,
        context: &mut Context<Self>,
    ) {
        self.leaving += 1;
        context.spawn(wrap_future::<_, Self>(released).map(|released, actor, context| {
            released.expect("an actor lives until it is released");
            actor.leaving -= 1;
            actor.finish_stopping(context);
        }));
    }

    /// When nothing comes for a while, an empty frame carries the durable mark.
    fn arm_mark(&mut self, context: &mut Context<Self>) {
        if !self.pipeline.wants_mark() || self.mark_is_due_later {
            return;
        }
        self.mark_is_due_later = true;
        context.run_later(MARK_AFTER.saturating_sub(self.pipeline.since_write()), |actor, context| {
            actor.mark_is_due_later = false;
            if actor.pipeline.since_write() >= MARK_AFTER {
                actor.pipeline.write_mark().unwrap_or_else(|error| die(&error.to_string()));
            }
            actor.pump(context);
        });
    }

    /// Looks at the room in the log again soon, while a segment is being made.
    fn arm_space(&mut self, context: &mut Context<Self>) {
        if self.pipeline.waits_for_space() && self.space_timer.is_none() {
            self.space_timer = Some(context.run_later(SPACE_AFTER, |actor, context| {
                actor.space_timer = None;
                actor.pump(context);
            }));
        }
    }

    /// Lets all others go when everything is decided and durable, and gives the journal up when they know.
    fn finish_stopping(&mut self, context: &mut Context<Self>) {
        if self.stopping.is_none() {
            return;
        }
        if self.at_rest.is_none() {
            self.at_rest = self.pipeline.take_journal();
            if self.at_rest.is_some() {
                self.wiring.shards.clone().iter().for_each(|shard| self.let_go(shard.send(Release), context));
                let batchers = std::mem::take(&mut self.batchers);
                batchers.values().for_each(|batcher| self.let_go(batcher.send(Release), context));
            }
        }
        if self.leaving > 0 {
            return;
        }
        let Some(journal) = self.at_rest.take() else { return };
        let Some(stopped) = self.stopping.take() else { return };
        self.vital.release();
        let taken = stopped.send(journal);
        assert!(taken.is_ok(), "whoever stops the node waits until it is settled");
    }
}

impl Actor for CoordinatorActor {
    type Context = Context<CoordinatorActor>;
}

/// Requests, in order.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Submit {
    pub(crate) requests: Vec<Request>,
    /// Who acts for their client.
    pub(crate) acting: Option<Arc<Acting>>,
    /// When the session handed them over.
    pub(crate) sent: Instant,
}

impl Handler<Submit> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: Submit, context: &mut Context<Self>) {
        planted_panics::visit("coordinator");
        self.handed_over += 1;
        self.pipeline.arrive(message.sent);
        let acting = message.acting.as_ref();
        message.requests.into_iter().for_each(|request| self.pipeline.submit(request, acting));
        self.pump_soon(context);
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
        if self.pipeline.shard_done(message.shard, message.reply) {
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
        if let Some(Task::Order(orders)) = self.pipeline.merged(message.0) {
            self.order(orders, context);
        }
    }
}

impl Handler<Synced> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: Synced, context: &mut Context<Self>) {
        self.wiring.meters.note_since(Meter::FromJournal, message.0);
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
            self.pipeline.ask_snapshot(message.0);
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
        self.pipeline.coordinator().catalog().write_accounts(message.accounts, &mut slice);
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
        self.pipeline.open_session(message.id, message.sender);
    }
}

/// A session ends.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct CloseSession(pub(crate) u64);

impl Handler<CloseSession> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: CloseSession, _: &mut Context<Self>) {
        self.pipeline.close_session(message.0);
    }
}

/// Refuse new requests, finish and make durable what was taken in, then give the journal up.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Stop(pub(crate) oneshot::Sender<Alone>);

impl Handler<Stop> for CoordinatorActor {
    type Result = ();

    fn handle(&mut self, message: Stop, context: &mut Context<Self>) {
        self.pipeline.stop();
        self.stopping = Some(message.0);
        self.pump(context);
    }
}
