//! Deeds: what a transaction that does more than post comes to before any shard is asked.
//!
//! A deed becomes *effects* on holds, which the shard of the held account judges together with the legs, and a question
//! to the states of the original that it names, which the coordinator keeps. Both take part in the order of arrival: a
//! held account is pinned like one that needs funds, and an original is touched by one undecided transaction at a time.

use crate::account::hold::{Hold, HoldKind, HoldTerms};
use crate::account::row::Verdict;
use crate::ids::{AccountId, RecordPlace, TransactionKey};
use crate::money::amount::Amount;
use crate::record::entry::Counting;
use crate::record::head::Named;
use crate::rejection::Rejection;
use crate::schedule::Coordinator;
use crate::schedule::jobs::{JobRef, Work};
use crate::schedule::round::{Item, legs_of};
use crate::state::State;
use crate::transaction::Leg;
use crate::transaction::deed::{Action, Deed, Naming, Original};
use crate::transaction::effect::{Effect, EffectKind};
use crate::transaction::originals::{goes_elsewhere, movements};

/// What a deed comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// What it does to holds.
    pub(super) effects: Vec<Effect>,
    /// Whether funds, limits and states are set aside.
    pub(super) forced: bool,
    /// A question of shape that needs the accounts.
    pub(super) shape: Verdict,
    /// What refuses it whatever the shards say; of existence or of the original.
    pub(super) verdict: Option<Rejection>,
    /// The original that it names.
    pub(super) original: Option<TransactionKey>,
    /// What the original refunded, if it is reversed: its refunds become fewer.
    pub(super) refunded: Option<TransactionKey>,
    /// Whether its legs follow from its original's.
    pub(super) given: bool,
    /// How it counts against day limits.
    pub(super) counting: Counting,
    /// Whose accounting date it has, where it has neither legs nor effects.
    pub(super) about: Option<AccountId>,
}

impl Plan {
    /// The originals whose states it is judged by or changes.
    pub(super) fn originals(&self) -> impl Iterator<Item = TransactionKey> {
        [self.original, self.refunded].into_iter().flatten()
    }

    fn refused(rejection: Rejection) -> Plan {
        Plan { verdict: Some(rejection), ..Plan::default() }
    }
}

impl Coordinator {
    /// What a transaction's deed comes to, if it has one.
    #[inline]
    pub(super) fn plan(&mut self, what: JobRef) -> Option<Plan> {
        let (batch, transaction) = self.backlog.jobs.get(what.job).transaction(what.index)?;
        batch.deed(transaction)?;
        Some(self.plan_with_legs(what))
    }

    // Few transactions have a deed: that one has none shall cost the others no call.
    #[inline(never)]
    fn plan_with_legs(&mut self, what: JobRef) -> Plan {
        self.give_legs(what);
        self.plan_deed(what)
    }

    /// Gives a reversal or a confirm the legs of its original, in the style that the accounting dates ask for.
    fn give_legs(&mut self, what: JobRef) {
        let (batch, transaction) =
            self.backlog.jobs.get(what.job).transaction(what.index).expect("only a batch has deeds");
        let deed = batch.deed(transaction).expect("the transaction was seen to have one");
        if deed.brings_legs() || !batch.legs(transaction).is_empty() {
            return;
        }
        let reverses = matches!(deed, Deed::Reverse { .. });
        let given = reverses || matches!(deed, Deed::Confirm(_));
        let Some(original) = deed.naming().filter(|_| given).and_then(|naming| naming.found.clone()) else {
            return;
        };
        let blue = self.is_blue(&original);
        let Coordinator { state: State { books, .. }, backlog, .. } = self;
        let Work::Post(batch) = &mut backlog.jobs.get_mut(what.job).work else { return };
        let undo = |leg: &Leg| {
            let currency =
                books.descriptor(leg.account).map_or(leg.currency, |descriptor| descriptor.currency);
            match (reverses, blue) {
                (false, _) => Leg { currency, ..*leg },
                (true, false) => Leg { amount: Amount(-leg.amount.0), currency, ..*leg },
                (true, true) => Leg { side: leg.side.opposite(), currency, ..*leg },
            }
        };
        batch.give_legs(what.index, original.legs.iter().map(undo));
    }

