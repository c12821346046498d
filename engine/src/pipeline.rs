//! The coordinator's shell without its actor: what is asked of whom, what is waited for, when a frame is written, and
//! which answers leave when. Whoever drives it carries the messages: the actor, or the simulation.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::Instant;

use foldhash::fast::FixedState;
use longmen_wal::{Body, SpaceGauge};
use tracing::{debug, warn};

use crate::journal::{Journal, JournalError, body_of, len};
use crate::ledger::{
    Answer, Coordinator, Frame, Merge, ReplyTo, Request, Room, ShardId, ShardOrder, ShardReply,
    SnapshotStart, Step, Unmerged,
};
use crate::meters::{Meter, Meters};
use crate::round_clock::RoundClock;
use crate::session::{Replies, Reply, ReplySender};

/// Answers, grouped by the session they go to.
type Outgoing = Vec<(ReplySender, Vec<Reply>)>;

/// What is waited for before the step under way is done.
enum Waiting {
    Nothing,
    Merges { left: usize, merges: Vec<Merge> },
    Replies { left: usize, replies: Vec<(ShardId, ShardReply)> },
}

/// What others are to do.
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made, once a frame")]
pub(crate) enum Task {
    /// Merge these legs, one batching actor each; each merge goes to [`Pipeline::merged`].
    Merge(Vec<Unmerged>),
    /// Obey these orders, one shard each; each answer goes to [`Pipeline::shard_done`].
    Order(Vec<(ShardId, ShardOrder)>),
    /// Write this frame; it goes to [`Pipeline::written`].
    Write(Sealed),
    /// Nothing, until something arrives.
    Idle,
}

/// A frame on its way to the disk, with the log's writer.
pub(crate) struct Sealed {
    pub(crate) number: u64,
    pub(crate) body: Body,
    pub(crate) journal: Journal,
}

impl Sealed {
    /// Whether it is better written where it was sealed.
    pub(crate) fn is_quick(&self) -> bool {
        self.journal.is_quick(&self.body)
    }

    /// Writes it and makes it durable.
    pub(crate) fn write(&mut self) -> Result<(), JournalError> {
        self.journal.write(self.number, &self.body)
    }
}

/// The way of a request through the node.
pub(crate) struct Pipeline {
    coordinator: Coordinator,
    /// By numbers that the node gave out itself.
    sessions: HashMap<u64, ReplySender, FixedState>,
    waiting: Waiting,
    /// The log's writer, when it is not away with a frame.
    journal: Option<Journal>,
    /// The answers that leave with the frame that is being written.
    leaving: Outgoing,
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

impl Pipeline {
    pub(crate) fn new(
        coordinator: Coordinator,
        journal: Journal,
        least_space: u64,
        written: Arc<AtomicU64>,
        meters: Arc<Meters>,
    ) -> Pipeline {
        Pipeline {
            coordinator,
            sessions: HashMap::default(),
            waiting: Waiting::Nothing,
            space: journal.space(),
            journal: Some(journal),
            leaving: Vec::new(),
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

    /// Takes in a request.
    pub(crate) fn submit(&mut self, request: Request) {
        self.coordinator.submit(request);
    }

    /// Goes on until something has to be done elsewhere, or nothing is to be done. Not while a task is under way.
    pub(crate) fn next(&mut self, now_us: i64) -> Task {
        while matches!(self.waiting, Waiting::Nothing) {
            self.watch_space();
            let begun = Instant::now();
            let step = self.coordinator.next(now_us, self.journal.is_some());
            self.meters.note_since(Meter::Decide, begun);
            match step {
                Step::Merge(legs) => {
                    self.waiting =
                        Waiting::Merges { left: legs.len(), merges: Vec::with_capacity(legs.len()) };
                    return Task::Merge(legs);
                }
                Step::Shards(orders) if orders.is_empty() => self.coordinator.answered(Vec::new()),
                Step::Shards(orders) => return self.order(orders),
                Step::Seal(frame) => return Task::Write(self.seal(frame)),
                Step::Release(replies) => {
                    self.clock.release();
                    let outgoing = self.group(replies);
                    give_out(outgoing);
                }
                Step::Snapshot(start) => self.begin_snapshot(start),
                Step::Idle => break,
            }
        }
        Task::Idle
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

    fn seal(&mut self, frame: Frame) -> Sealed {
        self.marked = false;
        let body = body_of(frame.time_us, frame.sections);
        self.clock.seal(len(&body));
        assert!(self.leaving.is_empty(), "the answers of a frame leave before the next is written");
        self.leaving = self.group(frame.replies);
        #[cfg(feature = "planted-bugs")]
        if crate::planted::is(crate::planted::Bug::ReplyBeforeSync) {
            give_out(std::mem::take(&mut self.leaving));
        }
        let journal = self.journal.take().expect("a frame is sealed when the writer is there");
        Sealed { number: frame.number, body, journal }
    }

    /// A frame is durable: what rests on it leaves, and its memory serves the next ones.
    pub(crate) fn written(&mut self, frame: Sealed) {
        let Sealed { number, body, journal } = frame;
        self.journal = Some(journal);
        self.written.fetch_add(len(&body) as u64, Ordering::Relaxed);
        self.coordinator.durable(number);
        give_out(std::mem::take(&mut self.leaving));
        self.coordinator.take_back(body.sections.into_iter().flat_map(|section| section.chunks));
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
        let Some(journal) = &mut self.journal else { return Ok(()) };
        if self.marked || self.space.bytes() < self.least_space {
            return Ok(());
        }
        if let Some(number) = self.coordinator.skip_frame() {
            journal.write_mark(number)?;
            self.coordinator.durable(number);
            self.marked = true;
        }
        Ok(())
    }

    /// Whether an empty frame should carry the durable mark when nothing else comes.
    pub(crate) fn wants_mark(&self) -> bool {
        self.journal.is_some() && !self.marked
    }

    /// Looks at the room in the log before anything is decided that would need it. Where no further segment will ever be
    /// made, work goes on until a frame needs one: that ends the node, with the cause. To wait would be to hang.
    fn watch_space(&mut self) {
        let fails = self.space.is_failed();
        #[cfg(feature = "planted-bugs")]
        let fails = fails && !crate::planted::is(crate::planted::Bug::WaitsForever);
        let room = match self.space.bytes() >= self.least_space || fails {
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

    /// The log's writer, when everything taken in is decided and durable. Its end will carry the mark.
    pub(crate) fn take_journal(&mut self) -> Option<Journal> {
        if !self.coordinator.is_settled() {
            return None;
        }
        let journal = self.journal.take()?;
        self.marked = true;
        Some(journal)
    }

    /// The coordinator, for what is asked of it beside the stream of requests.
    pub(crate) fn coordinator(&self) -> &Coordinator {
        &self.coordinator
    }

    /// The same, to be told what was made ahead of need.
    pub(crate) fn coordinator_mut(&mut self) -> &mut Coordinator {
        &mut self.coordinator
    }

    /// Tries again to make a segment, where no thread does so.
    #[cfg(feature = "simulation")]
    pub(crate) fn tend(&mut self) -> Result<(), longmen_wal::AppendError> {
        self.journal.as_mut().map_or(Ok(()), Journal::tend)
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
