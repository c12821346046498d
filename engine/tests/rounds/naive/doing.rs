//! What a transaction does that nothing refuses.

use super::judging::Touch;
use super::{Fate, Hold, Naive};
use crate::script::{Act, TxLeg};

impl Naive {
    /// Carries out a transaction whose record was just made.
    pub(super) fn carry_out(&mut self, id: u128) {
        let record = self.record(id).clone();
        let (tx, date) = (&record.tx, record.date);
        let mut held = Vec::new();
        for (account, hold, touch) in self.touches(tx, &record.legs) {
            if let Touch::Freeze(amount) | Touch::Spend { amount, .. } = touch {
                held.push((account, hold, amount));
            }
            self.move_hold(account, hold, &touch, &tx.act);
        }
        self.record_mut(id).held = held;
        if !matches!(tx.act, Act::Try { .. }) {
            record.legs.iter().for_each(|leg| self.book(id, leg, date));
        }
        match tx.act {
            Act::Reverse { original, .. } => self.record_mut(original).fate = Fate::Reversed,
            Act::Refund { original } => self.record_mut(original).refunds.push(id),
            Act::Confirm { original } => self.record_mut(original).fate = Fate::Confirmed,
            Act::CancelTry { original } => self.record_mut(original).fate = Fate::Cancelled,
            _ => {}
        }
        // A hold that comes back after its moment is released at once.
        self.wait(self.now);
    }

    fn move_hold(&mut self, account: u64, id: u128, touch: &Touch, act: &Act) {
        let holds = &mut self.accounts.get_mut(&account).unwrap().holds;
        if let Touch::Freeze(amount) = *touch {
            let (judicial, authority, expires, of_try) = match act {
                Act::Freeze { judicial, authority, expires, .. } => (*judicial, *authority, *expires, false),
                Act::Try { expires } => (false, "", *expires, true),
                other => panic!("{other:?} opens no hold"),
            };
            let remaining = amount;
            let hold = Hold { judicial, authority, expires, amount, remaining, expired: false, of_try };
            holds.insert(id, hold);
            return;
        }
        let hold = holds.get_mut(&id).unwrap();
        match *touch {
            Touch::Release(amount, _) => hold.remaining -= amount.unwrap_or(hold.remaining),
            Touch::Spend { amount, .. } => hold.remaining -= amount,
            Touch::Restore(amount) => (hold.remaining, hold.expired) = (hold.remaining + amount, false),
            Touch::Abandon => hold.remaining = 0,
            Touch::Freeze(_) => unreachable!("handled above"),
        }
    }

    pub(super) fn book(&mut self, id: u128, leg: &TxLeg, date: u32) {
        let account = self.accounts.get_mut(&leg.account).unwrap();
        account.balance += account.natural(leg);
        let (debits, credits) = account.turnover.entry(date).or_default();
        *(if leg.debit { debits } else { credits }) += i128::from(leg.amount);
        account.seen.push((id, leg.step, leg.debit, leg.amount, account.balance));
    }
}
