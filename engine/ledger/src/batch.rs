//! Transactions as they arrive: batches of legs, checked for shape where they enter.

use std::num::NonZeroU32;

use xxhash_rust::xxh3::Xxh3;

use crate::account::AccountKey;
use crate::actions::Action;
use crate::ids::{AccountId, TransactionId};
use crate::money::amount::Side;
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::transaction::action_code::ActionCode;
use crate::transaction::leg::{Leg, balances_by};
use crate::transaction::notes::{self, TextIds};
use crate::transaction::original::Naming;

/// The most legs that one transaction may have.
pub const MAX_LEGS: usize = 512;
/// The most bytes of notes that one transaction may have.
pub const MAX_NOTES: usize = 2_048;
/// The most bytes of a transaction id that is given as a text.
pub const MAX_TEXT_ID: usize = 256;
/// The most transactions of one batch.
pub const MAX_BATCH: usize = 8_192;

/// The head of a transaction; legs and notes lie in its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The client's id for it.
    pub id: TransactionId,
    /// The client's own time, in seconds since 1970: decides whether the id is inside the window.
    pub time: u32,
    /// A stable digest of everything the client gave but transport and time.
    pub content: u64,
    /// The value date, where it differs from the accounting date.
    pub value_date: Option<Date>,
    /// The accounting date that the client counts on: on any other it is refused.
    pub accounting_date: Option<Date>,
    /// What is wrong with its shape, found where it entered.
    pub shape: Option<Rejection>,
    action: Option<NonZeroU32>,
    legs: (u32, u16),
    notes: (u32, u16),
}

/// What a client gives for one transaction besides its legs and notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The client's id for it.
    pub id: TransactionId,
    /// The client's own time, in seconds since 1970.
    pub time: u32,
    /// The value date, where it differs from the accounting date.
    pub value_date: Option<Date>,
    /// The accounting date that the client counts on: on any other it is refused with `date_closed`.
    pub accounting_date: Option<Date>,
}

/// Transactions that arrived together, in order, with their legs and notes side by side.
///
/// ```
/// use longmen_ledger::*;
/// let cny = Currency::from_code("CNY").unwrap();
/// let leg = |step, account, side| Leg { account: AccountId(account), amount: Amount(500), currency: cny, step, side };
/// let mut batch = Batch::default();
/// let draft = Draft { id: TransactionId(7), time: 0, ..Draft::default() };
/// batch.push(draft, &[leg(1, 1, Side::Debit), leg(2, 2, Side::Credit)], &[]);
/// assert_eq!(batch.transactions[0].shape, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The transactions, in order of arrival.
    pub transactions: Vec<Transaction>,
    /// All their legs.
    pub legs: Vec<Leg>,
    /// All their notes, and behind each one's the texts of its ids, in the form of [`crate::notes`].
    pub notes: Vec<u8>,
    /// Legs whose account the client named by its natural key, as indices into `legs`.
    pub keys: Vec<(u32, AccountKey)>,
    /// What transactions do besides posting the legs that they bring.
    actions: Vec<Action>,
    /// Whether the answers carry the balance after each leg.
    pub want_balances: bool,
}

impl Batch {
    /// Adds a transaction. A wrong shape is noted in it and answered in its place, so that one bad transaction does
    /// not cost its neighbours anything.
    #[inline]
    pub fn push(&mut self, draft: Draft, legs: &[Leg], notes: &[u8]) {
        let shape = match draft.id.0 {
            0 => Some(Rejection::Malformed),
            _ => check_shape(legs, notes),
        };
        self.push_with_shape(draft, legs, notes, shape);
    }

    /// Adds a transaction of which the decoder already knows what is wrong, if anything is.
    pub fn push_with_shape(&mut self, draft: Draft, legs: &[Leg], notes: &[u8], shape: Option<Rejection>) {
        let legs = if shape == Some(Rejection::Malformed) { &[] } else { legs };
        let notes = if shape == Some(Rejection::Malformed) { &[] } else { notes };
        self.transactions.push(Transaction {
            id: draft.id,
            time: draft.time,
            content: digest(&draft, legs, notes),
            value_date: draft.value_date,
            accounting_date: draft.accounting_date,
            shape,
            action: None,
            legs: (offset(self.legs.len()), count(legs.len())),
            notes: (offset(self.notes.len()), count(notes.len())),
        });
        self.legs.extend_from_slice(legs);
        self.notes.extend_from_slice(notes);
    }

    /// Adds a transaction that does more than post the legs that it brings.
    pub fn push_action(&mut self, draft: Draft, action: Action, legs: &[Leg], notes: &[u8]) {
        let shape = check_id(draft.id).or_else(|| check_action(&action, legs, notes));
        self.push_with_shape(draft, legs, notes, shape);
        if shape == Some(Rejection::Malformed) {
            return;
        }
        let mut content = vec![action.code() as u8];
        action.rules().write_content(&mut content);
        self.actions.push(action);
        let transaction = self.transactions.last_mut().expect("one was just pushed");
        let mut hash = Xxh3::new();
        hash.update(&transaction.content.to_le_bytes());
        hash.update(&content);
        transaction.content = hash.digest();
        transaction.action = NonZeroU32::new(offset(self.actions.len()));
    }

