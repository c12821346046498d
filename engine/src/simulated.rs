//! A node without actors, threads and clock of its own, for the simulation: the same pipeline, journal, snapshots and
//! recovery, with every hand-over between them a step that its driver takes when it likes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crossbeam::channel::{Receiver, unbounded};
use longmen_wal::{AppendError, CloseError, LogOptions, LogReader, NodeId, NonceSource, Storage};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::actors::TableShelf;
use crate::clock::{StartClock, Trust};
use crate::frame_writer::FrameWriter;
use crate::history::History;
use crate::id_archive::IdArchive;
use crate::journal::JournalError;
use crate::ledger::{
    Acting, ArchivedIds, ClientId, Command, IdMemory, LedgerSettings, Merge, ReplyTo, Request, SealedIds,
    Shard, ShardId, ShardOrder, ShardReply, SnapshotStart, Unmerged,
};
use crate::meters::Meters;
use crate::pipeline::{Pipeline, Task};
use crate::recovery::{self, Start};
use crate::reply::Replies;
use crate::snapshot_job::{RowImages, SnapshotJob, SnapshotStep};
use crate::starting::{StartError, StartReport};
use crate::stepped_journal::SteppedJournal;

/// How a simulated node is set up.
#[derive(Clone, Debug)]
pub struct SimulatedOptions {
    /// The coordinator's settings.
    pub settings: LedgerSettings,
    /// How the log is written. Segments are made inline: `segments_ahead` is 0.
    pub log: LogOptions,
    /// With less room than this in the log, no further round begins.
    pub least_space: u64,
    /// Rows and accounts of one slice of a snapshot.
    pub slice: usize,
}

/// What is on its way between the coordinator and the others.
enum Message {
    Order(ShardId, ShardOrder),
    Done(ShardId, ShardReply),
    Legs(Unmerged),
    Merge(Merge),
}

/// What a message that was delivered was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// An order to a shard, which obeyed.
    Order(u16),
    /// A shard's answer to the coordinator.
    Done(u16),
    /// Legs to a batching actor, which merged them.
    Legs(u64),
    /// A merge to the coordinator.
    Merge(u64),
}

/// What the next step of a snapshot looks at, see [`SimulatedNode::snapshot_step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextSlice {
    /// It was asked for and has not begun: the coordinator has not come to the end of a frame.
    NotBegun,
    /// Accounts.
    Accounts,
    /// Rows of a shard.
    Rows(u16),
    /// Nothing more: it is published when the log is durable as far as its rows have seen, which it is or is not.
    Publish(bool),
}

/// A node whose every step is taken from outside.
pub struct SimulatedNode {
    storage: Arc<dyn Storage>,
    reader: LogReader,
    node: NodeId,
    pipeline: Pipeline<SteppedJournal>,
    shards: Vec<Shard>,
    messages: Vec<Message>,
    /// Memory for ids that is being made ready.
    id_memory: Option<IdMemory>,
    shelf: TableShelf,
    archive: IdArchive,
    /// Ids that are to be archived.
    sealed: Option<SealedIds>,
    /// What became of them, on its way to the coordinator.
    archived: Option<Option<ArchivedIds>>,
    /// A snapshot that was asked for and has not begun.
    starting: Option<Receiver<SnapshotStart>>,
    taking: Option<SnapshotJob>,
    slice: usize,
    sessions: u64,
}

impl SimulatedNode {
    /// Recovers the books from the log in `storage`, by what [`Node::start`](crate::Node::start) does.
    ///
    /// # Errors
    /// [`StartError`]; nothing acknowledged was changed.
    pub fn start(
        storage: Arc<dyn Storage>,
        options: &SimulatedOptions,
        nonces: NonceSource,
        now_us: i64,
    ) -> Result<(SimulatedNode, StartReport), StartError> {
        let clock = StartClock { now_us, trust: Trust::Simulated };
        let started = recovery::start(&storage, options.log, &options.settings, nonces, clock)?;
        let Start { writer, reader, rebuilt, report } = started;
        let (coordinator, shards) = rebuilt.go_on(options.settings.clone());
        let written = Arc::new(AtomicU64::new(0));
        let meters = Arc::new(Meters::default());
        let journal = SteppedJournal::new(FrameWriter::new(writer, Arc::clone(&meters)));
        let archive = IdArchive { storage: Arc::clone(&storage), node: report.log.node };
        let node = SimulatedNode {
            storage,
            shelf: TableShelf::default(),
            archive,
            sealed: None,
            archived: None,
            reader,
            node: report.log.node,
            pipeline: Pipeline::new(coordinator, journal, options.least_space, written, meters),
            shards,
            messages: Vec::new(),
            id_memory: None,
            starting: None,
            taking: None,
            slice: options.slice,
            sessions: 0,
        };
        Ok((node, report))
    }

