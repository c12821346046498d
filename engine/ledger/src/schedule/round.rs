//! Forming a round: each transaction, in order of arrival, is answered at once, goes into the round, or waits.
//!
//! Why waiting is exact. Let an *open* transaction be one of this round that several shards must vote on, or one that
//! waits. A later transaction may be decided beside open ones only if it cannot tell the difference:
//!
//! - on an ordinary account it waits if an open transaction has a leg there ([`Exclusive`](crate::schedule::conflicts::Pin::Exclusive)), unless both have
//!   only legs that no want of funds can refuse ([`Shared`](crate::schedule::conflicts::Pin::Shared)); then it is prepared too, so that the two settle
//!   in order of arrival;
//! - on a hot account the gate knows the sums of the open transactions and lets it pass, refuses it, or makes it wait
//!   and closes itself behind it.

use crate::access::acting::Acting;
use crate::actions::plan::Plan;
use crate::answer::{Answer, PostResult};
use crate::batch::Batch;
use crate::idempotency::decided::Known;
use crate::ids::{ShardId, TransactionKey};
use crate::record::entry::Counting;
use crate::rejection::Rejection;
use crate::schedule::Coordinator;
use crate::schedule::backlog::Queued;
use crate::schedule::cancel::repeat;
use crate::schedule::checks::{Early, Seen, refuse_early};
use crate::schedule::conflicts::{conflicts, pin};
use crate::schedule::jobs::{Job, JobRef, Work};
use crate::schedule::open_round::{Item, Prepared, RoundBuilder};
use crate::schedule::preflight::Preflight;
use crate::shard::order::ShardOrder;
use crate::shard::places::{place_of, shard_of};
use crate::shard::round::{Part, ShardLeg, ShardRound, Visit};
use crate::state::State;
use crate::state::books::Books;
use crate::state::gated_leg::LegRange;
use crate::transaction::effect::Effect;
use crate::transaction::leg::Leg;

impl Coordinator {
    /// Forms a round and gives the orders for it.
    pub(super) fn form_round(&mut self) -> Vec<(ShardId, ShardOrder)> {
        self.state.counts.rounds += 1;
        self.round.pins.clear();
        self.state.hot.begin_round(self.round.touched.drain(..));
        self.state.holds.begin_round();
        self.round.originals.clear();
        self.state.ids.begin_round();
        let RoundBuilder { hot_legs, prepared, .. } = &mut self.round;
        hot_legs.begin_round(prepared.iter_mut().map(|prepared| &mut prepared.item.hot));
        self.settle_prepared();
        let waiting = std::mem::take(&mut self.backlog.deferred);
        let mut room = self.state.settings.frame_bytes;
        for what in waiting {
            room = room.saturating_sub(self.record_bytes(what));
            self.consider(what);
        }
        while room > 0 && self.takes_newcomers() {
            let Some(Queued::Job(job)) = self.backlog.queue.front() else { break };
            room = self.consider_more(*job, room);
        }
        if std::mem::take(&mut self.round.judgement_due) {
            self.judge_hot_accounts();
        }
        let frame = self.state.output.frame.number;
        let rounds = (0..).map(ShardId).zip(&mut self.round.rounds);
        let busy = rounds.filter(|(_, round)| {
            !(round.resolve.is_empty() && round.execute.parts.is_empty() && round.prepare.parts.is_empty())
        });
        busy.map(|(shard, round)| {
            let order =
                ShardRound { frame, section: self.state.output.buffers.take(), ..std::mem::take(round) };
            (shard, ShardOrder::ShardRound(order))
        })
        .collect()
    }

