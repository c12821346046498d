//! Amounts of legs and the two sides of an account.

use std::fmt;

/// The amount of a leg, in minor units of its currency. A posting's amount is positive; a red entry's (红字) negative.
/// Balances are sums of amounts and are held as `i128`, which 2^64 legs cannot overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

/// The side of a leg, or the side on which a subject's balance normally stands (借, 贷).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// 借
    Debit,
    /// 贷
    Credit,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn opposite(self) -> Side {
        match self {
            Side::Debit => Side::Credit,
            Side::Credit => Side::Debit,
        }
    }

    /// A debit-positive value of `amount` on this side: what a balance moves by.
    #[must_use]
    #[inline]
    pub fn signed(self, amount: Amount) -> i128 {
        self.natural(i128::from(amount.0))
    }

    /// The side that a leg counts as: a red entry (红字) counts as one on the opposite side.
    #[must_use]
    #[inline]
    pub fn effective(self, amount: Amount) -> Side {
        if amount.0 < 0 { self.opposite() } else { self }
    }

    /// Turns a debit-positive balance into a natural one (positive on this side), and back.
    #[must_use]
    #[inline]
    pub fn natural(self, balance: i128) -> i128 {
        match self {
            Side::Debit => balance,
            Side::Credit => -balance,
        }
    }

    /// `debit` or `credit`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Side::Debit => "debit",
            Side::Credit => "credit",
        }
    }

    /// The side of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Side> {
        match name {
            "debit" => Some(Side::Debit),
            "credit" => Some(Side::Credit),
            _ => None,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