    /// Opens a session, with the receiver of its answers.
    pub fn open_session(&mut self) -> (u64, UnboundedReceiver<Replies>) {
        let (sender, receiver) = unbounded_channel();
        self.sessions += 1;
        self.pipeline.open_session(self.sessions, sender);
        (self.sessions, receiver)
    }

    /// Ends a session; answers under way to it are dropped.
    pub fn close_session(&mut self, session: u64) {
        self.pipeline.close_session(session);
    }

    /// Takes in a request of a client that acts itself. What it asks for begins with a later [`SimulatedNode::pump`].
    pub fn submit(&mut self, session: u64, tag: u64, client: ClientId, command: Command) {
        self.submit_for(None, session, tag, client, command);
    }

    /// The same, by whoever acts for the client.
    pub fn submit_for(
        &mut self,
        acting: Option<&Arc<Acting>>,
        session: u64,
        tag: u64,
        client: ClientId,
        command: Command,
    ) {
        self.pipeline.submit(Request { reply_to: ReplyTo { session, tag }, client, command }, acting);
    }

    /// Lets the coordinator take its next step. False if there is nothing to do until something else happens.
    pub fn pump(&mut self, now_us: i64) -> bool {
        let task = self.pipeline.next(now_us);
        let did = match task.expect("a sealed frame is taken here, and written in a step of its own") {
            Task::Merge(legs) => {
                self.messages.extend(legs.into_iter().map(Message::Legs));
                true
            }
            Task::Order(orders) => {
                self.order(orders);
                true
            }
            Task::Sealed => true,
            Task::Idle => false,
        };
        self.tend_ids();
        did
    }

    /// Has memory for ids made ready, and ids archived, when they are due.
    fn tend_ids(&mut self) {
        if let (None, Some(wanted)) = (self.id_memory, self.pipeline.coordinator().wants_id_memory()) {
            self.id_memory = Some(wanted);
        }
        if let Some(sealed) = self.pipeline.coordinator_mut().seal_ids() {
            self.sealed = Some(sealed);
        }
    }

    fn order(&mut self, orders: Vec<(ShardId, ShardOrder)>) {
        self.messages.extend(orders.into_iter().map(|(shard, order)| Message::Order(shard, order)));
    }

