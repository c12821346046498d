//! Days folded in, interest accrued and settled.

use longmen_ledger::Date;
use strum::VariantArray;

use super::AccountInterest;
use crate::due::{Due, Occasion};
use crate::part::Part;
use crate::period::Period;
use crate::refusal::Refusal;
use crate::role::Role;
use crate::settlement_rule::SettlementRule;
use crate::terms::Terms;

impl AccountInterest {
    /// Folds the days up to `to`, which are closed, accrues on the product's days and settles where a period ends. It stops behind a
    /// settlement that moves the account itself, since that is to be posted and [entered](AccountInterest::enter) before the
    /// day after is folded: call it until [`AccountInterest::next_day`] is past `to`. The outcome is the same in one call as day by
    /// day. `account` is the account's name, for keys.
    ///
    /// # Errors
    /// [`Refusal::AlreadyFolded`], [`Refusal::Ended`], [`Refusal::NoRate`], [`Refusal::Overflow`]; nothing has changed then.
    pub fn advance(&mut self, terms: &Terms<'_>, account: &str, to: Date) -> Result<Vec<Due>, Refusal> {
        self.check_goes_on()?;
        if to < self.next {
            return Err(Refusal::AlreadyFolded(to));
        }
        let mut new = self.clone();
        let mut dues = Vec::new();
        let moves_account = |due: &Due| [due.debit, due.credit].contains(&Role::Account);
        while new.next <= to && !new.has_ended && !dues.iter().any(moves_account) {
            let period_ends = new.period.to;
            let accrues = terms.product().accrues_from(new.next);
            let end = to.min(period_ends).min(accrues.unwrap_or(Date::LAST));
            new.fold(terms, end)?;
            if end == period_ends {
                new.settle(terms, account, &mut dues)?;
            } else if accrues == Some(end) {
                new.accrue(terms, account, &mut dues)?;
            }
        }
        *self = new;
        Ok(dues)
    }

    /// Closes the account (销户) on a day which earns nothing any more; the days before are folded. What is due is to be paid before
    /// the account is closed.
    ///
    /// # Errors
    /// [`Refusal::NotFolded`], [`Refusal::AlreadyFolded`], where the day before is not the last that is folded;
    /// [`Refusal::MovementsAhead`], [`Refusal::Ended`], [`Refusal::Overflow`]. Nothing has changed then.
    pub fn close(&mut self, terms: &Terms<'_>, account: &str, on: Date) -> Result<Vec<Due>, Refusal> {
        self.check_goes_on()?;
        match on.cmp(&self.next) {
            std::cmp::Ordering::Less => return Err(Refusal::AlreadyFolded(on)),
            std::cmp::Ordering::Greater => return Err(Refusal::NotFolded(on)),
            std::cmp::Ordering::Equal => {}
        }
        if let Some(ahead) = self.ahead.iter().find(|ahead| ahead.from > on) {
            return Err(Refusal::MovementsAhead(ahead.from));
        }
        let mut new = self.clone();
        let mut dues = Vec::new();
        new.has_ended = true;
        new.period.to = on.previous().unwrap_or(Date::FIRST);
        // The day before is closed, and its accruals are done.
        new.pay(terms, account, on, &mut dues)?;
        *self = new;
        Ok(dues)
    }

    /// Days without an end of a period among them, but perhaps as the last.
    fn fold(&mut self, terms: &Terms<'_>, to: Date) -> Result<(), Refusal> {
        let behind = to.following().ok_or(Refusal::NoDayAfter(to))?;
        let due = self.ahead.partition_point(|ahead| ahead.from <= to);
        for ahead in self.ahead.drain(..due).collect::<Vec<_>>() {
            if let Some(last) = ahead.from.previous().filter(|last| *last >= self.next) {
                self.fold_run(terms, last)?;
                self.next = ahead.from;
            }
            self.balance = self.balance.checked_add(ahead.amount).ok_or(Refusal::Overflow)?;
        }
        self.fold_run(terms, to)?;
        self.next = behind;
        Ok(())
    }

    /// Days with one balance.
    fn fold_run(&mut self, terms: &Terms<'_>, to: Date) -> Result<(), Refusal> {
        let (balance, anchor) = (self.balance, self.period.from);
        let run = Period { from: self.next, to };
        for part in Part::VARIANTS {
            if let Some(reckoning) = terms.reckoning(*part) {
                self.strand_mut(*part).segments.add(&reckoning, anchor, run, balance)?;
            }
        }
        Ok(())
    }

    fn accrue(&mut self, terms: &Terms<'_>, account: &str, dues: &mut Vec<Due>) -> Result<(), Refusal> {
        let date = self.next.previous().expect("a day was folded before `next`");
        let period = Period { to: date, ..self.period };
        let occasion = Occasion { product: terms.product(), account, period, date };
        for part in Part::VARIANTS {
            if let Some(reckoning) = terms.reckoning(*part) {
                dues.extend(self.strand_mut(*part).accrue(&reckoning, *part, &occasion)?);
            }
        }
        Ok(())
    }

    /// At the end of a period, all of which is folded.
    fn settle(&mut self, terms: &Terms<'_>, account: &str, dues: &mut Vec<Due>) -> Result<(), Refusal> {
        let rule = terms.product().settles();
        self.has_ended = rule == SettlementRule::AtMaturity;
        self.pay(terms, account, self.period.to, dues)?;
        if !self.has_ended {
            self.period = Period { from: self.next, to: rule.on_or_after(self.next).unwrap_or(Date::LAST) };
        }
        Ok(())
    }

    fn pay(
        &mut self,
        terms: &Terms<'_>,
        account: &str,
        accrued_on: Date,
        dues: &mut Vec<Due>,
    ) -> Result<(), Refusal> {
        let (period, is_last) = (self.period, self.has_ended);
        let payment = Occasion { product: terms.product(), account, period, date: self.next };
        let accrual = Occasion { date: accrued_on, ..payment };
        for part in Part::VARIANTS {
            if let Some(reckoning) = terms.reckoning(*part) {
                let settled =
                    self.strand_mut(*part).settle(&reckoning, *part, [&accrual, &payment], is_last)?;
                dues.extend(settled.into_iter().flatten());
            }
        }
        Ok(())
    }
}
