//! One side of an account.

use longmen_ledger::Date;
use serde::{Deserialize, Serialize};

use crate::due::{Due, Occasion, Step};
use crate::exact::Exact;
use crate::part::Part;
use crate::period::Period;
use crate::product::Remainder;
use crate::refusal::Refusal;
use crate::segments::Segments;
use crate::terms::Reckoning;

/// Interest of one side of an account, since the last settlement and in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Strand {
    pub(crate) segments: Segments,
    /// What rounded to nothing at the last settlement, and was kept.
    pub(crate) carried: Exact,
    /// Accrued in this period, in minor units.
    #[serde(with = "crate::wide_serde")]
    pub(crate) accrued: i128,
    /// Paid at all settlements, in minor units. Adjustments are not in it.
    #[serde(with = "crate::wide_serde")]
    pub(crate) paid: i128,
    adjusted: Vec<Adjusted>,
}

/// What movements, valued in a settled period, changed there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Adjusted {
    period: Period,
    exact: Exact,
    /// Minor units.
    #[serde(with = "crate::wide_serde")]
    booked: i128,
    entries: u32,
}

impl Strand {
    /// Since the last settlement, exactly.
    pub(crate) fn earned(&self, reckoning: &Reckoning<'_>) -> Result<Exact, Refusal> {
        self.segments.interest(reckoning)?.plus(self.carried)
    }

    /// Accrual by cumulative rounding: all that was earned is rounded, and what was accrued before is taken off, so that parts never
    /// add up to something else than the whole.
    pub(crate) fn accrue(
        &mut self,
        reckoning: &Reckoning<'_>,
        part: Part,
        occasion: &Occasion<'_>,
    ) -> Result<Option<Due>, Refusal> {
        let earned = self.earned(reckoning)?.rounded(reckoning.method.rounding);
        self.accrue_up_to(earned, part, occasion)
    }

    /// Accrues the rest on the first occasion, pays all of it on the second, and begins anew.
    pub(crate) fn settle(
        &mut self,
        reckoning: &Reckoning<'_>,
        part: Part,
        occasions: [&Occasion<'_>; 2],
        is_last: bool,
    ) -> Result<[Option<Due>; 2], Refusal> {
        let earned = self.earned(reckoning)?;
        let due = amount_due(reckoning, earned);
        let accrual = self.accrue_up_to(due, part, occasions[0])?;
        let payment = occasions[1].due(part, Step::Settle, due)?;
        self.paid = self.paid.checked_add(due).ok_or(Refusal::Overflow)?;
        self.accrued = 0;
        self.segments = Segments::default();
        let keeps = due == 0 && !is_last && reckoning.method.remainder == Remainder::Carry;
        self.carried = if keeps { earned } else { Exact::ZERO };
        Ok([accrual, payment])
    }

    /// What a settled period would have had more. It adds up by itself and is rounded as a sum, so that a movement and its
    /// reversal end at nothing, and many small ones at what they are together.
    pub(crate) fn adjust(
        &mut self,
        reckoning: &Reckoning<'_>,
        part: Part,
        occasion: &Occasion<'_>,
        difference: Exact,
    ) -> Result<Option<Due>, Refusal> {
        if difference.is_zero() {
            return Ok(None);
        }
        let period = occasion.period;
        let at = self.adjusted.iter().position(|adjusted| adjusted.period == period).unwrap_or_else(|| {
            self.adjusted.push(Adjusted { period, exact: Exact::ZERO, booked: 0, entries: 0 });
            self.adjusted.len() - 1
        });
        let adjusted = &mut self.adjusted[at];
        adjusted.exact = adjusted.exact.plus(difference)?;
        let rounded = adjusted.exact.rounded(reckoning.method.rounding);
        let amount = rounded.checked_sub(adjusted.booked).ok_or(Refusal::Overflow)?;
        let due = occasion.due(part, Step::Adjust(adjusted.entries + 1), amount)?;
        adjusted.entries += u32::from(due.is_some());
        adjusted.booked = rounded;
        Ok(due)
    }

    fn accrue_up_to(
        &mut self,
        sum: i128,
        part: Part,
        occasion: &Occasion<'_>,
    ) -> Result<Option<Due>, Refusal> {
        let amount = sum.checked_sub(self.accrued).ok_or(Refusal::Overflow)?;
        self.accrued = sum;
        occasion.due(part, Step::Accrue, amount)
    }
}

/// What is paid for a period: rounded once, and at least the minimum where there is anything.
pub(crate) fn amount_due(reckoning: &Reckoning<'_>, earned: Exact) -> i128 {
    let rounded = earned.rounded(reckoning.method.rounding);
    match reckoning.minimum {
        Some(minimum) if !earned.is_zero() => rounded.max(minimum.0.into()),
        _ => rounded,
    }
}

/// The days of a period up to one of them.
pub(crate) fn up_to(period: Period, last: Date) -> Period {
    Period { to: period.to.min(last), ..period }
}
