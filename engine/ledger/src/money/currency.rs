//! Currencies by ISO 4217, and the two edges of an amount: reading and printing.

use std::fmt;

use rust_decimal::Decimal;

use crate::money::amount::Amount;

/// A currency, by its ISO 4217 numeric code (CNY is 156).
///
/// ```
/// use longmen_ledger::{Amount, Currency};
/// let cny = Currency::from_code("CNY").unwrap();
/// assert_eq!(cny.parse_amount("12.30").unwrap(), Amount(1230));
/// assert_eq!(cny.print(-1230), "-12.30");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u16);

/// The longest text that is read as an amount, in bytes.
pub const MAX_AMOUNT_TEXT: usize = 64;

/// Why a text is not an amount of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a plain decimal number.
    #[error("not a decimal number")]
    NotANumber,
    /// More decimal places than the currency has.
    #[error("more decimal places than the currency has")]
    TooFine,
    /// Beyond what a 64-bit count of minor units holds.
    #[error("beyond the largest amount of a leg")]
    TooLarge,
}

impl Currency {
    /// The currency of a three-letter ISO 4217 code, if it has a minor unit (gold and the like have none).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Currency> {
        let iso = iso_currency::Currency::from_code(code)?;
        iso.exponent()?;
        Some(Currency(iso.numeric()))
    }

    /// The currency of a numeric ISO 4217 code.
    #[must_use]
    pub fn from_numeric(numeric: u16) -> Option<Currency> {
        let iso = iso_currency::Currency::from_numeric(numeric)?;
        iso.exponent()?;
        Some(Currency(numeric))
    }

    /// The ISO 4217 numeric code.
    #[must_use]
    pub fn numeric(self) -> u16 {
        self.0
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.iso().code()
    }

    /// Decimal places of the minor unit: 2 for CNY, 0 for JPY, 3 for BHD.
    #[must_use]
    pub fn exponent(self) -> u32 {
        self.iso().exponent().map_or(0, u32::from)
    }

    /// Reads an amount such as `12.30` into minor units. This is the only way in for a decimal text: protocol, command
    /// line, scenario and import take the same texts and refuse the others alike.
    ///
    /// A text is a minus if it is negative, ASCII digits, and, if there are decimal places, a point with digits behind
    /// it; at most [`MAX_AMOUNT_TEXT`] bytes. Zeros in front, and at the end of decimal places, change nothing.
    ///
    /// # Errors
    /// [`AmountError`], when the text is no decimal number, is finer than the minor unit, or does not fit.
    pub fn parse_amount(self, text: &str) -> Result<Amount, AmountError> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        if text.len() > MAX_AMOUNT_TEXT || !is_digits(whole) || !is_digits(fraction) {
            return Err(AmountError::NotANumber);
        }
        let places = self.exponent();
        if fraction.trim_end_matches('0').len() > places as usize {
            return Err(AmountError::TooFine);
        }
        // Behind the places there are zeros only; where there are fewer digits, zeros stand for the others.
        let shown = fraction.bytes().chain(std::iter::repeat(b'0')).take(places as usize);
        let mut minor = 0_i128;
        for digit in whole.bytes().chain(shown) {
            let next = minor.checked_mul(10).and_then(|minor| minor.checked_add((digit - b'0').into()));
            minor = next.ok_or(AmountError::TooLarge)?;
        }
        let minor = if unsigned.len() < text.len() { -minor } else { minor };
        i64::try_from(minor).map(Amount).map_err(|_| AmountError::TooLarge)
    }

    /// Prints a count of minor units with the currency's decimal places.
    #[must_use]
    pub fn print(self, minor: i128) -> String {
        if let Ok(number) = self.decimal(minor) {
            return number.to_string();
        }
        // The sum of many amounts may be beyond the 96 bits of a decimal: the one place that splits units by hand.
        let unit = 10_i128.pow(self.exponent());
        let rest = self.decimal((minor % unit).abs()).expect("less than a unit fits").to_string();
        format!("{}{}", minor / unit, rest.trim_start_matches('0'))
    }

    fn decimal(self, minor: i128) -> Result<Decimal, rust_decimal::Error> {
        Decimal::try_from_i128_with_scale(minor, self.exponent())
    }

    fn iso(self) -> iso_currency::Currency {
        iso_currency::Currency::from_numeric(self.0)
            .expect("a Currency is only made from a known numeric code")
    }
}

/// At least one digit, and nothing else. The digits of other scripts are none.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_and_print_by_the_exponent() {
        #[track_caller]
        fn check(code: &str, text: &str, expect: Result<i64, AmountError>) {
            let currency = Currency::from_code(code).unwrap();
            assert_eq!(currency.parse_amount(text).map(|a| a.0), expect, "{code} {text}");
        }
        check("CNY", "0", Ok(0));
        check("CNY", "0.01", Ok(1));
        check("CNY", "100", Ok(10_000));
        check("CNY", "1.10", Ok(110));
        check("CNY", "1.100", Ok(110));
        check("CNY", "-2.5", Ok(-250));
        check("CNY", "0.001", Err(AmountError::TooFine));
        check("JPY", "7", Ok(7));
        check("JPY", "7.5", Err(AmountError::TooFine));
        check("BHD", "1.234", Ok(1234));
        check("CNY", "92233720368547758.07", Ok(i64::MAX));
        check("CNY", "92233720368547758.08", Err(AmountError::TooLarge));
        check("CNY", "1e3", Err(AmountError::NotANumber));
        check("CNY", "", Err(AmountError::NotANumber));
        check("CNY", "NaN", Err(AmountError::NotANumber));
        check("CNY", "79228162514264337593543950336", Err(AmountError::TooLarge));
        check("CNY", "-92233720368547758.08", Ok(i64::MIN));
        check("CNY", "-92233720368547758.09", Err(AmountError::TooLarge));
        check("CNY", "-0", Ok(0));
        check("CNY", "-0.00", Ok(0));
        check("CNY", "007.100000000000000000000000000000000000", Ok(710));
        check("CNY", "-", Err(AmountError::NotANumber));
        check("CNY", &"0".repeat(MAX_AMOUNT_TEXT), Ok(0));
        check("CNY", &"0".repeat(MAX_AMOUNT_TEXT + 1), Err(AmountError::NotANumber));
        check("CNY", &"9".repeat(MAX_AMOUNT_TEXT), Err(AmountError::TooLarge));
        for minor in [0, 1, -1, 99, 100, 12_345, i128::from(i64::MAX) * 1_000] {
            let text = Currency::from_code("CNY").unwrap().print(minor);
            assert_eq!(text.replace('.', "").parse::<i128>().unwrap(), minor, "{text}");
        }
        assert_eq!(Currency::from_code("JPY").unwrap().print(-7), "-7");
    }

    #[test]
    fn totals_print_beyond_what_a_decimal_holds() {
        let beyond = 1_i128 << 96;
        for code in ["JPY", "CNY", "BHD", "CLF"] {
            let currency = Currency::from_code(code).unwrap();
            for minor in [beyond - 1, beyond, beyond + 9_999, i128::MAX, 10_i128.pow(38) + 7] {
                let text = currency.print(minor);
                let at = text.len() - text.find('.').map_or(text.len(), |at| at + 1);
                assert_eq!((text.replace('.', ""), at), (minor.to_string(), currency.exponent() as usize));
                assert_eq!(currency.print(-minor), format!("-{text}"));
            }
        }
        assert_eq!(
            Currency::from_code("CNY").unwrap().print(i128::MIN),
            "-1701411834604692317316873037158841057.28"
        );
    }
}
