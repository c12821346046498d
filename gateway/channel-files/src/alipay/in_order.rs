//! Movements in the order of time, whichever way round the file has them.

use crate::money::MoneyLine;
use crate::refusal::Refusal;
use crate::running_balance::RunningBalance;

/// Takes movements as they stand in the file, and passes them on as they happened. Which way round they stand is told by the balances:
/// that behind a movement follows from the one before. Movements are kept until that is known, and all of them where the last is first.
pub(super) struct InOrder<'a> {
    running: RunningBalance,
    /// The name of the column of balances.
    column: &'static str,
    order: Option<Order>,
    waiting: Vec<MoneyLine>,
    take: &'a mut dyn FnMut(MoneyLine),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    FirstFirst,
    LastFirst,
}

impl<'a> InOrder<'a> {
    pub(super) fn of(
        running: RunningBalance,
        column: &'static str,
        take: &'a mut dyn FnMut(MoneyLine),
    ) -> InOrder<'a> {
        InOrder { running, column, order: None, waiting: Vec::new(), take }
    }

    /// Takes the next line of the file.
    pub(super) fn add(&mut self, line: MoneyLine) -> Result<(), Refusal> {
        if self.order.is_none() {
            self.order = self.waiting.last().and_then(|before| Order::of(before, &line));
        }
        self.waiting.push(line);
        match self.order {
            Some(Order::FirstFirst) => self.pass_on(),
            Some(Order::LastFirst) | None => Ok(()),
        }
    }

    /// Passes on what waits. Where no balance tells, as with one that comes and goes again, the times do.
    pub(super) fn end(mut self) -> Result<RunningBalance, Refusal> {
        let is_turned = match (self.order, self.waiting.first(), self.waiting.last()) {
            (None, Some(first), Some(last)) => first.time > last.time,
            (order, ..) => order == Some(Order::LastFirst),
        };
        if is_turned {
            self.waiting.reverse();
        }
        self.pass_on()?;
        Ok(self.running)
    }

    fn pass_on(&mut self) -> Result<(), Refusal> {
        for line in self.waiting.drain(..) {
            self.running.add(&line, self.column)?;
            (self.take)(line);
        }
        Ok(())
    }
}

impl Order {
    /// That of two lines next to each other, if one of them follows from the other and not both. Where neither does, the file is taken to
    /// be in order, and is refused for the second.
    fn of(upper: &MoneyLine, lower: &MoneyLine) -> Option<Order> {
        let before = |line: &MoneyLine| line.balance.map(|balance| balance - i128::from(line.amount.0));
        match (upper.balance == before(lower), lower.balance == before(upper)) {
            (true, true) => None,
            (false, true) => Some(Order::LastFirst),
            (_, false) => Some(Order::FirstFirst),
        }
    }
}
