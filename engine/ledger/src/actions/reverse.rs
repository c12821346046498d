//! 冲正: undoes an original with all its legs, once, and gives back what it spent of a hold.
//!
//! Judged in this order: the original is posted and of an action that can be undone (`unknown_original`); it was not reversed
//! before (`already_reversed`); nothing of it was refunded, and if it is a refund itself, the others stay within their bounds
//! without it (`refund_exceeded`); then states, funds and limits in the shards, which force sets aside.

use crate::actions::content::write_key;
use crate::actions::plan::{Followed, Plan};
use crate::actions::rules::{ActionRules, Given};
use crate::actions::undo::{clearing_of, counting_of_undoing, is_blue};
use crate::money::amount::Amount;
use crate::record::entry::Counting;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::effect::{Effect, EffectKind};
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;
use crate::transaction::original::Naming;
use crate::transaction::originals::movements;

/// A reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverse {
    /// What is undone.
    pub original: Naming,
    /// Whether funds and states are set aside, with an approval.
    pub forced: bool,
}

impl ActionRules for Reverse {
    fn code(&self) -> ActionCode {
        ActionCode::Reverse
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_key(out, self.original.key);
        out.push(u8::from(self.forced));
    }

    fn is_forced(&self) -> bool {
        self.forced
    }

    fn naming(&self) -> Option<&Naming> {
        Some(&self.original)
    }

    fn naming_mut(&mut self) -> Option<&mut Naming> {
        Some(&mut self.original)
    }

    fn follow(&self, _given: Given<'_>, state: &State) -> Followed {
        let Some(original) = self.original.found.as_deref() else { return Followed::default() };
        let blue = is_blue(original, state);
        let undo = |leg: &Leg| {
            let leg = state.books.with_currency(leg);
            match blue {
                false => Leg { amount: Amount(-leg.amount.0), ..leg },
                true => Leg { side: leg.side.opposite(), ..leg },
            }
        };
        original.legs.iter().map(undo).collect::<Vec<Leg>>().into()
    }

    fn plan(&self, _given: Given<'_>, state: &State) -> Plan {
        let found = self.original.found.as_deref();
        let clearing = clearing_of(found.and_then(|found| found.refunded.as_deref()), state);
        let unit_of = |account| state.books.balancing_unit(account);
        Plan {
            effects: self.effects(),
            forced: self.forced,
            verdict: state.originals.refuse_reversal(self.original.key, found, &clearing, unit_of),
            original: Some(self.original.key),
            counting: found.map_or(Counting::Takes, |found| counting_of_undoing(found, state)),
            refunded: found
                .filter(|found| found.action == ActionCode::Refund)
                .and_then(|found| found.names)
                .map(|named| named.key),
            given: true,
            ..Plan::default()
        }
    }

    fn named(&self, _legs: &[Leg], state: &State) -> Option<Named> {
        let blue = self.original.found.as_ref().is_some_and(|found| is_blue(found, state));
        Some(Named { forced: self.forced, blue, ..self.original.named() })
    }

    fn done(&self, given: Given<'_>, state: &mut State) {
        state.originals.take(ActionCode::Reverse, given.own, self.original.key, movements(given.legs));
        self.effects().iter().for_each(|effect| state.holds.done(effect));
    }
}

impl Reverse {
    /// What a consume spent is held again.
    fn effects(&self) -> Vec<Effect> {
        let found = self.original.found.as_deref();
        let consumed = found.filter(|found| found.action == ActionCode::Consume).map(|found| &found.holds);
        let effects = consumed.into_iter().flatten().map(|(account, hold, amount)| {
            let what = EffectKind::Restore { amount: *amount, hold: hold.clone() };
            Effect { account: *account, key: hold.key, what }
        });
        effects.collect()
    }
}
