//! 年终结转: income and expense carried forward, by the ledger itself. Funds, limits and states are set aside: a loss must be
//! booked. What the states of the targets refuse is judged before it is posted.

use crate::actions::plan::Plan;
use crate::actions::rules::{ActionRules, Given};
use crate::state::State;
use crate::transaction::action_code::ActionCode;

/// A carry-forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarryForward;

impl ActionRules for CarryForward {
    fn code(&self) -> ActionCode {
        ActionCode::CarryForward
    }

    fn write_content(&self, _out: &mut Vec<u8>) {}

    fn brings_legs(&self) -> bool {
        true
    }

    fn plan(&self, _given: Given<'_>, _state: &State) -> Plan {
        Plan { forced: true, ..Plan::default() }
    }
}
