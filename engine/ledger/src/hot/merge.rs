//! Batching: the legs of a frame on one hot account become one merged entry.

use crate::ids::AccountId;
use crate::money::amount::{Amount, Side};
use crate::money::date::Date;
use crate::shard::round::Merge;

/// A leg on a hot account whose transaction's record stands in the open frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedLeg {
    /// Debit or credit.
    pub side: Side,
    /// Minor units.
    pub amount: Amount,
}

/// The legs on one hot account since its last entry, in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmerged {
    pub account: AccountId,
    /// The accounting date of all of them.
    pub date: Date,
    pub legs: Vec<BookedLeg>,
}

impl Unmerged {
    /// Merges the legs into what the account's shard posts as one entry.
    #[must_use]
    pub fn merge(&self) -> Merge {
        let (mut debit, mut credit) = (0, 0);
        for leg in self.counted() {
            let total = if leg.side == Side::Debit { &mut debit } else { &mut credit };
            *total += i128::from(leg.amount.0);
        }
        Merge {
            account: self.account,
            date: self.date,
            count: u32::try_from(self.legs.len()).expect("a frame is capped far below 2^32 legs"),
            debit,
            credit,
        }
    }

    fn counted(&self) -> &[BookedLeg] {
        fail_point!("MergeLosesLeg", self.legs.len() > 2, |_| &self.legs[1..]);
        &self.legs
    }
}
