//! What is booked about a difference (差错处理): entries, made from what was found and a chart.
//!
//! Pure: nothing is posted here. Signs decide, not words: where the channel has more than the books, for whatever reason, the difference is
//! owed to somebody (待查长款), where it has less it is a claim (待查短款). So a refund is booked as a payment is, mirrored.

pub(crate) mod chart;
pub(crate) mod lack;
pub(crate) mod release;
pub(crate) mod settlement;
pub(crate) mod steps;

use longmen_ledger::{Amount, Currency, Side};

/// A leg of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The account, by its number in the ledger.
    pub account: Box<str>,
    pub side: Side,
    /// In minor units; positive.
    pub amount: Amount,
}

/// Legs of one transaction in one currency: as much debit as credit, and every amount positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries {
    currency: Currency,
    legs: Vec<Leg>,
}

/// Why legs are no entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntriesError {
    #[error("there are no legs")]
    NoLegs,
    #[error("an amount is not positive")]
    NotPositive,
    #[error("debits are {debit} minor units, and credits {credit}")]
    Unbalanced { debit: i128, credit: i128 },
    #[error("an amount is beyond what a leg holds")]
    TooLarge,
}

impl Entries {
    /// Takes legs.
    ///
    /// # Errors
    /// [`EntriesError`], where there are none, one is not positive, or they do not balance.
    pub fn new(currency: Currency, legs: Vec<Leg>) -> Result<Entries, EntriesError> {
        if legs.is_empty() {
            return Err(EntriesError::NoLegs);
        }
        if legs.iter().any(|leg| leg.amount.0 <= 0) {
            return Err(EntriesError::NotPositive);
        }
        let sum = |side| legs.iter().filter(|leg| leg.side == side).map(|leg| i128::from(leg.amount.0)).sum();
        let (debit, credit) = (sum(Side::Debit), sum(Side::Credit));
        if debit != credit {
            return Err(EntriesError::Unbalanced { debit, credit });
        }
        Ok(Entries { currency, legs })
    }

    /// The currency of every leg.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The legs, in the order in which they were given.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// What takes it back: each leg on the other side.
    #[must_use]
    pub fn mirrored(&self) -> Entries {
        let mirror = |leg: &Leg| Leg { side: leg.side.opposite(), ..leg.clone() };
        Entries { currency: self.currency, legs: self.legs.iter().map(mirror).collect() }
    }

    /// Entries of what moves, debit-positive, account by account; what is zero moves nothing, and `None` is nothing at all.
    fn of_moves(currency: Currency, moves: &[(&str, i128)]) -> Result<Option<Entries>, EntriesError> {
        let leg = |(account, moved): &(&str, i128)| {
            let side = if *moved > 0 { Side::Debit } else { Side::Credit };
            let amount = i64::try_from(moved.unsigned_abs()).map_err(|_| EntriesError::TooLarge)?;
            Ok(Leg { account: (*account).into(), side, amount: Amount(amount) })
        };
        let legs = moves.iter().filter(|(_, moved)| *moved != 0).map(leg).collect::<Result<Vec<_>, _>>()?;
        if legs.is_empty() {
            return Ok(None);
        }
        Entries::new(currency, legs).map(Some)
    }
}
