//! Why a day is not taken into the bills of an account.

use longmen_ledger::{Currency, Date};

/// Why bills do not go on. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    /// Dates are taken one after the other.
    #[error("{date} is not the date after {closed}, the last one that was taken")]
    NotTheNextDate { date: Date, closed: Date },
    /// A movement is of another accounting date than the one that is taken.
    #[error("{id} is of {found}, and not of {date}")]
    OtherDate { id: Box<str>, found: Date, date: Date },
    /// A movement has an amount of zero or below: its kind says which way it goes.
    #[error("{id} has an amount that is not positive")]
    NotPositive { id: Box<str> },
    /// A refund gives back what was spent or charged, and nothing else.
    #[error("{id} refunds {original}, which is a {kind}")]
    NotRefundable { id: Box<str>, original: Box<str>, kind: &'static str },
    /// A reversal is not taken back.
    #[error("{id} reverses {original}, which is a reversal itself")]
    NotReversible { id: Box<str>, original: Box<str> },
    /// The plan says no smallest minimum due for the currency.
    #[error("the plan has no floor of the minimum due in {0}")]
    NoFloor(Currency),
    /// The calendar ends with the year 9999.
    #[error("the calendar has no day after {0}")]
    NoDayAfter(Date),
    /// A sum or product is beyond what the figures hold.
    #[error("a sum is beyond what the figures hold")]
    Overflow,
}

impl Refusal {
    /// Its name: `not_the_next_date`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}
