//! What is proposed, and what became of it.

use crate::account::AccountRef;
use crate::answer::Answer;
use crate::commands::caller::MAX_LIST;
use crate::rejection::Rejection;
use crate::state::State;

/// Which proposals are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those behind this number.
    pub after: u64,
    /// How many at most.
    pub limit: u32,
    /// Only those that are open.
    pub only_open: bool,
    /// Only those about this account.
    pub account: Option<AccountRef>,
}

pub(super) fn run(state: &State, wanted: &Wanted) -> Result<Answer, Rejection> {
    let account = wanted.account.as_ref().map(|account| state.books.find(account)).transpose()?;
    let limit = wanted.limit.min(MAX_LIST) as usize;
    let proposals = state.books.catalog.proposals().after(wanted.after, wanted.only_open);
    let proposals = proposals
        .filter(|registered| account.is_none_or(|account| registered.proposal.accounts.contains(&account)));
    Ok(Answer::Proposals(proposals.take(limit).cloned().collect()))
}
