//! The days, products, rates and rounding behind a figure, as an accountant would write them down.

use longmen_ledger::{Amount, Date};
use strum::VariantArray;

use crate::account::AccountInterest;
use crate::account::strand::{amount_due, up_to};
use crate::day_balances::DayBalances;
use crate::exact::Exact;
use crate::part::Part;
use crate::period::Period;
use crate::rate::Rate;
use crate::refusal::Refusal;
use crate::rounding::Rounding;
use crate::segments::{Piece, Segment, Segments, Tiered, denominator, each_piece};
use crate::terms::{Reckoning, Terms};

/// How the interest of one side of an account comes about (计息清单).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub part: Part,
    pub period: Period,
    /// Stretches of days with one balance, in order.
    pub rows: Vec<DayRow>,
    /// The products by rate and tier, with their interest.
    pub sums: Vec<RateRowSum>,
    /// What was carried over from the period before.
    pub carried: Exact,
    /// All of it, before it is rounded.
    pub exact: Exact,
    pub rounding: Rounding,
    /// Rounded, in minor units.
    pub rounded: i128,
    /// The minimum, where it is more.
    pub minimum: Option<Amount>,
}

/// Days with one balance, or the slice of it in one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRow {
    pub from: Date,
    /// The last day; it counts.
    pub to: Date,
    /// As the day count has them.
    pub days: i64,
    /// At the end of each of these days, in minor units.
    pub balance: i128,
    /// What of it counts here: one side, whole units, one slice.
    pub counted: i128,
    /// From 0; where the average decides, 0.
    pub tier: u8,
    /// `counted` times `days` (积数).
    pub product: i128,
}

/// What one rate gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateRowSum {
    /// The day from which the rate holds.
    pub since: Date,
    pub tier: u8,
    pub rate: Rate,
    /// Days of the year.
    pub year: u16,
    /// Minor units times days; a fraction where an average was divided.
    pub product: Exact,
    /// Product times rate by days of the year, before it is rounded.
    pub interest: Exact,
}

/// How interest of a period comes about from balances by value date, for each side of the account that has days in it.
///
/// # Errors
/// [`Refusal::HistoryMissing`], where the balances begin after the period; [`Refusal::NoRate`], [`Refusal::Overflow`].
pub fn explain(terms: &Terms<'_>, period: Period, held: &DayBalances) -> Result<Vec<Explanation>, Refusal> {
    explain_with(terms, period, period, held, |_| Exact::ZERO)
}

impl AccountInterest {
    /// How what has been earned since the last settlement comes about.
    ///
    /// # Errors
    /// As [`explain`]; [`Refusal::HistoryDiffers`], where the balances give another figure than what was folded.
    pub fn explain(&self, terms: &Terms<'_>, held: &DayBalances) -> Result<Vec<Explanation>, Refusal> {
        let Some(last) = self.next_day().previous().filter(|_| !self.has_ended()) else {
            return Ok(Vec::new());
        };
        let days = up_to(self.period(), last);
        let explained = explain_with(terms, self.period(), days, held, |part| self.carried(part))?;
        for one in &explained {
            if self.earned(terms, one.part)? != one.exact {
                return Err(Refusal::HistoryDiffers);
            }
        }
        Ok(explained)
    }
}

fn explain_with(
    terms: &Terms<'_>,
    period: Period,
    days: Period,
    held: &DayBalances,
    carried: impl Fn(Part) -> Exact,
) -> Result<Vec<Explanation>, Refusal> {
    if held.from() > period.from {
        return Err(Refusal::HistoryMissing(period.from));
    }
    let mut explained = Vec::new();
    for part in Part::VARIANTS {
        if let Some(reckoning) = terms.reckoning(*part) {
            let one = of_part(&reckoning, *part, period.from, days, held, carried(*part))?;
            let is_empty = one.rows.iter().all(|row| row.counted == 0) && one.carried.is_zero();
            explained.extend((!is_empty).then_some(one));
        }
    }
    Ok(explained)
}

fn of_part(
    reckoning: &Reckoning<'_>,
    part: Part,
    anchor: Date,
    period: Period,
    held: &DayBalances,
    carried: Exact,
) -> Result<Explanation, Refusal> {
    let mut rows = Vec::new();
    for (run, balance) in held.runs(period) {
        each_piece(reckoning, anchor, run, balance, |piece| {
            rows.push(day_row(&piece, balance));
            Ok(())
        })?;
    }
    let segments = Segments::of(reckoning, anchor, period, held)?;
    let exact = segments.interest(reckoning)?.plus(carried)?;
    let rounding = reckoning.method.rounding;
    let rounded = exact.rounded(rounding);
    let minimum = reckoning.minimum.filter(|_| amount_due(reckoning, exact) != rounded);
    let sums = sums(reckoning, &segments)?;
    Ok(Explanation { part, period, rows, sums, carried, exact, rounding, rounded, minimum })
}

fn day_row(piece: &Piece, balance: i128) -> DayRow {
    let Piece { days: Period { from, to }, counted, segment } = *piece;
    DayRow { from, to, days: segment.days, balance, counted, tier: segment.tier, product: segment.product }
}

fn sums(reckoning: &Reckoning<'_>, segments: &Segments) -> Result<Vec<RateRowSum>, Refusal> {
    let (tiered, times) = segments.tiered(reckoning)?;
    let below = denominator(reckoning, times)?;
    let sum = |one: Tiered| {
        let Segment { since, year, tier, product, .. } = one.segment;
        let interest = Exact::of(one.numerator(reckoning)?, below);
        Ok(RateRowSum { since, tier, rate: one.rate, year, product: Exact::of(product, times), interest })
    };
    tiered.into_iter().map(sum).collect()
}
