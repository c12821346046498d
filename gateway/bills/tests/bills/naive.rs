//! Bills the slow way: a list of everything that was charged, minor unit by minor unit, and loops over all of it each day. It shares no
//! code with the crate, and knows its rules only: order fee, interest, principal, part by part, over the bills from the oldest on.

use longmen_bills::{Effect, Movement, MovementKind, Part};
use longmen_ledger::Date;

/// One minor unit that was charged.
#[derive(Clone, Debug)]
struct Unit {
    cycle: usize,
    part: Part,
    /// Who has settled it, with the value date; `None` as well while it is open.
    by: Option<(String, Date)>,
    /// Value dates of what settled it (true), and took that back (false).
    history: Vec<(Date, bool)>,
}

/// A minor unit that was paid too much.
#[derive(Clone, Debug)]
struct Spare {
    id: String,
    value: Date,
}

#[derive(Clone, Debug)]
pub(crate) struct Naive {
    units: Vec<Unit>,
    spares: Vec<Spare>,
    /// The last date of each cycle that has ended.
    pub(crate) ends: Vec<Date>,
    /// Cycles that are kept no more: what was settled there stays so.
    forgotten: usize,
}

const ORDER: [Part; 3] = [Part::Fee, Part::Interest, Part::Principal];

impl Naive {
    pub(crate) fn new() -> Naive {
        Naive { units: Vec::new(), spares: Vec::new(), ends: Vec::new(), forgotten: 0 }
    }

    /// Its statement dates are those of a plan with months; they come from outside.
    pub(crate) fn take(&mut self, movement: &Movement) {
        let (id, value) = (movement.id.to_string(), movement.value);
        for _ in 0..movement.amount.0 {
            match &movement.effect {
                Effect::Charge(part) => self.charge(*part),
                Effect::Repayment => self.pay(&id, value),
                Effect::Refund(original) | Effect::Reversal(original) => match original.kind.part() {
                    Some(part) => self.give_back(&id, value, original.date, part),
                    None => self.undo(&original.id, value),
                },
            }
        }
        let is_undone = matches!(&movement.effect, Effect::Reversal(original) if matches!(original.kind, MovementKind::Repayment | MovementKind::Refund));
        if is_undone {
            self.use_spares();
        }
    }

    pub(crate) fn end_cycle(&mut self, date: Date) {
        self.ends.push(date);
        self.use_spares();
    }

    pub(crate) fn forget(&mut self, cycles: usize) {
        let is_open = |unit: &&Unit| unit.cycle < cycles && unit.by.is_none();
        assert_eq!(self.units.iter().filter(is_open).count(), 0, "an open bill is kept");
        self.forgotten = cycles;
    }

    fn charge(&mut self, part: Part) {
        self.units.push(Unit { cycle: self.ends.len(), part, by: None, history: Vec::new() });
    }

    fn first_open(&self) -> Option<usize> {
        for part in ORDER {
            for cycle in 0..self.ends.len() {
                let found = self
                    .units
                    .iter()
                    .position(|unit| unit.by.is_none() && unit.part == part && unit.cycle == cycle);
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    fn settle(&mut self, unit: usize, id: &str, value: Date) {
        self.units[unit].by = Some((id.to_owned(), value));
        self.units[unit].history.push((value, true));
    }

    fn pay(&mut self, id: &str, value: Date) {
        match self.first_open() {
            Some(unit) => self.settle(unit, id, value),
            None => self.spares.push(Spare { id: id.to_owned(), value }),
        }
    }

    fn give_back(&mut self, id: &str, value: Date, date: Date, part: Part) {
        let cycle = self.ends.iter().filter(|end| **end < date).count();
        let of =
            self.units.iter().position(|unit| unit.by.is_none() && unit.part == part && unit.cycle == cycle);
        match of {
            Some(unit) => self.settle(unit, id, value),
            None => self.pay(id, value),
        }
    }

    fn use_spares(&mut self) {
        for spare in std::mem::take(&mut self.spares) {
            match self.first_open() {
                Some(unit) => self.settle(unit, &spare.id, spare.value),
                None => self.spares.push(spare),
            }
        }
    }

    fn undo(&mut self, id: &str, value: Date) {
        if let Some(at) = self.spares.iter().rposition(|spare| spare.id == id) {
            self.spares.remove(at);
            return;
        }
        for cycle in (self.forgotten..=self.ends.len()).rev() {
            for part in [Part::Principal, Part::Interest, Part::Fee] {
                let is_of = |unit: &&mut Unit| {
                    unit.cycle == cycle
                        && unit.part == part
                        && unit.by.as_ref().is_some_and(|(by, _)| by == id)
                };
                if let Some(unit) = self.units.iter_mut().find(is_of) {
                    unit.by = None;
                    unit.history.push((value, false));
                    return;
                }
            }
        }
        self.charge(Part::Principal);
    }

    pub(crate) fn owed(&self) -> i64 {
        let open = self.units.iter().filter(|unit| unit.by.is_none()).count();
        i64::try_from(open).unwrap() - self.credit()
    }

    pub(crate) fn credit(&self) -> i64 {
        i64::try_from(self.spares.len()).unwrap()
    }

    pub(crate) fn open_of(&self, cycle: usize, part: Part) -> i64 {
        let of =
            self.units.iter().filter(|unit| unit.by.is_none() && unit.cycle == cycle && unit.part == part);
        i64::try_from(of.count()).unwrap()
    }

    /// What a bill is open by at the end of a day, by value date.
    fn open_by_value(&self, cycle: usize, at: Date, only: Option<Part>) -> i64 {
        let of =
            self.units.iter().filter(|unit| unit.cycle == cycle && only.is_none_or(|part| part == unit.part));
        of.map(|unit| {
            let settled: i64 = unit
                .history
                .iter()
                .filter(|(value, _)| *value <= at)
                .map(|(_, is_settled)| if *is_settled { 1 } else { -1 })
                .sum();
            1 - settled
        })
        .sum()
    }

    /// Late interest of a bill through a date, at 1 % a day on the principal, half up.
    pub(crate) fn late_interest(&self, cycle: usize, due: Date, grace: Date, through: Date) -> i64 {
        if through <= grace {
            return 0;
        }
        let was_paid = self.open_by_value(cycle, grace, None) <= 0;
        let mut sum = 0_i64;
        let mut date = if was_paid { grace.next() } else { due.next() };
        while date <= through {
            sum += self.open_by_value(cycle, date, Some(Part::Principal)).max(0);
            date = date.next();
        }
        // In 1/100 of a minor unit.
        (sum + 50) / 100
    }
}
