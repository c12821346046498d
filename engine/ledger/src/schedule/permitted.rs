//! What a transaction of a round asks of the permissions of its caller.

use crate::commands::permitted_transaction::{Asked, judge};
use crate::rejection::Rejection;
use crate::schedule::Coordinator;
use crate::schedule::checks::Seen;

impl Coordinator {
    /// Why the caller may not do this, if it may not.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse_unpermitted(&self, seen: &Seen<'_>) -> Option<Rejection> {
        let job = self.backlog.jobs.get(seen.what.job);
        let acting = job.acting.as_deref()?;
        if acting.approval().is_some_and(|approval| !self.state.may_still(approval)) {
            return Some(Rejection::ProposalClosed);
        }
        let (batch, _) = job.transaction(seen.what.index)?;
        let effects = seen.plan.map_or(&[][..], |plan| &plan.effects);
        let (client, transaction, date) = (job.client, seen.transaction, seen.preflight.date);
        judge(&self.state, &acting.permissions, &Asked { client, batch, transaction, effects, date }).err()
    }
}