    /// What the last round prepared settles now, before anything else.
    fn settle_prepared(&mut self) {
        self.round.items.clear();
        self.round.base = self.state.output.frame.next_ordinal();
        for (executed, voted) in &mut self.round.visits {
            executed.clear();
            voted.clear();
        }
        let mut prepared = std::mem::take(&mut self.round.prepared);
        let mut participants = std::mem::take(&mut self.round.participants);
        let mut rest = participants.as_slice();
        for Prepared { item, participants } in &prepared {
            // Its record, and what it did to holds and originals, stands only at the end of this round.
            if let Some(plan) = self.plan(item.what) {
                self.note_plan(&plan);
            }
            let ordinal = self.push_item(Item { gates_know: true, ..*item });
            let outcome = item.verdict.is_none().then_some(ordinal);
            let (shards, later) = rest.split_at(usize::from(*participants));
            rest = later;
            for shard in shards {
                self.round.rounds[usize::from(shard.0)].resolve.push(outcome);
            }
        }
        prepared.clear();
        participants.clear();
        (self.round.prepared, self.round.participants) = (prepared, participants);
    }

    pub(super) fn push_item(&mut self, item: Item) -> u32 {
        let ordinal = self.round.base + self.round.next_index();
        self.round.items.push(item);
        ordinal
    }

    /// Decides where a transaction goes.
    pub(super) fn consider(&mut self, what: JobRef) {
        let job = self.backlog.jobs.get(what.job);
        match job.work {
            Work::Post(_) => self.consider_post(what),
            Work::Cancel { id, time, .. } => self.consider_cancel(what, id, time),
            Work::Locate(_) => self.consider_locate(what),
        }
    }

    fn consider_post(&mut self, mut what: JobRef) {
        let plan = self.plan(what);
        let job = self.backlog.jobs.get(what.job);
        let Some((batch, transaction)) = job.transaction(what.index) else {
            unreachable!("only a batch has transactions to post")
        };
        let key = TransactionKey { client: job.client, id: transaction.id };
        let (hash, transaction) = (job.id_hash(what.index), *transaction);
        let preflight = self.preflight(batch, &transaction, plan.as_ref());
        let is_restricted = match &job.acting {
            None => false,
            // Who may post whatever it likes pays for no further question where it does no more than post.
            Some(_) if plan.is_some() || transaction.value_date.is_some() || !preflight.one_entity => true,
            Some(acting) => {
                batch.want_balances || !self.free_posting.covers(acting, preflight.entity, &self.state.books)
            }
        };
        let seen = Seen {
            what,
            key,
            hash,
            transaction: &transaction,
            is_restricted,
            preflight: &preflight,
            plan: plan.as_ref(),
        };
        match self.check(&seen) {
            None => {}
            Some(Early::Refused(rejection)) => return self.refuse(what, rejection, 0),
            Some(Early::WrongShape(rejection, step)) => return self.refuse_shape(what, (rejection, step)),
            Some(Early::Repeated(result)) => return self.finish(what, result),
            Some(Early::Waits) => return self.backlog.deferred.push_back(what),
            Some(Early::WaitsForNamed) => {
                return self.wait_for_named(what, plan.as_ref().expect("only an action names another"));
            }
        }
        if what.begun.is_none() {
            what.begun = Some(self.state.ids.begin(hash, key));
        }
        let dates = self.judge_dates(&seen);
        self.place(what, &preflight, plan.as_ref(), dates);
    }

    /// Refuses a transaction for its shape; but the first result of its id stands, where what makes the shape wrong came only
    /// after it: an account, a hold, or a request that brings its original again beside it.
    fn refuse_shape(&mut self, what: JobRef, (rejection, step): (Rejection, u16)) {
        let job = self.backlog.jobs.get(what.job);
        let (_, transaction) = job.transaction(what.index).expect("only a batch has shapes");
        let hash = job.id_hash(what.index);
        match self.state.ids.get(hash, TransactionKey { client: job.client, id: transaction.id }) {
            Some(Known::Decided(decided)) if decided.content == transaction.content => {
                self.finish(what, repeat(&decided, transaction.content));
            }
            _ => self.refuse(what, rejection, step),
        }
    }

