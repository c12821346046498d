//! What a fee is by an amount: a fixed part, a rate, bands, a minimum and a maximum.

use longmen_ledger::Amount;

use crate::rate::Rate;
use crate::refusal::FeeRefusal;
use crate::rounding::Rounding;
use crate::working::{Bound, Term, Working};

/// What a fee is by an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tariff {
    /// In minor units, whatever the amount is.
    pub(crate) fixed: u64,
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
    pub(crate) scale: Scale,
}

/// What of a tariff depends on the amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// One rate.
    Flat(Rate),
    /// Each slice of the amount at the rate of its band (分段, 超额累进).
    Slices(Vec<Band>),
    /// All of the amount at the rate of the band that it lies in (靠档, 全额累进).
    Whole(Vec<Band>),
}

/// A band: amounts above that of the band before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Band {
    /// The largest amount of the band, in minor units; none is larger where there is no bound.
    pub(crate) up_to: Option<u64>,
    pub(crate) rate: Rate,
    /// What is charged besides, in minor units.
    pub(crate) fixed: u64,
}

impl Tariff {
    /// The one rate that it has, where it has nothing else that raises it.
    pub(crate) fn plain_rate(&self) -> Option<Rate> {
        match self.scale {
            Scale::Flat(rate) if self.fixed == 0 && self.minimum.is_none() => Some(rate),
            _ => None,
        }
    }

    /// What it comes to.
    pub(crate) fn charge(&self, amount: u64, rounding: Rounding) -> Result<Working, FeeRefusal> {
        let (banded, terms) = self.scale.terms(amount);
        let fixed = u128::from(self.fixed) + u128::from(banded);
        let working = Working::new(fixed, terms, rounding);
        let charge = working.rounded();
        let bounded = match (self.minimum.map(u128::from), self.maximum.map(u128::from)) {
            (Some(minimum), _) if charge < minimum => (minimum, Some(Bound::Minimum)),
            (_, Some(maximum)) if charge > maximum => (maximum, Some(Bound::Maximum)),
            _ => (charge, None),
        };
        let (charge, bound) = bounded;
        // A leg has at most what an i64 holds.
        let charge = i64::try_from(charge).map_err(|_| FeeRefusal::TooLarge)?;
        Ok(working.charging(Amount(charge), bound))
    }
}

impl Scale {
    /// What the band charges besides, and each part of the amount with its rate.
    fn terms(&self, amount: u64) -> (u64, Vec<Term>) {
        let term = |of: u64, rate: Rate| (of > 0 && !rate.is_zero()).then_some(Term { of, rate });
        match self {
            Scale::Flat(rate) => (0, term(amount, *rate).into_iter().collect()),
            Scale::Whole(bands) => {
                let band = bands.iter().find(|band| band.up_to.is_none_or(|up_to| amount <= up_to));
                let band = band.expect("the last band has no bound");
                (band.fixed, term(amount, band.rate).into_iter().collect())
            }
            Scale::Slices(bands) => {
                let mut below = 0;
                let slice = |band: &Band| {
                    let top = band.up_to.map_or(amount, |up_to| up_to.min(amount));
                    let slice = top - below;
                    below = top;
                    term(slice, band.rate)
                };
                (0, bands.iter().filter_map(slice).collect())
            }
        }
    }
}
