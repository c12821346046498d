//! The coordinator's shell without its actor: what is asked of whom, what is waited for, when a frame is written, and
//! which answers leave when. Whoever drives it carries the messages: the actor, or the simulation.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam::channel::Sender;
use foldhash::fast::FixedState;
use longmen_wal::{Body, SpaceGauge};
use tracing::{debug, warn};

use crate::frame_writer::{body_of, len};
use crate::journal::{Journal, JournalError, Ticket, Told};
use crate::ledger::{
    Acting, Answer, Coordinator, Frame, Merge, ReplyTo, Request, Room, ShardId, ShardOrder, ShardReply,
    SnapshotStart, Step, Unmerged,
};
use crate::meters::{Meter, Meters};
use crate::reply::{Replies, Reply, ReplySender};
use crate::round_clock::RoundClock;

/// Answers, grouped by the session they go to.
type Outgoing = Vec<(ReplySender, Vec<Reply>)>;

/// What is waited for before the step under way is done.
enum Waiting {
    Nothing,
    Merges { left: usize, merges: Vec<Merge> },
    Replies { left: usize, replies: Vec<(ShardId, ShardReply)> },
}

/// What others are to do.
pub(crate) enum Task {
    /// Merge these legs, one batching actor each; each merge goes to [`Pipeline::merged`].
    Merge(Vec<Unmerged>),
    /// Obey these orders, one shard each; each answer goes to [`Pipeline::shard_done`].
    Order(Vec<(ShardId, ShardOrder)>),
    /// Nothing: a frame was sealed, and the journal has it.
    Sealed,
    /// Nothing, until something arrives.
    Idle,
}

/// The way of a request through the node.
pub(crate) struct Pipeline<J> {
    coordinator: Coordinator,
    /// By numbers that the node gave out itself.
    sessions: HashMap<u64, ReplySender, FixedState>,
    waiting: Waiting,
    /// Until it is given up at the end.
    journal: Option<J>,
    /// The answers that leave with each frame that is not committed yet, oldest first.
    leaving: VecDeque<(u64, Outgoing)>,
    /// Answers without content, oldest first: all that they rest on is durable, that the node still leads is not confirmed.
    unconfirmed: VecDeque<(Ticket, Outgoing)>,
    /// When a frame was last committed, or a mark tried.
    last_write: Instant,
    /// Whether the log carries the durable mark up to its last frame.
    marked: bool,
    space: SpaceGauge,
    /// With less room than this in the log, no further round begins.
    least_space: u64,
    room: Room,
    /// Counts the bytes of records in the log.
    written: Arc<AtomicU64>,
    snapshot: Option<Sender<SnapshotStart>>,
    clock: RoundClock,
    meters: Arc<Meters>,
}

impl<J: Journal> Pipeline<J> {
    pub(crate) fn new(
        coordinator: Coordinator,
        journal: J,
        least_space: u64,
        written: Arc<AtomicU64>,
        meters: Arc<Meters>,
    ) -> Pipeline<J> {
        Pipeline {
            coordinator,
            sessions: HashMap::default(),
            waiting: Waiting::Nothing,
            space: journal.space(),
            journal: Some(journal),
            leaving: VecDeque::new(),
            unconfirmed: VecDeque::new(),
            last_write: Instant::now(),
            marked: true,
            least_space,
            room: Room::Enough,
            written,
            snapshot: None,
            clock: RoundClock::new(Arc::clone(&meters)),
            meters,
        }
    }

    /// What a session handed over at `sent` has come.
    pub(crate) fn arrive(&mut self, sent: Instant) {
        self.clock.arrive(sent);
    }

    /// Takes in a request, with who acts for its client.
    pub(crate) fn submit(&mut self, request: Request, acting: Option<&Arc<Acting>>) {
        self.coordinator.submit(request, acting);
    }

    /// Goes on until something has to be done elsewhere, or nothing is to be done. Not while a task is under way.
    ///
    /// # Errors
    /// [`JournalError`], after which the node must end.
    pub(crate) fn next(&mut self, now_us: i64) -> Result<Task, JournalError> {
        self.listen();
        while matches!(self.waiting, Waiting::Nothing) {
            self.watch_space();
            let begun = Instant::now();
            let step = self.coordinator.next(now_us, self.may_seal());
            self.meters.note_since(Meter::Decide, begun);
            match step {
                Step::Merge(legs) => {
                    self.waiting =
                        Waiting::Merges { left: legs.len(), merges: Vec::with_capacity(legs.len()) };
                    return Ok(Task::Merge(legs));
                }
                Step::Shards(orders) if orders.is_empty() => self.coordinator.answered(Vec::new()),
                Step::Shards(orders) => return Ok(self.order(orders)),
                Step::Seal(frame) => return self.seal(frame).map(|()| Task::Sealed),
                Step::Release(replies) => self.release(replies),
                Step::Snapshot(start) => self.begin_snapshot(start),
                Step::Idle => break,
            }
        }
        Ok(Task::Idle)
    }

