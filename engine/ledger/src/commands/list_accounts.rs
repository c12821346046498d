//! A page of accounts in order of opening, of those that a filter lets through. There is no index but of customers: a page looks
//! at so many accounts at most, and says where it ended.

use crate::account::filter::AccountFilter;
use crate::account::registered::Account;
use crate::answer::{Answer, ReplyTo};
use crate::commands::accounts::view;
use crate::commands::caller::MAX_LIST;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::ids::{AccountId, EntityId, ShardId};
use crate::rejection::Rejection;
use crate::shard::order::{ListRows, ShownRow};
use crate::state::State;

/// A page looks at so many accounts: nobody waits for a list longer than for a large batch.
const LOOKED_AT: usize = 8_192;

/// A page that is being read.
#[derive(Clone, Copy, Debug)]
struct Page {
    reply_to: Option<ReplyTo>,
    limit: usize,
    /// The last account that was looked at; `None`: there is none behind it.
    ended: Option<AccountId>,
}

pub(super) fn begin(
    state: &mut State,
    reply_to: Option<ReplyTo>,
    (after, limit): (AccountId, u32),
    filter: &AccountFilter,
) -> Outcome {
    let limit = usize::try_from(limit.min(MAX_LIST)).expect("8,192");
    let (found, ended) = match look(state, after, limit, filter) {
        Ok(found) => found,
        Err(rejection) => return state.refuse(reply_to, rejection),
    };
    let mut by_shard = vec![Vec::new(); usize::from(state.settings.shards)];
    for account in found {
        by_shard[usize::from(state.shard_of(account).0)].push(account);
    }
    let asked = (0..).map(ShardId).zip(by_shard).filter(|(_, accounts)| !accounts.is_empty());
    // One more than are shown tells whether the page ends before what was looked at.
    let query = |accounts| ListRows { accounts, states: filter.states, limit: limit + 1 };
    let queries = asked.map(|(shard, accounts)| (shard, query(accounts))).collect();
    Outcome::wait(Page { reply_to, limit, ended }, queries)
}

/// The accounts after one that may be meant, and the last that was looked at. Their states only their shards know.
fn look(
    state: &State,
    after: AccountId,
    limit: usize,
    filter: &AccountFilter,
) -> Result<(Vec<AccountId>, Option<AccountId>), Rejection> {
    let catalog = &state.books.catalog;
    let entity = filter.entity.as_ref().map(|code| catalog.entity(code).ok_or(Rejection::UnknownEntity));
    let entity = entity.transpose()?;
    let is_wanted = |id: AccountId| {
        entity.is_none_or(|entity| state.books.entity_of(id) == entity)
            && catalog.account(id).is_some_and(|account| state.is_meant(account, filter))
    };
    let most = if filter.states.are_any() { limit } else { LOOKED_AT };
    match &filter.customer {
        Some(customer) => {
            let of_customer = of_customer(state, entity, customer, after);
            Ok(take(of_customer.into_iter(), most, is_wanted))
        }
        None => {
            let all = (after.0.saturating_add(1)..catalog.next_account().0).map(AccountId);
            Ok(take(all, most, is_wanted))
        }
    }
}

/// The first of them that are wanted, and the last that was looked at, if there are more.
fn take(
    mut all: impl Iterator<Item = AccountId>,
    most: usize,
    is_wanted: impl Fn(AccountId) -> bool,
) -> (Vec<AccountId>, Option<AccountId>) {
    let (mut found, mut last) = (Vec::new(), None);
    for id in all.by_ref().take(LOOKED_AT) {
        last = Some(id);
        if is_wanted(id) {
            found.push(id);
        }
        if found.len() == most {
            break;
        }
    }
    (found, last.filter(|_| all.next().is_some()))
}

/// The accounts of a customer after one, in order, and one more than are looked at.
fn of_customer(state: &State, entity: Option<EntityId>, customer: &str, after: AccountId) -> Vec<AccountId> {
    let catalog = &state.books.catalog;
    if let Some(entity) = entity {
        return catalog.accounts_of_after(entity, customer, after).take(LOOKED_AT + 1).collect();
    }
    let entities = (0..).map(EntityId).take(catalog.entities().len());
    let of_each = |entity| catalog.accounts_of_after(entity, customer, after).take(LOOKED_AT + 1);
    let mut accounts: Vec<AccountId> = entities.flat_map(of_each).collect();
    accounts.sort_unstable();
    accounts.truncate(LOOKED_AT + 1);
    accounts
}

impl State {
    /// Whether a filter lets an account through, as far as the catalog tells.
    fn is_meant(&self, account: &Account, filter: &AccountFilter) -> bool {
        let begins = |text: &str, wanted: &Option<Box<str>>| {
            wanted.as_ref().is_none_or(|wanted| text.starts_with(&**wanted))
        };
        let subject = || &self.books.catalog.subject(account.subject).opening.code;
        filter.owner.is_none_or(|owner| owner == account.owner)
            && begins(&account.number, &filter.number)
            && (filter.subject.is_none() || begins(subject(), &filter.subject))
    }
}

impl AwaitShards for Page {
    type Query = ListRows;

    fn finish(self, state: &mut State, replies: Replies<ListRows>) -> Outcome {
        let mut rows: Vec<ShownRow> = replies.into_iter().flat_map(|(_, shown)| shown).collect();
        rows.sort_unstable_by_key(|shown| shown.account);
        let is_full = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = if is_full { rows.last().map(|shown| shown.account) } else { self.ended };
        let accounts = rows.iter().map(|shown| view(state, shown)).collect();
        state.answer(self.reply_to, Answer::AccountPage { accounts, next })
    }
}
