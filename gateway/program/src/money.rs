//! Amounts for people.

use longmen_engine::ledger::{AmountError, Currency};

/// A count of minor units in the unit of the currency with this code, such as `1,012.30`; of a currency that this
/// version does not know, the bare count.
pub(crate) fn money(currency: &str, minor: i128) -> String {
    Currency::from_code(currency).map_or_else(|| minor.to_string(), |currency| apart(&currency.print(minor)))
}

/// An amount on the command line: a plain decimal number. Whether it is one of its currency the node says.
pub(crate) fn amount(text: &str) -> Result<String, String> {
    let some_currency = Currency::from_code("CNY").expect("a currency that there is");
    match some_currency.parse_amount(text) {
        Err(AmountError::NotANumber) => Err("not a decimal number, such as 12.30".to_owned()),
        Ok(_) | Err(AmountError::TooFine | AmountError::TooLarge) => Ok(text.to_owned()),
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
