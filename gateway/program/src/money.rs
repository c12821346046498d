//! Amounts for people.

use longmen_engine::ledger::{AmountError, Currency};

/// A count of minor units in the unit of the currency with this code, such as `1,012.30`; of a currency that this
/// version does not know, the bare count.
pub(crate) fn money(currency: &str, minor: i128) -> String {
    Currency::from_code(currency).map_or_else(|| minor.to_string(), |currency| apart(&currency.print(minor)))
}

/// An amount on the command line: a plain decimal number. Whether it is one of its currency says [`amount_of`].
pub(crate) fn amount(text: &str) -> Result<String, String> {
    let some_currency = Currency::from_code("CNY").expect("a currency that there is");
    match some_currency.parse_amount(text) {
        Err(AmountError::NotANumber) => Err("not a decimal number, such as 12.30".to_owned()),
        Ok(_) | Err(AmountError::TooFine | AmountError::TooLarge) => Ok(text.to_owned()),
    }
}

/// The code of a currency on the command line.
pub(crate) fn currency_code(text: &str) -> Result<String, String> {
    if Currency::from_code(text).is_some() {
        return Ok(text.to_owned());
    }
    let meant = text.trim().to_ascii_uppercase();
    let remedy = match Currency::from_code(&meant) {
        Some(known) => format!("write {}", known.code()),
        None => "expected the three letters of ISO 4217, such as CNY".to_owned(),
    };
    Err(format!("`{text}` is no currency: {remedy}"))
}

/// How far an amount may go down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Least {
    /// What is moved is above zero.
    AboveZero,
    /// A limit or a reserve may be zero.
    Zero,
}

/// Why an amount is none of this currency; of one that this version does not know the node says.
pub(crate) fn amount_of(currency: &str, text: &str, least: Least) -> Result<(), String> {
    let Some(currency) = Currency::from_code(currency) else { return Ok(()) };
    match (currency.parse_amount(text), least) {
        (Ok(amount), Least::AboveZero) if amount.0 <= 0 => Err("an amount is above zero".to_owned()),
        (Ok(amount), Least::Zero) if amount.0 < 0 => Err("an amount is not negative".to_owned()),
        (Ok(_), _) => Ok(()),
        (Err(AmountError::TooFine), _) => {
            Err(format!("{} has {} decimals", currency.code(), currency.exponent()))
        }
        (Err(error), _) => Err(error.to_string()),
    }
}

/// A decimal number with its thousands apart.
fn apart(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut out = String::new();
    for (index, digit) in whole.char_indices() {
        let left = whole.len() - index;
        if left.is_multiple_of(3) && out.ends_with(|last: char| last.is_ascii_digit()) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_written_as_the_books_have_it() {
        assert_eq!(currency_code("CNY"), Ok("CNY".to_owned()));
        for (text, words) in [
            ("cny", "`cny` is no currency: write CNY"),
            ("CNY ", "write CNY"),
            ("XXX", "expected the three letters of ISO 4217"),
            ("", "expected the three letters"),
        ] {
            assert!(currency_code(text).unwrap_err().contains(words), "{text:?}");
        }
    }

    #[test]
    fn an_amount_is_one_of_its_currency() {
        for (currency, text, least, expect) in [
            ("CNY", "1.01", Least::AboveZero, Ok(())),
            ("CNY", "1.010", Least::AboveZero, Ok(())),
            ("CNY", "1.001", Least::AboveZero, Err("CNY has 2 decimals")),
            ("JPY", "0.1", Least::Zero, Err("JPY has 0 decimals")),
            ("CNY", "0", Least::AboveZero, Err("an amount is above zero")),
            ("CNY", "-1", Least::AboveZero, Err("an amount is above zero")),
            ("CNY", "0", Least::Zero, Ok(())),
            ("CNY", "-0.01", Least::Zero, Err("an amount is not negative")),
            ("CNY", "92233720368547758.08", Least::Zero, Err("beyond the largest amount of a leg")),
            ("?", "-1", Least::AboveZero, Ok(())),
        ] {
            let found = amount_of(currency, text, least);
            assert_eq!(found, expect.map_err(str::to_owned), "{text} {currency}");
        }
    }

    #[test]
    fn amounts_print_by_their_currency() {
        for (currency, minor, expect) in [
            ("CNY", -5, "-0.05"),
            ("CNY", -100_000, "-1,000.00"),
            ("CNY", 123_456_789, "1,234,567.89"),
            ("JPY", 999, "999"),
            ("JPY", 1_000, "1,000"),
            ("BHD", 1, "0.001"),
            ("?", 1_234, "1234"),
        ] {
            assert_eq!(money(currency, minor), expect);
        }
    }
}
