//! The coordinator's decisions, pure: which transaction goes into which round, what became of it, what the frame
//! holds. The actor around it only carries messages.
//!
//! Everything happens in order of arrival, as if each transaction ran alone. Within a round an account is touched by
//! at most one undecided transaction that needs funds there; whoever comes after it and could see a difference waits
//! for the next round, in front of all newcomers ([`round`]). So the outcome depends on no placement.

mod admission;
mod backlog;
mod barrier;
mod books;
mod buffers;
mod cancel;
mod closing;
mod conflicts;
mod deeds;
mod descriptor;
mod exclusive;
mod expiry;
mod frame;
mod holds;
mod hot_accounts;
mod hot_legs;
mod ids;
mod jobs;
mod opening;
mod output;
mod preflight;
mod reading;
mod results;
mod round;
mod settings;
mod step;
mod time_window;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::chart::catalog::Catalog;
use crate::command::{Answer, Command, Request, Status};
use crate::hot::gate::Gate;
use crate::idempotency::generation::SealedIds;
use crate::idempotency::index::IndexRoom;
use crate::idempotency::known_ids::{IdMemory, KnownIds};
use crate::idempotency::pages::ArchivedIds;
use crate::idempotency::table::IdTable;
use crate::ids::{AccountId, ShardId};
use crate::rejection::Rejection;
use crate::shard::order::{ShardOrder, ShardReply};
use crate::shard::round::Merge;
use crate::shard::{Shard, shard_of};
use crate::transaction::originals::Originals;
use backlog::{Backlog, Queued};
use barrier::{Asked, Barrier};
use books::Books;
pub use closing::is_far_ahead;
pub(crate) use descriptor::MOST_HOT;
pub use frame::{Frame, FrameSection, SectionKind};
use holds::Holds;
use hot_accounts::HotAccounts;
use ids::Ids;
use jobs::Work;
use output::Output;
use round::RoundBuilder;
pub use settings::{RefundClearing, RefundWindows, Settings};
pub use step::{Room, SnapshotStart, Step};
pub use time_window::TimeWindow;

#[derive(Clone, Debug)]
enum Phase {
    Idle,
    Round,
    Merging,
    MergePosting,
    Barrier(Barrier),
}

/// The coordinator. Its parts own what they decide by, and are lent to whoever decides; it says what comes after what.
#[derive(Clone, Debug)]
pub struct Coordinator {
    settings: Settings,
    phase: Phase,
    books: Books,
    hot: HotAccounts,
    holds: Holds,
    originals: Originals,
    ids: Ids,
    backlog: Backlog,
    round: RoundBuilder,
    output: Output,
    stopping: bool,
    room: Room,
    snapshot: Option<SnapshotStart>,
    counts: Status,
}

impl Coordinator {
    /// A coordinator with what recovery has found: the catalog, the known ids, what became of originals, the newest
    /// durable frame with its time, and what clients' times are held against. The shards' rows and holds follow by
    /// `Coordinator::restore`.
    #[must_use]
    pub fn new(
        settings: Settings,
        catalog: Catalog,
        known: KnownIds,
        originals: Originals,
        (durable, time_us): (u64, i64),
        window: TimeWindow,
    ) -> Coordinator {
        Coordinator {
            phase: Phase::Idle,
            books: Books::new(catalog),
            hot: HotAccounts::default(),
            holds: Holds::default(),
            originals,
            ids: Ids::new(known, window),
            backlog: Backlog::default(),
            round: RoundBuilder::new(settings.shards),
            output: Output::new(durable, time_us, settings.shards),
            stopping: false,
            room: Room::Enough,
            snapshot: None,
            counts: Status { shards: settings.shards, ..Status::default() },
            settings,
        }
    }

