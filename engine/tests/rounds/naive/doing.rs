//! What a transaction does that nothing refuses.

use super::judging::Touch;
use super::{Account, Fate, Hold, Naive, Record};
use crate::script::{Act, TxLeg};

impl Naive {
    /// Carries out a transaction whose record was just made.
    pub(super) fn carry_out(&mut self, id: u128) {
        let mut record = self.record(id).clone();
        let date = record.date;
        let mut held = Vec::new();
        for (account, hold, touch) in self.touches(&record.tx, &record.legs) {
            if let Touch::Freeze { amount, .. } | Touch::Spend { amount, .. } = touch {
                held.push((account, hold, amount));
            }
            self.move_hold(account, hold, &touch, &record.tx.act);
        }
        self.record_mut(id).held.clone_from(&held);
        record.held = held;
        if !matches!(record.tx.act, Act::Try { .. }) {
            self.count_use(&record);
            record.legs.iter().for_each(|leg| self.book(id, leg, date));
        }
        match record.tx.act {
            Act::Reverse { original, .. } => self.record_mut(original).fate = Fate::Reversed,
            Act::Refund { original } | Act::GiveBack { original, .. } => {
                self.record_mut(original).refunds.push(id);
            }
            Act::Confirm { original } => self.record_mut(original).fate = Fate::Confirmed,
            Act::CancelTry { original } => self.record_mut(original).fate = Fate::Cancelled,
            _ => {}
        }
        // A hold that comes back after its moment is released at once.
        self.expire();
    }

    fn move_hold(&mut self, account: u64, id: u128, touch: &Touch, act: &Act) {
        let since = self.firsts.len();
        let holds = &mut self.accounts.get_mut(&account).unwrap().holds;
        if let Touch::Freeze { amount, .. } = *touch {
            let (judicial, authority, expires, of_try) = match act {
                Act::Freeze { judicial, authority, expires, .. } => (*judicial, *authority, *expires, false),
                Act::Try { expires } => (false, "", *expires, true),
                other => panic!("{other:?} opens no hold"),
            };
            let remaining = amount;
            let expired = false;
            let hold = Hold { judicial, authority, expires, amount, remaining, expired, of_try, since };
            holds.insert(id, hold);
            return;
        }
        let hold = holds.get_mut(&id).unwrap();
        match *touch {
            Touch::Raise { amount, expires, .. } => {
                hold.amount += amount;
                hold.remaining += amount;
                hold.expires = expires.or(hold.expires);
            }
            Touch::Release(amount, _) => hold.remaining -= amount.unwrap_or(hold.remaining),
            Touch::Spend { amount, .. } => hold.remaining -= amount,
            Touch::Restore(amount) => {
                if hold.remaining == 0 {
                    hold.since = since;
                }
                (hold.remaining, hold.expired) = (hold.remaining + amount, false);
            }
            Touch::Abandon => hold.remaining = 0,
            Touch::Freeze { .. } => unreachable!("handled above"),
        }
    }

    /// What a transaction takes from an account in all is used of its day limit; what undoes one of the same date gives back
    /// what that used. What a court takes, or force, is not the holder's and uses nothing.
    fn count_use(&mut self, record: &Record) {
        let undone = match record.tx.act {
            Act::Reverse { original, .. } => Some(self.record(original).clone()),
            _ => None,
        };
        let undone = undone.filter(|undone| undone.date == record.date && !self.is_of_a_court(undone));
        for (account, net, _) in self.nets(&record.legs) {
            let of_a_court = self.is_of_a_court(record) && record.held.iter().any(|held| held.0 == account);
            let account = self.accounts.get_mut(&account).unwrap();
            let debit = if account.spec.subject().debit_normal { net } else { -net };
            if !of_a_court && (debit > 0 || undone.is_some()) {
                account.use_limit(debit, record.date);
            }
        }
    }

    /// Whether a transaction is a consume by a court, or by force.
    fn is_of_a_court(&self, record: &Record) -> bool {
        let Act::Consume { hold, forced, .. } = record.tx.act else { return false };
        let judicial = |account: &Account| account.holds.get(&hold).is_some_and(|hold| hold.judicial);
        forced || self.accounts.values().any(judicial)
    }

    pub(super) fn book(&mut self, id: u128, leg: &TxLeg, date: u32) {
        let account = self.accounts.get_mut(&leg.account).unwrap();
        account.balance += account.natural(leg);
        let (debits, credits) = account.turnover.entry(date).or_default();
        *(if leg.debit { debits } else { credits }) += i128::from(leg.amount);
        account.seen.push((id, leg.step, leg.debit, leg.amount, account.balance));
    }
}
