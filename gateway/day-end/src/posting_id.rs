//! The id of a posting that may have been refused before.

/// The id under which the ledger is asked for what has a key. It remembers a refusal by its id, so another try is another id.
pub(crate) fn posting_id(key: &str, refusals: u32) -> String {
    match refusals {
        0 => key.to_owned(),
        times => format!("{key}|again-{times}"),
    }
}
