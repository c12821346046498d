//! What the naive ledger shows of its books.

use std::collections::BTreeMap;

use longmen_engine::ledger::Rejection;

use super::{Account, First, Naive, Record};
use crate::script::{ENTITIES, HoldSaid, LineSaid, TxLeg, View};

impl Naive {
    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u32 {
        self.now
    }

    /// What clients' times are held against, seconds since 1970.
    pub(crate) fn clock(&self) -> u32 {
        self.clock
    }

    /// The clock was wrong, and is set right; what was logged meanwhile, if anything was, has the wrong time.
    pub(crate) fn set_clock(&mut self, clock: u32, logged: u32) {
        (self.clock, self.now) = (clock, logged.max(clock));
    }

    pub(crate) fn date(&self, entity: usize) -> u32 {
        self.dates[entity]
    }

    pub(crate) fn open_accounts(&self) -> u64 {
        self.accounts.len() as u64
    }

    /// What may still go out: the balance without holds and reserve, with the overdraft limit.
    pub(crate) fn available(&self, account: u64) -> i128 {
        self.accounts[&account].available()
    }

    /// Who may release or spend a hold.
    pub(crate) fn authority(&self, account: u64, hold: u128) -> &'static str {
        self.accounts[&account].holds[&hold].authority
    }

    /// The legs of a transaction, if it was decided.
    pub(crate) fn legs(&self, id: u128) -> Vec<TxLeg> {
        self.decided(id).map_or_else(Vec::new, |record| record.legs.clone())
    }

    /// Whether a transaction spent a hold whose moment has passed.
    pub(crate) fn is_late(&self, id: u128) -> bool {
        let expires = |(account, hold, _): &(u64, u128, i64)| self.accounts[account].holds[hold].expires;
        let held = self.decided(id).into_iter().flat_map(|record| &record.held);
        held.filter_map(expires).any(|moment| moment <= self.now)
    }

    fn decided(&self, id: u128) -> Option<&Record> {
        match self.firsts.get(&id) {
            Some(First::Decided(record)) => Some(record),
            _ => None,
        }
    }

    pub(super) fn view(&self, id: u64) -> Result<View, Rejection> {
        let account = self.accounts.get(&id).ok_or(Rejection::UnknownAccount)?;
        let date = self.dates[account.spec.entity];
        let (debit, credit) = account.turnover.get(&date).copied().unwrap_or_default();
        Ok(View {
            account: id,
            balance: account.balance,
            available: account.available(),
            frozen: account.frozen(),
            reserve: account.reserve,
            overdraft: account.overdraft,
            credit_limit: account.credit_limit,
            transaction_limit: account.transaction_limit,
            day_limit: account.day_limit,
            subject: account.subject.into(),
            state: account.state,
            payment: account.payment,
            date,
            opening: account.balance - natural_turnover(account, (debit, credit)),
            debit,
            credit,
        })
    }

    /// All holds of one account, or those of all accounts of which something remains.
    pub(super) fn holds(&self, of: Option<u64>) -> Result<Vec<HoldSaid>, Rejection> {
        if of.is_some_and(|id| !self.accounts.contains_key(&id)) {
            return Err(Rejection::UnknownAccount);
        }
        let mut said = Vec::new();
        for (account, id, hold) in self
            .accounts
            .iter()
            .flat_map(|(account, it)| it.holds.iter().map(move |(id, hold)| (account, id, hold)))
        {
            if of.map_or(hold.remaining > 0, |of| of == *account) {
                let (amount, remaining, expired) = (hold.amount, hold.remaining, hold.expired);
                said.push(HoldSaid { account: *account, id: *id, amount, remaining, expired });
            }
        }
        Ok(said)
    }

    /// Every hold of every account.
    pub(crate) fn all_holds(&self) -> Vec<HoldSaid> {
        self.accounts.keys().flat_map(|id| self.holds(Some(*id)).unwrap()).collect()
    }

    pub(super) fn lines(&self) -> Vec<LineSaid> {
        let mut lines: BTreeMap<(usize, &str, &str), LineSaid> = BTreeMap::new();
        for account in self.accounts.values() {
            let spec = account.spec;
            let date = self.dates[spec.entity];
            let line = lines.entry((spec.entity, account.subject, spec.currency)).or_insert(LineSaid {
                entity: ENTITIES[spec.entity].into(),
                subject: account.subject.into(),
                currency: spec.currency.into(),
                date,
                opening: 0,
                debit: 0,
                credit: 0,
                closing: 0,
                accounts_total: 0,
                accounts: 0,
            });
            let today = account.turnover.get(&date).copied().unwrap_or_default();
            line.opening += account.balance - natural_turnover(account, today);
            line.debit += today.0;
            line.credit += today.1;
            line.closing += account.balance;
            line.accounts_total += account.balance;
            line.accounts += 1;
        }
        let mut lines: Vec<LineSaid> = lines.into_values().collect();
        lines.sort();
        lines
    }
}

fn natural_turnover(account: &Account, (debit, credit): (i128, i128)) -> i128 {
    if account.spec.subject().debit_normal { debit - credit } else { credit - debit }
}