    fn order(&mut self, orders: Vec<(ShardId, ShardOrder)>) -> Task {
        self.clock.order();
        self.waiting = Waiting::Replies { left: orders.len(), replies: Vec::with_capacity(orders.len()) };
        Task::Order(orders)
    }

    /// A shard has done what it was asked. True when all have: then there is more to do.
    ///
    /// # Panics
    /// If it was not asked.
    pub(crate) fn shard_done(&mut self, shard: ShardId, reply: ShardReply) -> bool {
        let Waiting::Replies { left, replies } = &mut self.waiting else {
            panic!("a shard answers what it was asked")
        };
        replies.push((shard, reply));
        let done = replies.len() == *left;
        if done {
            let replies = std::mem::take(replies);
            self.waiting = Waiting::Nothing;
            self.clock.replied();
            let Self { coordinator, meters, .. } = self;
            meters.time(Meter::Book, || coordinator.answered(replies));
        }
        done
    }

    /// A batching actor has merged its legs. When all have: what is to be done with the merges.
    ///
    /// # Panics
    /// If it was not asked.
    pub(crate) fn merged(&mut self, merge: Merge) -> Option<Task> {
        let Waiting::Merges { left, merges } = &mut self.waiting else {
            panic!("a batching actor answers what it was given")
        };
        merges.push(merge);
        if merges.len() < *left {
            return None;
        }
        let merges = std::mem::take(merges);
        self.waiting = Waiting::Nothing;
        let orders = self.coordinator.merged(merges);
        assert!(!orders.is_empty(), "what was merged is posted");
        Some(self.order(orders))
    }

    fn seal(&mut self, frame: Frame) -> Result<(), JournalError> {
        self.marked = false;
        let body = body_of(frame.time_us, frame.sections);
        self.clock.seal(len(&body));
        self.hold_back(frame.number, frame.replies);
        let journal = self.journal.as_mut().expect(NOT_GIVEN_UP);
        journal.seal(frame.number, body)
    }

    /// Keeps the answers of a frame until it is durable.
    fn hold_back(&mut self, frame: u64, replies: Vec<(ReplyTo, Answer)>) {
        let leaving = self.group(replies);
        self.leaving.push_back((frame, leaving));
        fail_point!("ReplyBeforeSync", |_| give_out_up_to(&mut self.leaving, &frame));
    }

    /// Answers without content go out when it is confirmed that this node still leads.
    fn release(&mut self, replies: Vec<(ReplyTo, Answer)>) {
        self.clock.release();
        let outgoing = self.group(replies);
        // What comes after the end is refused, also where another node leads.
        let Some(journal) = &mut self.journal else { return give_out(outgoing) };
        self.unconfirmed.push_back((journal.confirm(), outgoing));
        self.listen();
    }

    /// Hears what the journal has to tell.
    pub(crate) fn listen(&mut self) {
        while let Some(told) = self.journal.as_mut().and_then(J::poll) {
            match told {
                Told::Committed { upto, returned } => self.committed(upto, returned),
                Told::Confirmed(ticket) => give_out_up_to(&mut self.unconfirmed, &ticket),
            }
        }
    }

    /// Frames are committed: what rests on them leaves, and their memory serves the next ones.
    fn committed(&mut self, upto: u64, returned: Vec<Body>) {
        let committed = Instant::now();
        self.last_write = committed;
        let bytes: usize = returned.iter().map(len).sum();
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        self.coordinator.durable(upto);
        give_out_up_to(&mut self.leaving, &upto);
        let sections = returned.into_iter().flat_map(|body| body.sections);
        self.coordinator.take_back(sections.flat_map(|section| section.chunks));
        self.meters.note_since(Meter::Settle, committed);
    }

    fn group(&self, replies: Vec<(ReplyTo, Answer)>) -> Outgoing {
        let mut groups: HashMap<u64, Vec<Reply>, FixedState> = HashMap::default();
        for (reply_to, answer) in replies {
            groups.entry(reply_to.session).or_default().push(Reply { tag: reply_to.tag, answer });
        }
        let sessions = &self.sessions;
        groups.into_iter().filter_map(|(id, replies)| Some((sessions.get(&id)?.clone(), replies))).collect()
    }

