//! What a stage came to.

use serde_json::Value;

/// What a stage came to.
pub(super) struct Ended {
    /// For people, one line.
    pub(super) line: String,
    /// The same for programs.
    pub(super) told: Value,
    /// Whether nothing of it has to be looked at.
    pub(super) held: bool,
}

impl Ended {
    /// That there is nothing to do, and why.
    pub(super) fn nothing(why: &str) -> Ended {
        Ended { line: why.to_owned(), told: serde_json::json!({"left_out": why}), held: true }
    }
}