    /// Takes in what a recovered shard has that is not as the accounts were opened: limits, hot accounts, holds.
    pub(crate) fn restore(&mut self, shard: &Shard) {
        for (account, row) in shard.rows() {
            self.books.descriptor_mut(account).renew(row);
            if row.hot() {
                self.hot.add(Gate::new(account, row), &mut self.books);
            }
        }
        for (account, hold) in shard.all_holds() {
            self.holds.restore(account, hold);
        }
    }

    /// Takes in a request; requests are done in the order of these calls.
    pub fn submit(&mut self, request: Request) {
        if self.stopping {
            let refused = Answer::Rejected(Rejection::ShuttingDown);
            return self.output.reply(Some(request.reply_to), refused);
        }
        let Request { reply_to, client, command } = request;
        let asked = Asked { reply_to: Some(reply_to), client };
        let mut job = |work| Queued::Job(self.add_job(Some(reply_to), client, work));
        let queued = match command {
            Command::Post(batch) if !batch.transactions.is_empty() => job(Work::Post(batch)),
            Command::Cancel { id, time, text_id } => job(Work::Cancel { id, time, text_id }),
            Command::Locate(keys) => job(Work::Locate(keys)),
            other => Queued::Barrier(asked, other),
        };
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
        self.room = room;
    }

    /// Takes note that the log is durable up to this frame.
    pub fn durable(&mut self, frame: u64) {
        self.output.set_durable(frame);
    }

    /// Takes the memory of a frame's sections back when it has been written.
    pub fn take_back(&mut self, sections: impl Iterator<Item = Vec<u8>>) {
        sections.for_each(|chunk| self.output.buffers.give(chunk));
    }

    /// The memory that will be needed soon for ids; see [`KnownIds::wants_memory`].
    #[must_use]
    pub fn wants_id_memory(&self) -> Option<IdMemory> {
        self.ids.known.wants_memory()
    }

    /// Takes memory for ids that was made ahead of need.
    pub fn give_id_memory(&mut self, table: IdTable, room: Vec<IndexRoom>) {
        self.ids.known.give_memory(table, room);
    }

    /// Gives out known ids that may leave memory; see [`KnownIds::seal`].
    pub fn seal_ids(&mut self) -> Option<SealedIds> {
        self.ids.known.seal(self.output.durable())
    }

    /// Takes their archive; see [`KnownIds::archived`].
    pub fn archived_ids(&mut self, archive: ArchivedIds) -> Option<Arc<IdTable>> {
        self.ids.known.archived(archive)
    }

    /// They could not be archived; see [`KnownIds::not_archived`].
    pub fn not_archived_ids(&mut self) {
        self.ids.known.not_archived();
    }

    /// Says what is to be done next. `journal_free` tells whether a frame could be written now.
    pub fn next(&mut self, now_us: i64, journal_free: bool) -> Step {
        assert!(matches!(self.phase, Phase::Idle), "one step is finished before the next");
        if let Some(replies) = self.output.release() {
            return Step::Release(replies);
        }
        if let Some(start) = self.snapshot.take() {
            return Step::Snapshot(start);
        }
        if journal_free && self.output.frame.has_content() {
            return self.merge_first().unwrap_or_else(|| Step::Seal(self.seal()));
        }
        if self.output.frame.bytes() > self.settings.frame_bytes || self.room == Room::Soon {
            return Step::Idle;
        }
        if let Some(step) = self.next_exclusive().or_else(|| self.next_expiring(now_us)) {
            return step;
        }
        if self.backlog.has_transactions() || !self.round.prepared.is_empty() {
            self.set_time(now_us);
            self.phase = Phase::Round;
            return Step::Shards(self.form_round());
        }
        self.next_barrier(now_us)
    }

    /// Time enters: that of the open frame, until something is in it.
    fn set_time(&mut self, now_us: i64) {
        if !self.output.frame.has_content() {
            self.output.frame.set_time(now_us);
            self.ids.window.set_clock(now_us, self.output.frame.time_us);
        }
    }

