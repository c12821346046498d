//! Actions: what a transaction does besides posting the legs that it brings. One file each: what the client gives, what it is
//! judged by before any shard is asked, in the order of precedence, what it does to holds and to the transaction that it
//! names, and what its record says.
//!
//! An action becomes *effects* on holds, which the shard of the held account judges together with the legs, and a question
//! to the states of the original that it names, which the coordinator keeps. Both take part in the order of arrival: a
//! held account is pinned like one that needs funds, and an original is touched by one undecided transaction at a time.

pub(crate) mod cancel_try;
pub(crate) mod carry_forward;
pub(crate) mod charge;
pub(crate) mod confirm;
pub(crate) mod consume;
mod content;
mod expiry;
pub(crate) mod freeze;
pub(crate) mod plan;
pub(crate) mod raise;
pub(crate) mod refund;
pub(crate) mod reverse;
pub(crate) mod rules;
mod second_step;
pub(crate) mod try_hold;
mod undo;
pub(crate) mod unfreeze;

use crate::actions::cancel_try::CancelTry;
use crate::actions::carry_forward::CarryForward;
use crate::actions::charge::Charge;
use crate::actions::confirm::Confirm;
use crate::actions::consume::Consume;
use crate::actions::freeze::Freeze;
use crate::actions::raise::Raise;
use crate::actions::refund::Refund;
use crate::actions::reverse::Reverse;
use crate::actions::rules::ActionRules;
use crate::actions::try_hold::Try;
use crate::actions::unfreeze::Unfreeze;
use crate::transaction::action_code::ActionCode;
use crate::transaction::original::Naming;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What a transaction does besides posting the legs that it brings.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])* $name($name),)+
        }

        impl Action {
            /// What it is judged by and does.
            pub(crate) fn rules(&self) -> &dyn ActionRules {
                match self {
                    $(Action::$name(action) => action,)+
                }
            }

            /// The same, to attach what was found.
            pub(crate) fn rules_mut(&mut self) -> &mut dyn ActionRules {
                match self {
                    $(Action::$name(action) => action,)+
                }
            }
        }

        $(impl From<$name> for Action {
            fn from(action: $name) -> Action {
                Action::$name(action)
            }
        })+
    };
}

actions! {
    /// Opens a hold named by the transaction. Brings no legs.
    Freeze,
    /// Adds to a hold, and may move its expiry. Brings no legs.
    Raise,
    /// Releases a hold, in part or all that remains. Brings no legs.
    Unfreeze,
    /// Spends part of a hold and posts the legs.
    Consume,
    /// Undoes an original with all its legs, once. Brings no legs.
    Reverse,
    /// Posts legs that give back part of an original.
    Refund,
    /// Holds what the legs take from each account, and posts nothing until it is confirmed.
    Try,
    /// Posts the legs of a try. Brings no legs.
    Confirm,
    /// Releases what a try holds. Brings no legs.
    CancelTry,
    /// Posts the legs that an amount comes to by the rules for fees and splits. Brings none.
    Charge,
    /// Carries income and expense forward at the end of a year; the ledger's own.
    CarryForward,
}

impl Action {
    /// What its record calls it.
    #[must_use]
    pub fn code(&self) -> ActionCode {
        self.rules().code()
    }

    /// Whether its legs come with it; else it has none, or those of what it names.
    #[must_use]
    pub fn brings_legs(&self) -> bool {
        self.rules().brings_legs()
    }

    /// Whether rules make its legs, which the answer then tells.
    #[must_use]
    pub fn makes_legs(&self) -> bool {
        self.rules().makes_legs()
    }

    /// The transaction that must be looked up before it can be decided.
    #[must_use]
    pub fn naming(&self) -> Option<&Naming> {
        self.rules().naming()
    }
}
