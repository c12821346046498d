//! 退款: posts legs that give back part of an original.
//!
//! Judged in this order: the original is posted and of an action that can be refunded (`unknown_original`); it was not
//! reversed (`already_reversed`); with all others it stays within the bounds of [`crate::transaction::refunds`]
//! (`refund_exceeded`); the window of its type is open (`refund_window`); then states, funds and limits in the shards.

use crate::actions::content::write_key;
use crate::actions::plan::Plan;
use crate::actions::rules::{ActionRules, Given};
use crate::actions::undo::clearing_of;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;
use crate::transaction::original::Naming;
use crate::transaction::originals::{goes_elsewhere, movements};

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// What is given back.
    pub original: Naming,
}

impl ActionRules for Refund {
    fn code(&self) -> ActionCode {
        ActionCode::Refund
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_key(out, self.original.key);
    }

    fn brings_legs(&self) -> bool {
        true
    }

    fn naming(&self) -> Option<&Naming> {
        Some(&self.original)
    }

    fn naming_mut(&mut self) -> Option<&mut Naming> {
        Some(&mut self.original)
    }

    fn plan(&self, given: Given<'_>, state: &State) -> Plan {
        Plan { verdict: self.refuse(given.legs, state), original: Some(self.original.key), ..Plan::default() }
    }

    fn named(&self, legs: &[Leg], _state: &State) -> Option<Named> {
        let clearing = self.original.found.as_ref().is_some_and(|found| goes_elsewhere(found, legs));
        Some(Named { clearing, ..self.original.named() })
    }

    fn done(&self, given: Given<'_>, state: &mut State) {
        state.originals.take(ActionCode::Refund, given.own, self.original.key, movements(given.legs));
    }
}

impl Refund {
    fn refuse(&self, legs: &[Leg], state: &State) -> Option<Rejection> {
        let found = self.original.found.as_deref();
        let clearing = clearing_of(found, state);
        let unit_of = |account| state.books.balancing_unit(account);
        let exceeded = state.originals.refuse_refund(self.original.key, found, legs, &clearing, unit_of);
        let Some(original) = found.filter(|_| exceeded.is_none()) else { return exceeded };
        let today = legs.first().and_then(|leg| state.books.date_of(leg.account))?;
        let window = state.settings.refund_windows.days_for(&original.kind);
        (today.days() > original.date.days().saturating_add(window)).then_some(Rejection::RefundWindow)
    }
}
