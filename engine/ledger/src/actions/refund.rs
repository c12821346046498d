//! 退款: posts legs that give back part of an original. They come with it; or it has an amount alone, and the rule by which the
//! original was charged makes them: what was refunded before is known of the original, and it is touched by one undecided
//! transaction at a time.
//!
//! Judged in this order: the original is posted and of an action that can be refunded (`unknown_original`); it was not
//! reversed (`already_reversed`); with all others it stays within the bounds of [`crate::transaction::refunds`]
//! (`refund_exceeded`); the window of its type is open (`refund_window`); then states, funds and limits in the shards. By amount: the
//! currency is the original's (`currency_mismatch`); it was charged by a rule that can still be read (`no_rule`); so much of it is left
//! (`refund_exceeded`).

use crate::actions::content::write_key;
use crate::actions::plan::{Followed, Plan};
use crate::actions::rules::{ActionRules, Given};
use crate::actions::undo::clearing_of;
use crate::ids::AccountId;
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::rejection::Rejection;
use crate::state::State;
use crate::tariff::TariffLeg;
use crate::transaction::action_code::ActionCode;
use crate::transaction::charged::Charged;
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;
use crate::transaction::original::{Naming, Original};
use crate::transaction::originals::{goes_elsewhere, movements};

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// What is given back.
    pub original: Naming,
    /// What is given back of the gross amount of an original that a rule made, in minor units; `None`: its own legs say it.
    pub amount: Option<Amount>,
    /// The currency of the amount, which must be the original's; `None`: it is the original's.
    pub currency: Option<Currency>,
}

impl ActionRules for Refund {
    fn code(&self) -> ActionCode {
        ActionCode::Refund
    }

    fn write_content(&self, out: &mut Vec<u8>) {
        write_key(out, self.original.key);
        // Refunds with legs of their own are older, and their contents have nothing here.
        if let Some(amount) = self.amount {
            out.extend_from_slice(&amount.0.to_le_bytes());
            out.extend_from_slice(&self.currency.map_or(0, Currency::numeric).to_le_bytes());
        }
    }

    fn amount(&self) -> Option<Amount> {
        self.amount
    }

    fn brings_legs(&self) -> bool {
        self.amount.is_none()
    }

    fn makes_legs(&self) -> bool {
        self.amount.is_some()
    }

    fn follows_anew(&self) -> bool {
        self.amount.is_some()
    }

    fn follow(&self, _given: Given<'_>, state: &State) -> Followed {
        let Some(amount) = self.amount else { return Followed::default() };
        self.made(amount, state).unwrap_or_default()
    }

    fn naming(&self) -> Option<&Naming> {
        Some(&self.original)
    }

    fn naming_mut(&mut self) -> Option<&mut Naming> {
        Some(&mut self.original)
    }

    fn plan(&self, given: Given<'_>, state: &State) -> Plan {
        let refused = self.refuse(given.legs, state);
        let not_made = || match self.amount {
            Some(amount) if given.legs.is_empty() => self.made(amount, state).err(),
            _ => None,
        };
        let found = self.original.found.as_deref();
        let of_original = found.and_then(|found| found.charged.as_ref()).map(|charged| charged.currency);
        let is_other = self.currency.zip(of_original).is_some_and(|(given, its)| given != its);
        Plan {
            shape: is_other.then_some((Rejection::CurrencyMismatch, 0)),
            verdict: refused.or_else(not_made),
            original: Some(self.original.key),
            about: found.and_then(|found| found.legs.first()).map(|leg| leg.account),
            ..Plan::default()
        }
    }

    fn named(&self, legs: &[Leg], _state: &State) -> Option<Named> {
        let clearing = self.original.found.as_ref().is_some_and(|found| goes_elsewhere(found, legs));
        Some(Named { clearing, ..self.original.named() })
    }

    fn done(&self, given: Given<'_>, state: &mut State) {
        state.originals.take(ActionCode::Refund, given.own, self.original.key, movements(given.legs));
        if let Some(amount) = self.amount {
            state.originals.take_gross(given.own, self.original.key, amount);
        }
    }
}

impl Refund {
    /// A refund whose legs come with it.
    #[must_use]
    pub fn of_legs(original: Naming) -> Refund {
        Refund { original, amount: None, currency: None }
    }

    /// A refund of so much, in minor units, of the gross amount of an original that a rule made.
    #[must_use]
    pub fn by_amount(original: Naming, amount: Amount, currency: Option<Currency>) -> Refund {
        Refund { original, amount: Some(amount), currency }
    }

    fn refuse(&self, legs: &[Leg], state: &State) -> Option<Rejection> {
        let found = self.original.found.as_deref();
        let clearing = clearing_of(found, state);
        let unit_of = |account| state.books.balancing_unit(account);
        let exceeded = state.originals.refuse_refund(self.original.key, found, legs, &clearing, unit_of);
        let Some(original) = found.filter(|_| exceeded.is_none()) else { return exceeded };
        let first = legs.first().or(original.legs.first())?;
        let today = state.books.date_of(first.account)?;
        let window = state.settings.refund_windows.days_for(&original.kind);
        (today.days() > original.date.days().saturating_add(window)).then_some(Rejection::RefundWindow)
    }

    /// The legs that the rule of its original makes of an amount.
    fn made(&self, amount: Amount, state: &State) -> Result<Followed, Rejection> {
        let original = self.original.found.as_deref().ok_or(Rejection::UnknownOriginal)?;
        let charged = original.charged.as_ref().ok_or(Rejection::NoRule)?;
        let first = original.legs.first().and_then(|leg| state.books.descriptor(leg.account));
        let entity = first.ok_or(Rejection::NoRule)?.entity;
        let rules = state.fee_rules(entity, charged.file).ok_or(Rejection::NoRule)?;
        let paid = rules.charge_by(charged.rule, charged.gross)?.legs;
        // A build that evaluates otherwise than the one that charged must not say what goes back.
        if !are_those(&paid, original) {
            return Err(Rejection::NoRule);
        }
        let before = state.originals.gross_refunded(self.original.key);
        let back = rules.refund_by(charged.rule, charged.gross, amount, before)?;
        let account_of = |leg: &TariffLeg| -> Option<AccountId> {
            let place = paid.iter().position(|paid| paid.who == leg.who)?;
            original.legs.get(place).map(|leg| leg.account)
        };
        let leg = |(step, leg): (u16, &TariffLeg)| {
            // Whoever got nothing has nothing to give back.
            let account = account_of(leg).ok_or(Rejection::RefundExceeded)?;
            Ok(Leg { account, amount: leg.amount, currency: charged.currency, step, side: leg.side })
        };
        let legs: Vec<Leg> = (1..).zip(&back).map(leg).collect::<Result<_, _>>()?;
        let says = Charged { gross: amount, ..charged.clone() };
        Ok(Followed { legs, notes: says.notes() })
    }
}

/// Whether an original has these legs, and no others.
fn are_those(paid: &[TariffLeg], original: &Original) -> bool {
    let is_that = |(paid, leg): (&TariffLeg, &Leg)| (paid.side, paid.amount) == (leg.side, leg.amount);
    paid.len() == original.legs.len() && paid.iter().zip(&original.legs).all(is_that)
}
