//! Which file says who may do what is written down where it changes: so the log tells by what each transaction was let in.

use crate::answer::Answer;
use crate::record::admin::Admin;
use crate::state::State;

pub(super) fn run(state: &mut State, digest: &str) -> Answer {
    let State { books, output, .. } = state;
    if books.catalog.access() != digest {
        output.frame.push_admin(&Admin::Access { digest: digest.into() });
        books.catalog.set_access(digest);
    }
    Answer::Done
}
