//! 扣划: spends part of a hold and posts the legs, in one atomic step.
//!
//! Judged in this order: the amount is what the legs take from the held account (shape); there is such a hold
//! (`unknown_freeze`); then, in the account's shard, what remains of the hold, its expiry and authority, the states, and that
//! the hold has its money: those before it come first, and nothing goes below zero. A court's taking, and what is forced,
//! sets the limits aside.

use crate::actions::content::{write_key, write_text};
use crate::actions::plan::Plan;
use crate::actions::rules::{ActionRules, Given};
use crate::ids::TransactionKey;
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::effect::{Effect, EffectKind};
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;

/// A payment out of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consume {
    pub hold: TransactionKey,
    /// How much, in minor units: what the legs take from the held account.
    pub amount: Amount,
    /// The currency that the amount was given in, where one was: it must be the held account's. The legs have their own, so it
    /// is no part of the content.
    pub currency: Option<Currency>,
    /// Who spends it.
    pub authority: Box<str>,
    /// Whether the payment state, a reported loss, limits and the want of funds are set aside, with an approval.
    pub forced: bool,
}

impl ActionRules for Consume {
    fn code(&self) -> ActionCode {
        ActionCode::Consume
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_key(out, self.hold);
        out.extend_from_slice(&self.amount.0.to_le_bytes());
        write_text(out, &self.authority);
        out.push(u8::from(self.forced));
    }

    fn brings_legs(&self) -> bool {
        true
    }

    fn amount(&self) -> Option<Amount> {
        Some(self.amount)
    }

    fn is_forced(&self) -> bool {
        self.forced
    }

    fn hold(&self) -> Option<TransactionKey> {
        Some(self.hold)
    }

    fn plan(&self, given: Given<'_>, state: &State) -> Plan {
        let Some(account) = state.holds.account_of(self.hold) else {
            return Plan::refused(Rejection::UnknownFreeze);
        };
        let taken = state.books.taken_from(account, given.legs);
        let held_in = state.books.descriptor(account).map(|descriptor| descriptor.currency);
        let mismatch = self.currency.is_some() && self.currency != held_in;
        let differs = taken != i128::from(self.amount.0);
        let shape = differs.then_some((Rejection::InvalidAmount, 0));
        let shape = if mismatch { Some((Rejection::CurrencyMismatch, 0)) } else { shape };
        let (amount, authority, forced) = (self.amount, self.authority.clone(), self.forced);
        let what = EffectKind::Consume { amount, authority, forced };
        Plan { effects: vec![Effect { account, key: self.hold, what }], shape, ..Plan::default() }
    }

    fn named(&self, _legs: &[Leg], _state: &State) -> Option<Named> {
        Some(Named { key: self.hold, forced: self.forced, ..Named::default() })
    }
}
