//! What bills of one kind are like.

use longmen_ledger::Currency;
use serde::Deserialize;

use crate::amounts::Amounts;
use crate::cycle::Cycle;
use crate::late_terms::{LateBase, LateTerms};
use crate::rate::Rate;
use crate::refusal::Refusal;
use crate::repayment_order::RepaymentOrder;
use crate::rounding::Rounding;

/// The plan of an account's bills: when they are stated and due, how much is due at least, what a repayment goes to first, and what
/// late interest is taken.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub(crate) cycle: Cycle,
    minimum: Minimum,
    pub(crate) repayment: RepaymentOrder,
    late: Late,
}

/// 最低还款额
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Minimum {
    percent: Rate,
    floor: Amounts,
    rounding: Rounding,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Late {
    rate: Rate,
    on: LateBase,
    #[serde(default)]
    minimum: Amounts,
    rounding: Rounding,
}

impl Plan {
    /// The cycle of its bills.
    #[must_use]
    pub fn cycle(&self) -> &Cycle {
        &self.cycle
    }

    /// The least of a bill that is to be paid by its due date: a share of it or the floor, whichever is more, and never more than the
    /// bill. In minor units.
    ///
    /// # Errors
    /// [`Refusal::NoFloor`], [`Refusal::Overflow`].
    pub(crate) fn minimum_due(&self, total: i64, currency: Currency) -> Result<i64, Refusal> {
        let floor = self.minimum.floor.of(currency).ok_or(Refusal::NoFloor(currency))?;
        let share = i128::from(total) * self.minimum.percent.parts();
        let share = self.minimum.rounding.round(share, Rate::WHOLE);
        let share = i64::try_from(share).map_err(|_| Refusal::Overflow)?;
        Ok(share.max(floor).min(total))
    }

    /// The terms that a bill is stated with.
    pub(crate) fn late_terms(&self, currency: Currency) -> LateTerms {
        let Late { rate, on, rounding, .. } = self.late;
        LateTerms { rate, on, minimum: self.late.minimum.of(currency).unwrap_or(0), rounding }
    }
}