    /// Writes an empty frame that carries the durable mark, if the log does not carry it and nothing is under way.
    ///
    /// # Errors
    /// [`JournalError`], after which the node must end.
    pub(crate) fn write_mark(&mut self) -> Result<(), JournalError> {
        self.last_write = Instant::now();
        let Some(journal) = self.journal.as_mut().filter(|journal| journal.may_seal()) else { return Ok(()) };
        if self.marked || self.space.bytes() < self.least_space {
            return Ok(());
        }
        if let Some(number) = self.coordinator.skip_frame() {
            journal.seal_idle(number)?;
            self.marked = true;
            self.listen();
        }
        Ok(())
    }

    /// Whether an empty frame should carry the durable mark when nothing else comes.
    pub(crate) fn wants_mark(&self) -> bool {
        self.may_seal() && !self.marked
    }

    /// How long ago a frame was last committed, or a mark tried.
    pub(crate) fn since_write(&self) -> Duration {
        self.last_write.elapsed()
    }

    /// Whether the journal takes another frame now.
    pub(crate) fn may_seal(&self) -> bool {
        self.journal.as_ref().is_some_and(J::may_seal)
    }

    /// Whether no further segment will ever be made.
    fn makes_no_more_room(&self) -> bool {
        fail_point!("WaitsForever", |_| false);
        self.space.is_failed()
    }

    /// Looks at the room in the log before anything is decided that would need it. Where no further segment will ever be
    /// made, work goes on until a frame needs one: that ends the node, with the cause. To wait would be to hang.
    fn watch_space(&mut self) {
        let room = match self.space.bytes() >= self.least_space || self.makes_no_more_room() {
            true => Room::Enough,
            false if self.space.is_disk_full() => Room::None,
            false => Room::Soon,
        };
        if room == Room::None && self.room != Room::None {
            warn!("out of disk: what would write is refused as out_of_disk until there is room");
        }
        if room != Room::None && self.room == Room::None {
            warn!("there is room on the disk again");
        }
        self.room = room;
        self.coordinator.set_room(self.room);
    }

    /// Whether it waits for a segment that is being made.
    pub(crate) fn waits_for_space(&self) -> bool {
        self.room == Room::Soon
    }

    /// Asks for a snapshot, which begins at the next frame boundary.
    pub(crate) fn ask_snapshot(&mut self, begun: Sender<SnapshotStart>) {
        self.snapshot = Some(begun);
        self.coordinator.ask_snapshot();
    }

    fn begin_snapshot(&mut self, start: SnapshotStart) {
        let begun = self.snapshot.take().is_some_and(|reply| reply.send(start).is_ok());
        if !begun {
            debug!("a snapshot was given up");
        }
    }

    /// A session begins: its answers go there.
    pub(crate) fn open_session(&mut self, id: u64, sender: ReplySender) {
        self.sessions.insert(id, sender);
    }

    /// A session ends; answers under way to it are dropped.
    pub(crate) fn close_session(&mut self, id: u64) {
        self.sessions.remove(&id);
    }

    /// From now on requests are refused. What was taken in before is done.
    pub(crate) fn stop(&mut self) {
        self.coordinator.stop();
    }

    /// The journal, when everything taken in is decided, durable and answered. The log's end will carry the mark.
    pub(crate) fn take_journal(&mut self) -> Option<J> {
        if !self.coordinator.is_settled() || !self.unconfirmed.is_empty() || !self.may_seal() {
            return None;
        }
        self.marked = true;
        self.journal.take()
    }

    /// The coordinator, for what is asked of it beside the stream of requests.
    pub(crate) fn coordinator(&self) -> &Coordinator {
        &self.coordinator
    }

    /// The same, to be told what was made ahead of need.
    pub(crate) fn coordinator_mut(&mut self) -> &mut Coordinator {
        &mut self.coordinator
    }

    /// The journal, which the simulation drives itself.
    #[cfg(feature = "simulation")]
    pub(crate) fn journal(&self) -> &J {
        self.journal.as_ref().expect(NOT_GIVEN_UP)
    }

    /// The same, for its next step.
    #[cfg(feature = "simulation")]
    pub(crate) fn journal_mut(&mut self) -> &mut J {
        self.journal.as_mut().expect(NOT_GIVEN_UP)
    }
}

/// Why there is a journal.
const NOT_GIVEN_UP: &str = "the journal is given up when nothing is left to do";

/// Gives out the answers that wait for this mark, or for one before it.
fn give_out_up_to<M: PartialOrd>(waiting: &mut VecDeque<(M, Outgoing)>, mark: &M) {
    while let Some((_, outgoing)) = waiting.pop_front_if(|(waits_for, _)| *waits_for <= *mark) {
        give_out(outgoing);
    }
}

/// Gives answers out. A session that has gone does not want them any more.
fn give_out(outgoing: Outgoing) {
    let made = Instant::now();
    for (sender, replies) in outgoing {
        if sender.send(Replies { made, replies }).is_err() {
            debug!("a session ended before its answers were durable");
        }
    }
}

#[cfg(test)]
mod tests;
