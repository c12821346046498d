//! The coordinator's decisions, pure: which transaction goes into which round, what became of it, what the frame
//! holds. The actor around it only carries messages.
//!
//! Everything happens in order of arrival, as if each transaction ran alone. Within a round an account is touched by
//! at most one undecided transaction that needs funds there; whoever comes after it and could see a difference waits
//! for the next round, in front of all newcomers ([`round`]). So the outcome depends on no placement.

mod admission;
mod barrier;
mod buffers;
mod cancel;
mod closing;
mod conflicts;
mod deeds;
mod descriptor;
mod exclusive;
mod expiry;
mod frame;
mod gates;
mod hot_legs;
mod jobs;
mod opening;
mod preflight;
mod reading;
mod results;
mod round;
mod settings;
mod step;
mod time_window;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::account::hold::HoldKind;
use crate::account::row::Row;
use crate::chart::catalog::{Account, Catalog};
use crate::chart::subject::SubjectClass;
use crate::command::{Answer, Command, ReplyTo, Request, Status};
use crate::hot::detector::HotAccountDetector;
use crate::hot::gate::Gate;
use crate::hot::merge::Unmerged;
use crate::idempotency::generation::SealedIds;
use crate::idempotency::index::IndexRoom;
use crate::idempotency::known_ids::{IdMemory, KnownIds};
use crate::idempotency::pages::ArchivedIds;
use crate::idempotency::table::IdTable;
use crate::ids::{AccountId, ShardId, TransactionKey};
use crate::rejection::Rejection;
use crate::shard::order::{ShardOrder, ShardReply};
use crate::shard::round::Merge;
use crate::shard::{Shard, shard_of};
use crate::transaction::originals::Originals;
use barrier::{Asked, Barrier};
use buffers::BufferPool;
use closing::Close;
pub use closing::is_far_ahead;
use conflicts::Pins;
pub(crate) use descriptor::MOST_HOT;
use descriptor::{AccountDescriptor, NO_GATE};
use exclusive::Exclusive;
use frame::OpenFrame;
pub use frame::{Frame, FrameSection, SectionKind};
use jobs::{JobRef, Jobs, Work};
use round::RoundBuilder;
pub use settings::{RefundClearing, RefundWindows, Settings};
pub use step::{Room, SnapshotStart, Step};
pub use time_window::TimeWindow;

/// What waits in order of arrival.
#[derive(Clone, Debug)]
enum Queued {
    Job(u32),
    Barrier(Asked, Command),
    /// A close whose results are being carried forward by the job in front of it.
    Close(Asked, Close),
    Snapshot,
}

#[derive(Clone, Debug)]
enum Phase {
    Idle,
    Round,
    Merging,
    MergePosting,
    Barrier(Barrier),
}

/// The coordinator.
#[derive(Clone, Debug)]
pub struct Coordinator {
    settings: Settings,
    catalog: Catalog,
    descriptors: Vec<AccountDescriptor>,
    known: KnownIds,
    gates: Vec<Option<Gate>>,
    detector: HotAccountDetector,
    queue: VecDeque<Queued>,
    jobs: Jobs,
    /// Transactions that wait for a later round, in order of arrival.
    deferred: VecDeque<JobRef>,
    originals: Originals,
    /// The accounts of the holds that may be named.
    holds: HashMap<TransactionKey, AccountId, FixedState>,
    /// Moments at which holds expire, in microseconds since 1970.
    expiries: BTreeSet<(i64, AccountId, TransactionKey)>,
    exclusive: Exclusive,
    /// What refused a transaction of the ledger's own, until the command that it was for asks.
    own_refused: Option<Rejection>,
    pins: Pins,
    round: RoundBuilder,
    phase: Phase,
    frame: OpenFrame,
    window: TimeWindow,
    buffers: BufferPool,
    durable: u64,
    held: VecDeque<(u64, Vec<(ReplyTo, Answer)>)>,
    stopping: bool,
    room: Room,
    snapshot: Option<SnapshotStart>,
    counts: Status,
}

