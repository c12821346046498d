//! A proposal ends without being done: another principal rejects it (复核退回), or its maker takes it back (撤回).

use crate::access::acting::Acting;
use crate::answer::Answer;
use crate::commands::caller::Caller;
use crate::commands::decide::{Decided, judge};
use crate::commands::outcome::Outcome;
use crate::proposals::decision::DecisionKind;
use crate::record::admin::Admin;
use crate::state::State;

pub(super) fn run(
    state: &mut State,
    caller: Caller,
    acting: Option<&Acting>,
    (number, kind): (u64, DecisionKind),
    notes: &[u8],
) -> Outcome {
    let decided = Decided { number, kind, digest: None, notes };
    match judge(state, caller.client, acting, &decided) {
        Ok(None) => state.answer(caller.reply_to, Answer::Done),
        Ok(Some(decision)) => {
            state.take_proposal(&Admin::Decided(decision));
            state.answer(caller.reply_to, Answer::Done)
        }
        Err(rejection) => state.refuse(caller.reply_to, rejection),
    }
}