    /// Whether an original is undone on the opposite sides: its accounting date lies in an earlier year of
    /// the books.
    fn is_blue(&self, original: &Original) -> bool {
        let account = original.legs.first().and_then(|leg| self.state.books.catalog.account(leg.account));
        account.is_some_and(|account| {
            let year_starts = self.state.books.catalog.year_starts(account.entity);
            year_starts.year_of(self.state.books.catalog.date(account.entity))
                != year_starts.year_of(original.date)
        })
    }

    fn plan_deed(&self, what: JobRef) -> Plan {
        let job = self.backlog.jobs.get(what.job);
        let (batch, transaction) = job.transaction(what.index).expect("only a batch has deeds");
        let legs = batch.legs(transaction);
        let own = TransactionKey { client: job.client, id: transaction.id };
        match batch.deed(transaction).expect("the transaction was seen to have one") {
            Deed::Freeze(freeze) => {
                let text_id = batch.texts(transaction).own.into();
                let (amount, terms) = (freeze.amount, HoldTerms { text_id, ..freeze.terms.clone() });
                let effects = vec![effect(freeze.account, own, EffectKind::Freeze { amount, terms })];
                let currency =
                    self.state.books.descriptor(freeze.account).map(|descriptor| descriptor.currency);
                let mismatch = currency.is_some_and(|currency| currency != freeze.currency);
                Plan {
                    effects,
                    shape: mismatch.then_some((Rejection::CurrencyMismatch, 0)),
                    // Its id was forgotten since, and came again.
                    verdict: (self.state.holds.is_there(own).then_some(Rejection::KeyConflict))
                        .or_else(|| self.refuse_expired(what, freeze.terms.expires_us)),
                    ..Plan::default()
                }
            }
            Deed::Unfreeze { hold, amount, currency, authority } => {
                let Some(account) = self.state.holds.account_of(*hold) else {
                    return Plan::refused(Rejection::UnknownFreeze);
                };
                let what = EffectKind::Release { amount: *amount, authority: authority.clone() };
                let held_in = self.state.books.descriptor(account).map(|descriptor| descriptor.currency);
                let mismatch = currency.is_some() && *currency != held_in;
                let shape = mismatch.then_some((Rejection::CurrencyMismatch, 0));
                Plan { effects: vec![effect(account, *hold, what)], shape, ..Plan::default() }
            }
            Deed::Consume { hold, amount, authority, forced } => {
                let Some(account) = self.state.holds.account_of(*hold) else {
                    return Plan::refused(Rejection::UnknownFreeze);
                };
                let taken = self.state.books.taken_from(account, legs);
                let shape = (taken != i128::from(amount.0)).then_some((Rejection::InvalidAmount, 0));
                let (amount, authority, forced) = (*amount, authority.clone(), *forced);
                let effects = vec![effect(account, *hold, EffectKind::Consume { amount, authority, forced })];
                Plan { effects, shape, ..Plan::default() }
            }
            Deed::Reverse { original, forced } => self.plan_reversal(original, *forced),
            Deed::Refund(naming) => {
                let verdict = self.refuse_refund(naming, legs);
                Plan { verdict, original: Some(naming.key), ..Plan::default() }
            }
            Deed::Try { expires_us } => {
                let (expires_us, text_id) = (*expires_us, batch.texts(transaction).own.into());
                let terms = HoldTerms { kind: HoldKind::Try, authority: "".into(), expires_us, text_id };
                let verdict = (self.state.originals.get(own).map(|_| Rejection::KeyConflict))
                    .or_else(|| self.refuse_expired(what, expires_us));
                Plan { effects: self.effects_of_try(own, legs, &terms), verdict, ..Plan::default() }
            }
            Deed::Confirm(naming) => self.plan_second_step(naming, |_, amount| {
                let (authority, forced) = ("".into(), false);
                EffectKind::Consume { amount, authority, forced }
            }),
            Deed::CancelTry(naming) => {
                self.plan_second_step(naming, |hold, _| EffectKind::Abandon { hold: hold.clone() })
            }
            Deed::CarryForward => Plan { forced: true, ..Plan::default() },
        }
    }

