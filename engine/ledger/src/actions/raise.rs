//! 追加预授权 (incremental authorisation): adds to a hold, and may move its expiry.
//!
//! Judged in this order: the currency is the held account's (shape); there is such a hold (`unknown_freeze`), which a try's is
//! not; its new expiry lies ahead (`freeze_expired`); then, in the account's shard, that it has not expired (`freeze_expired`), that something of it remains
//! (`freeze_exceeded`), its authority, the states as for a freeze, and funds, which a court's hold needs none of. What is
//! raised is undone by an unfreeze.

use crate::actions::content::{write_key, write_moment, write_text};
use crate::actions::expiry::refuse_expired;
use crate::actions::plan::Plan;
use crate::actions::rules::{ActionRules, Given};
use crate::ids::{AccountId, TransactionKey};
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::effect::{Effect, EffectKind};
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;

/// A raise of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raise {
    pub hold: TransactionKey,
    /// By how much, in minor units.
    pub amount: Amount,
    /// The currency, which must be the held account's.
    pub currency: Currency,
    /// When the hold releases by itself from now on, in microseconds since 1970; `None`: as before.
    pub expires_us: Option<i64>,
    /// Who raises it.
    pub authority: Box<str>,
}

impl ActionRules for Raise {
    fn code(&self) -> ActionCode {
        ActionCode::Raise
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_key(out, self.hold);
        out.extend_from_slice(&self.amount.0.to_le_bytes());
        out.extend_from_slice(&self.currency.numeric().to_le_bytes());
        write_moment(out, self.expires_us);
        write_text(out, &self.authority);
    }

    fn amount(&self) -> Option<Amount> {
        Some(self.amount)
    }

    fn hold(&self) -> Option<TransactionKey> {
        Some(self.hold)
    }

    fn plan(&self, given: Given<'_>, state: &State) -> Plan {
        let Some(account) = state.holds.account_of(self.hold) else {
            return Plan::refused(Rejection::UnknownFreeze);
        };
        let held_in = state.books.descriptor(account).map(|descriptor| descriptor.currency);
        let mismatch = held_in.is_some_and(|currency| currency != self.currency);
        let shape = mismatch.then_some((Rejection::CurrencyMismatch, 0));
        let verdict = refuse_expired(given, self.expires_us, state);
        Plan { effects: vec![self.effect(account)], shape, verdict, ..Plan::default() }
    }

    fn named(&self, _legs: &[Leg], _state: &State) -> Option<Named> {
        Some(Named { key: self.hold, ..Named::default() })
    }

    fn done(&self, _given: Given<'_>, state: &mut State) {
        if let Some(account) = state.holds.account_of(self.hold) {
            state.holds.done(&self.effect(account));
        }
    }
}

impl Raise {
    fn effect(&self, account: AccountId) -> Effect {
        let (amount, expires_us, authority) = (self.amount, self.expires_us, self.authority.clone());
        Effect { account, key: self.hold, what: EffectKind::Raise { amount, expires_us, authority } }
    }
}
