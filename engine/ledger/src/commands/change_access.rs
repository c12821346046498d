//! Another file says who may do what: once it is approved, the node takes it when it finds it.

use crate::answer::Answer;
use crate::commands::note_access;
use crate::ids::ClientId;
use crate::rejection::Rejection;
use crate::state::State;

/// Hexadecimal digits of a digest.
const DIGITS: usize = 64;

pub(super) fn run(
    state: &mut State,
    client: ClientId,
    digest: &str,
    notes: &[u8],
) -> Result<Answer, Rejection> {
    if !is_digest(digest) {
        return Err(Rejection::Malformed);
    }
    state.output.register(client, "change_access", digest, notes);
    Ok(note_access::approve(state, digest))
}

/// Whether a text is a digest as the ledger keeps it.
pub(super) fn is_digest(digest: &str) -> bool {
    digest.len() == DIGITS && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
