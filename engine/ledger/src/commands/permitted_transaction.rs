//! What a transaction asks of the permissions of its caller.

use crate::access::operation::Operation;
use crate::access::permissions::Permissions;
use crate::account::hold::HoldKind;
use crate::actions::Action;
use crate::actions::plan::Plan;
use crate::actions::rules::Given;
use crate::batch::{Batch, Transaction};
use crate::ids::{AccountId, ClientId, EntityId, TransactionKey};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::state::State;
use crate::state::books::Books;
use crate::transaction::effect::Effect;

/// A transaction, and what is known of it before any row is looked at.
pub(crate) struct Asked<'a> {
    pub(crate) client: ClientId,
    pub(crate) batch: &'a Batch,
    pub(crate) transaction: &'a Transaction,
    /// What it does to holds.
    pub(crate) effects: &'a [Effect],
    /// The accounting date that it gets.
    pub(crate) date: Date,
}

impl Asked<'_> {
    fn action(&self) -> Option<&Action> {
        self.batch.action(self.transaction)
    }

    /// The hold or the transaction that it names.
    fn named(&self) -> Option<TransactionKey> {
        let rules = self.action()?.rules();
        rules.hold().or_else(|| rules.naming().map(|naming| naming.key))
    }

    /// Whether what it names is there: an original, or a hold.
    fn finds_named(&self) -> bool {
        match self.action().and_then(Action::naming) {
            Some(naming) => naming.found.is_some(),
            None => !self.effects.is_empty(),
        }
    }

    /// The operations that it is, each beside the others.
    fn operations(&self, state: &State) -> impl Iterator<Item = Operation> {
        let named = self.named();
        let others = named.is_some_and(|named| named.client != self.client);
        let of_court = named.is_some_and(|named| state.holds.is_judicial(named));
        let frees = matches!(self.action(), Some(Action::Unfreeze(_) | Action::Consume(_)));
        let adds = matches!(self.action(), Some(Action::Raise(_)));
        let is_back = self.transaction.value_date.is_some_and(|value| value < self.date);
        let all = [
            Some(operation_of(self.action())),
            others.then_some(Operation::OthersTransactions),
            (of_court && frees).then_some(Operation::JudicialRelease),
            (of_court && adds).then_some(Operation::JudicialFreeze),
            is_back.then_some(Operation::Backdate),
            // Its answer is to tell what is left.
            self.batch.want_balances.then_some(Operation::Balance),
        ];
        all.into_iter().flatten()
    }

    /// The accounts whose books it touches.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        let legs = self.batch.legs(self.transaction).iter().map(|leg| leg.account);
        let effects = self.effects.iter().map(|effect| effect.account);
        let found = self.action().and_then(Action::naming).and_then(|naming| naming.found.as_deref());
        let named = self.action().map(|action| action.rules().names_accounts()).unwrap_or_default();
        let original = found.into_iter().flat_map(|found| &found.legs).map(|leg| leg.account);
        legs.chain(effects).chain(original).chain(named)
    }
}

/// Whether a caller may do this. Who may do it everywhere is not asked further; of accounts and holds that are not there nobody
/// else learns so, but of holds and originals of its own.
///
/// # Errors
/// `forbidden`, or `needs_approval` where it takes a second principal.
pub(crate) fn judge(state: &State, permissions: &Permissions, asked: &Asked<'_>) -> Result<(), Rejection> {
    let others = asked.named().is_some_and(|named| named.client != asked.client);
    for operation in asked.operations(state) {
        if !permissions.may_freely(operation) {
            judge_in_books(&state.books, permissions, asked, operation, others)?;
        }
    }
    Ok(())
}

fn judge_in_books(
    books: &Books,
    permissions: &Permissions,
    asked: &Asked<'_>,
    operation: Operation,
    others: bool,
) -> Result<(), Rejection> {
    if !permissions.may(operation) {
        return Err(Rejection::Forbidden);
    }
    if let Some((entity, currency, sums)) = moved_in_one(books, asked) {
        return judge_amount(books, permissions, operation, ((entity, currency), sums));
    }
    let everywhere = permissions.may_everywhere(operation);
    let moved = moved(books, asked).filter(|_| !others || asked.finds_named());
    // Who may do it everywhere learns what is wrong with it where that is looked at.
    let Some(moved) = moved else { return if everywhere { Ok(()) } else { Err(Rejection::Forbidden) } };
    moved.into_iter().try_for_each(|moved| judge_amount(books, permissions, operation, moved))
}