    /// How many messages are under way.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.messages.len()
    }

    /// Delivers one of the messages under way.
    ///
    /// # Panics
    /// If there is none at this index.
    pub fn deliver(&mut self, index: usize) -> Delivery {
        match self.messages.remove(index) {
            Message::Order(shard, order) => {
                let reply = self.shards[usize::from(shard.0)].obey(order);
                self.messages.push(Message::Done(shard, reply));
                Delivery::Order(shard.0)
            }
            Message::Done(shard, reply) => {
                self.pipeline.shard_done(shard, reply);
                Delivery::Done(shard.0)
            }
            Message::Legs(legs) => {
                self.messages.push(Message::Merge(legs.merge()));
                Delivery::Legs(legs.account.0)
            }
            Message::Merge(merge) => {
                if let Some(Task::Order(orders)) = self.pipeline.merged(merge) {
                    self.order(orders);
                }
                Delivery::Merge(merge.account.0)
            }
        }
    }

    /// The frame that is being written, and whether it is written but not synced.
    #[must_use]
    pub fn writing(&self) -> Option<(u64, bool)> {
        self.pipeline.journal().writing()
    }

    /// Writes the frame that was sealed, or syncs it when it is written; then what rests on it leaves.
    ///
    /// # Errors
    /// [`JournalError`], after which the process would end: nothing may be asked of the node any more.
    pub fn write(&mut self) -> Result<(), JournalError> {
        self.pipeline.journal_mut().step()?;
        self.pipeline.listen();
        Ok(())
    }

    /// Carries the durable mark in an empty frame, where the node would when it has been idle for a while.
    ///
    /// # Errors
    /// As [`SimulatedNode::write`].
    pub fn write_mark(&mut self) -> Result<(), JournalError> {
        if self.pipeline.wants_mark() { self.pipeline.write_mark() } else { Ok(()) }
    }

    /// Does what the thread that makes segments does: makes one where one is wanting.
    ///
    /// # Errors
    /// [`AppendError`], after which the next frame that needs a segment cannot be written.
    pub fn tend(&mut self) -> Result<(), AppendError> {
        self.pipeline.journal_mut().tend()
    }

    /// Gives the coordinator the memory for ids that it asked for. False if it asked for none.
    pub fn give_id_memory(&mut self) -> bool {
        let asked = self.id_memory.take();
        if let Some(wanted) = asked {
            let (table, room) = self.shelf.make(wanted);
            self.pipeline.coordinator_mut().give_id_memory(table, room);
        }
        asked.is_some()
    }

    /// Archives the ids that are to leave memory, or tells the coordinator what became of them. False if there is neither.
    pub fn archive_step(&mut self) -> bool {
        if let Some(sealed) = self.sealed.take() {
            self.archived = Some(self.archive.write(&sealed, &mut Vec::new(), &mut || Ok(())).ok());
            return true;
        }
        let Some(archived) = self.archived.take() else { return false };
        let coordinator = self.pipeline.coordinator_mut();
        match archived.map(|archive| coordinator.archived_ids(archive)) {
            None => coordinator.not_archived_ids(),
            Some(None) => {}
            Some(Some(table)) => self.shelf.take_back(table),
        }
        self.tend_ids();
        true
    }

    /// Whether a snapshot is asked for or being taken.
    #[must_use]
    pub fn is_taking_snapshot(&self) -> bool {
        self.starting.is_some() || self.taking.is_some()
    }

    /// Asks for a snapshot.
    pub fn ask_snapshot(&mut self) {
        let (begun, starting) = unbounded();
        self.pipeline.ask_snapshot(begun);
        self.starting = Some(starting);
    }

    /// What the next step of the snapshot looks at; `None` if there is no snapshot.
    ///
    /// # Errors
    /// Where it cannot be begun: it is given up, and the node goes on.
    pub fn next_slice(&mut self) -> io::Result<Option<NextSlice>> {
        self.taking = self.begun()?;
        let Some(taking) = &self.taking else {
            return Ok(self.starting.is_some().then_some(NextSlice::NotBegun));
        };
        Ok(Some(match taking.wants() {
            SnapshotStep::Accounts(_) => NextSlice::Accounts,
            SnapshotStep::Rows { shard, .. } => {
                NextSlice::Rows(u16::try_from(shard).expect("shards have 16-bit numbers"))
            }
            SnapshotStep::Durable(last) => NextSlice::Publish(self.reader.durable().0 >= last),
        }))
    }

    /// Takes the next slice of the snapshot, or publishes it. Gives its size when it is published.
    ///
    /// # Errors
    /// Where it cannot be written: it is given up, and the node goes on.
    pub fn snapshot_step(&mut self) -> io::Result<Option<u64>> {
        let Some(mut taking) = self.begun()? else { return Ok(None) };
        match taking.wants() {
            SnapshotStep::Accounts(accounts) => {
                let mut slice = Vec::new();
                self.pipeline.coordinator().catalog().write_accounts(accounts, &mut slice);
                taking.take_accounts(&slice)?;
            }
            SnapshotStep::Rows { shard, from, count } => {
                taking.take_rows(&RowImages::of(&self.shards[shard], from, count))?;
            }
            SnapshotStep::Durable(last) if self.reader.durable().0 < last => {}
            SnapshotStep::Durable(_) => return taking.publish(self.node, self.reader.durable().0).map(Some),
        }
        self.taking = Some(taking);
        Ok(None)
    }

    fn begun(&mut self) -> io::Result<Option<SnapshotJob>> {
        if let Some(start) = self.starting.as_ref().and_then(|starting| starting.try_recv().ok()) {
            self.starting = None;
            let shards = self.shards.len();
            return SnapshotJob::begin(Arc::clone(&self.storage), start, shards, self.slice).map(Some);
        }
        Ok(self.taking.take())
    }

    /// Whether everything taken in is decided, durable and answered.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.pipeline.may_seal() && self.messages.is_empty() && self.pipeline.coordinator().is_settled()
    }

    /// Whether it waits for a segment that is being made.
    #[must_use]
    pub fn waits_for_space(&self) -> bool {
        self.pipeline.waits_for_space()
    }

    /// Records the clean end of the log, as [`Node::stop`](crate::Node::stop) does.
    ///
    /// # Errors
    /// Where that cannot be written; everything acknowledged is durable all the same.
    ///
    /// # Panics
    /// If not everything is settled.
    pub fn close(mut self) -> Result<(), CloseError> {
        self.pipeline.stop();
        self.pipeline.take_journal().expect("a node is closed when everything is settled").close()
    }

    /// The log's frames.
    #[must_use]
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// What stands in the log.
    #[must_use]
    pub fn history(&self) -> History {
        History::new(self.reader.clone())
    }
}
