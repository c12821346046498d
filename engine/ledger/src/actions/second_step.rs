//! What the second steps of TCC have in common: both end a try, once.

use crate::account::hold::Hold;
use crate::actions::plan::Plan;
use crate::money::amount::Amount;
use crate::state::State;
use crate::transaction::effect::{Effect, EffectKind};
use crate::transaction::original::Naming;

/// The plan of a second step, with what it does to each hold of the try.
pub(super) fn plan(naming: &Naming, state: &State, what: impl Fn(&Hold, Amount) -> EffectKind) -> Plan {
    let found = naming.found.as_deref();
    let holds = found.into_iter().flat_map(|found| &found.holds);
    let effects = holds.map(|(account, hold, amount)| Effect {
        account: *account,
        key: hold.key,
        what: what(hold, *amount),
    });
    Plan {
        effects: effects.collect(),
        verdict: state.originals.refuse_second_step(naming.key, found),
        original: Some(naming.key),
        given: true,
        about: found.and_then(|found| found.legs.first()).map(|leg| leg.account),
        ..Plan::default()
    }
}
