//! TCC try: holds what its legs take from each account whose funds are checked, and posts nothing until it is confirmed.
//!
//! Judged in this order: no account is to hold more than an amount can be (shape); no try had this name (`key_conflict`); its expiry lies ahead (`freeze_expired`); then, in the shards, states, room for another hold, and
//! funds. Its expiry is that of its holds.

use crate::account::hold::{HoldKind, HoldTerms};
use crate::actions::content::write_moment;
use crate::actions::expiry::refuse_expired;
use crate::actions::plan::Plan;
use crate::actions::rules::{ActionRules, Given};
use crate::money::amount::Amount;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::effect::{Effect, EffectKind};
use crate::transaction::leg::Leg;

/// A try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// When it releases by itself, in microseconds since 1970.
    pub expires_us: Option<i64>,
}

impl ActionRules for Try {
    fn code(&self) -> ActionCode {
        ActionCode::Try
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_moment(out, self.expires_us);
    }

    fn brings_legs(&self) -> bool {
        true
    }

    fn posts(&self) -> bool {
        false
    }

    fn plan(&self, given: Given<'_>, state: &State) -> Plan {
        let verdict = (state.originals.get(given.own).map(|_| Rejection::KeyConflict))
            .or_else(|| refuse_expired(given, self.expires_us, state));
        let shape = too_much(given, state).map(|step| (Rejection::InvalidAmount, step));
        Plan { effects: self.effects(given, state), verdict, shape, ..Plan::default() }
    }

    fn done(&self, given: Given<'_>, state: &mut State) {
        let effects = self.effects(given, state);
        effects.iter().for_each(|effect| state.holds.done(effect));
    }
}

impl Try {
    fn effects(&self, given: Given<'_>, state: &State) -> Vec<Effect> {
        let (expires_us, text_id) = (self.expires_us, given.text_id.into());
        let terms = HoldTerms { kind: HoldKind::Try, authority: "".into(), expires_us, text_id };
        let outgoing = given.legs.iter().enumerate().filter_map(|(index, leg)| {
            if given.legs[..index].iter().any(|before| before.account == leg.account) {
                return None;
            }
            let taken = state.books.taken_from(leg.account, given.legs);
            let account = state.books.catalog.account(leg.account);
            let checked = account.is_some_and(|account| !account.may_go_negative);
            // More is refused for its shape.
            let amount = Amount(i64::try_from(taken).unwrap_or(i64::MAX));
            let what = EffectKind::Freeze { amount, terms: terms.clone() };
            (checked && taken > 0).then_some(Effect { account: leg.account, key: given.own, what })
        });
        outgoing.collect()
    }
}

/// The step of the first leg on an account that would have to hold more than an amount can be.
fn too_much(given: Given<'_>, state: &State) -> Option<u16> {
    let holds = |leg: &&Leg| {
        let account = state.books.catalog.account(leg.account);
        account.is_some_and(|account| !account.may_go_negative)
            && state.books.taken_from(leg.account, given.legs) > i128::from(i64::MAX)
    };
    given.legs.iter().find(holds).map(|leg| leg.step)
}