    /// What a transaction names is undecided: an earlier one of this round names the same original, or may be opening the
    /// hold. It goes first in a later round.
    fn wait_for_named(&mut self, what: JobRef, plan: &Plan) {
        let Coordinator { state: State { books, hot, ids, .. }, backlog, round, .. } = self;
        let job = backlog.jobs.get(what.job);
        if let (None, Some((_, transaction))) = (what.begun, job.transaction(what.index)) {
            ids.note_waiting(TransactionKey { client: job.client, id: transaction.id });
        }
        let (_, legs) = legs_of(job, what.index);
        let listed = round.hot_legs.list(hot, books, legs);
        let on_hot = round.hot_legs.of(listed);
        hot.close(on_hot);
        hot.hold(on_hot, &mut round.touched);
        round.hot_legs.forget(listed);
        pin(&mut round.pins, books, legs, &plan.effects, true);
        backlog.deferred.push_back(what);
        self.state.counts.deferred += 1;
    }

    /// Puts a transaction whose shape and id are good into the round, or lets it wait.
    fn place(&mut self, what: JobRef, preflight: &Preflight, plan: Option<&Plan>, dates: Option<Rejection>) {
        let verdict = refuse_early(preflight, plan, dates);
        let gates_know = verdict.is_some();
        let Preflight { entity, date, .. } = *preflight;
        let mut item = Item { what, verdict, entity, date, hot: LegRange::NONE, gates_know };
        if verdict.is_some() {
            self.push_item(item);
            return;
        }
        if let Some(plan) = plan {
            self.note_plan(plan);
        }
        let effects = plan.map_or(&[][..], |plan| &plan.effects);
        let Coordinator { state: State { books, hot, .. }, backlog, round, .. } = self;
        let (batch, legs) = legs_of(backlog.jobs.get(what.job), what.index);
        let (conflict, shared) = match round.pins.is_empty() {
            true => (false, false),
            false => conflicts(&round.pins, books, legs, effects),
        };
        let mut later = conflict;
        if preflight.hot {
            item.hot = round.hot_legs.list(hot, books, legs);
            let on_hot = round.hot_legs.of(item.hot);
            let (verdict, waits) = hot.ask(on_hot, legs);
            item.verdict = verdict;
            later |= waits;
            if later {
                hot.close(on_hot);
            }
            hot.hold(on_hot, &mut round.touched);
        }
        if later {
            if preflight.hot {
                round.hot_legs.forget(item.hot);
            }
            pin(&mut round.pins, books, legs, effects, true);
            backlog.deferred.push_back(what);
            self.state.counts.deferred += 1;
            return;
        }
        if self.state.settings.hot_by_rate {
            legs.iter().for_each(|leg| round.judgement_due |= hot.detector.count(leg.account));
        }
        let examine = item.verdict.is_some();
        let index = round.next_index();
        let part = Part {
            ordinal: round.base + index,
            legs: 0,
            effects: 0,
            forced: plan.is_some_and(|plan| plan.forced),
            examine,
            want_balances: batch.want_balances,
            counting: plan.map_or(Counting::Takes, |plan| plan.counting),
            date: preflight.date,
        };
        if let (Some(shard), false, false) = (preflight.shard, preflight.spans, shared && !examine) {
            round.visits[usize::from(shard.0)].0.push(index);
            let visit = &mut round.rounds[usize::from(shard.0)].execute;
            push_part(visit, part, (legs, effects), books, self.state.settings.shards, None);
            round.items.push(item);
            return;
        }
        self.place_spanning(item, part, effects);
    }

