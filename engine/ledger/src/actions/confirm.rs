//! TCC confirm: posts the legs of a try, out of what it holds.
//!
//! Judged in this order: the original is a try that passed (`unknown_original`); it was neither confirmed nor cancelled before
//! (`already_posted`, `cancelled`); then, in the shards, the holds, the states and the limits.

use crate::actions::content::write_key;
use crate::actions::plan::{Followed, Plan};
use crate::actions::rules::{ActionRules, Given};
use crate::actions::second_step;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::effect::EffectKind;
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;
use crate::transaction::original::Naming;
use crate::transaction::originals::movements;

/// A confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// The try.
    pub original: Naming,
}

impl ActionRules for Confirm {
    fn code(&self) -> ActionCode {
        ActionCode::Confirm
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_key(out, self.original.key);
    }

    fn naming(&self) -> Option<&Naming> {
        Some(&self.original)
    }

    fn naming_mut(&mut self) -> Option<&mut Naming> {
        Some(&mut self.original)
    }

    fn follow(&self, _given: Given<'_>, state: &State) -> Followed {
        let legs = self.original.found.iter().flat_map(|found| &found.legs);
        let legs: Vec<Leg> = legs.map(|leg| state.books.with_currency(leg)).collect();
        legs.into()
    }

    fn plan(&self, _given: Given<'_>, state: &State) -> Plan {
        second_step::plan(&self.original, state, |_, amount| {
            let (authority, forced) = ("".into(), false);
            EffectKind::Consume { amount, authority, forced }
        })
    }

    fn named(&self, _legs: &[Leg], _state: &State) -> Option<Named> {
        Some(self.original.named())
    }

    fn done(&self, given: Given<'_>, state: &mut State) {
        state.originals.take(ActionCode::Confirm, given.own, self.original.key, movements(given.legs));
    }
}