    /// What cuts across accounts runs alone, with everything merged.
    fn next_barrier(&mut self, now_us: i64) -> Step {
        match self.backlog.queue.front() {
            Some(Queued::Barrier(..) | Queued::Close(..)) => {}
            // It begins at a frame boundary, so what has passed is sealed first.
            Some(Queued::Snapshot) if !self.output.frame.has_content() => {}
            _ => return Step::Idle,
        }
        if let Some(step) = self.merge_first() {
            return step;
        }
        self.set_time(now_us);
        match self.backlog.queue.pop_front() {
            Some(Queued::Barrier(asked, command)) => self.begin_barrier(asked, command),
            Some(Queued::Close(asked, close)) => self.close_carried(asked, close),
            Some(Queued::Snapshot) => self.begin_snapshot(),
            front => panic!("the front of the queue was looked at just now, and is {front:?}"),
        }
    }

    /// Takes the merges of a [`Step::Merge`], and gives the orders to post them.
    pub fn merged(&mut self, merges: Vec<Merge>) -> Vec<(ShardId, ShardOrder)> {
        assert!(matches!(self.phase, Phase::Merging), "merges follow a merge step");
        self.phase = Phase::MergePosting;
        let mut by_shard: Vec<Vec<Merge>> = vec![Vec::new(); usize::from(self.settings.shards)];
        for merge in merges {
            by_shard[usize::from(self.shard_of(merge.account).0)].push(merge);
        }
        let frame = self.output.frame.number;
        let shards = (0..).map(ShardId).zip(by_shard).filter(|(_, merges)| !merges.is_empty());
        shards.map(|(shard, merges)| (shard, ShardOrder::Merge { frame, merges })).collect()
    }

    /// Takes the answers to the orders of a step, all of them, in any order.
    pub fn answered(&mut self, mut replies: Vec<(ShardId, ShardReply)>) {
        replies.sort_unstable_by_key(|(shard, _)| *shard);
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Round => self.end_round(replies),
            Phase::MergePosting => {
                for (shard, reply) in replies {
                    let ShardReply::Written(written) = reply else {
                        panic!("a merge is answered by what was written")
                    };
                    self.output.frame.take_written(shard, written);
                }
            }
            Phase::Barrier(barrier) => self.end_barrier(barrier, replies),
            phase @ (Phase::Idle | Phase::Merging) => {
                panic!("answers that nobody asked for, in phase {phase:?}")
            }
        }
    }

    /// Leaves the open frame's number to an empty frame that carries the durable mark, if everything is settled.
    pub fn skip_frame(&mut self) -> Option<u64> {
        if !self.is_settled() {
            return None;
        }
        let number = self.output.frame.number;
        self.seal();
        Some(number)
    }

    /// Whether everything taken in is decided, sealed and durable.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Idle)
            && self.backlog.is_empty()
            && self.round.prepared.is_empty()
            && self.output.is_settled()
    }

    /// Everything that has a name.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.books.catalog
    }

    /// The gates of the hot accounts.
    pub fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.hot.gates()
    }

    fn merge_first(&mut self) -> Option<Step> {
        let unmerged = self.hot.take_unmerged();
        if unmerged.is_empty() {
            return None;
        }
        self.phase = Phase::Merging;
        Some(Step::Merge(unmerged))
    }

    fn seal(&mut self) -> Frame {
        if self.output.frame.has_content() {
            self.output.begin_rules(&mut self.books.catalog);
        }
        self.output.seal(self.settings.shards)
    }

    fn shard_of(&self, account: AccountId) -> ShardId {
        shard_of(account, self.settings.shards)
    }

    /// Whether an account is hot.
    #[must_use]
    pub fn is_hot(&self, account: AccountId) -> bool {
        self.hot.is_hot(account, &self.books)
    }

    /// The accounts that are hot.
    #[must_use]
    pub fn hot_accounts(&self) -> BTreeSet<AccountId> {
        self.hot.accounts()
    }
}
