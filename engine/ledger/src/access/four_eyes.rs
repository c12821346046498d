//! What takes a second principal.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::operation::Operation;
use crate::money::amount::Amount;
use crate::money::currency::Currency;

/// What takes a second principal (四眼原则): it is proposed by one and approved by another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FourEyes {
    /// These operations, always.
    pub operations: BTreeSet<Operation>,
    /// These operations where they move or hold more than this.
    pub above: BTreeMap<Operation, Caps>,
}

/// Amounts up to which one principal is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// In these currencies.
    pub of: BTreeMap<Currency, Amount>,
    /// In all others: so many whole units of the currency; `None`: as much as they like.
    pub others: Option<u32>,
}

impl FourEyes {
    /// Whether it says anything about an operation.
    #[must_use]
    pub fn concerns(&self, operation: Operation) -> bool {
        self.operations.contains(&operation) || self.above.contains_key(&operation)
    }

    /// Whether an operation takes a second principal, with an amount in minor units where it has one.
    #[must_use]
    pub fn requires(&self, operation: Operation, amount: Option<(Currency, i128)>) -> bool {
        let is_above =
            |caps: &Caps| amount.is_some_and(|(currency, amount)| caps.are_below(currency, amount));
        self.operations.contains(&operation) || self.above.get(&operation).is_some_and(is_above)
    }
}

impl Caps {
    fn are_below(&self, currency: Currency, amount: i128) -> bool {
        let cap = self.of.get(&currency).map(|cap| i128::from(cap.0));
        let cap =
            cap.or_else(|| self.others.map(|whole| i128::from(whole) * 10_i128.pow(currency.exponent())));
        cap.is_some_and(|cap| amount.abs() > cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_principal_is_needed_for_what_is_listed_and_for_what_is_larger() {
        let currency = |code| Currency::from_code(code).unwrap();
        let (cny, usd, jpy) = (currency("CNY"), currency("USD"), currency("JPY"));
        let caps = Caps { of: [(cny, Amount(500))].into(), others: Some(20) };
        let rules = FourEyes {
            operations: [Operation::CloseDay].into(),
            above: [(Operation::Post, caps), (Operation::Refund, Caps::default())].into(),
        };
        for (operation, amount, expect) in [
            (Operation::CloseDay, None, true),
            (Operation::CloseDay, Some((cny, 0)), true),
            (Operation::Post, None, false),
            (Operation::Post, Some((cny, 500)), false),
            (Operation::Post, Some((cny, 501)), true),
            (Operation::Post, Some((cny, -501)), true),
            (Operation::Post, Some((usd, 2_000)), false),
            (Operation::Post, Some((usd, 2_001)), true),
            (Operation::Post, Some((jpy, 20)), false),
            (Operation::Post, Some((jpy, 21)), true),
            (Operation::Refund, Some((cny, i128::MAX)), false),
            (Operation::Reverse, Some((cny, i128::MAX)), false),
        ] {
            assert_eq!(rules.requires(operation, amount), expect, "{operation} {amount:?}");
        }
        assert!(rules.concerns(Operation::Post) && !rules.concerns(Operation::Reverse));
    }
}
