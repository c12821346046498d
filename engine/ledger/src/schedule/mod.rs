//! The coordinator's decisions, pure: which transaction goes into which round, what became of it, what the frame
//! holds. The actor around it only carries messages.
//!
//! Everything happens in order of arrival, as if each transaction ran alone. Within a round an account is touched by
//! at most one undecided transaction that needs funds there; a later one that could see a difference waits
//! for the next round, in front of all newcomers ([`round`]). So the outcome depends on no placement.

mod actions;
mod admission;
mod backlog;
mod booking;
mod cancel;
mod checks;
mod conflicts;
mod exclusive;
mod expiry;
mod free_posting;
mod hot_by_rate;
mod hot_legs;
mod jobs;
mod open_round;
mod permitted;
mod preflight;
mod results;
mod round;
mod step;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::access::acting::Acting;
use crate::access::operation::Operation;
use crate::answer::Answer;
use crate::chart::catalog::Catalog;
use crate::commands::caller::Caller;
use crate::commands::command::{Command, Request};
use crate::commands::outcome::{Merging, Outcome, Waiting, replies_to};
use crate::commands::{close_day, snapshot};
use crate::contents::content::Content;
use crate::hot::gate::Gate;
use crate::idempotency::generation::SealedIds;
use crate::idempotency::index::IndexRoom;
use crate::idempotency::known_ids::{IdMemory, KnownIds};
use crate::idempotency::pages::ArchivedIds;
use crate::idempotency::table::IdTable;
use crate::ids::{AccountId, ClientId, ShardId};
use crate::rejection::Rejection;
use crate::shard::Shard;
use crate::shard::order::{PostMerges, ShardOrder, ShardReply};
use crate::shard::round::{Merge, ShardRound};
use crate::state::State;
use crate::state::frame::Frame;
use crate::state::room::Room;
use crate::state::settings::LedgerSettings;
use crate::state::snapshot_start::SnapshotStart;
use crate::state::time_window::TimeWindow;
use crate::transaction::originals::Originals;
use backlog::{Backlog, Queued};
pub use checks::MOST_BACK;
use free_posting::FreePosting;
use jobs::Work;
use open_round::RoundBuilder;
pub use step::Step;

/// What the coordinator waits for.
#[derive(Clone, Debug)]
enum Phase {
    /// Nothing.
    Idle,
    /// The shards' answers to a round.
    Round,
    /// The batching actors' merges.
    Merging,
    /// The shards' replies to a command.
    Command(Box<dyn Waiting>),
    /// No replies: a command was answered at once.
    Answered,
}

/// The coordinator: what comes after what. What it decides by is its state; it matches on no command and no operation.
#[derive(Clone, Debug)]
pub struct Coordinator {
    state: State,
    phase: Phase,
    backlog: Backlog,
    round: RoundBuilder,
    snapshot: Option<SnapshotStart>,
    stopping: bool,
    free_posting: FreePosting,
}

/// A cancel is of an id alone: it is in the books of no entity.
fn may_cancel(acting: Option<&Acting>) -> bool {
    acting.is_none_or(|acting| acting.permissions.may(Operation::Cancel))
}

impl Coordinator {
    /// A coordinator with what recovery has found: the catalog, the known ids, what became of originals, the newest
    /// durable frame with its time, and what clients' times are held against. The shards' rows and holds follow by
    /// `Coordinator::restore`.
    #[must_use]
    pub fn new(
        settings: LedgerSettings,
        catalog: Catalog,
        known: KnownIds,
        originals: Originals,
        newest: (u64, i64),
        window: TimeWindow,
    ) -> Coordinator {
        Coordinator {
            phase: Phase::Idle,
            backlog: Backlog::default(),
            round: RoundBuilder::new(settings.shards),
            snapshot: None,
            stopping: false,
            free_posting: FreePosting::default(),
            state: State::new(settings, catalog, known, originals, newest, window),
        }
    }

    /// Takes in what a recovered shard has that is not as the accounts were opened: limits, hot accounts, holds.
    pub(crate) fn restore(&mut self, shard: &Shard) {
        self.state.restore(shard);
    }

