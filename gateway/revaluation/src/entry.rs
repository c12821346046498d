//! Entries that are to be posted.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency, Date, Side};

use crate::account::Account;
use crate::refusal::Refusal;

/// A transaction to be posted; its legs balance in every currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The same for the same entry, so that it is booked once: `revalue|ENTITY|DATE|CURRENCY`, `translate|ENTITY|DATE|CURRENCY`.
    pub key: String,
    /// 起息日: the date of the rate.
    pub value: Date,
    legs: Vec<Leg>,
}

/// A leg of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    pub account: Box<str>,
    pub currency: Currency,
    pub side: Side,
    /// In minor units; positive.
    pub amount: Amount,
}

impl Entry {
    /// Legs, in the order in which they are written.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// An entry of what moves, debit-positive; `None` where nothing does.
    pub(crate) fn of(
        (kind, entity, date, currency): (&str, &str, Date, Currency),
        moves: &[(&Account, i128)],
    ) -> Result<Option<Entry>, Refusal> {
        let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
        let mut legs = Vec::new();
        for (account, moved) in moves.iter().filter(|(_, moved)| *moved != 0) {
            let currency = account.currency;
            let side = if *moved > 0 { Side::Debit } else { Side::Credit };
            let amount = i64::try_from(moved.unsigned_abs()).map_err(|_| Refusal::Overflow { currency })?;
            *sums.entry(currency).or_default() += moved;
            legs.push(Leg { account: account.text.clone(), currency, side, amount: Amount(amount) });
        }
        assert!(sums.values().all(|sum| *sum == 0), "an entry balances in every currency");
        let key = format!("{kind}|{entity}|{date}|{currency}");
        Ok(Some(Entry { key, value: date, legs }).filter(|entry| !entry.legs.is_empty()))
    }
}
