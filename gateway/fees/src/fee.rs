//! One fee of a rule: who pays it, to whom, how much, and what of it goes back.

use serde::Deserialize;

use crate::rate::{Rate, WHOLE};
use crate::rounding::Rounding;
use crate::tariff::Tariff;

/// One fee of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fee {
    pub(crate) name: Box<str>,
    pub(crate) bearer: Bearer,
    /// The account that it goes to.
    pub(crate) to: Box<str>,
    pub(crate) tariff: Tariff,
    pub(crate) tax: Option<Tax>,
    pub(crate) on_refund: OnRefund,
}

/// Who pays a fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bearer {
    /// The payer, on top of the amount (外扣).
    Payer,
    /// The payee, out of the amount (内扣).
    Payee,
    /// The house itself, from this account: what a channel takes of us (渠道成本).
    House { cost: Box<str> },
}

/// What of a fee goes back when the payment is refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnRefund {
    /// As much of it as of the amount.
    Proportional,
    /// The rate on what is refunded.
    ByRate,
    /// Nothing.
    Kept,
}

/// A tax on a fee (增值税).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tax {
    pub(crate) rate: Rate,
    pub(crate) to: Box<str>,
    pub(crate) place: TaxPlace,
}

/// Whether a tax is in the fee already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaxPlace {
    /// The fee has it in it (价内, 含税价): fee x rate / (1 + rate).
    Inside,
    /// It comes on top of the fee (价外): fee x rate.
    OnTop,
}

impl Tax {
    /// The tax on a fee, in minor units.
    pub(crate) fn of(&self, fee: u64, rounding: Rounding) -> u64 {
        let of = match self.place {
            TaxPlace::Inside => WHOLE + self.rate.parts(),
            TaxPlace::OnTop => WHOLE,
        };
        let tax = rounding.divide(u128::from(fee) * self.rate.parts(), of);
        u64::try_from(tax).expect("a rate is at most all of the fee")
    }
}
