//! When what is held releases by itself.

use crate::actions::rules::Given;
use crate::rejection::Rejection;
use crate::state::State;

/// Refuses to hold until a moment that has passed when the transaction is first looked at. One that waits for others since
/// is not asked again: a refusal must not depend on them.
pub(super) fn refuse_expired(given: Given<'_>, expires_us: Option<i64>, state: &State) -> Option<Rejection> {
    let expired = given.is_new && expires_us.is_some_and(|moment| moment <= state.output.frame.time_us);
    expired.then_some(Rejection::FreezeExpired)
}
