//! What was proposed is done: as its maker would have done it, where it was approved or proposed at once. What is written of
//! that stands in the frame of what is done, or nothing is.

use std::sync::Arc;

use crate::access::acting::Acting;
use crate::commands::caller::Caller;
use crate::commands::outcome::Outcome;
use crate::contents::content::Content;
use crate::transaction::original::Original;

/// Has a content done for the client of `caller`. `found` is what the log has of the transaction that it names.
pub(super) fn execute(
    caller: Caller,
    acting: Acting,
    mut content: Content,
    found: Option<&Arc<Original>>,
) -> Outcome {
    if let Content::Transaction(batch) = &mut content {
        batch.namings().for_each(|naming| naming.found = found.cloned());
    }
    Outcome::Executes(caller, Arc::new(acting), Box::new(content))
}
