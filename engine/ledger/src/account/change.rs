//! Changes of an account's attributes: states, limits, reserve, hot or not.

use crate::account::cold_row::Limits;
use crate::account::row::Row;
use crate::account::{AccountRef, AccountState, PaymentState};
use crate::ids::{ClientId, Position};
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::record::entry::Changed;
use crate::rejection::Rejection;

/// Who changes an account, when and why: what the register (登记簿) keeps of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// The client; 0: the ledger itself.
    pub client: ClientId,
    /// The accounting date.
    pub date: Date,
    /// Operator, approval, reason, in the form of [`crate::notes`].
    pub notes: Box<[u8]>,
}

/// A change of an account that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    pub account: AccountRef,
    /// What changes.
    pub change: AttributeChange,
    /// The currency that its amounts were given in, where one was: it must be the account's.
    pub currency: Option<Currency>,
    /// The account's newest record, as whoever asks has seen it: a posting, a hold or a change since then refuses this one.
    pub expected: Option<Position>,
    /// Operator, approval, reason, in the form of [`crate::notes`].
    pub notes: Box<[u8]>,
}

impl AccountChange {
    /// A change whatever has happened meanwhile, with nothing for the register.
    #[must_use]
    pub fn new(account: AccountRef, change: AttributeChange) -> AccountChange {
        let (currency, expected, notes) = Default::default();
        AccountChange { account, change, currency, expected, notes }
    }
}

/// A change of an account's attributes; what is absent stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeChange {
    States {
        /// The new account state.
        account_state: Option<AccountState>,
        /// The new payment state.
        payment_state: Option<PaymentState>,
    },
    /// Whether a batching actor posts to it.
    Hot(bool),
    /// Its withholding reserve (代扣备用金).
    Reserve(Amount),
    /// Its limits (限额); `Some(None)` takes one away.
    Limits {
        /// How far the natural balance may go below zero.
        overdraft: Option<Amount>,
        /// The cap on the natural balance.
        credit: Option<Option<Amount>>,
        /// The most that one transaction may take out.
        transaction: Option<Option<Amount>>,
        /// The most that the transactions of one accounting date may take out.
        day: Option<Option<Amount>>,
    },
}

/// How far a change may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Why nothing may be let through that was not before; `None`: it may.
    pub beyond: Option<Rejection>,
}

impl AttributeChange {
    /// Whether an account with these limits lets nothing through after it that it did not before: by its states, or its limits.
    pub(crate) fn lets_no_more(self, row: &Row, limits: Limits) -> bool {
        match self {
            AttributeChange::States { account_state, payment_state } => {
                let account = account_state.is_none_or(|next| next.stops(row.account_state));
                account && payment_state.is_none_or(|next| next.stops(row.payment_state))
            }
            AttributeChange::Limits { overdraft, credit, transaction, day } => {
                let caps = [(credit, row.credit_limit), (transaction, limits.transaction), (day, limits.day)];
                let is_no_higher = |(next, before): (Option<Option<Amount>>, i64)| {
                    next.is_none_or(|next| next.map_or(i64::MAX, |next| next.0) <= before)
                };
                overdraft.is_none_or(|next| next.0 <= row.overdraft_limit)
                    && caps.into_iter().all(is_no_higher)
            }
            AttributeChange::Hot(_) | AttributeChange::Reserve(_) => true,
        }
    }

    /// The amounts that it sets.
    pub(crate) fn amounts(self) -> impl Iterator<Item = Amount> {
        let amounts = match self {
            AttributeChange::States { .. } | AttributeChange::Hot(_) => [None; 4],
            AttributeChange::Reserve(amount) => [Some(amount), None, None, None],
            AttributeChange::Limits { overdraft, credit, transaction, day } => {
                [overdraft, credit.flatten(), transaction.flatten(), day.flatten()]
            }
        };
        amounts.into_iter().flatten()
    }

    /// Writes what is new into a change.
    pub(crate) fn apply(self, changed: &mut Changed<'_>) {
        match self {
            AttributeChange::States { account_state, payment_state } => {
                changed.account_state = account_state.unwrap_or(changed.account_state);
                changed.payment_state = payment_state.unwrap_or(changed.payment_state);
            }
            AttributeChange::Hot(hot) => changed.hot = hot,
            AttributeChange::Reserve(amount) => changed.withholding = amount.0,
            AttributeChange::Limits { overdraft, credit, transaction, day } => {
                changed.overdraft_limit = overdraft.unwrap_or(changed.overdraft_limit);
                changed.credit_limit = credit.unwrap_or(changed.credit_limit);
                changed.transaction_limit = transaction.unwrap_or(changed.transaction_limit);
                changed.day_limit = day.unwrap_or(changed.day_limit);
                // A batching actor's gate knows no such limits: the account is posted to leg by leg.
                changed.hot &= changed.transaction_limit.is_none() && changed.day_limit.is_none();
            }
        }
    }

    /// Why the row does not take the change.
    pub(crate) fn refuse(self, row: &Row) -> Option<Rejection> {
        if row.account_state == AccountState::Closed {
            return Some(Rejection::AccountState);
        }
        match self {
            AttributeChange::States { account_state: Some(AccountState::Closed), .. } => {
                (!row.is_empty()).then_some(Rejection::NotEmpty)
            }
            AttributeChange::Hot(true) => row.limited().then_some(Rejection::LimitExceeded),
            AttributeChange::Reserve(amount) => {
                let more = i128::from(amount.0) - i128::from(row.withholding);
                let short = more > 0 && !row.may_go_negative() && row.available() < more;
                short.then_some(Rejection::InsufficientFunds)
            }
            AttributeChange::Limits { overdraft: Some(overdraft), .. } => {
                let less = i128::from(row.overdraft_limit) - i128::from(overdraft.0);
                let short = less > 0 && !row.may_go_negative() && row.available() < less;
                short.then_some(Rejection::InsufficientFunds)
            }
            AttributeChange::States { .. } | AttributeChange::Hot(false) | AttributeChange::Limits { .. } => {
                None
            }
        }
    }
}
