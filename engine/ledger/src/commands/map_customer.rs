//! An account is tied to a customer (客户).

use crate::account::AccountRef;
use crate::answer::Answer;
use crate::chart::catalog::MAX_NAME;
use crate::ids::{AccountId, ClientId, EntityId};
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(
    state: &mut State,
    client: ClientId,
    account: &AccountRef,
    customer: &str,
    notes: &[u8],
) -> Result<Answer, Rejection> {
    if customer.is_empty() || customer.len() > MAX_NAME {
        return Err(Rejection::Malformed);
    }
    let id = state.books.find(account)?;
    if state.books.is_memo(id) {
        return Err(Rejection::WrongClass);
    }
    let entity = state.books.entity_of(id);
    if !state.books.catalog.accounts_of(entity, customer).any(|account| account == id) {
        state.output.register(client, "map_customer", &format!("{customer} to account {id}"), notes);
        tie(state, entity, customer, id);
    }
    Ok(Answer::Done)
}

pub(super) fn tie(state: &mut State, entity: EntityId, customer: &str, account: AccountId) {
    state.output.frame.push_admin(&Admin::Customer { entity, account, customer: customer.into() });
    state.books.catalog.add_customer(entity, customer, account);
}
