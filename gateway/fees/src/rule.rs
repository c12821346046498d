//! A rule: the fees and the split of one type of transaction.

use longmen_ledger::{Currency, Date};

use crate::fee::Fee;
use crate::rounding::Rounding;
use crate::split::Split;

/// Whose account pays the amount, as legs name it.
pub const PAYER: &str = "payer";
/// Whose account gets what is left after fees, where a rule has no shares.
pub const PAYEE: &str = "payee";

/// The fees and the split of one type of transaction, in one currency and from one date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) name: Box<str>,
    pub(crate) kind: Box<str>,
    /// `None`: any.
    pub(crate) channel: Option<Box<str>>,
    /// `None`: any.
    pub(crate) merchant: Option<Box<str>>,
    pub(crate) currency: Currency,
    pub(crate) from: Date,
    pub(crate) rounding: Rounding,
    pub(crate) fees: Vec<Fee>,
    pub(crate) split: Split,
}

impl Rule {
    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of transactions that it is for.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The channel that it is for; `None`: any.
    #[must_use]
    pub fn channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// The merchant that it is for; `None`: any.
    #[must_use]
    pub fn merchant(&self) -> Option<&str> {
        self.merchant.as_deref()
    }

    /// How all its figures are rounded.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// The first date on which it holds.
    #[must_use]
    pub fn from(&self) -> Date {
        self.from
    }

    /// The currency of all its amounts.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }
}
