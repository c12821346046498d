//! Late interest (逾期利息).

use longmen_ledger::Date;
use serde::{Deserialize, Serialize};

use crate::rate::Rate;
use crate::refusal::Refusal;
use crate::rounding::Rounding;

/// By what late interest of a bill is reckoned. A bill keeps the terms with which it was stated: what a customer was told does not
/// change because settings do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateTerms {
    /// For each day.
    pub rate: Rate,
    pub on: LateBase,
    /// The least that is charged on a bill that is late at all, in minor units.
    pub minimum: i64,
    pub rounding: Rounding,
}

/// What late interest is taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateBase {
    /// 逾期本金: what was spent.
    Principal,
    /// The whole bill, fees and interest too (复利).
    Bill,
}

/// Days on which the same was overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateSpan {
    pub from: Date,
    /// The last of them.
    pub to: Date,
    /// What was overdue at the end of each, in minor units.
    pub overdue: i64,
}

impl LateSpan {
    /// How many days there are.
    #[must_use]
    pub fn days(&self) -> u32 {
        self.to.days() - self.from.days() + 1
    }

    /// 积数: overdue amount times days, in minor units times days.
    #[must_use]
    pub fn product(&self) -> i128 {
        i128::from(self.overdue) * i128::from(self.days())
    }
}

impl LateTerms {
    /// Interest of a product before it is rounded, in 10^-12 of a minor unit.
    pub(crate) fn exact(&self, product: i128) -> Result<i128, Refusal> {
        product.checked_mul(self.rate.parts()).ok_or(Refusal::Overflow)
    }

    /// Interest of all days so far, in minor units. What a day accrues is what this has become more: each day by itself is never
    /// rounded.
    pub(crate) fn interest(&self, product: i128) -> Result<i64, Refusal> {
        if product == 0 {
            return Ok(0);
        }
        let rounded = self.rounding.round(self.exact(product)?, Rate::WHOLE);
        i64::try_from(rounded).map(|interest| interest.max(self.minimum)).map_err(|_| Refusal::Overflow)
    }
}

/// The days from `first` to `through` on which something of `base` was open, when settled amounts count from their value dates on.
pub(crate) fn late_spans(
    base: i64,
    settled: impl Iterator<Item = (Date, i64)>,
    first: Date,
    through: Date,
) -> Result<Vec<LateSpan>, Refusal> {
    let mut settled: Vec<(Date, i64)> = settled.filter(|(value, _)| *value <= through).collect();
    settled.sort_unstable_by_key(|(value, _)| *value);
    let mut spans: Vec<LateSpan> = Vec::new();
    let (mut from, mut open) = (first, base);
    for (value, amount) in settled {
        if let Some(to) = value.previous().filter(|to| *to >= from) {
            push(&mut spans, from, to, open);
            from = value;
        }
        open = open.checked_sub(amount).ok_or(Refusal::Overflow)?;
    }
    if from <= through {
        push(&mut spans, from, through, open);
    }
    Ok(spans)
}

/// Where more was settled than there was, by value date, nothing was open.
fn push(spans: &mut Vec<LateSpan>, from: Date, to: Date, open: i64) {
    match spans.last_mut().filter(|last| last.overdue == open && last.to.next() == from) {
        Some(last) => last.to = to,
        None if open > 0 => spans.push(LateSpan { from, to, overdue: open }),
        None => {}
    }
}