impl Coordinator {
    /// A coordinator with what recovery has found: the catalog, the known ids, what became of originals, the newest
    /// durable frame with its time, and what clients' times are held against. The shards' rows and holds follow by
    /// `Coordinator::know`.
    #[must_use]
    pub fn new(
        settings: Settings,
        catalog: Catalog,
        known: KnownIds,
        originals: Originals,
        (durable, time_us): (u64, i64),
        window: TimeWindow,
    ) -> Coordinator {
        let mut coordinator = Coordinator {
            descriptors: Vec::with_capacity(catalog.accounts().len()),
            gates: Vec::new(),
            detector: HotAccountDetector::default(),
            queue: VecDeque::new(),
            jobs: Jobs::default(),
            deferred: VecDeque::new(),
            originals,
            holds: HashMap::default(),
            expiries: BTreeSet::new(),
            exclusive: Exclusive::Nothing,
            own_refused: None,
            pins: Pins::default(),
            round: RoundBuilder::new(settings.shards),
            phase: Phase::Idle,
            frame: OpenFrame::new(durable + 1, time_us, settings.shards),
            window,
            buffers: BufferPool::default(),
            durable,
            held: VecDeque::new(),
            stopping: false,
            room: Room::Enough,
            snapshot: None,
            counts: Status { shards: settings.shards, ..Status::default() },
            known,
            catalog,
            settings,
        };
        for account in coordinator.catalog.accounts() {
            let off_balance = is_off_balance(&coordinator.catalog, account);
            coordinator.descriptors.push(AccountDescriptor::new(account, off_balance));
        }
        coordinator
    }

    /// Takes in what a recovered shard has that is not as the accounts were opened: limits, hot accounts, holds.
    pub(crate) fn know(&mut self, shard: &Shard) {
        for (account, row) in shard.rows() {
            self.descriptors[account.index().expect("a row belongs to an account")].renew(row);
            if row.hot() {
                self.add_gate(Gate::new(account, row));
            }
        }
        for (account, hold) in shard.all_holds() {
            if hold.terms.kind != HoldKind::Try {
                self.holds.insert(hold.key, account);
            }
            let expires = hold.terms.expires_us.filter(|_| hold.remaining > 0);
            #[cfg(feature = "planted-bugs")]
            let expires = expires.filter(|_| !crate::planted::is(crate::planted::Bug::ExpiryForgotten));
            self.expiries.extend(expires.map(|moment| (moment, account, hold.key)));
        }
    }

    /// Takes in a request; requests are done in the order of these calls.
    pub fn submit(&mut self, request: Request) {
        if self.stopping {
            self.frame.replies.push((request.reply_to, Answer::Rejected(Rejection::ShuttingDown)));
            return;
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
        self.queue.push_back(queued);
    }

    /// Asks for a snapshot: it begins at a frame boundary, by [`Step::Snapshot`].
    pub fn ask_snapshot(&mut self) {
        self.queue.push_back(Queued::Snapshot);
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
        assert!(frame >= self.durable, "the durable mark only rises");
        self.durable = frame;
    }

    /// Takes the memory of a frame's sections back when it has been written.
    pub fn take_back(&mut self, sections: impl Iterator<Item = Vec<u8>>) {
        sections.for_each(|chunk| self.buffers.give(chunk));
    }

    /// The memory that will be needed soon for ids; see [`KnownIds::wants_memory`].
    #[must_use]
    pub fn wants_id_memory(&self) -> Option<IdMemory> {
        self.known.wants_memory()
    }

    /// Takes memory for ids that was made ahead of need.
    pub fn give_id_memory(&mut self, table: IdTable, room: Vec<IndexRoom>) {
        self.known.give_memory(table, room);
    }

    /// Gives out known ids that may leave memory; see [`KnownIds::seal`].
    pub fn seal_ids(&mut self) -> Option<SealedIds> {
        self.known.seal(self.durable)
    }

    /// Takes their archive; see [`KnownIds::archived`].
    pub fn archived_ids(&mut self, archive: ArchivedIds) -> Option<Arc<IdTable>> {
        self.known.archived(archive)
    }

    /// They could not be archived; see [`KnownIds::not_archived`].
    pub fn not_archived_ids(&mut self) {
        self.known.not_archived();
    }

    /// Says what is to be done next. `journal_free` tells whether a frame could be written now.
    pub fn next(&mut self, now_us: i64, journal_free: bool) -> Step {
        assert!(matches!(self.phase, Phase::Idle), "one step is finished before the next");
        if let Some(replies) = self.release() {
            return Step::Release(replies);
        }
        if let Some(start) = self.snapshot.take() {
            return Step::Snapshot(start);
        }
        if journal_free && self.frame.has_content() {
            return self.merge_first().unwrap_or_else(|| Step::Seal(self.seal()));
        }
        if self.frame.bytes() > self.settings.frame_bytes || self.room == Room::Soon {
            return Step::Idle;
        }
        if let Some(step) = self.next_exclusive().or_else(|| self.next_expiring(now_us)) {
            return step;
        }
        if self.has_transactions() || !self.round.prepared.is_empty() {
            self.set_time(now_us);
            self.phase = Phase::Round;
            return Step::Shards(self.form_round());
        }
        self.next_barrier(now_us)
    }

    /// Time enters: that of the open frame, until something is in it.
    fn set_time(&mut self, now_us: i64) {
        if !self.frame.has_content() {
            self.frame.set_time(now_us);
            self.window.set_clock(now_us, self.frame.time_us);
        }
    }

    /// What cuts across accounts runs alone, with everything merged.
    fn next_barrier(&mut self, now_us: i64) -> Step {
        match self.queue.front() {
            Some(Queued::Barrier(..) | Queued::Close(..)) => {}
            // It begins at a frame boundary, so what has passed is sealed first.
            Some(Queued::Snapshot) if !self.frame.has_content() => {}
            _ => return Step::Idle,
        }
        if let Some(step) = self.merge_first() {
            return step;
        }
        self.set_time(now_us);
        match self.queue.pop_front() {
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
        let frame = self.frame.number;
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
                    self.frame.take_written(shard, written);
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
        let number = self.frame.number;
        self.seal();
        Some(number)
    }

    /// Whether everything taken in is decided, sealed and durable.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Idle)
            && self.queue.is_empty()
            && self.deferred.is_empty()
            && self.round.prepared.is_empty()
            && !self.frame.has_content()
            && self.frame.replies.is_empty()
            && self.held.is_empty()
            && self.exclusive.is_nothing()
            && self.durable + 1 == self.frame.number
    }

    /// Everything that has a name.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The gates of the hot accounts.
    pub fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().flatten()
    }

