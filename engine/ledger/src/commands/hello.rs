//! A client makes itself known.

use crate::answer::Answer;
use crate::chart::catalog::MAX_NAME;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::hidden::has_blank_end;

pub(super) fn run(state: &mut State, name: &str) -> Result<Answer, Rejection> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(Rejection::Malformed);
    }
    let State { books, output, .. } = state;
    if let Some(client) = books.catalog.client(name) {
        return Ok(Answer::Welcome { client });
    }
    // A client of a ledger from before this rule is known by whatever name it has.
    if has_blank_end(name) {
        return Err(Rejection::Malformed);
    }
    let client = books.catalog.next_client();
    output.frame.push_admin(&Admin::Client { id: client, name: name.into() });
    books.catalog.add_client(client, name);
    Ok(Answer::Welcome { client })
}
