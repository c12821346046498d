//! A product in one currency.

use longmen_ledger::{Amount, Currency, Date};

use crate::movement::Movement;
use crate::part::Part;
use crate::product::{BalanceRule, Base, Method, Product, ReversalRule};
use crate::rate_table::RateTable;
use crate::refusal::Refusal;

/// A product in one currency: what an account's interest is computed by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'p> {
    product: &'p Product,
    currency: Currency,
    interest: Reckoning<'p>,
    overdraft: Option<Reckoning<'p>>,
}

/// How one side of an account is computed, in one currency.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reckoning<'p> {
    pub(crate) method: &'p Method,
    pub(crate) table: &'p RateTable,
    /// At least so much for a period that has any.
    pub(crate) minimum: Option<Amount>,
    /// Minor units of which only whole multiples count.
    unit: i128,
    part: Part,
}

impl<'p> Terms<'p> {
    pub(crate) fn of(product: &'p Product, currency: Currency) -> Option<Terms<'p>> {
        let reckoning = |method: &'p Method, part| {
            let unit = match method.base {
                Base::Exact => 1,
                Base::WholeUnits => 10_i128.pow(currency.exponent()),
            };
            let table = method.rates.get(&currency)?;
            Some(Reckoning { method, table, minimum: method.minimum.get(&currency).copied(), unit, part })
        };
        let interest = reckoning(&product.interest, Part::Balance)?;
        let overdraft = product.overdraft.as_ref().and_then(|method| reckoning(method, Part::Overdraft));
        Some(Terms { product, currency, interest, overdraft })
    }

    /// The product.
    #[must_use]
    pub fn product(&self) -> &'p Product {
        self.product
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The day from which a movement counts.
    #[must_use]
    pub fn counts_from(&self, movement: &Movement) -> Date {
        match (movement.reverses, self.product.reversals) {
            (Some(original), ReversalRule::ValueDate) => original,
            (Some(_), ReversalRule::AccountingDate) => movement.booked,
            (None, _) => movement.value,
        }
    }

    pub(crate) fn reckoning(&self, part: Part) -> Option<Reckoning<'p>> {
        match part {
            Part::Balance => Some(self.interest),
            Part::Overdraft => self.overdraft,
        }
    }
}

impl Reckoning<'_> {
    /// What of a day's balance counts on this side.
    pub(crate) fn counted(&self, balance: i128) -> Result<i128, Refusal> {
        let signed = match self.part {
            Part::Balance => balance,
            Part::Overdraft => balance.checked_neg().ok_or(Refusal::Overflow)?,
        };
        let here = signed.max(0);
        Ok(here - here % self.unit)
    }

    pub(crate) fn is_average(&self) -> bool {
        self.method.balance == BalanceRule::Average
    }
}
