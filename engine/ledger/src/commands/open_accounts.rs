//! Accounts (分户账) are opened, each idempotent by its natural key.

use std::collections::BTreeMap;

use crate::account::AccountOpening;
use crate::account::registered::Account;
use crate::account::row::Row;
use crate::answer::{Answer, Opened, ReplyTo};
use crate::chart::catalog::{Catalog, Judged};
use crate::commands::map_customer;
use crate::commands::outcome::{AwaitShards, Outcome};
use crate::hot::gate::Gate;
use crate::ids::{AccountId, Position, ShardId};
use crate::rejection::Rejection;
use crate::shard::order::OpenRows;
use crate::shard::round::Written;
use crate::state::State;

/// Accounts whose rows are being made.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    reply_to: Option<ReplyTo>,
    results: Vec<Result<Opened, Rejection>>,
}

pub(super) fn begin(state: &mut State, reply_to: Option<ReplyTo>, openings: &[AccountOpening]) -> Outcome {
    let mut by_shard: BTreeMap<ShardId, Vec<(AccountId, Account, bool)>> = BTreeMap::new();
    let results = openings.iter().map(|opening| {
        Ok(match state.books.catalog.judge_opening(opening)? {
            Judged::There(id) => Opened { id: id.0, existed: true },
            Judged::New(account) => {
                let hot = opening.hot && state.hot.count() < state.settings.hot_accounts;
                let id = add_account(state, &account, hot);
                if let Some(customer) = &opening.customer {
                    map_customer::tie(state, account.entity, customer, id);
                }
                by_shard.entry(state.shard_of(id)).or_default().push((id, account, hot));
                Opened { id: id.0, existed: false }
            }
        })
    });
    let results = results.collect();
    let frame = state.output.frame.number;
    let queries = by_shard.into_iter().map(|(shard, accounts)| (shard, OpenRows { frame, accounts }));
    Outcome::wait(Open { reply_to, results }, queries.collect())
}

fn add_account(state: &mut State, account: &Account, hot: bool) -> AccountId {
    let id = state.books.add_account(account, hot);
    if hot {
        let row = Row::open(&Catalog::opened_entry(id, account, hot), Position::NONE);
        state.hot.add(Gate::new(id, &row), &mut state.books);
    }
    id
}

impl AwaitShards for Open {
    type Query = OpenRows;

    fn finish(self, state: &mut State, replies: Vec<(ShardId, Written)>) -> Outcome {
        state.take_written(replies);
        state.answer(self.reply_to, Answer::Opened(self.results))
    }
}
