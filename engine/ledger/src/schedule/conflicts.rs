//! Pins: which ordinary accounts open transactions touch in the round being formed.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::ids::AccountId;
use crate::state::books::Books;
use crate::transaction::effect::Effect;
use crate::transaction::leg::Leg;

/// How open transactions touch an ordinary account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pin {
    /// Only with legs that no want of funds can refuse, and all of them are prepared in this round.
    Shared,
    /// In a way that later transactions must wait for.
    Exclusive,
}

/// The pins of a round, by account.
pub(super) type Pins = HashMap<AccountId, Pin, FixedState>;

/// Whether a transaction must wait for an open one on an ordinary account, and whether it shares one with them.
#[inline]
pub(super) fn conflicts(pins: &Pins, books: &Books, legs: &[Leg], effects: &[Effect]) -> (bool, bool) {
    fail_point!("PinSkipped", |_| (false, false));
    let mut shared = false;
    if effects.iter().any(|effect| pins.contains_key(&effect.account)) {
        return (true, shared);
    }
    for leg in legs {
        let Some(descriptor) = books.ordinary(leg) else { continue };
        match pins.get(&leg.account) {
            None => {}
            Some(Pin::Shared) if descriptor.is_free(leg.side.effective(leg.amount)) => shared = true,
            Some(_) => return (true, shared),
        }
    }
    (false, shared)
}

/// Pins the ordinary accounts of an open transaction.
pub(super) fn pin(pins: &mut Pins, books: &Books, legs: &[Leg], effects: &[Effect], waits: bool) {
    for effect in effects {
        pins.insert(effect.account, Pin::Exclusive);
    }
    for leg in legs {
        let Some(descriptor) = books.ordinary(leg) else { continue };
        let free = descriptor.is_free(leg.side.effective(leg.amount)) && !waits;
        let pin = pins.entry(leg.account).or_insert(Pin::Shared);
        if !free {
            *pin = Pin::Exclusive;
        }
    }
}
