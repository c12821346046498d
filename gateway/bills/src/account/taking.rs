//! Movements of a day, taken into bills.

use longmen_ledger::Date;

use super::{AccountBills, Credit};
use crate::allocation::{Allocation, Target};
use crate::bill::{Bill, Settlement};
use crate::movement::{Effect, Movement, MovementKind, Original};
use crate::part::Part;
use crate::plan::Plan;
use crate::refusal::Refusal;

/// Money that settles something, and what is left of it.
struct Money<'a> {
    id: &'a str,
    kind: MovementKind,
    date: Date,
    value: Date,
    left: i64,
}

impl AccountBills {
    pub(super) fn take(
        &mut self,
        plan: &Plan,
        movement: &Movement,
        allocations: &mut Vec<Allocation>,
    ) -> Result<(), Refusal> {
        let Movement { id, date, value, amount, effect } = movement;
        let money = |kind| Money { id, kind, date: *date, value: *value, left: amount.0 };
        match effect {
            Effect::Charge(part) => self.running.charges.add(*part, amount.0),
            Effect::Repayment => self.pay(plan, money(MovementKind::Repayment), allocations),
            Effect::Refund(original) => {
                self.give_back(plan, original, money(MovementKind::Refund), allocations)
            }
            Effect::Reversal(original) if original.kind.part().is_some() => {
                self.give_back(plan, original, money(MovementKind::Reversal), allocations)
            }
            Effect::Reversal(original) => {
                self.undo(movement, original, allocations)?;
                self.use_credits(plan, *date, allocations)
            }
        }
    }

    /// A refund, or a reversal of a debit, goes to the bill and part of its original first. What was paid of that already goes on as a
    /// repayment does.
    fn give_back(
        &mut self,
        plan: &Plan,
        original: &Original,
        mut money: Money<'_>,
        allocations: &mut Vec<Allocation>,
    ) -> Result<(), Refusal> {
        let part = original.kind.part().expect("checked: only debits are given back");
        let stated = self.stated.iter_mut().find(|bill| bill.covers(original.date));
        let running = Some(&mut self.running).filter(|bill| bill.covers(original.date));
        if let Some(bill) = stated.or(running) {
            let open = bill.open_of(part)?;
            settle(bill, part, open, &mut money, allocations);
        }
        self.pay(plan, money, allocations)
    }

    /// A repayment goes to what is stated, in the order of the plan; what is left waits as credit.
    fn pay(
        &mut self,
        plan: &Plan,
        mut money: Money<'_>,
        allocations: &mut Vec<Allocation>,
    ) -> Result<(), Refusal> {
        self.spread(plan, &mut money, allocations)?;
        let Money { id, kind, value, left, .. } = money;
        if left > 0 {
            allocations.push(Allocation { id: id.into(), kind, value, target: Target::Credit, amount: left });
            self.credits.push(Credit { id: id.into(), kind, value, amount: left });
        }
        Ok(())
    }

    fn spread(
        &mut self,
        plan: &Plan,
        money: &mut Money<'_>,
        allocations: &mut Vec<Allocation>,
    ) -> Result<(), Refusal> {
        for (bill, part, open) in self.open_places(plan)? {
            settle(&mut self.stated[bill], part, open, money, allocations);
        }
        Ok(())
    }

    /// Credit goes against what is stated, from its own value date on: the money was there.
    pub(super) fn use_credits(
        &mut self,
        plan: &Plan,
        date: Date,
        allocations: &mut Vec<Allocation>,
    ) -> Result<(), Refusal> {
        for mut credit in std::mem::take(&mut self.credits) {
            let Credit { kind, value, amount, .. } = credit;
            let id = credit.id.clone();
            let mut money = Money { id: &id, kind, date, value, left: amount };
            let from_credit = allocations.len();
            self.spread(plan, &mut money, allocations)?;
            if money.left < amount {
                let taken = Allocation {
                    id: id.clone(),
                    kind,
                    value,
                    target: Target::Credit,
                    amount: money.left - amount,
                };
                allocations.insert(from_credit, taken);
            }
            credit.amount = money.left;
            if credit.amount > 0 {
                self.credits.push(credit);
            }
        }
        Ok(())
    }

    /// Takes a repayment or refund back: out of the credit first, then out of the bills that it settled, the newest first. What it
    /// settled of bills that are kept no more becomes a debit of the running cycle.
    fn undo(
        &mut self,
        movement: &Movement,
        original: &Original,
        allocations: &mut Vec<Allocation>,
    ) -> Result<(), Refusal> {
        let Movement { date, value, .. } = *movement;
        let mut left = movement.amount.0;
        let mut tell = |target, amount: i64| {
            let (id, kind) = (original.id.clone(), original.kind);
            allocations.push(Allocation { id, kind, value, target, amount: -amount });
        };
        for credit in self.credits.iter_mut().rev().filter(|credit| credit.id == original.id) {
            let taken = left.min(credit.amount);
            credit.amount -= taken;
            left -= taken;
            if taken > 0 {
                tell(Target::Credit, taken);
            }
        }
        self.credits.retain(|credit| credit.amount > 0);
        for bill in [&mut self.running].into_iter().chain(self.stated.iter_mut().rev()) {
            for part in [Part::Principal, Part::Interest, Part::Fee] {
                let settled = bill.settled_by(&original.id, part);
                let taken = left.min(settled);
                left -= taken;
                if taken > 0 {
                    let (id, kind) = (original.id.clone(), MovementKind::Reversal);
                    bill.settlements.push(Settlement { id, kind, date, value, part, amount: -taken });
                    tell(target(bill, part), taken);
                }
            }
        }
        if left > 0 {
            self.running.charges.add(Part::Principal, left)?;
            tell(Target::OpenCycle(Part::Principal), left);
        }
        Ok(())
    }
}

/// Settles as much of a part of a bill as is open of it and left of the money.
fn settle(bill: &mut Bill, part: Part, open: i64, money: &mut Money<'_>, allocations: &mut Vec<Allocation>) {
    let amount = open.min(money.left);
    if amount == 0 {
        return;
    }
    money.left -= amount;
    let Money { id, kind, date, value, .. } = *money;
    bill.settlements.push(Settlement { id: id.into(), kind, date, value, part, amount });
    allocations.push(Allocation { id: id.into(), kind, value, target: target(bill, part), amount });
}

fn target(bill: &Bill, part: Part) -> Target {
    bill.stated.map_or(Target::OpenCycle(part), |stated| Target::Bill(stated.date, part))
}

impl Bill {
    /// What one transaction has settled of a part, less what was taken back of it. No sum of it is beyond the part.
    fn settled_by(&self, id: &str, part: Part) -> i64 {
        let of = self.settlements.iter().filter(|settled| &*settled.id == id && settled.part == part);
        of.map(|settled| settled.amount).sum()
    }
}