    /// Takes in a request, with who acts for its client; requests are done in the order of these calls.
    pub fn submit(&mut self, request: Request, acting: Option<&Arc<Acting>>) {
        if self.stopping {
            let refused = Answer::Rejected(Rejection::ShuttingDown);
            return self.state.output.reply(Some(request.reply_to), refused);
        }
        let Request { reply_to, client, command } = request;
        let (caller, acting) = (Caller { reply_to: Some(reply_to), client }, acting.cloned());
        let work = match command {
            Command::Post(batch) if !batch.transactions.is_empty() => Work::Post(batch),
            Command::Cancel { .. } if !may_cancel(acting.as_deref()) => {
                let refused = Answer::Rejected(Rejection::Forbidden);
                return self.state.output.reply(Some(reply_to), refused);
            }
            Command::Cancel { id, time, text_id } => Work::Cancel { id, time, text_id },
            Command::Locate(keys) => Work::Locate(keys),
            other => return self.backlog.queue.push_back(Queued::Command(caller, acting, other)),
        };
        let queued = Queued::Job(self.add_job(caller, acting, work));
        self.backlog.queue.push_back(queued);
    }

    /// Asks for a snapshot: it begins at a frame boundary, by [`Step::Snapshot`].
    pub fn ask_snapshot(&mut self) {
        self.backlog.queue.push_back(Queued::Snapshot);
    }

    /// From now on requests are refused: the node stops. What was taken in before is done.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    /// Takes note of the room in the log.
    pub fn set_room(&mut self, room: Room) {
        self.state.room = room;
    }

    /// Takes note that the log is durable up to this frame.
    pub fn durable(&mut self, frame: u64) {
        self.state.output.set_durable(frame);
    }

    /// Takes the memory of a frame's sections back when it has been written.
    pub fn take_back(&mut self, sections: impl Iterator<Item = Vec<u8>>) {
        sections.for_each(|chunk| self.state.output.buffers.give(chunk));
    }

    /// The memory that will be needed soon for ids; see [`KnownIds::wants_memory`].
    #[must_use]
    pub fn wants_id_memory(&self) -> Option<IdMemory> {
        self.state.ids.known.wants_memory()
    }

    /// Takes memory for ids that was made ahead of need.
    pub fn give_id_memory(&mut self, table: IdTable, room: Vec<IndexRoom>) {
        self.state.ids.known.give_memory(table, room);
    }

    /// Gives out known ids that may leave memory; see [`KnownIds::seal`].
    pub fn seal_ids(&mut self) -> Option<SealedIds> {
        self.state.ids.known.seal(self.state.output.durable())
    }

    /// Takes their archive; see [`KnownIds::archived`].
    pub fn archived_ids(&mut self, archive: ArchivedIds) -> Option<Arc<IdTable>> {
        self.state.ids.known.archived(archive)
    }

    /// They could not be archived; see [`KnownIds::not_archived`].
    pub fn not_archived_ids(&mut self) {
        self.state.ids.known.not_archived();
    }

    /// Says what is to be done next. `journal_free` tells whether a frame could be written now.
    pub fn next(&mut self, now_us: i64, journal_free: bool) -> Step {
        assert!(matches!(self.phase, Phase::Idle), "one step is finished before the next");
        if let Some(replies) = self.state.output.release() {
            return Step::Release(replies);
        }
        if let Some(start) = self.snapshot.take() {
            return Step::Snapshot(start);
        }
        let is_full = self.state.output.frame.bytes() > self.state.settings.frame_bytes;
        // What is carried forward and the close behind it stand in one frame, so that a kill leaves both or neither; but where
        // that would be larger than frames may be.
        let is_carrying = !is_full && self.backlog.is_carrying();
        if journal_free && !is_carrying && self.state.output.frame.has_content() {
            return self.merge_first().unwrap_or_else(|| Step::Seal(self.seal()));
        }
        if is_full || !is_carrying && self.state.room == Room::Soon {
            return Step::Idle;
        }
        if let Some(step) = self.next_exclusive().or_else(|| self.next_expiring(now_us)) {
            return step;
        }
        if self.backlog.has_transactions() || !self.round.prepared.is_empty() {
            self.state.set_time(now_us);
            self.phase = Phase::Round;
            return Step::Shards(self.form_round());
        }
        self.next_barrier(now_us)
    }

    /// What cuts across accounts runs alone, with everything merged.
    fn next_barrier(&mut self, now_us: i64) -> Step {
        match self.backlog.queue.front() {
            Some(Queued::Command(..) | Queued::Close(..)) => {}
            // It begins at a frame boundary, so what has passed is sealed first.
            Some(Queued::Snapshot) if !self.state.output.frame.has_content() => {}
            _ => return Step::Idle,
        }
        if let Some(step) = self.merge_first() {
            return step;
        }
        self.state.set_time(now_us);
        let outcome = match self.backlog.queue.pop_front() {
            Some(Queued::Command(caller, acting, command)) => {
                command.begin(caller, acting.as_deref(), &mut self.state)
            }
            Some(Queued::Close(caller, close)) => close_day::go_on(&mut self.state, caller, close),
            Some(Queued::Snapshot) => snapshot::begin(&self.state),
            front => panic!("the front of the queue was looked at just now, and is {front:?}"),
        };
        self.wait(outcome)
    }

