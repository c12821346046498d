//! Holds (冻结): of one account all that are known, else those of which something remains.

use crate::account::AccountRef;
use crate::account::hold::Hold;
use crate::answer::{Answer, ReplyTo};
use crate::commands::caller::MAX_LIST;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::ids::{AccountId, TransactionKey};
use crate::shard::order::ShowHolds;
use crate::state::State;

/// A list of holds being gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    reply_to: Option<ReplyTo>,
    after: Option<(AccountId, TransactionKey)>,
    limit: usize,
}

pub(super) fn begin(
    state: &mut State,
    reply_to: Option<ReplyTo>,
    account: Option<&AccountRef>,
    after: Option<(AccountId, TransactionKey)>,
    limit: u32,
) -> Outcome {
    let list = List { reply_to, after, limit: limit.min(MAX_LIST) as usize };
    match account.map(|account| state.books.find(account)) {
        None => Outcome::wait_for_all(list, state, &ShowHolds { of: None }),
        Some(Ok(account)) => {
            Outcome::wait(list, vec![(state.shard_of(account), ShowHolds { of: Some(account) })])
        }
        Some(Err(rejection)) => state.refuse(reply_to, rejection),
    }
}

impl AwaitShards for List {
    type Query = ShowHolds;

    fn finish(self, state: &mut State, replies: Replies<ShowHolds>) -> Outcome {
        let mut holds: Vec<(AccountId, Hold)> = replies.into_iter().flat_map(|(_, holds)| holds).collect();
        holds.retain(|(account, hold)| self.after.is_none_or(|after| (*account, hold.key) > after));
        holds.sort_by_key(|(account, hold)| (*account, hold.key));
        holds.truncate(self.limit);
        state.answer(self.reply_to, Answer::Holds(holds))
    }
}
