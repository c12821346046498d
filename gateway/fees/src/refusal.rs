//! Why an amount comes to no legs.

use longmen_ledger::Amount;

/// Why an amount comes to no legs. The code is the name of the variant in small letters: `no_rule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, thiserror::Error)]
#[strum(serialize_all = "snake_case")]
pub enum FeeRefusal {
    /// No rule of the file is for it.
    #[error("no rule is for this type, channel, merchant and currency on this date")]
    NoRule,
    /// An amount is above zero, what was refunded before is not below.
    #[error("an amount is above zero")]
    NotPositive,
    /// What the payee has to pay is more than it gets.
    #[error("the payee's fees are more than the amount")]
    FeeAboveAmount {
        /// What the payee's fees come to, in minor units.
        fees: i128,
        amount: Amount,
    },
    /// Amount and fees of the payer are more than a leg may have.
    #[error("beyond the largest amount of a leg")]
    TooLarge,
    /// More would be refunded than was paid.
    #[error("refunds are more than the amount")]
    RefundAboveAmount {
        /// With what was refunded before.
        refunded: i128,
        amount: Amount,
    },
}

impl FeeRefusal {
    /// Its code: `fee_above_amount`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}