    fn plan_reversal(&self, original: &Naming, forced: bool) -> Plan {
        let found = original.found.as_deref();
        let clearing = self.clearing_of(found.and_then(|found| found.refunded.as_deref()));
        let unit_of = |account| self.state.books.balancing_unit(account);
        let verdict = self.state.originals.refuse_reversal(original.key, found, &clearing, unit_of);
        let consumed = found.filter(|found| found.action == Action::Consume).map(|found| &found.holds);
        let effects = consumed.into_iter().flatten().map(|(account, hold, amount)| {
            effect(*account, hold.key, EffectKind::Restore { amount: *amount, hold: hold.clone() })
        });
        Plan {
            effects: effects.collect(),
            forced,
            verdict,
            original: Some(original.key),
            counting: found.map_or(Counting::Takes, |found| self.counting_of_undoing(found)),
            refunded: found
                .filter(|found| found.action == Action::Refund)
                .and_then(|found| found.names)
                .map(|named| named.key),
            given: true,
            ..Plan::default()
        }
    }

    /// What undoes a transaction of the same date gives back what that used of day limits; what undoes one of an earlier
    /// date has none of today's to give, and a court's or a forced consume used none.
    fn counting_of_undoing(&self, original: &Original) -> Counting {
        let today = original.legs.first().and_then(|leg| self.state.books.date_of(leg.account));
        let judicial = || original.holds.iter().any(|(_, hold, _)| hold.terms.kind == HoldKind::Judicial);
        let forced = original.names.is_some_and(|named| named.forced);
        let uncounted = original.action == Action::Consume && (forced || judicial());
        if today == Some(original.date) && !uncounted { Counting::GivesBack } else { Counting::Takes }
    }

    fn refuse_refund(&self, naming: &Naming, legs: &[Leg]) -> Option<Rejection> {
        let found = naming.found.as_deref();
        let clearing = self.clearing_of(found);
        let unit_of = |account| self.state.books.balancing_unit(account);
        let exceeded = self.state.originals.refuse_refund(naming.key, found, legs, &clearing, unit_of);
        let Some(original) = found.filter(|_| exceeded.is_none()) else { return exceeded };
        let today = legs.first().and_then(|leg| self.state.books.date_of(leg.account))?;
        let window = self.state.settings.refund_windows.days_for(&original.kind);
        (today.days() > original.date.days().saturating_add(window)).then_some(Rejection::RefundWindow)
    }

    /// The accounts by way of which an original may be refunded.
    fn clearing_of(&self, original: Option<&Original>) -> Vec<AccountId> {
        let keys = original
            .map_or(&[][..], |original| self.state.settings.refund_clearing.accounts_for(&original.kind));
        keys.iter().filter_map(|key| self.state.books.catalog.find(key)).collect()
    }

    /// Refuses to hold until a moment that has passed when the transaction is first looked at. One that waits for others
    /// since is not asked again: whether it is refused shall not hang on them.
    fn refuse_expired(&self, what: JobRef, expires_us: Option<i64>) -> Option<Rejection> {
        let expired = what.begun.is_none()
            && expires_us.is_some_and(|moment| moment <= self.state.output.frame.time_us);
        expired.then_some(Rejection::FreezeExpired)
    }

