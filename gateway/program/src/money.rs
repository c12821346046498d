//! Amounts for people.

use longmen_engine::ledger::Currency;

/// A count of minor units in the unit of the currency with this code, such as `12.30`; of a currency that this
/// version does not know, the bare count.
pub(crate) fn money(currency: &str, minor: i128) -> String {
    Currency::from_code(currency).map_or_else(|| minor.to_string(), |currency| currency.print(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_print_by_their_currency() {
        for (currency, minor, expect) in
            [("CNY", -5, "-0.05"), ("JPY", 7, "7"), ("BHD", 1, "0.001"), ("?", 12, "12")]
        {
            assert_eq!(money(currency, minor), expect);
        }
    }
}
