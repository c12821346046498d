//! What a transaction asks of the permissions of its caller.

use crate::access::operation::Operation;
use crate::access::permissions::Permissions;
use crate::account::hold::HoldKind;
use crate::actions::Action;
use crate::batch::Batch;
use crate::ids::{AccountId, EntityId};
use crate::money::currency::Currency;
use crate::schedule::Coordinator;
use crate::schedule::checks::Seen;
use crate::state::books::Books;

impl Coordinator {
    /// Whether the caller may not do this. Who may do it everywhere is not asked further; of accounts and holds that are not
    /// there nobody else learns so, but of holds and originals of its own.
    #[cold]
    #[inline(never)]
    pub(super) fn is_forbidden(&self, seen: &Seen<'_>) -> bool {
        let job = self.backlog.jobs.get(seen.what.job);
        match (job.acting.as_deref(), job.transaction(seen.what.index)) {
            (Some(acting), Some((batch, _))) => !self.is_permitted(seen, &acting.permissions, batch),
            _ => false,
        }
    }

    fn is_permitted(&self, seen: &Seen<'_>, permissions: &Permissions, batch: &Batch) -> bool {
        let action = batch.action(seen.transaction);
        let operation = operation_of(action);
        let named = action
            .map(Action::rules)
            .and_then(|rules| rules.hold().or_else(|| rules.naming().map(|naming| naming.key)));
        let others = named.is_some_and(|named| named.client != seen.key.client);
        let wanted = [Some(operation), others.then_some(Operation::OthersTransactions)];
        wanted.into_iter().flatten().all(|operation| {
            permissions.may_everywhere(operation)
                || permissions.may(operation)
                    && self.is_permitted_in_books(seen, permissions, batch, operation, others)
        })
    }

    fn is_permitted_in_books(
        &self,
        seen: &Seen<'_>,
        permissions: &Permissions,
        batch: &Batch,
        operation: Operation,
        others: bool,
    ) -> bool {
        let books = &self.state.books;
        let Some(moved) = moved(books, seen, batch) else { return false };
        let is_about_something_there = !others || is_there(seen, batch);
        is_about_something_there
            && moved.iter().all(|((entity, currency), (debits, credits))| {
                let entity = books.catalog.entity_code(*entity);
                permissions.may_in(operation, entity, Some(*currency), *debits.max(credits))
            })
    }
}

/// Whether what a transaction names is there: an original, or a hold.
fn is_there(seen: &Seen<'_>, batch: &Batch) -> bool {
    match batch.action(seen.transaction).and_then(Action::naming) {
        Some(naming) => naming.found.is_some(),
        None => seen.plan.is_some_and(|plan| !plan.effects.is_empty()),
    }
}

/// The operation that a transaction is.
fn operation_of(action: Option<&Action>) -> Operation {
    match action {
        None => Operation::Post,
        Some(Action::Freeze(freeze)) if freeze.terms.kind == HoldKind::Judicial => Operation::JudicialFreeze,
        Some(Action::Freeze(_)) => Operation::Freeze,
        Some(Action::Raise(_)) => Operation::Raise,
        Some(Action::Unfreeze(_)) => Operation::Unfreeze,
        Some(Action::Consume(consume)) if consume.forced => Operation::ForcedConsume,
        Some(Action::Consume(_)) => Operation::Consume,
        Some(Action::Reverse(reverse)) if reverse.forced => Operation::ForcedReverse,
        Some(Action::Reverse(_)) => Operation::Reverse,
        Some(Action::Refund(_)) => Operation::Refund,
        Some(Action::Try(_)) => Operation::Try,
        Some(Action::Confirm(_)) => Operation::Confirm,
        Some(Action::CancelTry(_)) => Operation::CancelTry,
        // The ledger's own, as a part of a close.
        Some(Action::CarryForward(_)) => Operation::CloseDay,
    }
}

/// What is moved or held in the books of an entity, in a currency: debits and credits. A red entry counts on the other side.
type Moved = Vec<((EntityId, Currency), (i128, i128))>;

/// In which books and currencies a transaction moves or holds something, and how much; `None` where an account of it is not
/// there.
fn moved(books: &Books, seen: &Seen<'_>, batch: &Batch) -> Option<Moved> {
    let mut moved = Moved::new();
    let mut add = |account: AccountId, (debit, credit): (i128, i128)| {
        let descriptor = books.descriptor(account)?;
        let at = (descriptor.entity, descriptor.currency);
        match moved.iter_mut().find(|(other, _)| *other == at) {
            Some((_, sums)) => *sums = (sums.0 + debit, sums.1 + credit),
            None => moved.push((at, (debit, credit))),
        }
        Some(())
    };
    let legs = batch.legs(seen.transaction);
    for leg in legs {
        let signed = leg.side.signed(leg.amount);
        add(leg.account, (signed.max(0), (-signed).max(0)))?;
    }
    let held = batch.action(seen.transaction).and_then(|action| action.rules().amount());
    // What a hold's legs move is counted by the legs; a release moves nothing.
    let releases = matches!(batch.action(seen.transaction), Some(Action::Unfreeze(_)));
    let held = held.filter(|_| legs.is_empty() && !releases).map_or(0, |amount| i128::from(amount.0));
    for effect in seen.plan.into_iter().flat_map(|plan| &plan.effects) {
        add(effect.account, (held, 0))?;
    }
    // What is undone, confirmed or cancelled is in the books where it was posted, though nothing moves there now.
    let named = batch.action(seen.transaction).and_then(Action::naming);
    for leg in named.and_then(|naming| naming.found.as_deref()).into_iter().flat_map(|found| &found.legs) {
        add(leg.account, (0, 0))?;
    }
    Some(moved)
}
