//! Currencies by ISO 4217, and the two edges of an amount: reading and printing.

use std::fmt;

use rust_decimal::Decimal;

use super::amount::Amount;

/// A currency, by its ISO 4217 numeric code (CNY is 156).
///
/// ```
/// use longmen_engine::ledger::{Amount, Currency};
/// let cny = Currency::from_code("CNY").unwrap();
/// assert_eq!(cny.parse_amount("12.30").unwrap(), Amount(1230));
/// assert_eq!(cny.print(-1230), "-12.30");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u16);

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

    /// Reads an amount such as `12.30` into minor units.
    ///
    /// # Errors
    /// [`AmountError`], when the text is no decimal number, is finer than the minor unit, or does not fit.
    pub fn parse_amount(self, text: &str) -> Result<Amount, AmountError> {
        let decimal = Decimal::from_str_exact(text).map_err(|_| AmountError::NotANumber)?.normalize();
        let places = self.exponent();
        if decimal.scale() > places {
            return Err(AmountError::TooFine);
        }
        let factor = 10_i128.pow(places - decimal.scale());
        let minor = decimal.mantissa().checked_mul(factor).ok_or(AmountError::TooLarge)?;
        i64::try_from(minor).map(Amount).map_err(|_| AmountError::TooLarge)
    }

    /// Prints a count of minor units with the currency's decimal places.
    #[must_use]
    pub fn print(self, minor: i128) -> String {
        let places = self.exponent() as usize;
        let sign = if minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", minor.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    fn iso(self) -> iso_currency::Currency {
        iso_currency::Currency::from_numeric(self.0)
            .expect("a Currency is only made from a known numeric code")
    }
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
        check("CNY", "79228162514264337593543950336", Err(AmountError::NotANumber));
        for minor in [0, 1, -1, 99, 100, 12_345, i128::from(i64::MAX) * 1_000] {
            let text = Currency::from_code("CNY").unwrap().print(minor);
            assert_eq!(text.replace('.', "").parse::<i128>().unwrap(), minor, "{text}");
        }
        assert_eq!(Currency::from_code("JPY").unwrap().print(-7), "-7");
    }
}