fn judge_amount(
    books: &Books,
    permissions: &Permissions,
    operation: Operation,
    ((entity, currency), (debits, credits)): ((EntityId, Currency), (i128, i128)),
) -> Result<(), Rejection> {
    let (entity, amount) = (books.catalog.entity_code(entity), debits.max(credits));
    if !permissions.may_in(operation, entity, Some(currency), amount) {
        return Err(Rejection::Forbidden);
    }
    if permissions.needs_approval(operation, entity, Some((currency, amount))) {
        return Err(Rejection::NeedsApproval);
    }
    Ok(())
}

/// What legs alone move in the books of one entity, in one currency, as nearly all do; `None` where it is not so.
fn moved_in_one(books: &Books, asked: &Asked<'_>) -> Option<(EntityId, Currency, (i128, i128))> {
    if asked.action().is_some() {
        return None;
    }
    let legs = asked.batch.legs(asked.transaction);
    let descriptor = books.descriptor(legs.first()?.account)?;
    let (entity, currency) = (descriptor.entity, descriptor.currency);
    let (mut debits, mut credits) = (0, 0);
    for leg in legs {
        let descriptor = books.descriptor(leg.account)?;
        if (descriptor.entity, descriptor.currency) != (entity, currency) {
            return None;
        }
        let signed = leg.side.signed(leg.amount);
        (debits, credits) = (debits + signed.max(0), credits + (-signed).max(0));
    }
    Some((entity, currency, (debits, credits)))
}

/// The one transaction of a batch as things stand: with the legs that follow from what it names, what its action comes to, and
/// the date that it would get.
pub(crate) fn foresee(state: &State, client: ClientId, mut batch: Batch) -> (Batch, Plan, Date) {
    let [transaction] = batch.transactions[..] else { unreachable!("one transaction is proposed at a time") };
    let own = TransactionKey { client, id: transaction.id };
    let followed = batch.action(&transaction).filter(|action| !action.brings_legs());
    let followed =
        followed.map(|action| action.rules().follow(given_of(own, &batch), state).legs).unwrap_or_default();
    if !followed.is_empty() {
        batch.give_legs(0, &followed);
    }
    let transaction = &batch.transactions[0];
    let (action, given) = (batch.action(transaction), given_of(own, &batch));
    let plan = action.map_or_else(Plan::default, |action| action.rules().plan(given, state));
    let asked = Asked { client, batch: &batch, transaction, effects: &plan.effects, date: Date::FIRST };
    let date = asked.accounts().find_map(|account| state.books.date_of(account));
    let date = date.unwrap_or(Date::of_time_us(state.output.frame.time_us));
    (batch, plan, date)
}

/// The one transaction of a batch, as its action sees it.
fn given_of(own: TransactionKey, batch: &Batch) -> Given<'_> {
    let transaction = &batch.transactions[0];
    let (legs, notes) = (batch.legs(transaction), batch.notes(transaction));
    Given { own, text_id: batch.texts(transaction).own, legs, notes, is_new: true }
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
        Some(Action::Charge(_)) => Operation::Charge,
        // The ledger's own, as a part of a close.
        Some(Action::CarryForward(_)) => Operation::CloseDay,
    }
}

/// What is moved or held in the books of an entity, in a currency: debits and credits. A red entry counts on the other side.
type Moved = Vec<((EntityId, Currency), (i128, i128))>;

/// In which books and currencies a transaction moves or holds something, and how much; `None` where an account of it is not
/// there.
fn moved(books: &Books, asked: &Asked<'_>) -> Option<Moved> {
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
    let legs = asked.batch.legs(asked.transaction);
    for leg in legs {
        let signed = leg.side.signed(leg.amount);
        add(leg.account, (signed.max(0), (-signed).max(0)))?;
    }
    let held = asked.action().and_then(|action| action.rules().amount());
    // What a hold's legs move is counted by the legs; a release moves nothing.
    let releases = matches!(asked.action(), Some(Action::Unfreeze(_)));
    let held = held.filter(|_| legs.is_empty() && !releases).map_or(0, |amount| i128::from(amount.0));
    for effect in asked.effects {
        add(effect.account, (held, 0))?;
    }
    for account in asked.action().map(|action| action.rules().names_accounts()).unwrap_or_default() {
        add(account, (0, 0))?;
    }
    // What is undone, confirmed or cancelled is in the books where it was posted, though nothing moves there now.
    let named = asked.action().and_then(Action::naming);
    for leg in named.and_then(|naming| naming.found.as_deref()).into_iter().flat_map(|found| &found.legs) {
        add(leg.account, (0, 0))?;
    }
    Some(moved)
}
