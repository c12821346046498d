//! An amount for each currency, as settings say it.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency};
use serde::Deserialize;

/// Amounts by currency, none of them negative: `{ CNY = "10.00", JPY = "100" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub(crate) struct Amounts(BTreeMap<Currency, i64>);

impl Amounts {
    /// In minor units.
    pub(crate) fn of(&self, currency: Currency) -> Option<i64> {
        self.0.get(&currency).copied()
    }
}

impl TryFrom<BTreeMap<String, String>> for Amounts {
    type Error = String;

    fn try_from(written: BTreeMap<String, String>) -> Result<Amounts, String> {
        let read = |(code, text): (String, String)| {
            let currency = Currency::from_code(&code).ok_or_else(|| format!("{code} is no currency"))?;
            let amount = currency.parse_amount(&text).ok().filter(|amount| *amount >= Amount(0));
            let amount = amount.ok_or_else(|| format!("{text} {code} is no amount of that currency"))?;
            Ok((currency, amount.0))
        };
        written.into_iter().map(read).collect::<Result<_, _>>().map(Amounts)
    }
}
