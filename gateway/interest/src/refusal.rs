//! Why interest is not computed: each a code, and never a figure that might be wrong.

use longmen_ledger::Date;

/// Why nothing was done. What was asked to change is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    /// A figure is beyond what it is kept in: 128 bits for products, 64 for amounts.
    #[error("a figure is beyond the largest that can be held")]
    Overflow,
    /// The product has no rate yet on a day on which there is a balance.
    #[error("the product has no rate on {0}")]
    NoRate(Date),
    /// The product settles at maturity, and the account has none; or the other way round; or it is not after the start.
    #[error("a maturity belongs to a product that settles at maturity, and comes after the start")]
    Maturity,
    /// The day is folded already: each is folded once.
    #[error("{0} is folded already")]
    AlreadyFolded(Date),
    /// The period is not folded to its end, or to the day before a closing.
    #[error("days are not folded up to {0}")]
    NotFolded(Date),
    /// The account was closed, or has matured: it earns nothing more.
    #[error("the account earned until {0}")]
    Ended(Date),
    /// The movement is valued on a day that is folded: it needs the balances of then.
    #[error("the value date {0} is folded already")]
    BackValued(Date),
    /// The movement is valued on a day that is not folded yet: it is no back value.
    #[error("the value date {0} is not folded yet")]
    NotBackValued(Date),
    /// The movement is valued before interest of the account begins.
    #[error("interest begins on {0}")]
    BeforeStart(Date),
    /// There are movements valued after the day on which the account is to be closed.
    #[error("a movement is valued on {0}, after the closing")]
    MovementsAhead(Date),
    /// The balances do not reach back far enough.
    #[error("balances are needed from {0}")]
    HistoryMissing(Date),
    /// The balances, or the rates of now, give other products than those that were folded.
    #[error("the balances and rates do not give the products that were folded")]
    HistoryDiffers,
    /// The calendar ends with the year 9999.
    #[error("the calendar has no day after {0}")]
    NoDayAfter(Date),
}

impl Refusal {
    /// Its name: `back_valued`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}
