//! Random scripts: few accounts, little money, every kind of request, so that everything gets in the way of
//! everything. A naive ledger goes along, so that most of what is asked makes sense.

mod actions;
mod chart;
mod fees;
mod memo;
mod money;
mod proposals;

use std::collections::VecDeque;

use super::naive::Naive;
use super::random::Random;
use super::script::{Ask, NOW, NewLimits, Said, Spec, Tx};

const fn free(spec: Spec) -> Spec {
    Spec { may_go_negative: true, ..spec }
}

const fn mapped(spec: Spec) -> Spec {
    Spec { mapped: true, ..spec }
}

/// Open at the start.
pub(crate) const FIRST: u64 = 26;
pub(crate) const CHART: [Spec; 30] = [
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
    free(Spec::new(0, "3001")),
    free(Spec::new(0, "6401")),
    free(Spec::new(1, "6001")),
    Spec { currency: "USD", ..free(Spec::new(0, "6001")) },
    Spec { currency: "USD", ..free(Spec::new(0, "3001")) },
    free(Spec::new(0, "3101")),
    free(Spec::new(1, "3001")),
    free(Spec::new(0, "8001")),
    Spec::new(0, "8001"),
    Spec { currency: "USD", ..Spec::new(0, "8001") },
    Spec::new(0, "2001"),
    free(Spec::new(0, "7002")),
    mapped(Spec::new(0, "2001")),
    mapped(Spec::new(0, "2001")),
];

const EAST: [u64; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17, 18];
const WEST: [u64; 4] = [14, 15, 16, 19];
const DOLLARS: [u64; 3] = [10, 11, 20];
/// What results are carried to.
const TARGETS: [u64; 4] = [17, 21, 22, 23];
/// Memo accounts: two of yuan, one of dollars.
const MEMO: [u64; 3] = [24, 25, 26];
/// Not open at the start.
const UNOPENED: u64 = FIRST + 1;
const UNKNOWN: u64 = 99;
/// The longest time of a script, without days that pass at once: beyond it the window of the client's own times would move.
const LONGEST: u32 = 3_000;

/// Makes one script.
pub(crate) struct Maker {
    random: Random,
    /// Accounts that this script prefers, so that they are fought over.
    favourites: Vec<u64>,
    /// The accounts that this script wants hot at the start.
    pub(crate) hot: Vec<u64>,
    next_id: u128,
    /// Ids before this one may be forgotten or not, and are not given again.
    oldest_id: u128,
    /// The clock when the script began, and after days that passed at once.
    base: u32,
    made: Vec<Tx>,
    /// What was posted, to be undone.
    posted: Vec<u128>,
    /// What was tried.
    tried: Vec<u128>,
    pub(crate) naive: Naive,
    /// Whether changes may expect something of their accounts: only who asks a node itself can say what is so.
    pub(crate) expects: bool,
    /// Whether some of it takes two: one proposes, another decides.
    pub(crate) proposes: bool,
    /// Whether some of it is charged by rules for fees.
    pub(crate) charges: bool,
    /// What was proposed, to be proposed again.
    proposed: Vec<Ask>,
    /// What must come next.
    next: VecDeque<Ask>,
}

impl Maker {
    pub(crate) fn new(seed: u64, may_be_hot: bool) -> Maker {
        let mut random = Random::new(seed, 1);
        let favourites: Vec<u64> = (0..4).map(|_| random.one_of(&EAST)).collect();
        let mut maker = Maker {
            random,
            favourites,
            hot: Vec::new(),
            next_id: 1,
            oldest_id: 1,
            base: NOW,
            made: Vec::new(),
            posted: Vec::new(),
            tried: Vec::new(),
            naive: Naive::new(&CHART, FIRST, &[]),
            expects: false,
            proposes: false,
            charges: false,
            proposed: Vec::new(),
            next: VecDeque::new(),
        };
        let mut hot: Vec<u64> = (0..maker.random.below(5)).map(|_| maker.account()).collect();
        hot.sort_unstable();
        hot.dedup();
        if may_be_hot {
            maker.naive = Naive::new(&CHART, FIRST, &hot);
            maker.hot = hot;
        }
        maker
    }

