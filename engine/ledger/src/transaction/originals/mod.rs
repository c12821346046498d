//! Originals: what became of transactions that others name, so that nothing is undone, confirmed or given back twice.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::ids::{AccountId, ClientId, TransactionId, TransactionKey};
use crate::money::amount::Amount;
use crate::record::bytes::{i64_at, i128_at, u8_at, u16_at, u32_at, u64_at, u128_at};
use crate::rejection::Rejection;
use crate::transaction::action_code::ActionCode;
use crate::transaction::leg::Leg;
use crate::transaction::original::Original;
use crate::transaction::refunds::{self, Nets, RefundBounds};

/// No refunds come to so much: an original's legs are few, and of 64 bits.
const MOST_REFUNDED: u128 = 1 << 96;

/// What became of an original as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Fate {
    /// It stands.
    #[default]
    Standing = 0,
    /// It was reversed.
    Reversed = 1,
    /// A try that was confirmed.
    Confirmed = 2,
    /// A try that was cancelled.
    Cancelled = 3,
}

/// What became of one original.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginalState {
    /// Of all of it.
    pub fate: Fate,
    /// The original that it refunds itself, if it is a refund.
    pub refunds: Option<TransactionKey>,
    /// What its refunds moved on each account so far, debit-positive.
    refunded: Nets,
    /// What its refunds by amount came to so far, of its gross amount; of a refund by amount what that gave back. In minor units.
    gross: i64,
}

/// The states of all originals that are not as they were posted.
#[derive(Clone, Debug, Default)]
pub struct Originals {
    states: HashMap<TransactionKey, OriginalState, FixedState>,
}

impl OriginalState {
    /// Counts what a refund moved on an account.
    pub(crate) fn refund(&mut self, account: AccountId, net: i128) {
        refunds::add(&mut self.refunded, std::iter::once((account, net)));
    }

    /// Counts what a refund by amount gives back.
    pub(crate) fn refund_gross(&mut self, amount: i64) {
        self.gross = self.gross.checked_add(amount).expect("no more is refunded than was paid");
    }

    fn is_refunded(&self) -> bool {
        self.refunded.iter().any(|(_, net)| *net != 0)
    }

    pub(crate) fn write(&self, key: TransactionKey, out: &mut Vec<u8>) {
        write_key(out, key);
        out.extend_from_slice(&[self.fate as u8, u8::from(self.refunds.is_some())]);
        write_key(out, self.refunds.unwrap_or_default());
        let count =
            u16::try_from(self.refunded.len()).expect("accounts of a transaction's refunds are capped");
        out.extend_from_slice(&count.to_le_bytes());
        for (account, net) in &self.refunded {
            out.extend_from_slice(&account.0.to_le_bytes());
            out.extend_from_slice(&net.to_le_bytes());
        }
        // Nothing stands for zero, as in snapshots that are older.
        if self.gross != 0 {
            out.extend_from_slice(&self.gross.to_le_bytes());
        }
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<(TransactionKey, OriginalState)> {
        let fate = match u8_at(bytes, 20)? {
            0 => Fate::Standing,
            1 => Fate::Reversed,
            2 => Fate::Confirmed,
            3 => Fate::Cancelled,
            _ => return None,
        };
        let refunds = match u8_at(bytes, 21)? {
            0 => None,
            _ => Some(key_at(bytes, 22)?),
        };
        let refunded = (0..usize::from(u16_at(bytes, 42)?)).map(|index| {
            let net = i128_at(bytes, 52 + 24 * index).filter(|net| net.unsigned_abs() < MOST_REFUNDED)?;
            Some((AccountId(u64_at(bytes, 44 + 24 * index)?), net))
        });
        let refunded: Nets = refunded.collect::<Option<_>>()?;
        let gross = i64_at(bytes, 44 + 24 * refunded.len()).unwrap_or(0);
        Some((key_at(bytes, 0)?, OriginalState { fate, refunds, refunded, gross }))
    }
}

fn write_key(out: &mut Vec<u8>, key: TransactionKey) {
    out.extend_from_slice(&key.client.0.to_le_bytes());
    out.extend_from_slice(&key.id.0.to_le_bytes());
}

fn key_at(bytes: &[u8], at: usize) -> Option<TransactionKey> {
    Some(TransactionKey { client: ClientId(u32_at(bytes, at)?), id: TransactionId(u128_at(bytes, at + 4)?) })
}

impl Originals {
    /// What became of an original, if anything did.
    #[must_use]
    pub fn get(&self, key: TransactionKey) -> Option<&OriginalState> {
        self.states.get(&key)
    }

    /// All that are known.
    pub fn iter(&self) -> impl Iterator<Item = (TransactionKey, &OriginalState)> {
        self.states.iter().map(|(key, state)| (*key, state))
    }

    /// Takes over a state from a snapshot.
    pub fn restore(&mut self, key: TransactionKey, state: OriginalState) {
        self.states.insert(key, state);
    }

