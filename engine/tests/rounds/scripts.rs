//! Random scripts: few accounts, little money, every kind of request, so that everything gets in the way of
//! everything.

use super::random::Random;
use super::script::{Ask, NOW, START, Spec, Tx, TxLeg};

const fn free(spec: Spec) -> Spec {
    Spec { may_go_negative: true, ..spec }
}

/// Open at the start.
pub(crate) const FIRST: u64 = 16;
pub(crate) const CHART: [Spec; 18] = [
    free(Spec::new(0, "1001")),
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
    Spec { overdraft: 40, ..Spec::new(0, "2001") },
    Spec { credit_limit: Some(90), ..Spec::new(0, "1301") },
    Spec::new(0, "6001"),
    Spec::new(0, "2001"),
    Spec { currency: "USD", ..Spec::new(0, "2001") },
    Spec { currency: "USD", ..free(Spec::new(0, "1001")) },
    Spec::new(0, "7001"),
    Spec { credit_limit: Some(100), ..Spec::new(0, "2001") },
    free(Spec::new(1, "1001")),
    Spec::new(1, "2001"),
    Spec::new(1, "2001"),
    Spec::new(0, "2001"),
    free(Spec::new(0, "7002")),
];

const EAST: [u64; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13];
const WEST: [u64; 3] = [14, 15, 16];
const DOLLARS: [u64; 2] = [10, 11];
const UNKNOWN: u64 = 99;

/// Makes one script.
pub(crate) struct Maker {
    random: Random,
    /// Accounts that this script prefers, so that they are fought over.
    favourites: Vec<u64>,
    next_id: u128,
    made: Vec<Tx>,
    dates: [u32; 2],
}

impl Maker {
    pub(crate) fn new(seed: u64) -> Maker {
        let mut random = Random::new(seed, 1);
        let favourites = (0..4).map(|_| random.one_of(&EAST)).collect();
        Maker { random, favourites, next_id: 1, made: Vec::new(), dates: [START; 2] }
    }

    /// The accounts that this script wants hot at the start.
    pub(crate) fn hot(&mut self) -> Vec<u64> {
        let mut hot: Vec<u64> = (0..self.random.below(5)).map(|_| self.account()).collect();
        hot.sort_unstable();
        hot.dedup();
        hot
    }

    /// Some money to begin with, the script proper, and a look at everything.
    pub(crate) fn script(&mut self, requests: usize) -> Vec<(u64, Ask)> {
        let mut asks = vec![self.funding()];
        for _ in 0..requests {
            let ask = self.ask();
            asks.push(ask);
        }
        asks.push(Ask::Read((1..=18).collect()));
        asks.push(Ask::Trial);
        (0..).zip(asks).collect()
    }

    fn funding(&mut self) -> Ask {
        let mut txs = Vec::new();
        for account in [2, 3, 4, 5, 6, 9] {
            if self.random.percent(70) {
                let amount = self.random.amount(1, 60);
                txs.push(self.tx(vec![leg(1, true, amount), leg(account, false, amount)]));
            }
        }
        if txs.is_empty() {
            return Ask::Trial;
        }
        Ask::Post { txs, balances: true }
    }

    fn ask(&mut self) -> Ask {
        match self.random.below(100) {
            0..=69 => {
                let count = self.random.one_of(&[1, 1, 1, 2, 3, 8]);
                let txs = (0..count).map(|_| self.some_tx()).collect();
                Ask::Post { txs, balances: self.random.percent(70) }
            }
            70..=75 => Ask::Cancel { id: self.any_id(), time: self.time() },
            76..=78 => Ask::Locate { id: self.any_id() },
            79..=83 => self.set_state(),
            84..=88 => Ask::SetHot { account: self.account_or_unknown(), hot: self.random.percent(60) },
            89..=91 => self.close_day(),
            92..=95 => {
                let count = self.random.below(4);
                Ask::Read((0..count).map(|_| self.account_or_unknown()).collect())
            }
            96..=97 => Ask::Trial,
            _ => Ask::Open { from: self.random.one_of(&[16, 17]), to: self.random.one_of(&[17, 18]) },
        }
    }

