//! 冻结: opens a hold that has the transaction's name.
//!
//! Judged in this order: the currency is the account's (shape); no hold has this name (`key_conflict`); it is no memo account
//! (`wrong_class`); its expiry lies ahead (`freeze_expired`); then, in the account's shard, states, room for another hold, and funds, which a court's freeze needs none of.

use crate::account::AccountKey;
use crate::account::hold::HoldTerms;
use crate::actions::content::{write_moment, write_text};
use crate::actions::expiry::refuse_expired;
use crate::actions::plan::Plan;
use crate::actions::rules::{ActionRules, Given};
use crate::ids::AccountId;
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::rejection::Rejection;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::effect::{Effect, EffectKind};

/// A freeze.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The account, or [`AccountId::NONE`] where the key is still to be resolved.
    pub account: AccountId,
    /// The account's natural key, where the client named it so.
    pub key: Option<AccountKey>,
    /// How much, in minor units.
    pub amount: Amount,
    /// The currency, which must be the account's.
    pub currency: Currency,
    /// On what terms.
    pub terms: HoldTerms,
}

impl ActionRules for Freeze {
    fn code(&self) -> ActionCode {
        ActionCode::Freeze
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.account.0.to_le_bytes());
        if let Some(key) = &self.key {
            for part in [&key.entity, &key.number, &key.kind] {
                write_text(out, part);
            }
        }
        out.extend_from_slice(&self.amount.0.to_le_bytes());
        out.extend_from_slice(&self.currency.numeric().to_le_bytes());
        out.push(self.terms.kind as u8);
        write_text(out, &self.terms.authority);
        write_moment(out, self.terms.expires_us);
    }

    fn amount(&self) -> Option<Amount> {
        Some(self.amount)
    }

    fn resolve(&mut self, find: &dyn Fn(&AccountKey) -> Option<AccountId>) {
        if let Some(key) = &self.key {
            self.account = find(key).unwrap_or(AccountId::NONE);
        }
    }

    fn plan(&self, given: Given<'_>, state: &State) -> Plan {
        let currency = state.books.descriptor(self.account).map(|descriptor| descriptor.currency);
        let mismatch = currency.is_some_and(|currency| currency != self.currency);
        Plan {
            effects: vec![self.effect(given)],
            shape: mismatch.then_some((Rejection::CurrencyMismatch, 0)),
            // Its id was forgotten since, and came again.
            verdict: (state.holds.is_there(given.own).then_some(Rejection::KeyConflict))
                .or_else(|| state.books.is_memo(self.account).then_some(Rejection::WrongClass))
                .or_else(|| refuse_expired(given, self.terms.expires_us, state)),
            ..Plan::default()
        }
    }

    fn done(&self, given: Given<'_>, state: &mut State) {
        state.holds.done(&self.effect(given));
    }
}

impl Freeze {
    fn effect(&self, given: Given<'_>) -> Effect {
        let terms = HoldTerms { text_id: given.text_id.into(), ..self.terms.clone() };
        Effect {
            account: self.account,
            key: given.own,
            what: EffectKind::Freeze { amount: self.amount, terms },
        }
    }
}
