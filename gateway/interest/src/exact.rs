//! Interest before it is rounded.

use longmen_ledger::Currency;
use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedSub};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::refusal::Refusal;
use crate::rounding::Rounding;
use crate::wide_serde::{halves, whole};

/// An amount of minor units as a fraction of two whole numbers. A decimal cannot hold a third of a cent, and a year of 360 days
/// gives many of them; this can, so nothing is rounded before the one place where it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(Ratio<i128>);

impl Exact {
    /// Nothing.
    pub const ZERO: Exact = Exact(Ratio::ZERO);

    /// `numerator / denominator` minor units; the denominator is positive.
    pub(crate) fn of(numerator: i128, denominator: i128) -> Exact {
        assert!(denominator > 0, "what is divided by are days and powers of ten");
        Exact(Ratio::new_raw(numerator, denominator))
    }

    /// Above the line and below it, in lowest terms.
    #[must_use]
    pub fn fraction(self) -> (i128, i128) {
        let reduced = self.0.reduced();
        (*reduced.numer(), *reduced.denom())
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        *self.0.numer() == 0
    }

    /// Whole minor units.
    #[must_use]
    pub fn rounded(self, rule: Rounding) -> i128 {
        rule.round(*self.0.numer(), *self.0.denom())
    }

    /// In units of the currency with so many decimal places, the last one rounded half up: for people to read.
    ///
    /// # Errors
    /// [`Refusal::Overflow`], where so many digits are beyond 128 bits.
    pub fn print(self, currency: Currency, places: u32) -> Result<String, Refusal> {
        let (numerator, denominator) = self.fraction();
        let shift = |value: i128, by: u32| 10_i128.checked_pow(by).and_then(|power| value.checked_mul(power));
        let exponent = currency.exponent();
        let (numerator, denominator) = match places.checked_sub(exponent) {
            Some(more) => (shift(numerator, more), Some(denominator)),
            None => (Some(numerator), shift(denominator, exponent - places)),
        };
        let (numerator, denominator) = numerator.zip(denominator).ok_or(Refusal::Overflow)?;
        let digits = Rounding::HalfUp.round(numerator, denominator);
        if places == 0 {
            return Ok(digits.to_string());
        }
        let shown = format!("{:0>1$}", digits.unsigned_abs(), places as usize + 1);
        let (whole, fraction) = shown.split_at(shown.len() - places as usize);
        Ok(format!("{}{whole}.{fraction}", if digits < 0 { "-" } else { "" }))
    }

    pub(crate) fn plus(self, other: Exact) -> Result<Exact, Refusal> {
        if other.is_zero() {
            return Ok(self);
        }
        self.0.reduced().checked_add(&other.0.reduced()).map(Exact).ok_or(Refusal::Overflow)
    }

    pub(crate) fn minus(self, other: Exact) -> Result<Exact, Refusal> {
        self.0.reduced().checked_sub(&other.0.reduced()).map(Exact).ok_or(Refusal::Overflow)
    }
}

impl Default for Exact {
    fn default() -> Exact {
        Exact::ZERO
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (numerator, denominator) = self.fraction();
        (halves(numerator), halves(denominator)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
        let (numerator, denominator) = <((i64, u64), (i64, u64))>::deserialize(deserializer)?;
        match (whole(numerator), whole(denominator)) {
            (numerator, denominator) if denominator > 0 => Ok(Exact::of(numerator, denominator)),
            _ => Err(D::Error::custom("a fraction is over a number above 0")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_print_in_units() {
        #[track_caller]
        fn check(code: &str, numerator: i128, denominator: i128, places: u32, expect: &str) {
            let currency = Currency::from_code(code).unwrap();
            assert_eq!(Exact::of(numerator, denominator).print(currency, places).unwrap(), expect);
        }
        check("CNY", 4595, 9, 5, "5.10556");
        check("CNY", -4595, 9, 5, "-5.10556");
        check("CNY", 1, 3, 5, "0.00333");
        check("CNY", -1, 3, 2, "0.00");
        check("CNY", 150, 1, 1, "1.5");
        check("CNY", 150, 1, 0, "2");
        check("JPY", 1, 3, 3, "0.333");
        check("BHD", 1, 2, 3, "0.001");
        check("BHD", 1, 2, 5, "0.00050");
        assert_eq!(
            Exact::of(i128::MAX, 1).print(Currency::from_code("CNY").unwrap(), 5),
            Err(Refusal::Overflow)
        );
    }

    #[test]
    fn sums_are_exact_or_refused() {
        let third = Exact::of(1, 3);
        assert_eq!(third.plus(third).unwrap().plus(third).unwrap().fraction(), (1, 1));
        assert_eq!(third.minus(third).unwrap(), Exact::ZERO);
        assert_eq!(Exact::of(i128::MAX, 1).plus(Exact::of(1, 1)), Err(Refusal::Overflow));
        assert_eq!(Exact::of(1, i128::MAX).plus(Exact::of(1, i128::MAX - 1)), Err(Refusal::Overflow));
    }
}
