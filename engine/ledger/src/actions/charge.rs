//! 按规则记账: posts the legs that a gross amount comes to by the rules for fees and splits (手续费, 分账) of the payer's entity.
//!
//! The client gives the amount and whose accounts take part; the rule of its type, channel, merchant, currency and accounting
//! date makes the legs. They are made when it is looked at, and judged like any that a client brings. A repeated request has no
//! other content for that, and gets the first result.
//!
//! Judged in this order: the payer is there (`unknown_account`); a rule is for it (`no_rule`); the accounts are those of the
//! parties that it asks for (`wrong_parties`); what the rule says of the amount (`fee_above_amount`, `invalid_amount`). All but the first are
//! answered and forgotten, behind the question of the id. Then its legs, in the shards.

use crate::account::AccountKey;
use crate::actions::content::write_text;
use crate::actions::plan::{Followed, Plan};
use crate::actions::rules::{ActionRules, Given};
use crate::ids::{AccountId, EntityId};
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::rejection::Rejection;
use crate::state::State;
use crate::tariff::{PAYER, TariffAsked, TariffRole};
use crate::transaction::action_code::ActionCode;
use crate::transaction::charged::Charged;
use crate::transaction::leg::Leg;
use crate::transaction::notes;

/// A charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What is paid for, in minor units: fees of the payer come on top of it, those of the payee out of it.
    pub amount: Amount,
    pub currency: Currency,
    /// Whose accounts take part: [`PAYER`] first, then [`PAYEE`](crate::PAYEE) or who gets a share, as the rule calls them.
    pub parties: Vec<Party>,
    /// The channel; empty where there is none.
    pub channel: Box<str>,
    /// The merchant; empty where there is none.
    pub merchant: Box<str>,
}

/// Somebody who takes part, and the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// As the rule calls it.
    pub role: Box<str>,
    /// The account, or [`AccountId::NONE`] where the key is still to be resolved.
    pub account: AccountId,
    /// The account's natural key, where the client named it so.
    pub key: Option<AccountKey>,
}

impl ActionRules for Charge {
    fn code(&self) -> ActionCode {
        ActionCode::Charge
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.amount.0.to_le_bytes());
        out.extend_from_slice(&self.currency.numeric().to_le_bytes());
        write_text(out, &self.channel);
        write_text(out, &self.merchant);
        for Party { role, account, key } in &self.parties {
            write_text(out, role);
            let account = if key.is_some() { AccountId::NONE } else { *account };
            out.extend_from_slice(&account.0.to_le_bytes());
            if let Some(key) = key {
                [&key.entity, &key.number, &key.kind].iter().for_each(|part| write_text(out, part));
            }
        }
    }

    fn amount(&self) -> Option<Amount> {
        Some(self.amount)
    }

    fn makes_legs(&self) -> bool {
        true
    }

    fn names_accounts(&self) -> Vec<AccountId> {
        self.parties.iter().map(|party| party.account).collect()
    }

    fn resolve(&mut self, find: &dyn Fn(&AccountKey) -> Option<AccountId>) {
        for Party { account, key, .. } in &mut self.parties {
            if let Some(key) = key {
                *account = find(key).unwrap_or(AccountId::NONE);
            }
        }
    }

    fn is_malformed(&self) -> bool {
        let starts = self.parties.first().is_some_and(|party| *party.role == *PAYER);
        let twice =
            |(at, party): (usize, &Party)| self.parties[..at].iter().any(|other| other.role == party.role);
        !starts || self.parties.iter().enumerate().any(twice)
    }

    fn follow(&self, given: Given<'_>, state: &State) -> Followed {
        self.made(given, state).unwrap_or_default()
    }

    fn plan(&self, given: Given<'_>, state: &State) -> Plan {
        let is_made = !given.legs.is_empty();
        Plan {
            verdict: if is_made { None } else { self.made(given, state).err() },
            about: self.parties.first().map(|payer| payer.account),
            ..Plan::default()
        }
    }
}

impl Charge {
    /// The legs, and what the record says of them.
    fn made(&self, given: Given<'_>, state: &State) -> Result<Followed, Rejection> {
        let payer = self.parties.first().map_or(AccountId::NONE, |payer| payer.account);
        let entity = state.books.descriptor(payer).ok_or(Rejection::UnknownAccount)?.entity;
        let date = state.books.catalog.date(entity);
        let (file, rules) = state.fee_rules_on(entity, date).ok_or(Rejection::NoRule)?;
        let asked = TariffAsked {
            kind: notes::kind_of(given.notes),
            channel: &self.channel,
            merchant: &self.merchant,
            currency: self.currency,
            date,
            amount: self.amount,
        };
        let made = rules.charge(&asked)?;
        let gives = |role: &str| self.parties.iter().any(|party| *party.role == *role);
        if made.parties.len() != self.parties.len() || !made.parties.iter().all(|role| gives(role)) {
            return Err(Rejection::WrongParties);
        }
        let legs = (1..).zip(&made.legs).map(|(step, leg)| Leg {
            account: self.account_of(&leg.who, entity, state),
            amount: leg.amount,
            currency: self.currency,
            step,
            side: leg.side,
        });
        let charged =
            Charged { file, rule: made.rule, name: made.name, gross: self.amount, currency: self.currency };
        Ok(Followed { legs: legs.collect(), notes: charged.notes() })
    }

    /// The account of whoever a leg is for.
    fn account_of(&self, who: &TariffRole, entity: EntityId, state: &State) -> AccountId {
        let found = match who {
            TariffRole::Party(role) => {
                self.parties.iter().find(|party| party.role == *role).map(|party| party.account)
            }
            TariffRole::Account(account) => state.books.catalog.find_of_tariff(entity, account),
        };
        found.unwrap_or(AccountId::NONE)
    }
}
