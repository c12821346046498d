//! Legs (分录).

use crate::ids::AccountId;
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;

/// One leg (分录) of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The account, or [`AccountId::NONE`] where a natural key is still to be resolved (or names nothing).
    pub account: AccountId,
    /// Minor units of `currency`; positive in what clients send.
    pub amount: Amount,
    /// The currency, which must be the account's.
    pub currency: Currency,
    /// Tells the legs of one account apart; strictly increasing within a transaction.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
}

/// Whether debits equal credits among the legs of each key.
pub(crate) fn balances_by<K: PartialEq + Copy>(legs: &[Leg], key: impl Fn(&Leg) -> K) -> bool {
    let (first, others) = (key(&legs[0]), &legs[1..]);
    if others.iter().all(|leg| key(leg) == first) {
        return legs.iter().map(|leg| leg.side.signed(leg.amount)).sum::<i128>() == 0;
    }
    legs.iter().all(|one| {
        let same = legs.iter().filter(|leg| key(leg) == key(one));
        same.map(|leg| leg.side.signed(leg.amount)).sum::<i128>() == 0
    })
}
