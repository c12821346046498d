//! Why balances are not revalued.

use longmen_ledger::{Currency, Date};

/// Why there are no entries. None is given where one cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    /// Rates are of another local currency.
    #[error("the rates are in {rates}, and the books in {local}")]
    OtherLocal { rates: Currency, local: Currency },
    /// A rate of another date is none: it would be a guess.
    #[error("there is no rate of {currency} on {date}")]
    NoRate { currency: Currency, date: Date },
    /// The balance of an account is not given: a zero is given as one.
    #[error("the balance of {account} is not given")]
    NoBalance { account: Box<str> },
    /// An account's balance is given twice.
    #[error("the balance of {account} is given twice")]
    Twice { account: Box<str> },
    /// An account's balance is of another currency.
    #[error("{account} has a balance in {given}")]
    OtherCurrency { account: Box<str>, given: Currency },
    /// A product or amount is beyond what a leg holds.
    #[error("an amount of {currency} is beyond what a leg holds")]
    Overflow { currency: Currency },
}

impl Refusal {
    /// Its name: `no_rate`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}
