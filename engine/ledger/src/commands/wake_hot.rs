//! Hot accounts that rested get their gates again.

use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::hot::gate::Gate;
use crate::ids::AccountId;
use crate::shard::order::ShowRows;
use crate::state::State;

/// A hot account without its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resting {
    pub(crate) account: AccountId,
    /// What the gate had counted.
    pub(crate) legs: u64,
}

/// Accounts that rested, whose rows are being read.
#[derive(Clone, Debug)]
pub(crate) struct Wake {
    resting: Vec<Resting>,
}

/// Begins to give their gates back.
pub(crate) fn begin(state: &State, resting: Vec<Resting>) -> Outcome {
    let accounts: Vec<AccountId> = resting.iter().map(|resting| resting.account).collect();
    Outcome::wait_for_rows(Wake { resting }, state, accounts)
}

impl AwaitShards for Wake {
    type Query = ShowRows;

    fn finish(self, state: &mut State, replies: Replies<ShowRows>) -> Outcome {
        for shown in replies.into_iter().flat_map(|(_, shown)| shown) {
            let rested = self.resting.iter().find(|resting| resting.account == shown.account);
            let mut gate = Gate::new(shown.account, &shown.row);
            gate.legs = rested.expect("only what rested is read").legs;
            state.hot.add(gate, &mut state.books);
        }
        Outcome::Done
    }
}
