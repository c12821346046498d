//! The holds (冻结) that transactions may name, and when they expire.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;

use crate::account::hold::{Hold, HoldKind};
use crate::ids::{AccountId, TransactionKey};
use crate::transaction::effect::{Effect, EffectKind};

/// Where each hold is: the hold itself is in its account's shard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holds {
    /// The accounts of the holds that may be named.
    accounts: HashMap<TransactionKey, AccountId, FixedState>,
    /// The accounts of those that transactions of this round may be opening.
    opening: HashMap<TransactionKey, AccountId, FixedState>,
    /// Those that a court asked for: few.
    judicial: BTreeSet<TransactionKey>,
    /// Moments at which holds expire, in microseconds since 1970.
    expiries: BTreeSet<(i64, AccountId, TransactionKey)>,
}

impl Holds {
    /// Takes in a hold that recovery has found.
    pub(crate) fn restore(&mut self, account: AccountId, hold: &Hold) {
        if hold.terms.kind != HoldKind::Try {
            self.accounts.insert(hold.key, account);
        }
        if hold.terms.kind == HoldKind::Judicial {
            self.judicial.insert(hold.key);
        }
        fail_point!("ExpiryForgotten", |_| ());
        let expires = hold.terms.expires_us.filter(|_| hold.remaining > 0);
        self.expiries.extend(expires.map(|moment| (moment, account, hold.key)));
    }

    /// Begins a round: what may be opening is decided.
    pub(crate) fn begin_round(&mut self) {
        self.opening.clear();
    }

    /// The account of a hold, also of one that a transaction of this round may be opening.
    pub(crate) fn account_of(&self, hold: TransactionKey) -> Option<AccountId> {
        self.accounts.get(&hold).or_else(|| self.opening.get(&hold)).copied()
    }

    /// Whether there is a hold of this name, decided.
    pub(crate) fn is_there(&self, hold: TransactionKey) -> bool {
        self.accounts.contains_key(&hold)
    }

    /// Whether a court asked for it.
    pub(crate) fn is_judicial(&self, hold: TransactionKey) -> bool {
        self.judicial.contains(&hold)
    }

    /// Whether an effect names a hold that a transaction of this round may be opening: whether there is such a hold comes
    /// first in the order of precedence.
    pub(crate) fn is_undecided(&self, effect: &Effect) -> bool {
        !effect.opens_named() && self.opening.contains_key(&effect.key) && !self.is_there(effect.key)
    }

    /// Notes that a transaction of this round may open a hold.
    pub(crate) fn note_opening(&mut self, effect: &Effect) {
        if effect.opens_named() {
            self.opening.insert(effect.key, effect.account);
        }
    }

    /// Takes in what a transaction has done to a hold, when its record is written.
    pub(crate) fn done(&mut self, effect: &Effect) {
        let expires_us = match &effect.what {
            EffectKind::Freeze { terms, .. } => terms.expires_us,
            EffectKind::Raise { expires_us, .. } => *expires_us,
            // A raise may have moved its expiry since: the shard, which knows, is asked at once.
            EffectKind::Restore { .. } => Some(0),
            _ => None,
        };
        if matches!(&effect.what, EffectKind::Freeze { terms, .. } if terms.kind == HoldKind::Judicial) {
            self.judicial.insert(effect.key);
        }
        if effect.opens_named() || matches!(effect.what, EffectKind::Restore { .. }) {
            self.accounts.insert(effect.key, effect.account);
        }
        self.expiries.extend(expires_us.map(|moment| (moment, effect.account, effect.key)));
    }

    /// Notes moments again: they were moved past those that were noted.
    pub(crate) fn expire_later(&mut self, later: Vec<(i64, AccountId, TransactionKey)>) {
        self.expiries.extend(later);
    }

    /// The next moment at which a hold expires.
    pub(crate) fn next_expiry(&self) -> Option<i64> {
        self.expiries.first().map(|(moment, ..)| *moment)
    }

    /// Takes the hold that expires next, if that is due at this time.
    pub(crate) fn take_due(&mut self, time_us: i64) -> Option<(AccountId, TransactionKey)> {
        self.next_expiry().filter(|moment| *moment <= time_us)?;
        self.expiries.pop_first().map(|(_, account, key)| (account, key))
    }
}
