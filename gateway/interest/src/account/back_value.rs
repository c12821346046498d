//! Movements valued on days that are folded already (倒起息).

use longmen_ledger::{Amount, Date};
use strum::VariantArray;

use super::AccountInterest;
use super::strand::up_to;
use crate::day_balances::DayBalances;
use crate::due::{Due, Occasion};
use crate::exact::Exact;
use crate::part::Part;
use crate::period::Period;
use crate::refusal::Refusal;
use crate::segments::Segments;
use crate::terms::Terms;

impl AccountInterest {
    /// The first day whose balance [`AccountInterest::back_value`] needs, for a movement that counts from a day: that on which the
    /// day's period began.
    #[must_use]
    pub fn history_from(&self, terms: &Terms<'_>, day: Date) -> Date {
        self.period_of(terms, day).from
    }

    /// Movements that count from days that are folded already. `held` are the balances by value date without them, from
    /// [`AccountInterest::history_from`] on.
    ///
    /// The open period gets other products, and its interest follows by itself. Each settled period that they reach has an
    /// adjustment (补息, 扣息) of its own, at the rates of then; what was paid stays as it is. The minimum of a period is not
    /// looked at again.
    ///
    /// # Errors
    /// [`Refusal::NotBackValued`], [`Refusal::BeforeStart`], [`Refusal::HistoryMissing`]; [`Refusal::HistoryDiffers`], where `held` gives
    /// other products than those that were folded; [`Refusal::Overflow`]. Nothing has changed then.
    pub fn back_value(
        &mut self,
        terms: &Terms<'_>,
        account: &str,
        moved: &[(Date, Amount)],
        held: &DayBalances,
    ) -> Result<Vec<Due>, Refusal> {
        let Some(first) = moved.iter().map(|(day, _)| *day).min() else {
            return Ok(Vec::new());
        };
        self.check_history(terms, first, moved, held)?;
        let changed = held.with(moved)?;
        let mut new = self.clone();
        let mut dues = Vec::new();
        let mut period = self.period_of(terms, first);
        while self.is_settled(period) {
            new.adjust(terms, account, period, [held, &changed], &mut dues)?;
            if period.to >= self.period.to {
                break;
            }
            period = self.period_of(terms, period.to.next());
        }
        if !self.has_ended {
            new.replace_open(terms, [held, &changed])?;
        }
        for (_, amount) in moved {
            new.balance = new.balance.checked_add(amount.0.into()).ok_or(Refusal::Overflow)?;
        }
        *self = new;
        Ok(dues)
    }

    fn check_history(
        &self,
        terms: &Terms<'_>,
        first: Date,
        moved: &[(Date, Amount)],
        held: &DayBalances,
    ) -> Result<(), Refusal> {
        if let Some((day, _)) = moved.iter().find(|(day, _)| *day >= self.next) {
            return Err(Refusal::NotBackValued(*day));
        }
        if first < self.start {
            return Err(Refusal::BeforeStart(self.start));
        }
        let needed = self.history_from(terms, first);
        if held.from() > needed {
            return Err(Refusal::HistoryMissing(needed));
        }
        let last = self.next.previous().expect("a day was folded before `next`");
        if held.at(last) == Some(self.balance) { Ok(()) } else { Err(Refusal::HistoryDiffers) }
    }

    fn is_settled(&self, period: Period) -> bool {
        period.from < self.period.from || self.has_ended
    }

    /// Products of the open period, from the balances as they are now. From those of before they must be what was folded.
    fn replace_open(&mut self, terms: &Terms<'_>, [held, changed]: [&DayBalances; 2]) -> Result<(), Refusal> {
        let Some(last) = self.next.previous().filter(|last| *last >= self.period.from) else {
            return Ok(());
        };
        let (anchor, days) = (self.period.from, up_to(self.period, last));
        for part in Part::VARIANTS {
            if let Some(reckoning) = terms.reckoning(*part) {
                let strand = self.strand_mut(*part);
                if Segments::of(&reckoning, anchor, days, held)? != strand.segments {
                    return Err(Refusal::HistoryDiffers);
                }
                strand.segments = Segments::of(&reckoning, anchor, days, changed)?;
            }
        }
        Ok(())
    }

    fn adjust(
        &mut self,
        terms: &Terms<'_>,
        account: &str,
        period: Period,
        balances: [&DayBalances; 2],
        dues: &mut Vec<Due>,
    ) -> Result<(), Refusal> {
        let occasion = Occasion { product: terms.product(), account, period, date: self.next };
        for part in Part::VARIANTS {
            if let Some(reckoning) = terms.reckoning(*part) {
                let interest = |held| -> Result<Exact, Refusal> {
                    Segments::of(&reckoning, period.from, period, held)?.interest(&reckoning)
                };
                let difference = interest(balances[1])?.minus(interest(balances[0])?)?;
                dues.extend(self.strand_mut(*part).adjust(&reckoning, *part, &occasion, difference)?);
            }
        }
        Ok(())
    }

    /// The period of a day from `start` on that is folded.
    fn period_of(&self, terms: &Terms<'_>, day: Date) -> Period {
        if day >= self.period.from {
            return self.period;
        }
        let rule = terms.product().settles();
        let from = rule.before(day, self.start).map_or(self.start, Date::next);
        // Before the last period there was another one, so the rule is one of the calendar and has a day.
        let to = rule.on_or_after(day).expect("a period before the open one has ended");
        Period { from, to }
    }
}