    /// Adds a transaction that was proposed, with the digest of what its client gave then.
    pub(crate) fn push_again(
        &mut self,
        draft: Draft,
        action: Option<Action>,
        legs: &[Leg],
        notes: &[u8],
        content: u64,
    ) {
        match action {
            None => self.push(draft, legs, notes),
            Some(action) => self.push_action(draft, action, legs, notes),
        }
        self.transactions.last_mut().expect("one was just pushed").content = content;
    }

    /// What a transaction of this batch does besides posting the legs that it brings.
    #[must_use]
    #[inline]
    pub fn action(&self, transaction: &Transaction) -> Option<&Action> {
        transaction.action.map(|action| &self.actions[action.get() as usize - 1])
    }

    /// What a transaction of this batch does.
    #[must_use]
    pub fn action_code(&self, transaction: &Transaction) -> ActionCode {
        self.action(transaction).map_or(ActionCode::Post, |action| action.rules().code())
    }

    /// The actions that name another transaction, to attach what was found of it.
    pub fn namings(&mut self) -> impl Iterator<Item = &mut Naming> {
        self.actions.iter_mut().filter_map(|action| action.rules_mut().naming_mut())
    }

    /// Whether some transaction names another one.
    #[must_use]
    pub fn names_others(&self) -> bool {
        self.actions.iter().any(|action| action.rules().naming().is_some())
    }

    /// Resolves the natural keys of accounts; what `find` does not know stays [`AccountId::NONE`].
    pub(crate) fn resolve(&mut self, find: impl Fn(&AccountKey) -> Option<AccountId>) {
        // Nearly all come with the ids of their accounts, and pay for nothing here.
        if !self.keys.is_empty() {
            self.resolve_legs(&find);
        }
        self.actions.iter_mut().for_each(|action| action.rules_mut().resolve(&find));
    }

    #[inline(never)]
    fn resolve_legs(&mut self, find: &impl Fn(&AccountKey) -> Option<AccountId>) {
        for (leg, key) in std::mem::take(&mut self.keys) {
            self.legs[leg as usize].account = find(&key).unwrap_or(AccountId::NONE);
        }
    }

    /// Gives a transaction the legs that follow from what it names; those that it was given before, it had in vain.
    #[cold]
    #[inline(never)]
    pub(crate) fn give_legs(&mut self, index: u32, legs: &[Leg]) {
        let transaction = &mut self.transactions[index as usize];
        let (start, length) = transaction.legs;
        match self.legs.get_mut(start as usize..start as usize + usize::from(length)) {
            Some(there) if there.len() == legs.len() => there.copy_from_slice(legs),
            _ => {
                transaction.legs = (offset(self.legs.len()), count(legs.len()));
                // Not as a slice: what pushes payments is to be the only one that takes legs so, and has it inlined.
                self.legs.extend(legs.iter().map(|leg| Leg { ..*leg }));
            }
        }
    }

    /// Gives a transaction notes behind those that it has. They are no part of its content.
    #[cold]
    #[inline(never)]
    pub(crate) fn give_notes(&mut self, index: u32, notes: &[u8]) {
        let start = self.notes.len();
        let (from, length) = self.transactions[index as usize].notes;
        self.notes.extend_from_within(from as usize..from as usize + usize::from(length));
        self.notes.extend_from_slice(notes);
        self.transactions[index as usize].notes = (offset(start), count(self.notes.len() - start));
    }

    /// All actions, in the order of their transactions.
    #[must_use]
    #[inline]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Adds to the content of the last transaction what stands in place of an account id in its legs.
    pub fn name_account(&mut self, leg: usize, key: AccountKey) {
        let transaction =
            self.transactions.last_mut().expect("a leg belongs to a transaction that was pushed");
        let mut hash = Xxh3::new();
        hash.update(&transaction.content.to_le_bytes());
        for part in [&key.entity, &key.number, &key.kind] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        transaction.content = hash.digest();
        self.keys.push((transaction.legs.0 + offset(leg), key));
    }

    /// Keeps the texts that the last transaction's ids were given as. They are no part of its content: named by text or by
    /// number, it is the same transaction. One that is malformed leaves no record, and keeps none.
    pub fn keep_texts(&mut self, texts: TextIds<'_>) {
        let transaction =
            self.transactions.last_mut().expect("texts are those of a transaction that was pushed");
        if texts.is_empty() || transaction.shape == Some(Rejection::Malformed) {
            return;
        }
        let (start, length) = transaction.notes;
        assert_eq!(
            start as usize + usize::from(length),
            self.notes.len(),
            "texts are kept once, behind the notes"
        );
        texts.write(&mut self.notes);
        transaction.notes = (start, count(self.notes.len() - start as usize));
    }

