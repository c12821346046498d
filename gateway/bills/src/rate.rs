//! Shares of an amount, exactly.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A share from nothing to the whole, as a whole number of 10^-12: `10%`, `0.5‰` or `5‱` (万分之五). Written with its sign, since
/// 0.05 for 0.05 % is a mistake of a hundred times that nobody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(i64);

/// Why a text is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// No number, or no sign behind it.
    #[error("no share such as 10%, 0.5‰ or 5‱")]
    NotAShare,
    /// More than twelve decimal places of the whole.
    #[error("a share finer than 10^-12 of the whole")]
    TooFine,
    /// More than the whole.
    #[error("a share above the whole")]
    AboveTheWhole,
}

impl Rate {
    /// What [`Rate::parts`] counts in.
    pub(crate) const WHOLE: i128 = 1_000_000_000_000;

    /// How many 10^-12 of the whole.
    pub(crate) fn parts(self) -> i128 {
        self.0.into()
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Rate, RateError> {
        let signs = [('%', 2), ('‰', 3), ('‱', 4)];
        let signed = signs.iter().find_map(|(sign, places)| Some((text.strip_suffix(*sign)?, *places)));
        let (number, places) = signed.ok_or(RateError::NotAShare)?;
        let is_plain = number.starts_with(|first: char| first.is_ascii_digit())
            && number.ends_with(|last: char| last.is_ascii_digit())
            && number.chars().all(|each| each.is_ascii_digit() || each == '.');
        let number = Decimal::from_str_exact(number).ok().filter(|_| is_plain).ok_or(RateError::NotAShare)?;
        let number = number.normalize();
        let finer = 12_u32.checked_sub(places + number.scale()).ok_or(RateError::TooFine)?;
        let parts = number.mantissa().checked_mul(10_i128.pow(finer)).filter(|parts| *parts <= Rate::WHOLE);
        let parts = parts.and_then(|parts| i64::try_from(parts).ok());
        parts.map(Rate).ok_or(RateError::AboveTheWhole)
    }
}

impl TryFrom<String> for Rate {
    type Error = RateError;

    fn try_from(text: String) -> Result<Rate, RateError> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> String {
        rate.to_string()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", Decimal::new(self.0, 10).normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_with_their_sign() {
        for (text, expect) in [
            ("10%", Ok("10%")),
            ("0.05%", Ok("0.05%")),
            ("0.5‰", Ok("0.05%")),
            ("5‱", Ok("0.05%")),
            ("100%", Ok("100%")),
            ("0%", Ok("0%")),
            ("0.0000000001%", Ok("0.0000000001%")),
            ("0.00000000010%", Ok("0.0000000001%")),
            ("0.00000000001%", Err(RateError::TooFine)),
            ("100.0001%", Err(RateError::AboveTheWhole)),
            ("79228162514264337593543950335%", Err(RateError::AboveTheWhole)),
            ("99999999999999999999999999999999%", Err(RateError::NotAShare)),
            ("0.05", Err(RateError::NotAShare)),
            ("-1%", Err(RateError::NotAShare)),
            ("+1%", Err(RateError::NotAShare)),
            ("1_0%", Err(RateError::NotAShare)),
            ("1e1%", Err(RateError::NotAShare)),
            (".5%", Err(RateError::NotAShare)),
            ("5.%", Err(RateError::NotAShare)),
            ("1.2.3%", Err(RateError::NotAShare)),
            (" 5%", Err(RateError::NotAShare)),
            ("%", Err(RateError::NotAShare)),
            ("", Err(RateError::NotAShare)),
        ] {
            assert_eq!(
                text.parse::<Rate>().map(|rate| rate.to_string()),
                expect.map(str::to_owned),
                "{text}"
            );
        }
    }
}
