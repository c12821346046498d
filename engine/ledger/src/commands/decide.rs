//! What approval, rejection and withdrawal of a proposal have in common: who may end it, and when.

use crate::access::acting::Acting;
use crate::access::operation::Operation;
use crate::access::permissions::Permissions;
use crate::contents::content::Content;
use crate::ids::ClientId;
use crate::proposals::decision::{Decision, DecisionKind};
use crate::proposals::proposal::{ContentDigest, Proposal};
use crate::rejection::Rejection;
use crate::state::State;

/// How somebody would end a proposal.
pub(super) struct Decided<'a> {
    pub(super) number: u64,
    pub(super) kind: DecisionKind,
    /// Of the content that was shown.
    pub(super) digest: Option<ContentDigest>,
    pub(super) notes: &'a [u8],
}

/// The decision that would be written down; `None` where the same principal has decided so before.
///
/// # Errors
/// In this order: there is such a proposal; it is another's, or to be withdrawn its own; its books are open to the caller; what
/// was shown is what was proposed; it is open.
pub(super) fn judge(
    state: &State,
    client: ClientId,
    acting: Option<&Acting>,
    decided: &Decided<'_>,
) -> Result<Option<Decision>, Rejection> {
    let Decided { number, kind, digest, notes } = *decided;
    let registered = state.books.catalog.proposals().get(number).ok_or(Rejection::UnknownProposal)?;
    let by = state.person(client, acting);
    if !registered.proposal.may_end(kind, &by) {
        return Err(Rejection::OwnProposal);
    }
    let decides = kind != DecisionKind::Withdrawn;
    if decides && acting.is_some_and(|acting| !may_decide(state, &acting.permissions, &registered.proposal)) {
        return Err(Rejection::Forbidden);
    }
    if digest.is_some_and(|digest| digest != registered.proposal.digest()) {
        return Err(Rejection::DigestMismatch);
    }
    if let Some(before) = &registered.decision {
        let is_repeated = (before.kind, &before.by) == (kind, &by);
        return if is_repeated { Ok(None) } else { Err(Rejection::ProposalClosed) };
    }
    let mut all = notes.to_vec();
    all.extend_from_slice(acting.map_or(&[], Acting::notes));
    Ok(Some(Decision { number, kind, frame: state.output.frame.number, by, notes: all.into() }))
}

/// Whether an approver may decide about a proposal: in all the books that it is about. How much it may let be moved is judged
/// where that is done.
fn may_decide(state: &State, permissions: &Permissions, proposal: &Proposal) -> bool {
    let may_in = |entity: &str, currency| permissions.may_in(Operation::Approve, entity, currency, 0);
    let content = Content::read(&proposal.content).expect("what was proposed could be read then");
    let of_entity = match content.is_about_access() {
        true => permissions.may_everywhere(Operation::Approve),
        false => content.entity().is_none_or(|entity| may_in(entity, None)),
    };
    let descriptors = proposal.accounts.iter().filter_map(|account| state.books.descriptor(*account));
    of_entity
        && descriptors
            .map(|descriptor| (state.books.catalog.entity_code(descriptor.entity), descriptor.currency))
            .all(|(entity, currency)| may_in(entity, Some(currency)))
}
