//! Amounts by part.

use serde::{Deserialize, Serialize};

use crate::part::Part;
use crate::refusal::Refusal;

/// An amount for each part of a bill, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charges {
    pub fee: i64,
    pub interest: i64,
    pub principal: i64,
}

impl Charges {
    /// Of one part.
    #[must_use]
    pub fn of(&self, part: Part) -> i64 {
        match part {
            Part::Fee => self.fee,
            Part::Interest => self.interest,
            Part::Principal => self.principal,
        }
    }

    /// All together.
    pub(crate) fn total(&self) -> Result<i64, Refusal> {
        sum([self.fee, self.interest, self.principal])
    }

    pub(crate) fn add(&mut self, part: Part, amount: i64) -> Result<(), Refusal> {
        let of = match part {
            Part::Fee => &mut self.fee,
            Part::Interest => &mut self.interest,
            Part::Principal => &mut self.principal,
        };
        *of = of.checked_add(amount).ok_or(Refusal::Overflow)?;
        Ok(())
    }
}

/// The sum, where it can be held.
pub(crate) fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, Refusal> {
    amounts.into_iter().try_fold(0_i64, |sum, amount| sum.checked_add(amount).ok_or(Refusal::Overflow))
}
