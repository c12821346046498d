//! Which accounts a list is about.

use crate::account::row::Row;
use crate::account::{AccountState, Owner, PaymentState};

/// Which accounts a list is about: those of which all that is given is so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// The code of their entity.
    pub entity: Option<Box<str>>,
    /// What the code of their subject begins with.
    pub subject: Option<Box<str>>,
    pub owner: Option<Owner>,
    pub states: States,
    /// What their number begins with.
    pub number: Option<Box<str>>,
    /// The customer whom they are tied to.
    pub customer: Option<Box<str>>,
}

/// The states that accounts are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct States {
    pub account: Option<AccountState>,
    pub payment: Option<PaymentState>,
}

impl States {
    /// Whether every account is in them.
    pub(crate) fn are_any(self) -> bool {
        self == States::default()
    }

    pub(crate) fn are_of(self, row: &Row) -> bool {
        self.account.is_none_or(|state| state == row.account_state)
            && self.payment.is_none_or(|state| state == row.payment_state)
    }
}