    fn set_state(&mut self) -> Ask {
        let account = self.account_or_unknown();
        // Mostly back to normal, or soon nothing would move.
        let state = self.random.one_of(&[None, None, Some(1), Some(1), Some(0), Some(3), Some(4)]);
        let payment =
            self.random.one_of(&[None, Some(1), Some(1), Some(1), Some(0), Some(2), Some(3), Some(4)]);
        Ask::SetState { account, state, payment }
    }

    fn close_day(&mut self) -> Ask {
        let entity = self.random.below(2);
        let next = match self.random.below(10) {
            0 => self.dates[entity] - 1,
            1 => self.dates[entity],
            _ => self.dates[entity] + 1,
        };
        // Mostly the entities keep step, or nothing could be posted over both.
        self.dates[entity] = self.dates[entity].max(next);
        Ask::CloseDay { entity, next }
    }

    fn account(&mut self) -> u64 {
        if self.random.percent(60) {
            self.favourites[self.random.below(4)]
        } else {
            self.random.one_of(&EAST)
        }
    }

    fn account_or_unknown(&mut self) -> u64 {
        match self.random.below(20) {
            0 => UNKNOWN,
            1 => 17,
            2 => 12,
            3 => self.random.one_of(&WEST),
            _ => self.account(),
        }
    }

    fn any_id(&mut self) -> u128 {
        let ahead = self.random.percent(40);
        let next = self.next_id as usize;
        (if ahead { next + self.random.below(4) } else { self.random.below(next) }) as u128
    }

    fn time(&mut self) -> u32 {
        match self.random.below(40) {
            0 => NOW - 4 * 86_400,
            1 => NOW + 7_200,
            _ => NOW - 100,
        }
    }

    fn some_tx(&mut self) -> Tx {
        match self.random.below(100) {
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

    fn amount(&mut self) -> i64 {
        self.random.one_of(&[1, 5, 10, 20, 20, 30, 40, 60])
    }

    fn transfer(&mut self, from: u64, to: u64, amount: i64) -> Tx {
        self.tx(vec![leg(from, true, amount), leg(to, false, amount)])
    }

    fn many_legs(&mut self) -> Tx {
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
        match self.random.below(9) {
            0 => tx.legs.clear(),
            1 => tx.legs[1].step = tx.legs[0].step,
            2 => tx.legs[at].amount += 1,
            3 => tx.legs.iter_mut().for_each(|leg| leg.amount = 0),
            4 => tx.legs[at].account = 12,
            5 => tx.legs.iter_mut().for_each(|leg| leg.currency = "USD"),
            6 => tx.legs[at].account = 14,
            7 => tx.legs[at].account = 17,
            _ => tx.legs[at].account = UNKNOWN,
        }
        tx
    }

    /// A transaction that was made before, as it was, or with the same id and other content.
    fn again(&mut self) -> Tx {
        let mut tx = self.made[self.random.below(self.made.len())].clone();
        tx.time = self.time();
        match self.random.below(6) {
            0 => tx.legs.iter_mut().for_each(|leg| leg.amount += 1),
            1 => tx.value_date = Some(START - 5),
            _ => {}
        }
        tx
    }

    fn tx(&mut self, mut legs: Vec<TxLeg>) -> Tx {
        let gap = self.random.one_of(&[1, 1, 3]);
        let named = self.random.percent(15);
        for (index, leg) in (1_u16..).zip(&mut legs) {
            leg.step = index * gap;
            leg.named = named;
        }
        let value_date = self.random.percent(5).then_some(START - 1);
        let tx = Tx { id: self.next_id, time: self.time(), value_date, legs };
        self.next_id += 1;
        self.made.push(tx.clone());
        tx
    }
}

fn leg(account: u64, debit: bool, amount: i64) -> TxLeg {
    TxLeg { account, named: false, step: 0, debit, amount, currency: "CNY" }
}
