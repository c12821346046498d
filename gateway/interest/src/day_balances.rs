//! Balances at the end of days, by value date.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Date};

use crate::movement::Movement;
use crate::period::Period;
use crate::refusal::Refusal;
use crate::terms::Terms;

/// What an account had at the end of each day from a first one on, by value date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayBalances {
    from: Date,
    /// Balances of days on which they changed; the first day is always there.
    days: BTreeMap<Date, i128>,
}

impl DayBalances {
    /// From what the account had before `from`, and amounts with the days from which they count, in any order.
    ///
    /// # Errors
    /// [`Refusal::BeforeStart`], where one counts from before `from`: `opening` has to have it. [`Refusal::Overflow`].
    pub fn of(
        from: Date,
        opening: i128,
        moved: impl IntoIterator<Item = (Date, Amount)>,
    ) -> Result<DayBalances, Refusal> {
        let mut changes = BTreeMap::from([(from, opening)]);
        for (day, amount) in moved {
            if day < from {
                return Err(Refusal::BeforeStart(from));
            }
            add(changes.entry(day).or_default(), amount.0.into())?;
        }
        let mut balance = 0;
        for change in changes.values_mut() {
            add(&mut balance, *change)?;
            *change = balance;
        }
        Ok(DayBalances { from, days: changes })
    }

    /// From what the account had before `from`, and its movements, in any order.
    ///
    /// # Errors
    /// As [`DayBalances::of`].
    pub fn of_movements(
        terms: &Terms<'_>,
        from: Date,
        opening: i128,
        movements: &[Movement],
    ) -> Result<DayBalances, Refusal> {
        DayBalances::of(from, opening, movements.iter().map(|one| (terms.counts_from(one), one.amount)))
    }

    /// The first day that it knows.
    #[must_use]
    pub fn from(&self) -> Date {
        self.from
    }

    /// The balance at the end of a day; none before the first.
    #[must_use]
    pub fn at(&self, day: Date) -> Option<i128> {
        self.days.range(..=day).next_back().map(|(_, balance)| *balance)
    }

    /// The same with more amounts.
    pub(crate) fn with(&self, moved: &[(Date, Amount)]) -> Result<DayBalances, Refusal> {
        let mut before = 0;
        let mut changes = Vec::with_capacity(self.days.len());
        for (day, balance) in &self.days {
            changes.push((*day, balance.checked_sub(before).ok_or(Refusal::Overflow)?));
            before = *balance;
        }
        let all = changes.into_iter().chain(moved.iter().map(|(day, amount)| (*day, amount.0.into())));
        let mut sums = BTreeMap::new();
        for (day, change) in all {
            add(sums.entry(day).or_default(), change)?;
        }
        let mut balance = 0;
        for change in sums.values_mut() {
            add(&mut balance, *change)?;
            *change = balance;
        }
        Ok(DayBalances { from: self.from, days: sums })
    }

    /// Stretches of one balance within a period, in order.
    pub(crate) fn runs(&self, period: Period) -> impl Iterator<Item = (Period, i128)> + '_ {
        let mut at = period.from.max(self.from);
        std::iter::from_fn(move || {
            let balance = self.at(at).filter(|_| at <= period.to)?;
            let change = self.days.range(at.following()?..).next().and_then(|(day, _)| day.previous());
            let to = change.map_or(period.to, |last| last.min(period.to));
            let run = Period { from: at, to };
            at = to.following()?;
            Some((run, balance))
        })
    }
}

fn add(sum: &mut i128, amount: i128) -> Result<(), Refusal> {
    *sum = sum.checked_add(amount).ok_or(Refusal::Overflow)?;
    Ok(())
}
