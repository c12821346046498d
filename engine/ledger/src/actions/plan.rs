//! What an action comes to before any shard is asked.

use crate::account::row::Verdict;
use crate::ids::{AccountId, TransactionKey};
use crate::record::entry::Counting;
use crate::rejection::Rejection;
use crate::transaction::effect::Effect;
use crate::transaction::leg::Leg;

/// What follows from what an action names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Followed {
    pub(crate) legs: Vec<Leg>,
    /// What its record says of them, in the form of [`crate::notes`].
    pub(crate) notes: Vec<u8>,
}

impl From<Vec<Leg>> for Followed {
    fn from(legs: Vec<Leg>) -> Followed {
        Followed { legs, notes: Vec::new() }
    }
}

/// What an action comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// What it does to holds.
    pub(crate) effects: Vec<Effect>,
    /// Whether funds, limits and states are set aside.
    pub(crate) forced: bool,
    /// A question of shape that needs the accounts.
    pub(crate) shape: Verdict,
    /// What refuses it whatever the shards say; of existence or of the original.
    pub(crate) verdict: Option<Rejection>,
    /// The original that it names.
    pub(crate) original: Option<TransactionKey>,
    /// What the original refunded, if it is reversed: its refunds become fewer.
    pub(crate) refunded: Option<TransactionKey>,
    /// Whether its legs follow from its original's.
    pub(crate) given: bool,
    /// How it counts against day limits.
    pub(crate) counting: Counting,
    /// Whose accounting date it has, where it has neither legs nor effects.
    pub(crate) about: Option<AccountId>,
}

impl Plan {
    /// The originals whose states it is judged by or changes.
    pub(crate) fn originals(&self) -> impl Iterator<Item = TransactionKey> {
        [self.original, self.refunded].into_iter().flatten()
    }

    pub(crate) fn refused(rejection: Rejection) -> Plan {
        Plan { verdict: Some(rejection), ..Plan::default() }
    }
}