    /// A transaction over several shards, over none, or one that must settle in turn.
    fn place_spanning(&mut self, item: Item, part: Part, effects: &[Effect]) {
        let shards = self.state.settings.shards;
        let Coordinator { state: State { books, .. }, backlog, round, .. } = self;
        let (_, legs) = legs_of(backlog.jobs.get(item.what.job), item.what.index);
        let vote = u32::try_from(round.prepared.len()).expect("a round is capped far below 2^32");
        let index = part.ordinal - round.base;
        let before = round.participants.len();
        let on_legs = legs.iter().filter(|leg| books.ordinary(leg).is_some());
        let accounts = on_legs.map(|leg| leg.account).chain(effects.iter().map(|effect| effect.account));
        for account in accounts {
            let shard = shard_of(account, shards);
            if round.participants[before..].contains(&shard) {
                continue;
            }
            round.participants.push(shard);
            let (executed, voted) = &mut round.visits[usize::from(shard.0)];
            let for_shard = &mut round.rounds[usize::from(shard.0)];
            if part.examine {
                executed.push(index);
                push_part(&mut for_shard.execute, part, (legs, effects), books, shards, Some(shard));
            } else {
                voted.push(vote);
                push_part(&mut for_shard.prepare, part, (legs, effects), books, shards, Some(shard));
            }
        }
        let participants = round.participants.len() - before;
        if part.examine || participants == 0 {
            round.participants.truncate(before);
            round.items.push(item);
            return;
        }
        pin(&mut round.pins, books, legs, effects, false);
        self.state.counts.spanning += 1;
        let participants = u16::try_from(participants).expect("there are no more shards than a u16 counts");
        round.prepared.push(Prepared { item, participants });
    }

    /// Answers a transaction with a rejection that is not remembered.
    pub(super) fn refuse(&mut self, what: JobRef, rejection: Rejection, step: u16) {
        self.finish(what, PostResult { rejection: Some(rejection), step, ..PostResult::default() });
    }

    pub(super) fn finish(&mut self, what: JobRef, result: PostResult) {
        self.state.counts.decided += 1;
        self.state.counts.refused += u64::from(result.rejection.is_some());
        if let Some((reply_to, acting, posted)) =
            self.backlog.jobs.finish(what, result, self.state.ids.window.clock_us())
        {
            if let Some(acting) = acting {
                self.take_approval(&acting, result);
            }
            match reply_to {
                Some(reply_to) => self.state.output.frame.replies.push((reply_to, Answer::Posted(posted))),
                None => self.backlog.take_carried(&posted),
            }
        }
    }

    /// Writes down that a transaction was proposed and is done, in the frame of its record. One that was posted before by
    /// itself is none that was approved.
    #[cold]
    fn take_approval(&mut self, acting: &Acting, result: PostResult) {
        let Some(approval) = acting.approval() else { return };
        if result.rejection.is_none() && !result.repeated {
            assert_eq!(result.frame, self.state.output.frame.number, "both stand in one frame");
            self.state.take_approval(approval.clone());
        }
    }
}

/// The legs that a transaction posts: a try has legs, but only holds what they take.
pub(super) fn legs_of(job: &Job, index: u32) -> (&Batch, &[Leg]) {
    let (batch, transaction) = job.transaction(index).expect("only a batch has legs");
    let posts = batch.action(transaction).is_none_or(|action| action.rules().posts());
    (batch, if posts { batch.legs(transaction) } else { &[] })
}

/// Adds a transaction's legs on ordinary accounts and its effects on holds, of one shard or of all, to a visit.
fn push_part(
    visit: &mut Visit,
    part: Part,
    (legs, effects): (&[Leg], &[Effect]),
    books: &Books,
    shards: u16,
    only: Option<ShardId>,
) {
    let here = |account| only.is_none_or(|shard| shard_of(account, shards) == shard);
    let (legs_before, effects_before) = (visit.legs.len(), visit.effects.len());
    for leg in legs {
        if here(leg.account) && books.ordinary(leg).is_some() {
            let &Leg { account, step, side, amount, .. } = leg;
            visit.legs.push(ShardLeg { slot: place_of(account, shards), step, side, amount });
        }
    }
    visit.effects.extend(effects.iter().filter(|effect| here(effect.account)).cloned());
    let count = |len: usize| u16::try_from(len).expect("legs of a transaction are capped");
    let (legs, effects) =
        (count(visit.legs.len() - legs_before), count(visit.effects.len() - effects_before));
    visit.parts.push(Part { legs, effects, ..part });
}
