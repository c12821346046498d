//! Requests about what takes two: proposals, what is decided about them, and the same done by one beside it.

use super::Maker;
use crate::script::{Ask, End, PEOPLE, Tx};

impl Maker {
    pub(super) fn take_two(&mut self) -> Ask {
        match self.random.below(20) {
            0..8 => self.propose(),
            8 => self.done_by_one().unwrap_or_else(|| self.propose()),
            9 => Ask::Proposals,
            _ => self.decide(),
        }
    }

    fn propose(&mut self) -> Ask {
        if let Some(again) = self.some_proposed().filter(|_| self.random.percent(20)) {
            return self.alter(again);
        }
        let (id, what) = match self.random.below(10) {
            0..6 => {
                let amount = self.random.amount(1, 60);
                let (from, to) =
                    if self.random.percent(60) { (1, self.account()) } else { (self.account(), 1) };
                let tx = self.transfer(from, to, amount);
                (tx.id, Ask::Post { txs: vec![Tx { time: self.base - 100, ..tx }], balances: false })
            }
            6 => (self.fresh_id(), self.close_day_by_one()),
            7 => (self.fresh_id(), self.set_state()),
            _ => {
                let amount = self.random.one_of(&[-1, 0, 5, 20, 40]);
                (self.fresh_id(), Ask::SetReserve { account: self.account_or_unknown(), amount })
            }
        };
        let expires = self.naive.now() + self.random.below(30) as u32;
        let (who, at_once) = (self.random.below(PEOPLE.len()), self.random.percent(15));
        let ask = Ask::Propose { who, id, what: Box::new(what), expires, at_once };
        self.proposed.push(ask.clone());
        ask
    }

    /// Something that was proposed, proposed again: mostly by the same, and as it was.
    fn alter(&mut self, again: Ask) -> Ask {
        let Ask::Propose { who, id, mut what, expires, at_once } = again else {
            panic!("{again:?} proposes nothing")
        };
        let who = if self.random.percent(70) { who } else { self.random.below(PEOPLE.len()) };
        let at_once = at_once != self.random.percent(10);
        if let Ask::SetReserve { amount, .. } = &mut *what {
            *amount += i64::from(self.random.percent(20));
        }
        Ask::Propose { who, id, what, expires, at_once }
    }

    /// A decision about one of the newest proposals, or one that is not there.
    fn decide(&mut self) -> Ask {
        let newest = self.naive.proposals().len() as u64 + 1;
        let number = newest.saturating_sub(self.random.below(6) as u64);
        let end =
            self.random.one_of(&[End::Approved, End::Approved, End::Approved, End::Rejected, End::Withdrawn]);
        let (who, shown) = (self.random.below(PEOPLE.len()), self.random.percent(95));
        Ask::Decide { who, number, end, shown }
    }

    /// The transaction of a proposal, sent by its client itself.
    fn done_by_one(&mut self) -> Option<Ask> {
        let Ask::Propose { what, .. } = self.some_proposed()? else { return None };
        matches!(*what, Ask::Post { .. }).then_some(*what)
    }

    fn some_proposed(&mut self) -> Option<Ask> {
        let many = self.proposed.len().min(6);
        let back = self.random.below(many.max(1));
        self.proposed.iter().rev().nth(back).cloned()
    }

    fn close_day_by_one(&mut self) -> Ask {
        let entity = self.random.below(2);
        Ask::CloseDay { entity, next: self.naive.date(entity) + 1, carry: Vec::new(), forced: None }
    }

    fn fresh_id(&mut self) -> u128 {
        self.next_id += 1;
        self.next_id - 1
    }
}
