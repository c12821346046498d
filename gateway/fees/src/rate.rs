//! Rates (费率): exact parts of an amount.

use std::fmt;

use rust_decimal::Decimal;

/// A part of an amount, from nothing to all of it, with at most 10 decimal places: 0.006, that is 0.6 %.
///
/// ```
/// use longmen_fees::Rate;
/// assert_eq!("0.6%".parse::<Rate>(), "0.006".parse());
/// assert_eq!("0.0060".parse::<Rate>().unwrap().to_string(), "0.6%");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

/// Why a text is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Not a plain decimal number, with or without a percent sign.
    #[error("not a rate: write 0.006 or 0.6%")]
    NotANumber,
    /// More than all of the amount.
    #[error("above 100%")]
    TooLarge,
    /// More than 10 decimal places, 8 of a percentage.
    #[error("more than 10 decimal places, or 8 of a percentage")]
    TooFine,
}

/// How many parts of a rate are all of the amount.
pub(crate) const WHOLE: u128 = 10_u128.pow(PLACES);
const PLACES: u32 = 10;

/// No rate has that many characters; Decimal would take such a text, and round it.
const MAX_TEXT: usize = 24;

impl Rate {
    /// Parts of `WHOLE`.
    pub(crate) fn parts(self) -> u128 {
        u128::from(self.0)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl std::str::FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Rate, RateError> {
        let (digits, places) = match text.strip_suffix('%') {
            Some(percent) => (percent, PLACES - 2),
            None => (text, PLACES),
        };
        let parts = decimal_parts(digits, places).map_err(|error| match error {
            NotParts::NotANumber => RateError::NotANumber,
            NotParts::TooFine => RateError::TooFine,
            NotParts::TooLarge => RateError::TooLarge,
        })?;
        u64::try_from(parts).ok().filter(|_| parts <= WHOLE).map(Rate).ok_or(RateError::TooLarge)
    }
}

/// As a percentage, the way that finance people read it.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", shown_parts(self.parts(), PLACES - 2))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotParts {
    NotANumber,
    TooFine,
    TooLarge,
}

/// A plain decimal number that is not negative, as a count of what has so many decimal places.
pub(crate) fn decimal_parts(text: &str, places: u32) -> Result<u128, NotParts> {
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if text.len() > MAX_TEXT || !is_plain(whole) || !is_plain(fraction) {
        return Err(NotParts::NotANumber);
    }
    let number = Decimal::from_str_exact(text).map_err(|_| NotParts::TooLarge)?.normalize();
    let missing = places.checked_sub(number.scale()).ok_or(NotParts::TooFine)?;
    let count = u128::try_from(number.mantissa()).expect("without a sign");
    count.checked_mul(10_u128.pow(missing)).ok_or(NotParts::TooLarge)
}

/// A count of what has so many decimal places as a decimal number, without zeros at its end.
pub(crate) fn shown_parts(parts: u128, places: u32) -> String {
    let whole = 10_u128.pow(places);
    let digits = usize::try_from(places).expect("a few");
    let text = format!("{}.{:0digits$}", parts / whole, parts % whole);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_and_print() {
        use RateError::{NotANumber, TooFine, TooLarge};
        for (text, expect) in [
            ("0", Ok("0%")),
            ("0.006", Ok("0.6%")),
            ("0.6%", Ok("0.6%")),
            ("0.60000%", Ok("0.6%")),
            ("6%", Ok("6%")),
            ("1", Ok("100%")),
            ("100%", Ok("100%")),
            ("0.0000000001", Ok("0.00000001%")),
            ("0.00000001%", Ok("0.00000001%")),
            ("0.38%", Ok("0.38%")),
            ("0.00010000000000", Ok("0.01%")),
            ("100.00000001%", Err(TooLarge)),
            ("1.0000000001", Err(TooLarge)),
            ("2", Err(TooLarge)),
            ("9999999999999999999999", Err(TooLarge)),
            ("0.00000000001", Err(TooFine)),
            ("0.000000001%", Err(TooFine)),
            ("", Err(NotANumber)),
            ("%", Err(NotANumber)),
            ("-0.006", Err(NotANumber)),
            ("+0.006", Err(NotANumber)),
            (".006", Err(NotANumber)),
            ("6.%", Err(NotANumber)),
            ("6e-3", Err(NotANumber)),
            ("0,006", Err(NotANumber)),
            ("0_0", Err(NotANumber)),
            ("0.6 %", Err(NotANumber)),
            ("0.6%%", Err(NotANumber)),
            ("６%", Err(NotANumber)),
            ("0.0060000000000000000000000000", Err(NotANumber)),
        ] {
            let found = text.parse::<Rate>().map(|rate| rate.to_string());
            assert_eq!(found, expect.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn parts_are_shown_with_their_places() {
        for (parts, places, expect) in [
            (0, 2, "0"),
            (5, 2, "0.05"),
            (50, 2, "0.5"),
            (12_300, 2, "123"),
            (7, 0, "7"),
            (10, 1, "1"),
            (100, 0, "100"),
        ] {
            assert_eq!(shown_parts(parts, places), expect);
        }
    }
}
