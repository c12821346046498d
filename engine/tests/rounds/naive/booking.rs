//! How transaction types are booked, and which sides that asks for.

use std::collections::BTreeSet;

use longmen_engine::ledger::Rejection;

use super::{Naive, Refusal};
use crate::script::{Act, ENTITIES, Tx, TxLeg};

/// What was said of a type: entity, type, first date, mode.
pub(super) type Said = (usize, &'static str, u32, &'static str);

impl Naive {
    pub(super) fn set_mode(
        &mut self,
        entity: usize,
        kind: &'static str,
        mode: &'static str,
        from: u32,
    ) -> Result<(), Rejection> {
        if from < self.dates[entity] {
            return Err(Rejection::DateClosed);
        }
        self.modes.push((entity, kind, from, mode));
        Ok(())
    }

    /// How a type is booked now: as was said last of the newest beginning.
    pub(crate) fn mode(&self, entity: usize, kind: &str) -> &'static str {
        let date = self.dates[entity];
        let of_type = self.modes.iter().filter(|said| (said.0, said.1) == (entity, kind) && said.2 <= date);
        // Of several that are the greatest the last is given.
        of_type.max_by_key(|said| said.2).map_or("double", |said| said.3)
    }

    pub(super) fn is_memo(&self, account: u64) -> bool {
        self.accounts.get(&account).is_some_and(|account| account.spec.subject().class == "memo")
    }

    /// Memo legs stand beside others, and as the mode of the type asks for, in the books of each entity.
    pub(super) fn judge_booking(&self, tx: &Tx, legs: &[TxLeg]) -> Result<(), Refusal> {
        let brings = matches!(tx.act, Act::Post | Act::Consume { .. } | Act::Try { .. } | Act::Refund { .. })
            || matches!(tx.act, Act::Charge { .. } | Act::GiveBack { .. });
        if !brings || legs.iter().any(|leg| !self.accounts.contains_key(&leg.account)) {
            return Ok(());
        }
        let entity_of = |leg: &&TxLeg| self.accounts[&leg.account].spec.entity;
        for entity in 0..ENTITIES.len() {
            let own: Vec<&TxLeg> = legs.iter().filter(|leg| entity_of(leg) == entity).collect();
            let (memo, others): (Vec<&TxLeg>, Vec<&TxLeg>) =
                own.iter().partition(|leg| self.is_memo(leg.account));
            if !memo.is_empty() && others.is_empty() {
                return Err((Rejection::MemoAlone, 0));
            }
            let off = |leg: &&TxLeg| self.accounts[&leg.account].spec.subject().class == "off_balance";
            if matches!(tx.act, Act::Refund { .. } | Act::GiveBack { .. }) || own.iter().all(off) {
                continue;
            }
            let fits = match self.mode(entity, tx.kind) {
                "double" => memo.is_empty(),
                "single_double" => !memo.is_empty(),
                _ => {
                    let currencies: BTreeSet<&str> = own.iter().map(|leg| leg.currency).collect();
                    currencies.into_iter().all(|currency| {
                        sum(&memo, true, currency) == sum(&others, false, currency)
                            && sum(&memo, false, currency) == sum(&others, true, currency)
                    })
                }
            };
            if !fits {
                return Err((Rejection::BookingMode, 0));
            }
        }
        Ok(())
    }
}

fn sum(legs: &[&TxLeg], debit: bool, currency: &str) -> i128 {
    let of_side = legs.iter().filter(|leg| leg.debit == debit && leg.currency == currency);
    of_side.map(|leg| i128::from(leg.amount)).sum()
}