    /// Gives the orders that a command waits for.
    fn wait(&mut self, outcome: Outcome) -> Step {
        match outcome {
            Outcome::Waits(waiting, orders) => {
                self.phase = Phase::Command(waiting);
                Step::Shards(orders)
            }
            answered => {
                self.phase = Phase::Answered;
                self.take_outcome(answered);
                Step::Shards(Vec::new())
            }
        }
    }

    fn take_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Done => {}
            Outcome::Snapshot(start) => self.snapshot = Some(start),
            Outcome::Carries(caller, close, batch) => {
                self.backlog.queue.push_front(Queued::Close(caller, close));
                if !batch.transactions.is_empty() {
                    let job =
                        self.add_job(Caller { reply_to: None, client: ClientId(0) }, None, Work::Post(batch));
                    self.backlog.queue.push_front(Queued::Job(job));
                }
            }
            Outcome::Executes(caller, acting, content) => {
                let queued = match *content {
                    Content::Transaction(batch) => {
                        Queued::Job(self.add_job(caller, Some(acting), Work::Post(batch)))
                    }
                    content => Queued::Command(caller, Some(acting), content.into()),
                };
                self.backlog.queue.push_front(queued);
            }
            Outcome::Waits(..) => unreachable!("a command asks shards once"),
        }
    }

    /// Takes the merges of a [`Step::Merge`], and gives the orders to post them.
    pub fn merged(&mut self, merges: Vec<Merge>) -> Vec<(ShardId, ShardOrder)> {
        assert!(matches!(self.phase, Phase::Merging), "merges follow a merge step");
        let mut by_shard: Vec<Vec<Merge>> = vec![Vec::new(); usize::from(self.state.settings.shards)];
        for merge in merges {
            by_shard[usize::from(self.state.shard_of(merge.account).0)].push(merge);
        }
        let frame = self.state.output.frame.number;
        let shards = self.state.shards().zip(by_shard).filter(|(_, merges)| !merges.is_empty());
        let queries = shards.map(|(shard, merges)| (shard, PostMerges { frame, merges }));
        let Step::Shards(orders) = self.wait(Outcome::wait(Merging, queries.collect())) else {
            unreachable!("whatever waits for shards gives them orders")
        };
        orders
    }

    /// Takes the answers to the orders of a step, all of them, in any order.
    pub fn answered(&mut self, replies: Vec<(ShardId, ShardReply)>) {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Round => self.end_round(replies_to::<ShardRound>(replies)),
            Phase::Command(waiting) => {
                let outcome = waiting.go_on(&mut self.state, replies);
                self.take_outcome(outcome);
            }
            Phase::Answered if replies.is_empty() => {}
            phase @ (Phase::Idle | Phase::Answered | Phase::Merging) => {
                panic!("answers that nobody asked for, in phase {phase:?}")
            }
        }
    }

    /// Leaves the open frame's number to an empty frame that carries the durable mark, if everything is settled.
    pub fn skip_frame(&mut self) -> Option<u64> {
        if !self.is_settled() {
            return None;
        }
        let number = self.state.output.frame.number;
        self.seal();
        Some(number)
    }

    /// Whether everything taken in is decided, sealed and durable.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Idle)
            && self.backlog.is_empty()
            && self.round.prepared.is_empty()
            && self.state.output.is_settled()
    }

    /// Everything that has a name.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.state.books.catalog
    }

    /// The gates of the hot accounts.
    pub fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.state.hot.gates()
    }

    fn merge_first(&mut self) -> Option<Step> {
        let unmerged = self.state.hot.take_unmerged();
        if unmerged.is_empty() {
            return None;
        }
        self.phase = Phase::Merging;
        Some(Step::Merge(unmerged))
    }

    fn seal(&mut self) -> Frame {
        if self.state.output.frame.has_content() {
            self.state.output.begin_rules(&mut self.state.books.catalog);
        }
        self.state.output.seal(self.state.settings.shards)
    }

    /// Whether an account is hot.
    #[must_use]
    pub fn is_hot(&self, account: AccountId) -> bool {
        self.state.is_hot(account)
    }

    /// The accounts that are hot.
    #[must_use]
    pub fn hot_accounts(&self) -> BTreeSet<AccountId> {
        self.state.hot.accounts()
    }
}
