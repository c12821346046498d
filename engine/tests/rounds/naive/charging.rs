//! What amounts come to by rules for fees, and what goes back.

use longmen_engine::ledger::Rejection;

use super::judging::may_name;
use super::{Fate, Naive, Record};
use crate::script::{Act, FeeRule, Tx, TxLeg};

/// What was said of fees: entity, first date, rules.
pub(super) type Said = (usize, u32, Vec<FeeRule>);

impl Naive {
    pub(super) fn set_fees(&mut self, entity: usize, rules: &[FeeRule], from: u32) -> Result<(), Rejection> {
        if from < self.dates[entity] {
            return Err(Rejection::DateClosed);
        }
        let is_there = |rule: &FeeRule| {
            self.accounts
                .get(&rule.to)
                .is_some_and(|to| (to.spec.entity, to.spec.currency) == (entity, "CNY"))
        };
        if !rules.iter().all(is_there) {
            return Err(Rejection::UnknownAccount);
        }
        self.fees.push((entity, from, rules.to_vec()));
        Ok(())
    }

    /// What was charged.
    pub(crate) fn charged(&self) -> Vec<u128> {
        let charged = self.firsts.iter().filter(|(_, first)| {
            matches!(first, super::First::Decided(record) if record.refused.is_none() && record.rule.is_some())
        });
        charged.map(|(id, _)| *id).collect()
    }

    /// The rule for a charge now.
    pub(super) fn rule_of(&self, tx: &Tx) -> Option<FeeRule> {
        let Act::Charge { payer, .. } = tx.act else { return None };
        let entity = self.accounts.get(&payer)?.spec.entity;
        let begun = self.fees.iter().filter(|(of, from, _)| *of == entity && *from <= self.dates[entity]);
        let (.., rules) = begun.max_by_key(|(_, from, _)| *from)?;
        rules.iter().find(|rule| rule.kind == tx.kind).copied()
    }

    /// The legs of a charge by its rule; none where there can be none.
    pub(super) fn charged_legs(&self, tx: &Tx) -> Vec<TxLeg> {
        let (Act::Charge { amount, payer, payee }, Some(rule)) = (&tx.act, self.rule_of(tx)) else {
            return Vec::new();
        };
        let fee = fee_of(&rule, *amount);
        if *amount <= 0 || fee > *amount {
            return Vec::new();
        }
        legs(true, [(*payer, *amount), (*payee, *amount - fee), (rule.to, fee)])
    }

    /// The legs of a refund by amount; none where there can be none.
    pub(super) fn legs_back(&self, original: &Record, amount: i64) -> Vec<TxLeg> {
        let (Act::Charge { amount: gross, payer, payee }, Some(rule)) = (&original.tx.act, original.rule)
        else {
            return Vec::new();
        };
        let before = self.given_back(original);
        let fee = fee_of(&rule, *gross);
        let gone_back = |of: i64| fee * of / gross;
        if amount <= 0 || before + amount > *gross {
            return Vec::new();
        }
        let back = gone_back(before + amount) - gone_back(before);
        if fee == *gross && amount > back {
            return Vec::new();
        }
        legs(false, [(*payer, amount), (*payee, amount - back), (rule.to, back)])
    }

    /// What refunds by amount gave back that stand.
    pub(super) fn given_back(&self, original: &Record) -> i64 {
        let refunds = original.refunds.iter().map(|id| self.record(*id));
        let standing = refunds.filter(|refund| refund.fate == Fate::Standing);
        let amount = |refund: &Record| match refund.tx.act {
            Act::GiveBack { amount, .. } => amount,
            _ => 0,
        };
        standing.map(amount).sum()
    }

    /// Why rules make no legs, where the answer is not remembered.
    pub(super) fn judge_rules(&self, tx: &Tx) -> Option<Rejection> {
        match &tx.act {
            Act::Charge { amount, payer, .. } => {
                self.accounts.get(payer)?;
                match self.rule_of(tx) {
                    None => Some(Rejection::NoRule),
                    Some(rule) if fee_of(&rule, *amount) > *amount => Some(Rejection::FeeAboveAmount),
                    Some(_) => None,
                }
            }
            Act::GiveBack { original, .. } => {
                let record = self.found(*original).filter(|record| record.refused.is_none())?;
                let stands = record.fate != Fate::Reversed && may_name(&tx.act, &record.tx.act);
                (stands && record.rule.is_none() && self.is_in_window(record)).then_some(Rejection::NoRule)
            }
            _ => None,
        }
    }
}

fn fee_of(rule: &FeeRule, amount: i64) -> i64 {
    (amount * rule.rate / 10_000).max(rule.minimum)
}

fn legs(pays: bool, sums: [(u64, i64); 3]) -> Vec<TxLeg> {
    let [payer, ..] = sums;
    let mut legs = Vec::new();
    for (account, amount) in sums.into_iter().filter(|(_, amount)| *amount > 0) {
        let debit = (account, amount) == payer && legs.is_empty();
        let step = legs.len() as u16 + 1;
        let debit = debit == pays;
        legs.push(TxLeg { account, named: false, step, debit, amount, currency: "CNY" });
    }
    legs
}
