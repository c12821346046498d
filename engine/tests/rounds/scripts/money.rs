//! Transactions that only move money.

use super::{DOLLARS, MEMO, Maker, UNKNOWN, UNOPENED, WEST};
use crate::naive::{CLEARING_TYPE, SHORT_TYPE};
use crate::script::{START, Tx, TxLeg};

impl Maker {
    pub(super) fn some_tx(&mut self) -> Tx {
        let tx = self.any_tx();
        self.made.push(tx.clone());
        tx
    }

    fn any_tx(&mut self) -> Tx {
        if self.charges && self.random.percent(20) {
            return self.by_rules();
        }
        match self.random.below(157) {
            145.. => self.through_a_channel(),
            100.. => self.action(),
            0..=9 if !self.made.is_empty() => self.again(),
            10..=49 => {
                let (from, to) = (self.account(), self.account());
                let amount = self.amount();
                self.transfer(from, to, amount)
            }
            50..=74 => self.many_legs(),
            75..=79 => self.over_entities(),
            80..=82 => {
                let (one, other) = (self.random.one_of(&DOLLARS), self.random.one_of(&DOLLARS));
                let amount = self.amount();
                let mut tx = self.transfer(one, other, amount);
                tx.legs.iter_mut().for_each(|leg| leg.currency = "USD");
                tx
            }
            83..=86 => {
                let count = 1 + self.random.below(2);
                let legs = (0..count).map(|_| leg(12, self.random.percent(60), self.random.amount(1, 30)));
                let legs = legs.collect();
                self.tx(legs)
            }
            _ => self.wrong(),
        }
    }

    pub(super) fn amount(&mut self) -> i64 {
        self.random.one_of(&[1, 5, 10, 20, 20, 30, 40, 60])
    }

    pub(super) fn transfer(&mut self, from: u64, to: u64, amount: i64) -> Tx {
        self.tx(vec![leg(from, true, amount), leg(to, false, amount)])
    }

    pub(super) fn many_legs(&mut self) -> Tx {
        loop {
            let count = 2 + self.random.below(4);
            let mut legs: Vec<TxLeg> =
                (0..count).map(|_| leg(self.account(), self.random.percent(50), self.amount())).collect();
            let sum: i64 = legs.iter().map(|leg| if leg.debit { leg.amount } else { -leg.amount }).sum();
            if sum != 0 {
                legs.push(leg(self.account(), sum < 0, sum.abs()));
                let at = self.random.below(legs.len());
                let end = legs.len() - 1;
                legs.swap(at, end);
                return self.tx(legs);
            }
        }
    }

    fn over_entities(&mut self) -> Tx {
        let (one, other) = (self.amount(), self.amount());
        let legs = vec![
            leg(self.account(), true, one),
            leg(self.account(), false, one),
            leg(self.random.one_of(&WEST), true, other),
            leg(self.random.one_of(&WEST), false, other),
        ];
        self.tx(legs)
    }

    fn wrong(&mut self) -> Tx {
        let (from, to, amount) = (self.account(), self.account(), self.amount());
        let mut tx = self.transfer(from, to, amount);
        let at = self.random.below(2);
        match self.random.below(11) {
            10 => tx.legs[at].account = MEMO[0],
            9 => tx.id = 0,
            0 => tx.legs.clear(),
            1 => tx.legs[1].step = tx.legs[0].step,
            2 => tx.legs[at].amount += 1,
            3 => tx.legs.iter_mut().for_each(|leg| leg.amount = 0),
            4 => tx.legs[at].account = 12,
            5 => tx.legs.iter_mut().for_each(|leg| leg.currency = "USD"),
            6 => tx.legs[at].account = 14,
            7 => tx.legs[at].account = UNOPENED,
            _ => tx.legs[at].account = UNKNOWN,
        }
        tx
    }

    /// A transaction that was made before, as it was, or with the same id and other content.
    fn again(&mut self) -> Tx {
        let mut tx = self.made[self.random.below(self.made.len())].clone();
        tx.time = self.time();
        match self.random.below(8) {
            0 => tx.legs.iter_mut().for_each(|leg| leg.amount += 1),
            1 => tx.value_date = Some(START - 5),
            2 => tx.kind = "again",
            3 => tx.accounting_date = Some(START + 1),
            _ => {}
        }
        tx
    }

    pub(super) fn tx(&mut self, mut legs: Vec<TxLeg>) -> Tx {
        let gap = self.random.one_of(&[1, 1, 3]);
        let named = self.random.percent(15);
        for (index, leg) in (1_u16..).zip(&mut legs) {
            leg.step = index * gap;
            leg.named = named;
        }
        let id = self.next_id;
        self.next_id += 1;
        let mut tx = Tx { time: self.time(), ..Tx::new(id, legs) };
        tx.value_date = match self.random.below(100) {
            0..=3 => Some(START - 1),
            4 if id.is_multiple_of(2) => Some(START + 4_000),
            4 => Some(START - 4_000),
            _ => None,
        };
        tx.kind = match self.random.below(100) {
            0..=14 => SHORT_TYPE,
            15..=24 => CLEARING_TYPE,
            _ => "",
        };
        if self.random.percent(6) {
            tx.accounting_date = Some(self.naive.date(0) + u32::from(self.random.percent(30)));
        }
        tx
    }
}

pub(super) fn leg(account: u64, debit: bool, amount: i64) -> TxLeg {
    TxLeg { account, named: false, step: 0, debit, amount, currency: "CNY" }
}
