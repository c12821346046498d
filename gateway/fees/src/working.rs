//! How a fee came to be.

use longmen_ledger::{Amount, Currency};

use crate::rate::{Rate, WHOLE, shown_parts};
use crate::rounding::Rounding;

/// How a fee came to be: its terms, their exact sum, and what it was bounded and rounded to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Working {
    fixed: u128,
    terms: Vec<Term>,
    /// The exact sum, in parts of a minor unit of which [`WHOLE`] are one.
    exact: u128,
    rounding: Rounding,
    bound: Option<Bound>,
    charge: Amount,
}

/// A part of the amount, in minor units, and its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) of: u64,
    pub(crate) rate: Rate,
}

/// What a fee was held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Minimum,
    Maximum,
}

impl Working {
    /// Amounts are below 2^63 and rates at most 1, so that the sum is far below what 128 bits hold.
    pub(crate) fn new(fixed: u128, terms: Vec<Term>, rounding: Rounding) -> Working {
        let by_rates: u128 = terms.iter().map(|term| u128::from(term.of) * term.rate.parts()).sum();
        let exact = fixed * WHOLE + by_rates;
        Working { fixed, terms, exact, rounding, bound: None, charge: Amount(0) }
    }

    /// The sum in minor units, before bounds. They are minor units themselves, so that it is the same to bound before.
    pub(crate) fn rounded(&self) -> u128 {
        self.rounding.divide(self.exact, WHOLE)
    }

    pub(crate) fn charging(self, charge: Amount, bound: Option<Bound>) -> Working {
        Working { bound, charge, ..self }
    }

    /// What is charged, in minor units.
    pub(crate) fn charge(&self) -> u64 {
        self.charge.0.unsigned_abs()
    }

    /// In words: `0.10 + 100.00 x 0.6% = 0.7`.
    pub(crate) fn show(&self, currency: Currency) -> String {
        let print = |minor: u128| currency.print(i128::try_from(minor).expect("amounts of legs"));
        let fixed = (self.fixed > 0 || self.terms.is_empty()).then(|| print(self.fixed));
        let terms = self.terms.iter().map(|term| format!("{} x {}", print(term.of.into()), term.rate));
        let sum: Vec<String> = fixed.into_iter().chain(terms).collect();
        let mut text = sum.join(" + ");
        if !self.terms.is_empty() {
            text += &format!(" = {}", self.shown_exact(currency));
        }
        match self.bound {
            Some(Bound::Minimum) => text += ", below the minimum",
            Some(Bound::Maximum) => text += ", above the maximum",
            None if !self.exact.is_multiple_of(WHOLE) => text += &format!(", {}", self.rounding.name()),
            None => {}
        }
        text
    }

    /// The exact sum in the unit of the currency, with at least its decimal places.
    fn shown_exact(&self, currency: Currency) -> String {
        match self.exact % WHOLE {
            0 => currency.print(i128::try_from(self.exact / WHOLE).expect("amounts of legs")),
            _ => shown_parts(self.exact, WHOLE.ilog10() + currency.exponent()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_tells_how_it_came_to_be() {
        for (code, fixed, terms, bound, expect) in [
            ("CNY", 0, &[(10_000, "0.6%")][..], None, "100.00 x 0.6% = 0.60"),
            ("CNY", 0, &[(12_345, "0.6%")], None, "123.45 x 0.6% = 0.7407, half_up"),
            ("CNY", 10, &[(10_000, "0.6%")], None, "0.10 + 100.00 x 0.6% = 0.70"),
            ("CNY", 0, &[(100, "0.6%")], Some(Bound::Minimum), "1.00 x 0.6% = 0.006, below the minimum"),
            ("CNY", 0, &[(1_000, "1%"), (500, "0.5%")], None, "10.00 x 1% + 5.00 x 0.5% = 0.125, half_up"),
            ("CNY", 200, &[], None, "2.00"),
            ("CNY", 0, &[], None, "0.00"),
            ("CNY", 200, &[], Some(Bound::Maximum), "2.00, above the maximum"),
            ("JPY", 0, &[(150, "1%")], None, "150 x 1% = 1.5, half_up"),
            ("BHD", 0, &[(1_000, "0.25%")], None, "1.000 x 0.25% = 0.0025, half_up"),
        ] {
            let terms = terms.iter().map(|(of, rate)| Term { of: *of, rate: rate.parse().unwrap() });
            let working = Working::new(fixed, terms.collect(), Rounding::HalfUp).charging(Amount(0), bound);
            assert_eq!(working.show(Currency::from_code(code).unwrap()), expect);
        }
    }
}
