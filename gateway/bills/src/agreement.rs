//! Bills held to the balances of the books.

use std::collections::BTreeMap;

use longmen_ledger::Date;

use crate::account::AccountBills;

/// A bill that does not agree with the account's balance at its statement date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the bill of {statement} says {owed} minor units are owed in all, and the account's balance is {balance}: {arisen} of that arose in its cycle"
)]
pub struct Disagreement {
    /// The statement date of the bill.
    pub statement: Date,
    /// What the bills say, in minor units.
    pub owed: i64,
    /// What the account has, debit-positive, in minor units.
    pub balance: i128,
    /// Balance less what is owed, as far as it does not stand in the bill before: where the difference arose.
    pub arisen: i128,
}

/// Holds statements of an account to its balances: each is its date, what it says is owed in all, and the balance at the end of that date,
/// debit-positive, both in minor units; the oldest first. Tells those in whose cycle a difference arose; one that goes on from bill to
/// bill is told once.
#[must_use]
pub fn disagreements(statements: impl IntoIterator<Item = (Date, i64, i128)>) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let mut before = 0;
    for (statement, owed, balance) in statements {
        let difference = balance.saturating_sub(owed.into());
        let arisen = difference.saturating_sub(before);
        before = difference;
        if arisen != 0 {
            found.push(Disagreement { statement, owed, balance, arisen });
        }
    }
    found
}

impl AccountBills {
    /// Holds each kept bill to the account's balance at the end of its statement date, as [`disagreements`] does.
    #[must_use]
    pub fn disagreements(&self, balances: &BTreeMap<Date, i128>) -> Vec<Disagreement> {
        let stated = self.bills().filter_map(|bill| bill.stated());
        disagreements(stated.filter_map(|one| Some((one.date, one.owed, *balances.get(&one.date)?))))
    }
}
