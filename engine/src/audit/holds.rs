//! Holds (冻结) as the audit computes them: each move against the hold as the moves before left it.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::account::Account;
use super::fault::BookFault;
use super::hold_fault::HoldFault;
use crate::ledger::{AccountId, Held, Hold, HoldMove, HoldTerms, TransactionKey};

/// Every hold that was ever opened. A ledger forgets some of which nothing remains; a consume of them may still be
/// reversed, so the audit keeps them.
#[derive(Default)]
pub(super) struct Holds {
    holds: HashMap<(AccountId, TransactionKey), Hold, FixedState>,
    /// Of those that were raised, as they were before each raise.
    raised: HashMap<(AccountId, TransactionKey), Vec<Hold>, FixedState>,
    /// Of each account those of which something remains, in the order in which they began to hold, each with whether the
    /// log had rules by then: of older ones a ledger may have lost the order.
    lines: HashMap<AccountId, Vec<(TransactionKey, bool)>, FixedState>,
}

impl Holds {
    /// Takes a move of a hold, in a frame of this logged time; `ruled` tells whether the log has rules by now.
    pub(super) fn take(&mut self, held: &Held, time_us: i64, ruled: bool) -> Result<(), HoldFault> {
        let Held { account, moved, amount, transaction, ref hold, .. } = *held;
        if amount <= 0 {
            return Err(HoldFault::Amount { amount });
        }
        if transaction.is_some() == (moved == HoldMove::Expired) {
            return Err(HoldFault::Mover);
        }
        let there = self.holds.get(&(account, hold.key));
        let before = match (moved, there) {
            (HoldMove::Frozen, None) => 0,
            // A ledger forgets names of holds of which nothing remains, as it forgets ids.
            (HoldMove::Frozen, Some(there)) if there.remaining > 0 => return Err(HoldFault::OpenedTwice),
            (HoldMove::Frozen, Some(_)) => 0,
            (_, None) => return Err(HoldFault::Unknown),
            (_, Some(there)) if !self.may_follow(held, there) => return Err(HoldFault::Altered),
            (_, Some(there)) => there.remaining,
        };
        let after = before.checked_add(moved.signed(amount));
        if after != Some(hold.remaining) || hold.remaining < 0 || hold.remaining > hold.amount {
            return Err(HoldFault::Remaining { before, amount, after: hold.remaining, frozen: hold.amount });
        }
        match moved {
            HoldMove::Frozen if hold.amount != amount => {
                return Err(HoldFault::Remaining { before, amount, after: amount, frozen: hold.amount });
            }
            HoldMove::Expired if hold.remaining != 0 => {
                return Err(HoldFault::Remaining {
                    before,
                    amount,
                    after: hold.remaining,
                    frozen: hold.amount,
                });
            }
            HoldMove::Expired if hold.terms.expires_us.is_none_or(|moment| moment > time_us) => {
                return Err(HoldFault::NotDue { time_us });
            }
            _ => {}
        }
        let line = self.lines.entry(account).or_default();
        match (before > 0, hold.remaining > 0) {
            (false, true) => line.push((hold.key, ruled)),
            (true, false) => line.retain(|(key, _)| *key != hold.key),
            _ => {}
        }
        let as_there = |there: &&Hold| there.amount == hold.amount && there.terms == hold.terms;
        if let Some(there) = there.filter(|there| moved != HoldMove::Frozen && !as_there(there)) {
            self.raised.entry((account, hold.key)).or_default().push(there.clone());
        }
        self.holds.insert((account, hold.key), hold.clone());
        Ok(())
    }

    /// Whether the amount and terms of a hold may stand in this record of it: those that it was opened with, or that a raise
    /// gave it. One that a ledger forgot and a reversal brought back has those of the consume that is reversed.
    fn may_follow(&self, held: &Held, there: &Hold) -> bool {
        let (amount, terms) = (held.hold.amount, &held.hold.terms);
        match held.moved {
            HoldMove::Raised => {
                let expires_us = terms.expires_us;
                let moved = HoldTerms { expires_us, ..there.terms.clone() };
                *terms == moved && there.amount.checked_add(held.amount) == Some(amount)
            }
            HoldMove::Restored => {
                let earlier = self.raised.get(&(held.account, held.hold.key)).into_iter().flatten();
                std::iter::once(there).chain(earlier).any(|one| one.amount == amount && one.terms == *terms)
            }
            _ => there.terms == *terms && there.amount == amount,
        }
    }

    /// What is held of an account by those that stand in line before this hold.
    pub(super) fn held_before(&self, account: AccountId, key: TransactionKey) -> i128 {
        let line = self.lines.get(&account).map_or(&[][..], Vec::as_slice);
        let place = line.iter().position(|(other, _)| *other == key);
        let Some(place) = place.filter(|place| line[*place].1) else { return 0 };
        line[..place].iter().map(|(other, _)| i128::from(self.remaining(account, *other))).sum()
    }

    /// What remains of a hold.
    pub(super) fn remaining(&self, account: AccountId, key: TransactionKey) -> i64 {
        self.holds.get(&(account, key)).map_or(0, |hold| hold.remaining)
    }

    /// Holds the frozen amounts of accounts against the sums of their holds.
    pub(super) fn check_totals(&self, accounts: &[Account]) -> Result<(), BookFault> {
        let mut sums: HashMap<AccountId, i64, FixedState> = HashMap::default();
        for ((account, _), hold) in &self.holds {
            // What remains of each hold was frozen of the account, so the sum is no more than that.
            *sums.entry(*account).or_default() += hold.remaining;
        }
        for (account, row) in (1..).map(AccountId).zip(accounts) {
            let (frozen, holds) = (row.frozen(), sums.get(&account).copied().unwrap_or(0));
            if frozen != holds {
                return Err(BookFault::FrozenTotal { account, frozen, holds });
            }
        }
        Ok(())
    }
}
