//! What can be proposed, as it stands in the log.

mod action_content;
pub(crate) mod content;
