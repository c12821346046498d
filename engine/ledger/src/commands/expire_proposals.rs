//! Proposals end by themselves: at the first frame whose logged time has reached the moment, by a record of their own, before
//! anything that arrives after it.

use crate::proposals::decision::{Decision, DecisionKind};
use crate::record::admin::Admin;
use crate::state::State;

/// Ends all proposals whose moment has come.
pub(crate) fn run(state: &mut State) {
    let (frame, time_us) = (state.output.frame.number, state.output.frame.time_us);
    while let Some(number) = state.books.catalog.proposals().due(time_us) {
        let kind = DecisionKind::Expired;
        let decision = Decision { number, kind, frame, by: Box::default(), notes: Box::default() };
        state.take_proposal(&Admin::Decided(decision));
    }
}