    /// Some money to begin with, the script proper, and a look at everything.
    pub(crate) fn script(&mut self, requests: usize) -> Vec<(u64, Ask)> {
        let mut asks = vec![self.begin().0];
        for _ in 0..requests {
            let (ask, _) = self.next();
            asks.push(ask);
        }
        asks.push(Ask::Read((1..=CHART.len() as u64).collect()));
        asks.push(Ask::Holds(None));
        asks.push(Ask::Trial);
        (0..).zip(asks).collect()
    }

    /// The first request, with what the naive ledger says to it.
    pub(crate) fn begin(&mut self) -> (Ask, Said) {
        let ask = self.funding(70);
        self.said(ask)
    }

    /// The next request, with what the naive ledger says to it.
    pub(crate) fn next(&mut self) -> (Ask, Said) {
        let ask = self.draft();
        self.said(ask)
    }

    /// The next request, which may arrive later, or never; the naive ledger hears of it by [`Maker::arrived`].
    pub(crate) fn draft(&mut self) -> Ask {
        match self.next.pop_front() {
            // What was to hold until a moment that has passed meanwhile is not asked any more.
            Some(Ask::Post { txs, .. }) if txs.iter().any(|tx| self.is_late(tx)) && txs.len() > 1 => {
                self.draft()
            }
            Some(ask) => ask,
            None => {
                let ask = self.ask();
                self.expecting(ask)
            }
        }
    }

    fn said(&mut self, ask: Ask) -> (Ask, Said) {
        let said = self.arrived(&ask);
        (ask, said)
    }

    /// What the naive ledger says to a request that arrives.
    pub(crate) fn arrived(&mut self, ask: &Ask) -> Said {
        let does = self.naive.transaction_of(ask).map(|tx| tx.id);
        let said = self.naive.ask(ask);
        if let (Some(id), Said::Results { results, .. }) = (does, &said) {
            self.posted.extend((results[0].rejection.is_none() && !results[0].repeated).then_some(id));
        }
        if let Said::Results { results, .. } = &said {
            for (tx, said) in ask.txs().iter().zip(results) {
                if said.rejection.is_none() && !said.repeated {
                    let list = if tx.is_try() { &mut self.tried } else { &mut self.posted };
                    list.push(tx.id);
                }
            }
        }
        said
    }

    /// Days pass with the next request, by the clock. Ids of before may be forgotten by then, and are not given again.
    #[allow(dead_code, reason = "the simulation has a clock of its own")]
    pub(crate) fn let_days_pass(&mut self, days: u32) {
        let seconds = days * 86_400;
        self.next.push_front(Ask::Wait { until: self.naive.clock() + seconds });
        self.base += seconds;
        // Some that were not given yet may have been cancelled.
        self.next_id += 4;
        self.oldest_id = self.next_id;
        self.made.clear();
        self.proposed.clear();
    }

    /// The clock was wrong by so many days that passed at once, and is set right: ids of before must be known.
    #[allow(dead_code, reason = "the simulation has a clock of its own")]
    pub(crate) fn set_clock_right(&mut self, days: u32, logged: u32) {
        let seconds = days * 86_400;
        self.naive.set_clock(self.naive.clock() - seconds, logged);
        self.base -= seconds;
        self.oldest_id = 1;
    }

