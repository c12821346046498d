//! Actions in a round: the transaction around each, and what the round must know of it.

use crate::actions::Action;
use crate::actions::plan::{Followed, Plan};
use crate::actions::rules::Given;
use crate::ids::TransactionKey;
use crate::schedule::Coordinator;
use crate::schedule::jobs::{Job, JobRef, Work};
use crate::schedule::open_round::Item;
use crate::transaction::charged::Charged;
use crate::transaction::named::Named;

impl Coordinator {
    /// What a transaction's action comes to, if it has one.
    #[inline]
    pub(super) fn plan(&mut self, what: JobRef) -> Option<Plan> {
        let (batch, transaction) = self.backlog.jobs.get(what.job).transaction(what.index)?;
        batch.action(transaction)?;
        Some(self.plan_with_legs(what))
    }

    // Few transactions have an action; the others must not pay a call for that.
    #[inline(never)]
    fn plan_with_legs(&mut self, what: JobRef) -> Plan {
        self.give_legs(what);
        let (action, given) = given(self.backlog.jobs.get(what.job), what.index);
        let given = Given { is_new: what.begun.is_none(), ..given };
        action.rules().plan(given, &self.state)
    }

    /// Gives a transaction the legs that follow from its original.
    fn give_legs(&mut self, what: JobRef) {
        let (action, given) = given(self.backlog.jobs.get(what.job), what.index);
        let is_given = !given.legs.is_empty();
        if action.rules().brings_legs() || is_given && !action.rules().follows_anew() {
            return;
        }
        let Followed { legs, notes } = action.rules().follow(given, &self.state);
        if let Work::Post(batch) = &mut self.backlog.jobs.get_mut(what.job).work
            && (is_given || !legs.is_empty())
        {
            batch.give_legs(what.index, &legs);
            let is_said = || Charged::read(batch.notes(&batch.transactions[what.index as usize])).is_some();
            if !notes.is_empty() && !is_said() {
                batch.give_notes(what.index, &notes);
            }
        }
    }

    /// Notes that a transaction of this round may open a hold, and names an original.
    pub(super) fn note_plan(&mut self, plan: &Plan) {
        plan.effects.iter().for_each(|effect| self.state.holds.note_opening(effect));
        self.round.originals.extend(plan.originals());
    }

    /// What the record of a transaction names.
    pub(super) fn named(&self, what: JobRef) -> Option<Named> {
        let (action, given) = given(self.backlog.jobs.get(what.job), what.index);
        action.rules().named(given.legs, &self.state)
    }

    /// Takes in what an action has done, when its record is written.
    pub(super) fn done(&mut self, item: &Item) {
        let Coordinator { state, backlog, .. } = self;
        let job = backlog.jobs.get(item.what.job);
        let (action, given) = given(job, item.what.index);
        action.rules().done(given, state);
    }
}

/// The action of a transaction that has one, and the transaction around it.
fn given(job: &Job, index: u32) -> (&Action, Given<'_>) {
    let (batch, transaction) = job.transaction(index).expect("only a batch has actions");
    let action = batch.action(transaction).expect("the transaction was seen to have an action");
    let own = TransactionKey { client: job.client, id: transaction.id };
    let (text_id, legs, notes) =
        (batch.texts(transaction).own, batch.legs(transaction), batch.notes(transaction));
    (action, Given { own, text_id, legs, notes, is_new: false })
}
