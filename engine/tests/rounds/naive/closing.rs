//! The end of a date, and of a year.

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::Rejection;

use super::passing::leg_lets;
use super::{Account, Naive};
use crate::script::{LineName, TxLeg};

impl Naive {
    pub(super) fn close_day(
        &mut self,
        entity: usize,
        next: u32,
        carry: &[u64],
        forced: Option<bool>,
    ) -> Result<(), Rejection> {
        if forced == Some(false) {
            return Err(Rejection::Malformed);
        }
        let known: Vec<&Account> = carry.iter().filter_map(|target| self.accounts.get(target)).collect();
        let currencies: BTreeSet<&str> = known.iter().map(|account| account.spec.currency).collect();
        if currencies.len() < known.len() {
            return Err(Rejection::Malformed);
        }
        if known.len() < carry.len() || known.iter().any(|account| account.spec.entity != entity) {
            return Err(Rejection::UnknownAccount);
        }
        if !known.iter().all(|account| matches!(account.spec.subject().class, "equity" | "common")) {
            return Err(Rejection::WrongClass);
        }
        if next < self.dates[entity] {
            return Err(Rejection::DateClosed);
        }
        // Ten days behind the later of the books' date and the clock's nobody has business.
        let today = self.clock / 86_400;
        if forced.is_none() && next > self.dates[entity].max(today) + 10 {
            return Err(Rejection::DateAhead);
        }
        if next == self.dates[entity] {
            return Ok(());
        }
        if !carry.is_empty() {
            self.carry_forward(entity, carry, usize::MAX)?;
        }
        self.close_lines(entity);
        self.dates[entity] = next;
        Ok(())
    }

    /// Moves what income and expense accounts have to other accounts, of their currencies: at most so many of these.
    pub(crate) fn carry_forward(
        &mut self,
        entity: usize,
        targets: &[u64],
        at_most: usize,
    ) -> Result<(), Rejection> {
        let currency = |id: &u64| self.accounts[id].spec.currency;
        let has_target = |id: &u64| targets.iter().any(|target| currency(target) == currency(id));
        let results = self.results(entity);
        if !results.iter().all(has_target) {
            return Err(Rejection::CurrencyMismatch);
        }
        let carried = targets.iter().map(|target| {
            let of_currency = results.iter().filter(|id| currency(id) == currency(target));
            let mut legs: Vec<(u64, i128)> = of_currency.map(|id| (*id, -self.signed(*id))).collect();
            let sum: i128 = legs.iter().map(|(_, signed)| -signed).sum();
            legs.extend((sum != 0).then_some((*target, sum)));
            legs
        });
        let carried: Vec<Vec<(u64, i128)>> = carried.collect();
        self.judge_targets(targets, &carried)?;
        for legs in carried.into_iter().filter(|legs| !legs.is_empty()).take(at_most) {
            for (step, (account, signed)) in (1..).zip(legs) {
                let currency = self.accounts[&account].spec.currency;
                let (debit, amount) = (signed > 0, signed.abs() as i64);
                let leg = TxLeg { account, named: false, step, debit, amount, currency };
                self.accounts.get_mut(&account).unwrap().use_limit(signed.max(0), self.dates[entity]);
                self.book(0, &leg, self.dates[entity]);
            }
            self.carried += 1;
        }
        Ok(())
    }

    /// The income and expense accounts that have something.
    fn results(&self, entity: usize) -> Vec<u64> {
        let is_result = |account: &Account| matches!(account.spec.subject().class, "income" | "expense");
        let of =
            self.accounts.iter().filter(|(_, account)| account.spec.entity == entity && is_result(account));
        of.filter(|(_, account)| account.balance != 0).map(|(id, _)| *id).collect()
    }

    /// Debit-positive.
    fn signed(&self, id: u64) -> i128 {
        let account = &self.accounts[&id];
        if account.spec.subject().debit_normal { account.balance } else { -account.balance }
    }

    /// The states of the targets must let in what they would get; a closed one refuses even nothing.
    fn judge_targets(&self, targets: &[u64], carried: &[Vec<(u64, i128)>]) -> Result<(), Rejection> {
        let mut lets = (true, true);
        for target in targets {
            let account = &self.accounts[target];
            lets.0 &= account.state != 0;
            for (_, signed) in carried.iter().flatten().filter(|(id, _)| id == target) {
                let of_leg = leg_lets(account, *signed > 0);
                lets = (lets.0 && of_leg.0, lets.1 && of_leg.1);
            }
        }
        match lets {
            (false, _) => Err(Rejection::AccountState),
            (_, false) => Err(Rejection::PaymentState),
            _ => Ok(()),
        }
    }

    fn close_lines(&mut self, entity: usize) {
        let date = self.dates[entity];
        let mut lines: BTreeMap<LineName, (i128, i128, i128)> = BTreeMap::new();
        for account in self.accounts.values().filter(|account| account.spec.entity == entity) {
            let (debit, credit) = account.turnover.get(&date).copied().unwrap_or_default();
            let balance =
                if account.spec.subject().debit_normal { account.balance } else { -account.balance };
            let key = (entity, account.subject.to_string(), account.spec.currency.to_string(), date);
            let line = lines.entry(key).or_default();
            *line = (line.0 + balance - debit + credit, line.1 + debit, line.2 + credit);
        }
        self.closed.extend(lines.into_iter().filter(|(_, figures)| *figures != (0, 0, 0)));
    }
}