    /// A try holds what its legs take from each account whose funds are checked.
    fn effects_of_try(&self, own: TransactionKey, legs: &[Leg], terms: &HoldTerms) -> Vec<Effect> {
        let outgoing = legs.iter().enumerate().filter_map(|(index, leg)| {
            if legs[..index].iter().any(|before| before.account == leg.account) {
                return None;
            }
            let taken = self.state.books.taken_from(leg.account, legs);
            let checked =
                self.state.books.catalog.account(leg.account).is_some_and(|account| !account.may_go_negative);
            // More than an i64 no account has.
            let amount = Amount(i64::try_from(taken).unwrap_or(i64::MAX));
            let what = EffectKind::Freeze { amount, terms: terms.clone() };
            (checked && taken > 0).then(|| effect(leg.account, own, what))
        });
        outgoing.collect()
    }

    fn plan_second_step(&self, naming: &Naming, what: impl Fn(&Hold, Amount) -> EffectKind) -> Plan {
        let found = naming.found.as_deref();
        let verdict = self.state.originals.refuse_second_step(naming.key, found);
        let holds = found.into_iter().flat_map(|found| &found.holds);
        let effects = holds.map(|(account, hold, amount)| effect(*account, hold.key, what(hold, *amount)));
        Plan {
            effects: effects.collect(),
            verdict,
            original: Some(naming.key),
            given: true,
            about: found.and_then(|found| found.legs.first()).map(|leg| leg.account),
            ..Plan::default()
        }
    }

    /// Notes that a transaction of this round may open a hold, and names an original.
    pub(super) fn note_deed(&mut self, plan: &Plan) {
        plan.effects.iter().for_each(|effect| self.state.holds.note_opening(effect));
        self.round.originals.extend(plan.originals());
    }

    /// What the record of a transaction names.
    pub(super) fn named(&self, what: JobRef) -> Option<Named> {
        let (batch, transaction) = self.backlog.jobs.get(what.job).transaction(what.index)?;
        let hold = |key: &TransactionKey, forced| Named { key: *key, forced, ..Named::default() };
        let naming = |naming: &Naming| {
            let place = naming.found.as_ref().map_or(RecordPlace::default(), |found| found.place);
            Named { key: naming.key, place, ..Named::default() }
        };
        match batch.deed(transaction)? {
            Deed::Freeze(_) | Deed::Try { .. } | Deed::CarryForward => None,
            Deed::Unfreeze { hold: key, .. } => Some(hold(key, false)),
            Deed::Consume { hold: key, forced, .. } => Some(hold(key, *forced)),
            Deed::Reverse { original, forced } => {
                let blue = original.found.as_ref().is_some_and(|found| self.is_blue(found));
                Some(Named { forced: *forced, blue, ..naming(original) })
            }
            Deed::Refund(original) => {
                let legs = batch.legs(transaction);
                let clearing = original.found.as_ref().is_some_and(|found| goes_elsewhere(found, legs));
                Some(Named { clearing, ..naming(original) })
            }
            Deed::Confirm(original) | Deed::CancelTry(original) => Some(naming(original)),
        }
    }

    /// Takes in what a deed has done, when its record is written.
    pub(super) fn done(&mut self, item: &Item) {
        let job = self.backlog.jobs.get(item.what.job);
        let Some((batch, transaction)) = job.transaction(item.what.index) else { return };
        let Some(deed) = batch.deed(transaction) else { return };
        let own = TransactionKey { client: job.client, id: transaction.id };
        let (_, legs) = legs_of(job, item.what.index);
        if let Some(naming) = deed.naming() {
            self.state.originals.take(deed.action(), own, naming.key, movements(legs));
        }
        let plan = match deed {
            Deed::Freeze(_) | Deed::Try { .. } => self.plan_deed(item.what).effects,
            Deed::Reverse { original, forced } => self.plan_reversal(original, *forced).effects,
            _ => return,
        };
        plan.iter().for_each(|effect| self.state.holds.done(effect));
    }
}

fn effect(account: AccountId, key: TransactionKey, what: EffectKind) -> Effect {
    Effect { account, key, what }
}
