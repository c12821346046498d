//! Products of balances and days (积数), kept apart where something else is done with them.

use longmen_ledger::Date;
use serde::{Deserialize, Serialize};

use crate::day_balances::DayBalances;
use crate::exact::Exact;
use crate::period::Period;
use crate::rate::Rate;
use crate::refusal::Refusal;
use crate::terms::Reckoning;

/// Sums of balance times days, in minor units times days, by what they are multiplied with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segments(Vec<Segment>);

/// The sum for one rate. It is a whole number, and exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The row of rates: the day from which it holds.
    #[serde(with = "crate::date_serde")]
    pub since: Date,
    /// Days of the year by which the rate is divided.
    pub year: u16,
    /// The tier, from 0. Where the average decides it is always 0, and found at the end.
    pub tier: u8,
    /// Days, as the day count has them, on which something counted; where the average decides, all days.
    pub days: i64,
    /// Minor units times days (积数).
    #[serde(with = "crate::wide_serde")]
    pub product: i128,
}

/// A stretch of days with one balance and one rate, or its slice in one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) days: Period,
    /// What of the balance counts.
    pub(crate) counted: i128,
    pub(crate) segment: Segment,
}

/// What one rate gives, with the product times a number of days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiered {
    pub(crate) segment: Segment,
    pub(crate) rate: Rate,
}

impl Segments {
    /// The sums, by row of rates, days of the year, and tier.
    #[must_use]
    pub fn all(&self) -> &[Segment] {
        &self.0
    }

    /// All minor units times days.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub fn product(&self) -> Result<i128, Refusal> {
        let mut products = self.0.iter().map(|segment| segment.product);
        products.try_fold(0_i128, i128::checked_add).ok_or(Refusal::Overflow)
    }

    /// Those of the days of a period, from the balances.
    pub(crate) fn of(
        reckoning: &Reckoning<'_>,
        anchor: Date,
        days: Period,
        held: &DayBalances,
    ) -> Result<Segments, Refusal> {
        let mut segments = Segments::default();
        for (run, balance) in held.runs(days) {
            segments.add(reckoning, anchor, run, balance)?;
        }
        Ok(segments)
    }

    /// Adds days with one balance.
    pub(crate) fn add(
        &mut self,
        reckoning: &Reckoning<'_>,
        anchor: Date,
        days: Period,
        balance: i128,
    ) -> Result<(), Refusal> {
        each_piece(reckoning, anchor, days, balance, |piece| self.add_one(piece.segment))
    }

    fn add_one(&mut self, new: Segment) -> Result<(), Refusal> {
        if new.days == 0 {
            return Ok(());
        }
        let place = |segment: &Segment| (segment.since, segment.year, segment.tier);
        match self.0.binary_search_by_key(&place(&new), place) {
            Ok(at) => {
                let old = &mut self.0[at];
                old.days = old.days.checked_add(new.days).ok_or(Refusal::Overflow)?;
                old.product = old.product.checked_add(new.product).ok_or(Refusal::Overflow)?;
            }
            Err(at) => self.0.insert(at, new),
        }
        Ok(())
    }

    /// What interest they give: one fraction, of whole numbers alone.
    pub(crate) fn interest(&self, reckoning: &Reckoning<'_>) -> Result<Exact, Refusal> {
        let (tiered, times) = self.tiered(reckoning)?;
        let mut sum = 0_i128;
        for one in tiered {
            sum = sum.checked_add(one.numerator(reckoning)?).ok_or(Refusal::Overflow)?;
        }
        Ok(Exact::of(sum, denominator(reckoning, times)?))
    }

    /// Products by tier, and how many times each is too large: once, or as often as an average has days.
    pub(crate) fn tiered(&self, reckoning: &Reckoning<'_>) -> Result<(Vec<Tiered>, i128), Refusal> {
        let (sums, times) =
            if reckoning.is_average() { self.by_average(reckoning)? } else { (self.0.clone(), 1) };
        let with_rate = |segment: Segment| {
            let row = reckoning.table.at(segment.since).map(|(row, _)| row);
            let row = row.filter(|row| row.from() == segment.since);
            let rate = row.and_then(|row| row.rate(segment.tier)).ok_or(Refusal::HistoryDiffers)?;
            Ok(Tiered { segment, rate })
        };
        Ok((sums.into_iter().map(with_rate).collect::<Result<_, Refusal>>()?, times))
    }

    /// The average is the sum of products through the sum of days. It is not divided here: limits of tiers and rows are
    /// multiplied with the days in its place.
    fn by_average(&self, reckoning: &Reckoning<'_>) -> Result<(Vec<Segment>, i128), Refusal> {
        let product = self.product()?;
        let days = self.0.iter().map(|segment| i128::from(segment.days)).sum::<i128>().max(1);
        let mut sums = Vec::with_capacity(self.0.len());
        for segment in &self.0 {
            let Some((row, _)) = reckoning.table.at(segment.since) else {
                return Err(Refusal::HistoryDiffers);
            };
            for (tier, counted) in row.counted(product, days, reckoning.method.tiering) {
                let product = counted.checked_mul(segment.days.into()).ok_or(Refusal::Overflow)?;
                sums.push(Segment { tier, product, ..*segment });
            }
        }
        Ok((sums, days))
    }
}

impl Tiered {
    /// Product times rate, over [`denominator`].
    pub(crate) fn numerator(&self, reckoning: &Reckoning<'_>) -> Result<i128, Refusal> {
        let share = reckoning.method.day_count.denominator() / i128::from(self.segment.year);
        let interest = self.segment.product.checked_mul(self.rate.units());
        interest.and_then(|interest| interest.checked_mul(share)).ok_or(Refusal::Overflow)
    }
}

/// What all numerators of a sum are over.
pub(crate) fn denominator(reckoning: &Reckoning<'_>, times: i128) -> Result<i128, Refusal> {
    let of_one = Rate::ONE * reckoning.method.day_count.denominator();
    of_one.checked_mul(times).ok_or(Refusal::Overflow)
}

/// Cuts days with one balance where another row of rates or year begins, and by tiers. Days are counted from `anchor`, so that
/// however a period is cut its parts have as many days as the whole.
pub(crate) fn each_piece(
    reckoning: &Reckoning<'_>,
    anchor: Date,
    days: Period,
    balance: i128,
    mut take: impl FnMut(Piece) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let counted = reckoning.counted(balance)?;
    if counted == 0 && !reckoning.is_average() {
        return Ok(());
    }
    let day_count = reckoning.method.day_count;
    let mut from = days.from;
    while from <= days.to {
        let (row, row_ends) = reckoning.table.at(from).ok_or(Refusal::NoRate(from))?;
        let to = days.to.min(row_ends).min(day_count.alike_until(from));
        let next = to.following().ok_or(Refusal::NoDayAfter(to))?;
        let number = day_count.days(anchor, next) - day_count.days(anchor, from);
        let year = day_count.year_of(from);
        let mut piece = |tier, counted: i128| {
            let product = counted.checked_mul(number.into()).ok_or(Refusal::Overflow)?;
            let segment = Segment { since: row.from(), year, tier, days: number, product };
            take(Piece { days: Period { from, to }, counted, segment })
        };
        if reckoning.is_average() {
            piece(0, counted)?;
        } else {
            for (tier, counted) in row.counted(counted, 1, reckoning.method.tiering) {
                piece(tier, counted)?;
            }
        }
        from = next;
    }
    Ok(())
}
