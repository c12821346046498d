//! Which of some accounts are an entity's.

use crate::answer::Answer;
use crate::ids::AccountId;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(state: &State, entity: &str, mut accounts: Vec<AccountId>) -> Result<Answer, Rejection> {
    let entity = state.books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    let is_own = |account: &AccountId| {
        state.books.descriptor(*account).is_some_and(|descriptor| descriptor.entity == entity)
    };
    accounts.retain(is_own);
    Ok(Answer::OwnAccounts(accounts))
}
