//! A rule: the fees and the split of one type of transaction.

use longmen_ledger::{Amount, Currency, Date};

use crate::fee::Fee;
use crate::payment::Payment;
use crate::refusal::FeeRefusal;
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

    /// What a gross amount comes to. The amount, in minor units, is what is paid for: fees of the payer come on top of it, those
    /// of the payee out of it.
    ///
    /// # Errors
    /// [`FeeRefusal`]: it is not above zero, the payee's fees are more than it, or a sum is more than a leg may have.
    pub fn payment(&self, amount: Amount) -> Result<Payment<'_>, FeeRefusal> {
        Payment::of(self, amount)
    }
}