    fn has_transactions(&self) -> bool {
        !self.deferred.is_empty() || matches!(self.queue.front(), Some(Queued::Job(_)))
    }

    /// Answers that rest on nothing that is not durable. Those of a frame with content leave with it.
    fn release(&mut self) -> Option<Vec<(ReplyTo, Answer)>> {
        if !self.frame.has_content() && !self.frame.replies.is_empty() {
            let rests_on = self.frame.number - 1;
            self.held.push_back((rests_on, std::mem::take(&mut self.frame.replies)));
        }
        let (rests_on, _) = self.held.front()?;
        #[cfg(feature = "planted-bugs")]
        if crate::planted::is(crate::planted::Bug::HeldNotWaited) {
            return self.held.pop_front().map(|(_, replies)| replies);
        }
        if *rests_on > self.durable {
            return None;
        }
        self.held.pop_front().map(|(_, replies)| replies)
    }

    fn merge_first(&mut self) -> Option<Step> {
        let unmerged: Vec<Unmerged> =
            self.gates.iter_mut().flatten().filter_map(Gate::take_unmerged).collect();
        if unmerged.is_empty() {
            return None;
        }
        self.phase = Phase::Merging;
        Some(Step::Merge(unmerged))
    }

    fn seal(&mut self) -> Frame {
        if self.frame.has_content() {
            self.begin_rules();
        }
        let mut next = OpenFrame::new(self.frame.number + 1, self.frame.time_us, self.settings.shards);
        if self.frame.tails.is_empty() {
            next.tails = std::mem::take(&mut self.frame.tails);
        }
        next.heads = match self.frame.heads.is_empty() {
            true => std::mem::take(&mut self.frame.heads),
            false => self.buffers.take(),
        };
        std::mem::replace(&mut self.frame, next).seal()
    }

    fn shard_of(&self, account: AccountId) -> ShardId {
        shard_of(account, self.settings.shards)
    }

    fn add_gate(&mut self, gate: Gate) {
        let place = self.gates.iter().position(Option::is_none).unwrap_or(self.gates.len());
        let index = gate.account.index().expect("a gate belongs to an account");
        self.descriptors[index].gate = u16::try_from(place).expect("the hot set is capped");
        if place == self.gates.len() {
            self.gates.push(None);
        }
        self.gates[place] = Some(gate);
    }

    fn remove_gate(&mut self, account: AccountId) -> Option<Gate> {
        let descriptor = &mut self.descriptors[account.index()?];
        let place = descriptor.gate()?;
        descriptor.gate = NO_GATE;
        self.gates[place].take()
    }

    /// Lets the gate of a hot account know its row after a change, when everything is merged.
    fn renew_gate(&mut self, account: AccountId, row: &Row) {
        let place = self.descriptors[account.index().expect("a row belongs to an account")].gate();
        if let Some(gate) = place.and_then(|place| self.gates[place].as_mut()) {
            gate.renew(row);
        }
    }

    fn gate_of(&self, account: AccountId) -> Option<&Gate> {
        self.gates[self.descriptors.get(account.index()?)?.gate()?].as_ref()
    }

    fn hot_count(&self) -> usize {
        self.gates().count()
    }

    /// Whether an account is hot.
    #[must_use]
    pub fn is_hot(&self, account: AccountId) -> bool {
        self.gate_of(account).is_some()
    }

    /// The accounts that are hot.
    #[must_use]
    pub fn hot_accounts(&self) -> BTreeSet<AccountId> {
        self.gates().map(|gate| gate.account).collect()
    }
}

fn is_off_balance(catalog: &Catalog, account: &Account) -> bool {
    catalog.subject(account.subject).opening.class == SubjectClass::OffBalance
}
