//! The end of a date, and of a year.

use std::collections::BTreeMap;

use longmen_engine::ledger::Rejection;

use super::{Account, Naive};
use crate::script::{LineName, TxLeg};

impl Naive {
    pub(super) fn close_day(
        &mut self,
        entity: usize,
        next: u32,
        carry: Option<u64>,
    ) -> Result<(), Rejection> {
        let of_entity = |account: &Account| account.spec.entity == entity;
        if carry.is_some_and(|target| !self.accounts.get(&target).is_some_and(of_entity)) {
            return Err(Rejection::UnknownAccount);
        }
        if next < self.dates[entity] {
            return Err(Rejection::DateClosed);
        }
        if next == self.dates[entity] {
            return Ok(());
        }
        if let Some(target) = carry {
            self.carry_forward(entity, target)?;
        }
        self.close_lines(entity);
        self.dates[entity] = next;
        Ok(())
    }

    /// Moves what income and expense accounts have to another account.
    pub(crate) fn carry_forward(&mut self, entity: usize, target: u64) -> Result<(), Rejection> {
        let is_result = |id: &u64, account: &Account| {
            let of_class = matches!(account.spec.subject().class, "income" | "expense");
            account.spec.entity == entity && of_class && *id != target && account.balance != 0
        };
        let results = self.accounts.iter().filter(|(id, account)| is_result(id, account));
        let results: Vec<u64> = results.map(|(id, _)| *id).collect();
        let to = &self.accounts[&target];
        if to.spec.subject().class == "off_balance" && !results.is_empty() {
            return Err(Rejection::MixedOffBalance);
        }
        if results.iter().any(|id| self.accounts[id].spec.currency != to.spec.currency) {
            return Err(Rejection::CurrencyMismatch);
        }
        if to.state == 0 {
            return Err(Rejection::AccountState);
        }
        let mut sum = 0;
        let mut legs: Vec<(u64, i128)> = Vec::new();
        for id in results {
            let account = &self.accounts[&id];
            let signed = if account.spec.subject().debit_normal { account.balance } else { -account.balance };
            legs.push((id, -signed));
            sum += signed;
        }
        if legs.is_empty() {
            return Ok(());
        }
        legs.extend((sum != 0).then_some((target, sum)));
        let currency = self.accounts[&target].spec.currency;
        for (step, (account, signed)) in (1..).zip(legs) {
            let (debit, amount) = (signed > 0, signed.abs() as i64);
            self.book(0, &TxLeg { account, named: false, step, debit, amount, currency }, self.dates[entity]);
        }
        self.carried += 1;
        Ok(())
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
