//! 解冻: releases a hold, in part or all that remains.
//!
//! Judged in this order: the currency, where it was said, is the held account's (shape); there is such a hold
//! (`unknown_freeze`); then, in the account's shard, what remains of the hold, its expiry and authority, and the states.

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

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfreeze {
    pub hold: TransactionKey,
    /// How much, in minor units; `None`: all that remains.
    pub amount: Option<Amount>,
    /// The currency that the amount was given in, which must be the held account's; `None`: it was not said.
    pub currency: Option<Currency>,
    /// Who releases it.
    pub authority: Box<str>,
}

impl ActionRules for Unfreeze {
    fn code(&self) -> ActionCode {
        ActionCode::Unfreeze
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_key(out, self.hold);
        out.extend_from_slice(&self.amount.map_or(i64::MAX, |amount| amount.0).to_le_bytes());
        out.extend_from_slice(&self.currency.map_or(0, Currency::numeric).to_le_bytes());
        write_text(out, &self.authority);
    }

    fn amount(&self) -> Option<Amount> {
        self.amount
    }

    fn hold(&self) -> Option<TransactionKey> {
        Some(self.hold)
    }

    fn plan(&self, _given: Given<'_>, state: &State) -> Plan {
        let Some(account) = state.holds.account_of(self.hold) else {
            return Plan::refused(Rejection::UnknownFreeze);
        };
        let what = EffectKind::Release { amount: self.amount, authority: self.authority.clone() };
        let held_in = state.books.descriptor(account).map(|descriptor| descriptor.currency);
        let mismatch = self.currency.is_some() && self.currency != held_in;
        let shape = mismatch.then_some((Rejection::CurrencyMismatch, 0));
        Plan { effects: vec![Effect { account, key: self.hold, what }], shape, ..Plan::default() }
    }

    fn named(&self, _legs: &[Leg], _state: &State) -> Option<Named> {
        Some(Named { key: self.hold, ..Named::default() })
    }
}
