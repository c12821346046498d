//! Rates, as they are written in contracts.

use std::fmt;

use rust_decimal::Decimal;

use crate::day_count::DayCount;

/// A rate for a year, exact: a whole number of 10^-12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(i64);

/// Why a text is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Not a number with %, ‰ or ‱ behind it or without, and `/day` or `/month` behind that or without.
    #[error("it is no rate such as `0.0035`, `0.35%`, `0.05%/day`, `4‰/month`")]
    NotARate,
    /// More than 12 decimal places of a year's rate.
    #[error("it has more than 12 decimal places as a year's rate")]
    TooFine,
    /// Below zero, or above ten times the principal in a year.
    #[error("a rate is from 0 to 1000% a year")]
    OutOfRange,
    /// A day's rate, where years have 365 or 366 days.
    #[error("a day's rate needs a day count with years of one length")]
    NoYear,
}

impl Rate {
    /// A rate of 1 is so many.
    pub(crate) const ONE: i128 = 1_000_000_000_000;

    /// Reads a rate: a year's, unless `/day` (日利率) or `/month` (月利率) stands behind it. A day's rate is one of the day count's
    /// years: 0.05%/day is 18.25% where a year has 365 days. A month's is a twelfth.
    ///
    /// # Errors
    /// [`RateError`].
    pub fn parse(text: &str, day_count: DayCount) -> Result<Rate, RateError> {
        let (number, times) = match text.split_once('/') {
            None => (text, 1),
            Some((number, "month")) => (number, 12),
            Some((number, "day")) => (number, day_count.fixed_year().ok_or(RateError::NoYear)?),
            Some(_) => return Err(RateError::NotARate),
        };
        let signs = [("%", 2), ("‰", 3), ("‱", 4)];
        let (digits, places) = signs
            .into_iter()
            .find_map(|(sign, places)| Some((number.strip_suffix(sign)?, places)))
            .unwrap_or((number, 0));
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let value = Decimal::from_str_exact(digits).ok().filter(|_| is_plain).ok_or(RateError::NotARate)?;
        let (mantissa, scale) = (value.normalize().mantissa(), value.normalize().scale() + places);
        if mantissa < 0 {
            return Err(RateError::OutOfRange);
        }
        let shift = 12_u32.checked_sub(scale).ok_or(RateError::TooFine)?;
        let units = 10_i128.checked_pow(shift).and_then(|power| mantissa.checked_mul(power));
        let units = units.and_then(|units| units.checked_mul(times.into())).ok_or(RateError::OutOfRange)?;
        let units = i64::try_from(units).map_err(|_| RateError::OutOfRange)?;
        if i128::from(units) > 10 * Rate::ONE { Err(RateError::OutOfRange) } else { Ok(Rate(units)) }
    }

    pub(crate) fn units(self) -> i128 {
        self.0.into()
    }
}

impl fmt::Display for Rate {
    /// In percent of a year.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", Decimal::new(self.0, 10).normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_as_contracts_have_them() {
        #[track_caller]
        fn check(text: &str, day_count: DayCount, expect: Result<&str, RateError>) {
            let found = Rate::parse(text, day_count).map(|rate| rate.to_string());
            assert_eq!(found.as_deref(), expect.as_ref().map(|text| *text), "{text}");
        }
        let (by_360, by_365, isda) =
            (DayCount::Actual360, DayCount::Actual365Fixed, DayCount::ActualActualIsda);
        check("0.0020", by_360, Ok("0.2%"));
        check("0.20%", by_360, Ok("0.2%"));
        check("2‰", by_360, Ok("0.2%"));
        check("20‱", by_360, Ok("0.2%"));
        check("4.35%", isda, Ok("4.35%"));
        check("0.05%/day", by_365, Ok("18.25%"));
        check("0.05%/day", by_360, Ok("18%"));
        check("5‱/day", by_360, Ok("18%"));
        check("4‰/month", by_360, Ok("4.8%"));
        check("0", by_360, Ok("0%"));
        check("10", by_360, Ok("1000%"));
        check("0.000000000001", by_360, Ok("0.0000000001%"));
        check("0.0020000000000000000", by_360, Ok("0.2%"));
        check("0.0000000000001", by_360, Err(RateError::TooFine));
        check("0.00000000001%", by_360, Err(RateError::TooFine));
        check("10.1", by_360, Err(RateError::OutOfRange));
        check("99999999999999999999999999", by_360, Err(RateError::OutOfRange));
        check("1000%/day", by_360, Err(RateError::OutOfRange));
        check("-0.1%", by_360, Err(RateError::OutOfRange));
        check("0.05%/day", isda, Err(RateError::NoYear));
        for none in ["", "%", "0.2 %", "0.2%%", "0.2%/week", "0.2%/day/day", "1e3", "0,2%", "+1", "1_0", "٣%"]
        {
            check(none, by_360, Err(RateError::NotARate));
        }
    }
}