    /// Why an original cannot be reversed, if it cannot. A refund is held against what the others of its original give
    /// without it.
    #[must_use]
    pub fn refuse_reversal<U: PartialEq>(
        &self,
        key: TransactionKey,
        original: Option<&Original>,
        clearing: &[AccountId],
        unit_of: impl Fn(AccountId) -> U,
    ) -> Option<Rejection> {
        let undoable = [
            ActionCode::Post,
            ActionCode::Consume,
            ActionCode::Refund,
            ActionCode::Confirm,
            ActionCode::Charge,
        ];
        let Some(original) = original.filter(|original| original.done && undoable.contains(&original.action))
        else {
            return Some(Rejection::UnknownOriginal);
        };
        let state = self.get(key)?;
        if state.fate == Fate::Reversed {
            return Some(Rejection::AlreadyReversed);
        }
        let exceeded = match (state.refunds, &original.refunded) {
            (Some(refunded), Some(found)) => {
                let undone = movements(&original.legs).map(|(account, net)| (account, -net));
                !self.may_come_to(refunded, found, undone, clearing, unit_of)
            }
            (Some(_), None) => return Some(Rejection::UnknownOriginal),
            (None, _) => state.is_refunded(),
        };
        exceeded.then_some(Rejection::RefundExceeded)
    }

    /// Why a refund with these legs cannot be, if it cannot: see `RefundBounds`.
    #[must_use]
    pub fn refuse_refund<U: PartialEq>(
        &self,
        key: TransactionKey,
        original: Option<&Original>,
        legs: &[Leg],
        clearing: &[AccountId],
        unit_of: impl Fn(AccountId) -> U,
    ) -> Option<Rejection> {
        let refundable = [ActionCode::Post, ActionCode::Consume, ActionCode::Confirm, ActionCode::Charge];
        let Some(original) =
            original.filter(|original| original.done && refundable.contains(&original.action))
        else {
            return Some(Rejection::UnknownOriginal);
        };
        if self.get(key).is_some_and(|state| state.fate == Fate::Reversed) {
            return Some(Rejection::AlreadyReversed);
        }
        let may = self.may_come_to(key, original, movements(legs), clearing, unit_of);
        (!may).then_some(Rejection::RefundExceeded)
    }

    /// Whether the refunds of an original may move this as well.
    fn may_come_to<U: PartialEq>(
        &self,
        key: TransactionKey,
        original: &Original,
        more: impl Iterator<Item = (AccountId, i128)>,
        clearing: &[AccountId],
        unit_of: impl Fn(AccountId) -> U,
    ) -> bool {
        let none = OriginalState::default();
        let state = self.get(key).unwrap_or(&none);
        // Of what is undone nothing can be given back, or taken back.
        let moved = if state.fate == Fate::Reversed { Nets::new() } else { nets(&original.legs) };
        let mut after = state.refunded.clone();
        refunds::add(&mut after, more);
        RefundBounds { moved, clearing, unit_of }.allow(&state.refunded, &after)
    }

    /// Why a try cannot be confirmed or cancelled, if it cannot.
    #[must_use]
    pub fn refuse_second_step(&self, key: TransactionKey, original: Option<&Original>) -> Option<Rejection> {
        if !original.is_some_and(|original| original.done && original.action == ActionCode::Try) {
            return Some(Rejection::UnknownOriginal);
        }
        match self.get(key)?.fate {
            Fate::Cancelled => Some(Rejection::Cancelled),
            Fate::Confirmed => Some(Rejection::AlreadyPosted),
            Fate::Standing | Fate::Reversed => None,
        }
    }

    /// Takes in what a transaction did to the one that it names.
    pub fn take(
        &mut self,
        action: ActionCode,
        by: TransactionKey,
        original: TransactionKey,
        legs: impl Iterator<Item = (AccountId, i128)>,
    ) {
        match action {
            ActionCode::Reverse => {
                let state = self.states.entry(original).or_default();
                state.fate = Fate::Reversed;
                let gross = state.gross;
                if let Some(refunded) = state.refunds {
                    let state = self.states.entry(refunded).or_default();
                    legs.for_each(|(account, net)| state.refund(account, net));
                    state.refund_gross(-gross);
                }
            }
            ActionCode::Refund => {
                let state = self.states.entry(original).or_default();
                legs.for_each(|(account, net)| state.refund(account, net));
                self.states.entry(by).or_default().refunds = Some(original);
            }
            ActionCode::Confirm => self.states.entry(original).or_default().fate = Fate::Confirmed,
            ActionCode::CancelTry => self.states.entry(original).or_default().fate = Fate::Cancelled,
            _ => {}
        }
    }
}

impl Originals {
    /// Takes in what a refund by amount gave back of its original.
    pub fn take_gross(&mut self, by: TransactionKey, original: TransactionKey, amount: Amount) {
        self.states.entry(original).or_default().refund_gross(amount.0);
        self.states.entry(by).or_default().refund_gross(amount.0);
    }

    /// What was refunded by amount of an original, of its gross amount.
    #[must_use]
    pub fn gross_refunded(&self, original: TransactionKey) -> Amount {
        Amount(self.get(original).map_or(0, |state| state.gross))
    }
}

/// The net movement of each account.
fn nets(legs: &[Leg]) -> Nets {
    let mut nets = Nets::new();
    refunds::add(&mut nets, movements(legs));
    nets
}

/// Whether a refund with these legs moves an account that its original did not.
pub(crate) fn goes_elsewhere(original: &Original, legs: &[Leg]) -> bool {
    let moved = nets(&original.legs);
    nets(legs).iter().any(|(account, net)| *net != 0 && refunds::net_of(&moved, *account) == 0)
}

/// The legs' movements, debit-positive.
pub(crate) fn movements(legs: &[Leg]) -> impl Iterator<Item = (AccountId, i128)> {
    legs.iter().map(|leg| (leg.account, leg.side.signed(leg.amount)))
}

#[cfg(test)]
mod tests;
