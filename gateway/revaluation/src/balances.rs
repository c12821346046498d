//! Balances of accounts at a date.

use std::collections::BTreeMap;

use longmen_ledger::Currency;

use crate::account::Account;
use crate::refusal::Refusal;

/// Balances by account, debit-positive in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances(BTreeMap<Box<str>, (Currency, i128)>);

impl Balances {
    /// Takes balances, each with its account's text and currency.
    ///
    /// # Errors
    /// [`Refusal::Twice`].
    pub fn of<'a>(
        balances: impl IntoIterator<Item = (&'a str, Currency, i128)>,
    ) -> Result<Balances, Refusal> {
        let mut taken = BTreeMap::new();
        for (account, currency, balance) in balances {
            if taken.insert(account.into(), (currency, balance)).is_some() {
                return Err(Refusal::Twice { account: account.into() });
            }
        }
        Ok(Balances(taken))
    }

    pub(crate) fn get(&self, account: &Account) -> Result<i128, Refusal> {
        let text = || account.text.clone();
        let (given, balance) =
            self.0.get(&account.text).copied().ok_or_else(|| Refusal::NoBalance { account: text() })?;
        if given != account.currency {
            return Err(Refusal::OtherCurrency { account: text(), given });
        }
        Ok(balance)
    }
}
