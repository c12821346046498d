//! A client makes itself known.

use crate::answer::Answer;
use crate::chart::catalog::MAX_NAME;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::state::State;

pub(super) fn run(state: &mut State, name: &str) -> Result<Answer, Rejection> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(Rejection::Malformed);
    }
    let State { books, output, .. } = state;
    let client = books.catalog.client(name).unwrap_or_else(|| {
        let id = books.catalog.next_client();
        output.frame.push_admin(&Admin::Client { id, name: name.into() });
        books.catalog.add_client(id, name);
        id
    });
    Ok(Answer::Welcome { client })
}