    /// Makes what follows depend on this number alone, and on what was made before.
    #[allow(dead_code, reason = "only the simulation asks for it")]
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.random = Random::new(seed, 1);
    }

    fn funding(&mut self, share: usize) -> Ask {
        let mut txs = Vec::new();
        for (bank, account) in [(1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 9), (11, 10), (14, 15)] {
            if self.random.percent(share) {
                let amount = self.random.amount(1, 60);
                txs.push(self.transfer(bank, account, amount));
            }
        }
        if txs.is_empty() {
            return Ask::Trial;
        }
        Ask::Post { txs, balances: true }
    }

    fn ask(&mut self) -> Ask {
        if self.proposes && self.random.percent(9) {
            return self.take_two();
        }
        if self.charges && self.random.percent(4) {
            return self.set_fees();
        }
        match self.random.below(129) {
            124.. => self.set_mode(),
            120..=123 => self.open_subjects(),
            0..=64 => self.batch(),
            65..=70 => Ask::Cancel { id: self.any_id(), time: self.time() },
            71..=73 => Ask::Locate { id: self.any_id() },
            74..=78 => self.set_state(),
            79..=83 => Ask::SetHot { account: self.account_or_unknown(), hot: self.random.percent(60) },
            84..=87 => self.close_day(),
            88..=90 => {
                let count = self.random.below(4);
                Ask::Read((0..count).map(|_| self.account_or_unknown()).collect())
            }
            91 => Ask::Trial,
            92..=93 => Ask::Holds(self.random.percent(60).then(|| self.account_or_unknown())),
            94..=95 => self.open(),
            96..=97 => self.map_type(),
            98..=101 => {
                let amount = self.random.one_of(&[-1, 0, 0, 0, 5, 20, 40]);
                Ask::SetReserve { account: self.account_or_unknown(), amount }
            }
            102..=106 => self.set_limits(),
            107..=112 => self.funding(30),
            _ => self.wait(),
        }
    }

    /// Now and then a change expects something of its account, mostly what is so.
    fn expecting(&mut self, ask: Ask) -> Ask {
        if !self.expects || ask.changed().is_none() || !self.random.percent(40) {
            return ask;
        }
        Ask::Expecting { current: self.random.percent(70), change: Box::new(ask) }
    }

    fn batch(&mut self) -> Ask {
        let count = self.random.one_of(&[1, 1, 1, 2, 3, 8]);
        let mut txs: Vec<Tx> = Vec::new();
        for _ in 0..count {
            let tx = self.some_tx();
            // A hold whose moment has passed is released by the next frame: let that be.
            if self.is_late(&tx) {
                self.next.push_front(Ask::Wait { until: self.naive.clock() });
                return Ask::Post { txs: vec![tx], balances: false };
            }
            // What names another is looked up before the request, so the other must have come in an earlier one.
            let names_neighbour = |one: &Tx, other: &Tx| one.act.original() == Some(other.id);
            if !txs.iter().any(|other| names_neighbour(&tx, other) || names_neighbour(other, &tx)) {
                txs.push(tx);
            }
        }
        Ask::Post { txs, balances: self.random.percent(70) }
    }

    fn open(&mut self) -> Ask {
        let there = self.naive.open_accounts();
        let to = (there + u64::from(self.random.percent(70))).min(CHART.len() as u64);
        Ask::Open { from: to.min(there) - self.random.below(2) as u64, to }
    }

    fn map_type(&mut self) -> Ask {
        let subject = self.random.one_of(&["2001", "200201", "200201", "200202", "2002", "9999"]);
        let from = (self.naive.date(0) + self.random.below(4) as u32) - self.random.below(2) as u32;
        Ask::MapType { entity: 0, subject, from }
    }

    fn wait(&mut self) -> Ask {
        let until = self.naive.clock() + 1 + self.random.below(12) as u32;
        Ask::Wait { until: until.min(self.base + LONGEST) }
    }

    fn set_state(&mut self) -> Ask {
        let target = self.random.one_of(&TARGETS);
        let account = if self.random.percent(15) { target } else { self.account_or_unknown() };
        // Mostly back to normal, or soon nothing would move.
        let state = self.random.one_of(&[None, None, None, Some(1), Some(1), Some(1), Some(3), Some(4)]);
        let state = if self.random.percent(8) { Some(0) } else { state };
        let payment =
            self.random.one_of(&[None, Some(1), Some(1), Some(1), Some(0), Some(2), Some(3), Some(4)]);
        Ask::SetState { account, state, payment }
    }

    fn set_limits(&mut self) -> Ask {
        let account = self.account_or_unknown();
        let mut limits = NewLimits::default();
        let amounts = [0, 10, 30, 60, 100, 100, 200, -1];
        let limit = |random: &mut Random| {
            let amount = random.one_of(&amounts);
            random.percent(30).then(|| random.percent(50).then_some(amount))
        };
        limits.credit = limit(&mut self.random);
        limits.transaction = limit(&mut self.random);
        limits.day = limit(&mut self.random);
        if self.random.percent(25) {
            limits.overdraft = Some(self.random.one_of(&[0, 20, 40, 80]));
        }
        Ask::SetLimits { account, limits }
    }

    fn close_day(&mut self) -> Ask {
        let dates = [self.naive.date(0), self.naive.date(1)];
        // Mostly the entities keep step, or nothing could be posted over both.
        let behind = usize::from(dates[1] < dates[0]);
        if dates[0] != dates[1] && self.random.percent(80) {
            let (next, carry) = (dates[1 - behind], self.carry_to(behind));
            return Ask::CloseDay { entity: behind, next, carry, forced: self.force(next, dates[behind]) };
        }
        let entity = self.random.below(2);
        let date = dates[entity];
        if self.random.percent(5) {
            // As far as it may go, or a day further.
            let next = date.max(self.naive.clock() / 86_400) + 10 + self.random.below(2) as u32;
            return Ask::CloseDay { entity, next, carry: self.carry_to(entity), forced: None };
        }
        let next = match self.random.below(20) {
            0 => date - 1,
            1 => date,
            // Over a year's end, or half a year on.
            2..=9 => date + 183,
            _ => date + 1,
        };
        let forced = self.force(next, date);
        Ask::CloseDay { entity, next, carry: self.carry_to(entity), forced }
    }

    /// Far ahead is mostly forced, and that mostly with an approval.
    fn force(&mut self, next: u32, date: u32) -> Option<bool> {
        let percent = if next > date + 10 { 90 } else { 5 };
        self.random.percent(percent).then(|| self.random.percent(95))
    }

    /// Mostly accounts that may take results, of both currencies; now and then the other entity's.
    fn carry_to(&mut self, entity: usize) -> Vec<u64> {
        if self.random.percent(70) {
            return Vec::new();
        }
        if entity == 1 {
            return vec![self.random.one_of(&[23, 23, 23, 23, 14, 17])];
        }
        let yuan = self.random.one_of(&[17, 17, 17, 17, 17, 22, 22, 2, 8, 23]);
        let dollars = self.random.one_of(&[21, 21, 21, 21, 10]);
        let mut targets = match self.random.below(10) {
            0 | 1 => vec![yuan],
            2 => vec![dollars],
            _ => vec![yuan, dollars],
        };
        if self.random.percent(15) {
            targets.push(self.account_or_unknown());
        }
        targets
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
            1 => UNOPENED,
            2 => 12,
            3 if self.random.percent(30) => self.random.one_of(&MEMO),
            3 => self.random.one_of(&WEST),
            4 => self.random.one_of(&DOLLARS),
            _ => self.account(),
        }
    }

    fn any_id(&mut self) -> u128 {
        if self.random.percent(4) {
            return 0;
        }
        if !self.tried.is_empty() && self.random.percent(20) {
            let tried = self.tried[self.random.below(self.tried.len())];
            if tried >= self.oldest_id {
                return tried;
            }
        }
        let ahead = self.random.percent(40);
        let given = (self.next_id - self.oldest_id) as usize;
        if ahead || given == 0 {
            return self.next_id + self.random.below(4) as u128;
        }
        self.oldest_id + self.random.below(given) as u128
    }

    fn time(&mut self) -> u32 {
        match self.random.below(60) {
            0 => self.base - 4 * 86_400,
            1 => self.base + 2 * LONGEST + 3_600,
            2..=4 => 0,
            _ => self.base - 100,
        }
    }
}
