//! A rule: the fees and the split of one type of transaction.

use longmen_ledger::{Currency, Date};
pub(crate) use longmen_ledger::{PAYEE, PAYER};

use crate::fee::{Bearer, Fee};
use crate::rounding::Rounding;
use crate::split::Split;

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

    /// Whose accounts get or bear a fee or its tax and are the house's: all but those of the payee and of who has a share.
    pub(crate) fn house(&self) -> impl Iterator<Item = &str> {
        self.of_fees().filter(|role| *role != PAYEE && !self.split.receivers().any(|other| other == *role))
    }

    /// Who has a leg beside the payer, or may have one.
    pub(crate) fn receivers(&self) -> impl Iterator<Item = &str> {
        self.split.receivers().chain(self.of_fees())
    }

    fn of_fees(&self) -> impl Iterator<Item = &str> {
        self.fees.iter().flat_map(|fee| {
            let cost = match &fee.bearer {
                Bearer::House { cost } => Some(&**cost),
                Bearer::Payer | Bearer::Payee => None,
            };
            let tax = fee.tax.as_ref().map(|tax| &*tax.to);
            [Some(&*fee.to), cost, tax].into_iter().flatten()
        })
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
