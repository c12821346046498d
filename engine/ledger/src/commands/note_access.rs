//! Which file says who may do what is written down where it changes: so the log tells by what each transaction was let in.
//!
//! The log has two digests: that of the file that was approved last, and behind it, once the node goes by it, the same again. So a
//! start knows which file held, though another was approved meanwhile and is not in place yet.

use crate::answer::Answer;
use crate::record::admin::Admin;
use crate::state::State;

/// The file of this digest holds from now on.
pub(super) fn run(state: &mut State, digest: &str) -> Answer {
    let catalog = &state.books.catalog;
    let is_approved = catalog.access() == digest;
    if is_approved && catalog.access_held() == digest {
        return Answer::Done;
    }
    if !is_approved {
        write(state, digest);
    }
    write(state, digest);
    Answer::Done
}

/// The file of this digest may take the place of the one that holds, which goes on to hold until it does.
pub(super) fn approve(state: &mut State, digest: &str) -> Answer {
    let catalog = &state.books.catalog;
    let held: Box<str> = catalog.access_held().into();
    if catalog.access() != &*held && !held.is_empty() {
        write(state, &held);
    }
    write(state, digest);
    Answer::Done
}

fn write(state: &mut State, digest: &str) {
    let State { books, output, .. } = state;
    output.frame.push_admin(&Admin::Access { digest: digest.into() });
    books.catalog.set_access(digest);
}
