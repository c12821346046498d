//! What every action says of itself.

use std::fmt::Debug;

use crate::account::AccountKey;
use crate::actions::plan::{Followed, Plan};
use crate::ids::{AccountId, TransactionKey};
use crate::money::amount::Amount;
use crate::state::State;
use crate::transaction::action_code::ActionCode;
use crate::transaction::leg::Leg;
use crate::transaction::named::Named;
use crate::transaction::original::Naming;

/// The transaction around an action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    /// Its own name.
    pub(crate) own: TransactionKey,
    /// The text that its id was given as; empty where it was a number.
    pub(crate) text_id: &'a str,
    pub(crate) legs: &'a [Leg],
    /// Its notes, with the texts of its ids.
    pub(crate) notes: &'a [u8],
    /// Whether it is looked at for the first time.
    pub(crate) is_new: bool,
}

/// What an action is judged by and does. Whatever is left out here it does not.
pub(crate) trait ActionRules: Debug {
    /// What its record calls it.
    fn code(&self) -> ActionCode;

    /// Appends everything the client gave, for the digest of the content: it is stored, so it must never change.
    fn write_content(&self, out: &mut Vec<u8>);

    /// Whether its legs come with it; else it has none, or those of what it names.
    fn brings_legs(&self) -> bool {
        false
    }

    /// Whether rules make its legs, which the answer then tells.
    fn makes_legs(&self) -> bool {
        false
    }

    /// Whether what it gives cannot be, whatever the books are.
    fn is_malformed(&self) -> bool {
        false
    }

    /// Accounts that it names itself, beside those of holds, legs and originals.
    fn names_accounts(&self) -> Vec<AccountId> {
        Vec::new()
    }

    /// Whether its legs are posted: a try only holds what they take.
    fn posts(&self) -> bool {
        true
    }

    /// Its own amount, beside its legs.
    fn amount(&self) -> Option<Amount> {
        None
    }

    /// Whether funds, limits or states are set aside, which needs an approval.
    fn is_forced(&self) -> bool {
        false
    }

    /// The hold that it names.
    fn hold(&self) -> Option<TransactionKey> {
        None
    }

    /// The transaction that must be looked up before it can be decided.
    fn naming(&self) -> Option<&Naming> {
        None
    }

    /// The same, to attach what was found.
    fn naming_mut(&mut self) -> Option<&mut Naming> {
        None
    }

    /// Resolves the natural key of an account; what `find` does not know stays [`AccountId::NONE`].
    fn resolve(&mut self, _find: &dyn Fn(&AccountKey) -> Option<AccountId>) {}

    /// The legs that follow from what it names. They are given once: until it is decided, what they rest on stays as it is, but
    /// for [`follows_anew`](ActionRules::follows_anew).
    fn follow(&self, _given: Given<'_>, _state: &State) -> Followed {
        Followed::default()
    }

    /// Whether its legs rest on what an earlier transaction of the round may change while it waits.
    fn follows_anew(&self) -> bool {
        false
    }

    /// What it comes to before any shard is asked.
    fn plan(&self, given: Given<'_>, state: &State) -> Plan;

    /// What its record names.
    fn named(&self, _legs: &[Leg], _state: &State) -> Option<Named> {
        None
    }

    /// Takes in what it has done to holds and to what it names, when its record is written. `given` has the legs that are
    /// posted.
    fn done(&self, _given: Given<'_>, _state: &mut State) {}
}
