//! The end of a round: verdicts become records, results and knowledge of ids.

use crate::account::row::{Verdict, first_of};
use crate::answer::{LegBalance, PostResult};
use crate::commands::outcome::Replies;
use crate::idempotency::decided::Decided;
use crate::ids::{ClientId, TransactionId};
use crate::record::head::{Head, Outcome, write_tail};
use crate::schedule::Coordinator;
use crate::schedule::jobs::Work;
use crate::schedule::open_round::Item;
use crate::schedule::round::legs_of;
use crate::shard::round::{BalanceAfter, ShardRound};
use crate::transaction::action_code::ActionCode;
use crate::transaction::notes::TextIds;

impl Coordinator {
    /// Takes the shards' answers to the round under way.
    pub(super) fn end_round(&mut self, answers: Replies<ShardRound>) {
        for (shard, answer) in answers {
            let (executed, voted) = &self.round.visits[usize::from(shard.0)];
            assert_eq!((executed.len(), voted.len()), (answer.verdicts.len(), answer.votes.len()));
            let refused = executed.iter().zip(answer.verdicts).filter(|(_, verdict)| verdict.is_some());
            for (index, verdict) in refused {
                let item = &mut self.round.items[*index as usize];
                item.verdict = first_of(item.verdict, verdict);
            }
            for (index, vote) in voted.iter().zip(answer.votes) {
                count_vote(&mut self.round.prepared[*index as usize].item, vote);
            }
            let mut written = answer.written;
            self.give_balances(&std::mem::take(&mut written.balances));
            if written.section.is_empty() {
                self.state.output.buffers.give(std::mem::take(&mut written.section));
            }
            self.state.output.frame.take_written(shard, written);
            self.round.rounds[usize::from(shard.0)] = answer.spent;
        }
        let items = std::mem::take(&mut self.round.items);
        items.iter().for_each(|item| self.book(item));
        self.round.items = items;
        for index in 0..self.round.prepared.len() {
            let item = self.round.prepared[index].item;
            self.tell_gates(&item);
        }
    }

    fn give_balances(&mut self, balances: &[BalanceAfter]) {
        for after in balances {
            let item = &self.round.items[(after.ordinal - self.round.base) as usize];
            let job = self.backlog.jobs.get_mut(item.what.job);
            let (batch, legs) = legs_of(job, item.what.index);
            debug_assert!(batch.want_balances);
            let leg = legs.iter().find(|leg| leg.step == after.step).expect("a balance is that of a leg");
            let (transaction, step, account) = (item.what.index, after.step, leg.account);
            job.add_balance(LegBalance { transaction, step, account, balance: after.balance });
        }
    }

    /// Writes the record of a decided transaction and notes its result.
    fn book(&mut self, item: &Item) {
        if !item.gates_know {
            self.tell_gates(item);
        }
        let job = self.backlog.jobs.get(item.what.job);
        let client = job.client;
        let (head, outcome) = match &job.work {
            Work::Post(_) => self.book_post(item, client),
            Work::Cancel { id, time, text_id } => {
                let tail = cancel_tail(&mut self.state.output.frame.tails, text_id, job.acting());
                (cancel_head(item, client, (*id, *time), tail), Outcome::Cancelled)
            }
            Work::Locate(_) => unreachable!("a look-up writes no record"),
        };
        let (frame, ordinal) = (self.state.output.frame.number, self.state.output.frame.next_ordinal());
        self.state.output.frame.push_head(&head);
        let decided = Decided { content: head.content, outcome, step: head.step, frame, ordinal };
        let begun = item.what.begun.expect("the id of an item is noted as under way");
        self.state.ids.decide(begun, &decided);
        let rejection = if let Outcome::Refused(rejection) = outcome { Some(rejection) } else { None };
        self.finish(item.what, PostResult { rejection, step: head.step, repeated: false, frame, ordinal });
    }

    fn book_post(&mut self, item: &Item, client: ClientId) -> (Head, Outcome) {
        let job = self.backlog.jobs.get(item.what.job);
        let (batch, transaction) = job.transaction(item.what.index).expect("only a batch is posted");
        let (transaction, legs, action) =
            (*transaction, batch.legs(transaction), batch.action_code(transaction));
        let (outcome, step) = match item.verdict {
            None if action == ActionCode::Try => (Outcome::Tried, 0),
            None => (Outcome::Posted, 0),
            Some((rejection, step)) => (Outcome::Refused(rejection), step),
        };
        // A try keeps all its legs: its confirm posts them.
        let tried = if outcome == Outcome::Tried { legs } else { &[] };
        let hot = if outcome == Outcome::Posted { self.round.hot_legs.of(item.hot) } else { &[] };
        let kept = tried.iter().chain(hot.iter().map(|hot| hot.of(legs)));
        let named = if action == ActionCode::Post { None } else { self.named(item.what) };
        let tail = write_tail(
            &mut self.state.output.frame.tails,
            (batch.notes(&transaction), job.acting()),
            named.as_ref(),
            kept,
        );
        let count = u16::try_from(legs.len()).expect("legs of a transaction are capped");
        let wanted = batch.want_balances.then_some(item.what.index);
        let balances = self.state.hot.book(hot, legs, item.date, wanted);
        if !balances.is_empty() {
            let job = self.backlog.jobs.get_mut(item.what.job);
            balances.into_iter().for_each(|balance| job.add_balance(balance));
        }
        if action != ActionCode::Post && item.verdict.is_none() {
            self.done(item);
        }
        let head = Head {
            id: transaction.id,
            client,
            entity: item.entity,
            outcome,
            content: transaction.content,
            accounting_date: item.date,
            value_date: transaction.value_date.unwrap_or(item.date),
            time: transaction.time,
            action,
            legs: count,
            step,
            tail,
        };
        (head, outcome)
    }

    /// Tells the gates of a transaction's hot accounts what became of it.
    #[inline]
    fn tell_gates(&mut self, item: &Item) {
        if item.verdict.is_none() && !item.hot.is_empty() {
            self.state.hot.tell(self.round.hot_legs.of(item.hot));
        }
    }
}

/// The tail of a cancel: the text that its id was given as, and who acted.
#[cold]
fn cancel_tail(tails: &mut Vec<u8>, text_id: &str, acting: &[u8]) -> (u32, u32) {
    let mut texts = Vec::new();
    TextIds { own: text_id, named: "" }.write(&mut texts);
    write_tail(tails, (&texts, acting), None, [].iter())
}

fn cancel_head(item: &Item, client: ClientId, (id, time): (TransactionId, u32), tail: (u32, u32)) -> Head {
    Head {
        id,
        client,
        entity: item.entity,
        outcome: Outcome::Cancelled,
        content: 0,
        accounting_date: item.date,
        value_date: item.date,
        time,
        action: ActionCode::Post,
        legs: 0,
        step: 0,
        tail,
    }
}

/// Takes a shard's vote on a transaction that others vote on too.
#[inline]
fn count_vote(item: &mut Item, vote: Verdict) {
    fail_point!("VoteIgnored", |_| ());
    item.verdict = first_of(item.verdict, vote);
}