    /// The texts that the ids of a transaction of this batch were given as.
    #[must_use]
    pub fn texts(&self, transaction: &Transaction) -> TextIds<'_> {
        TextIds::read(self.notes(transaction))
    }

    /// The legs of a transaction of this batch, in step order.
    #[must_use]
    pub fn legs(&self, transaction: &Transaction) -> &[Leg] {
        let start = transaction.legs.0 as usize;
        &self.legs[start..start + usize::from(transaction.legs.1)]
    }

    /// The notes of a transaction of this batch, with the texts of its ids.
    #[must_use]
    pub fn notes(&self, transaction: &Transaction) -> &[u8] {
        let start = transaction.notes.0 as usize;
        &self.notes[start..start + usize::from(transaction.notes.1)]
    }
}

/// Zero is no id: a client that sends it, or an empty one, has most likely set none.
fn check_id(id: TransactionId) -> Option<Rejection> {
    (id.0 == 0).then_some(Rejection::Malformed)
}

/// The checks that need nothing but the transaction itself, in order of precedence. Whether a single-sided
/// transaction is off-balance needs the accounts, so `Unbalanced` is only a finding until they are known.
#[inline]
fn check_shape(legs: &[Leg], notes: &[u8]) -> Option<Rejection> {
    let steps_increase = legs.is_sorted_by(|one, next| one.step < next.step);
    if legs.is_empty() || legs.len() > MAX_LEGS || notes.len() > MAX_NOTES || !steps_increase {
        return Some(Rejection::Malformed);
    }
    if !balances_by(legs, |leg| leg.currency) {
        return Some(Rejection::Unbalanced);
    }
    if legs.iter().any(|leg| leg.amount.0 <= 0) {
        return Some(Rejection::InvalidAmount);
    }
    None
}

/// The same checks for an action: its own amount beside its legs.
fn check_action(action: &Action, legs: &[Leg], notes: &[u8]) -> Option<Rejection> {
    let rules = action.rules();
    let of_legs = match (rules.brings_legs(), legs.is_empty()) {
        (true, _) => check_shape(legs, notes),
        (false, true) => (notes.len() > MAX_NOTES).then_some(Rejection::Malformed),
        (false, false) => Some(Rejection::Malformed),
    };
    let named = rules.hold().or_else(|| rules.naming().map(|naming| naming.key));
    if let Some(malformed) = named.and_then(|key| check_id(key.id)) {
        return Some(malformed);
    }
    if rules.is_malformed() {
        return Some(Rejection::Malformed);
    }
    if rules.is_forced() && !notes::are_approved(notes) {
        return Some(Rejection::Malformed);
    }
    let positive = rules.amount().is_none_or(|amount| amount.0 > 0);
    of_legs.or((!positive).then_some(Rejection::InvalidAmount))
}

/// XXH3 with 64 bits over a fixed layout: it is stored, so it must never change.
#[inline]
fn digest(draft: &Draft, legs: &[Leg], notes: &[u8]) -> u64 {
    if let (([debit, credit], []), None) = ((legs, notes), draft.accounting_date) {
        return transfer_digest(draft, debit, credit);
    }
    let mut hash = Xxh3::new();
    hash.update(&value_date_bytes(draft));
    for leg in legs {
        hash.update(&leg_bytes(leg));
    }
    hash.update(notes);
    if let Some(date) = draft.accounting_date {
        hash.update(&date.days().to_le_bytes());
    }
    hash.digest()
}

/// The same digest as the general one, in one go over the commonest shape.
fn transfer_digest(draft: &Draft, debit: &Leg, credit: &Leg) -> u64 {
    let mut bytes = [0; 4 + 2 * LEG_BYTES];
    bytes[..4].copy_from_slice(&value_date_bytes(draft));
    bytes[4..4 + LEG_BYTES].copy_from_slice(&leg_bytes(debit));
    bytes[4 + LEG_BYTES..].copy_from_slice(&leg_bytes(credit));
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

const LEG_BYTES: usize = 24;

fn leg_bytes(leg: &Leg) -> [u8; LEG_BYTES] {
    let mut bytes = [0; LEG_BYTES];
    bytes[..8].copy_from_slice(&leg.account.0.to_le_bytes());
    bytes[8..16].copy_from_slice(&leg.amount.0.to_le_bytes());
    bytes[16..18].copy_from_slice(&leg.currency.numeric().to_le_bytes());
    bytes[18..20].copy_from_slice(&leg.step.to_le_bytes());
    bytes[20] = u8::from(leg.side == Side::Credit);
    bytes
}

fn value_date_bytes(draft: &Draft) -> [u8; 4] {
    draft.value_date.map_or(u32::MAX, Date::days).to_le_bytes()
}

fn offset(len: usize) -> u32 {
    u32::try_from(len).expect("a batch is capped far below 2^32 legs and bytes of notes")
}

fn count(len: usize) -> u16 {
    u16::try_from(len).expect("legs and notes of a transaction are capped below 2^16")
}

#[cfg(test)]
mod tests;
