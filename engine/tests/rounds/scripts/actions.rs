//! Transactions that do more than move money.

use super::money::leg;
use super::{CHART, DOLLARS, EAST, MEMO, Maker, UNKNOWN, UNOPENED, WEST};
use crate::naive::CLEARING;
use crate::script::{Act, Ask, HoldSaid, NewLimits, Tx, TxLeg};

impl Maker {
    pub(super) fn action(&mut self) -> Tx {
        match self.random.below(100) {
            0..=24 => self.freeze(),
            25..=28 => self.raise(),
            29..=36 => self.unfreeze(),
            37..=54 => self.consume(),
            55..=69 => self.reverse(),
            70..=84 => self.refund(),
            85..=90 => self.attempt(),
            _ => self.second_step(),
        }
    }

    /// Whether a transaction may leave a hold whose moment has passed: one that comes back; or whether one that comes late is
    /// refused for that.
    pub(crate) fn is_late(&self, tx: &Tx) -> bool {
        match tx.act {
            Act::Reverse { original, .. } => self.naive.is_late(original),
            Act::Freeze { expires, .. } | Act::Raise { expires, .. } | Act::Try { expires } => {
                expires.is_some_and(|moment| moment <= self.naive.now())
            }
            _ => false,
        }
    }

    pub(super) fn action_tx(&mut self, act: Act, legs: Vec<TxLeg>) -> Tx {
        let tx = self.tx(legs);
        let forced = matches!(act, Act::Consume { forced: true, .. } | Act::Reverse { forced: true, .. });
        let approved = self.random.percent(if forced { 90 } else { 10 });
        Tx { act, approved, ..tx }
    }

    fn freeze(&mut self) -> Tx {
        let account = self.account_or_unknown();
        let currency = CHART.get(account as usize - 1).map_or("CNY", |spec| spec.currency);
        let currency = if self.random.percent(4) { "EUR" } else { currency };
        let amount = if self.random.percent(3) { 0 } else { self.amount() };
        let authority = self.random.one_of(&["", "", "", "court", "police"]);
        let judicial = !authority.is_empty() && self.random.percent(70);
        let expires = self.moment();
        if self.random.percent(2) {
            self.freeze_many();
        }
        self.action_tx(Act::Freeze { account, amount, currency, judicial, authority, expires }, vec![])
    }

    /// More small holds than one sorts by hand, which all expire at once.
    fn freeze_many(&mut self) {
        let expires = Some(self.naive.now() + 1 + self.random.below(5) as u32);
        let freeze = |maker: &mut Maker| {
            let account = 1 + maker.random.below(CHART.len()) as u64;
            let currency = CHART[account as usize - 1].currency;
            let (amount, judicial, authority) = (1, false, "");
            maker.action_tx(Act::Freeze { account, amount, currency, judicial, authority, expires }, vec![])
        };
        let txs = (0..50).map(|_| freeze(self)).collect();
        self.next.push_back(Ask::Post { txs, balances: false });
    }

    fn moment(&mut self) -> Option<u32> {
        let later = 1 + self.random.below(20) as u32;
        self.random.percent(45).then(|| self.naive.now() + later)
    }

    /// A hold, mostly one of which something remains.
    fn some_hold(&mut self) -> Option<HoldSaid> {
        let all = self.naive.all_holds();
        let open: Vec<&HoldSaid> = all.iter().filter(|hold| hold.remaining > 0).collect();
        if !open.is_empty() && self.random.percent(80) {
            return Some(open[self.random.below(open.len())].clone());
        }
        if all.is_empty() { None } else { Some(all[self.random.below(all.len())].clone()) }
    }

    fn authority_of(&mut self, hold: &HoldSaid) -> &'static str {
        let right = self.naive.authority(hold.account, hold.id);
        if self.random.percent(85) { right } else { self.random.one_of(&["", "court", "police"]) }
    }

    fn raise(&mut self) -> Tx {
        let Some(hold) = self.some_hold() else { return self.freeze() };
        let authority = self.authority_of(&hold);
        let currency = CHART[hold.account as usize - 1].currency;
        let currency = if self.random.percent(4) { "EUR" } else { currency };
        let amount = if self.random.percent(3) { 0 } else { self.amount() };
        let expires = self.moment();
        let hold = if self.random.percent(4) { self.any_id() } else { hold.id };
        self.action_tx(Act::Raise { hold, amount, currency, authority, expires }, vec![])
    }

    fn unfreeze(&mut self) -> Tx {
        let Some(hold) = self.some_hold() else { return self.freeze() };
        let authority = self.authority_of(&hold);
        let part = self.random.amount(1, hold.remaining.max(1));
        let amount = match self.random.below(10) {
            0..=3 => None,
            4 => Some(hold.remaining + 1),
            5 => Some(0),
            _ => Some(part),
        };
        let hold = if self.random.percent(4) { self.any_id() } else { hold.id };
        self.action_tx(Act::Unfreeze { hold, amount, authority }, vec![])
    }

    fn consume(&mut self) -> Tx {
        let Some(hold) = self.some_hold() else { return self.freeze() };
        if self.random.percent(12)
            && let Some(paid_in) = self.paid_in(hold.account)
        {
            let consume = self.consume_of(&hold);
            self.next.push_back(Ask::Post { txs: vec![consume], balances: true });
            let undo = self.action_tx(Act::Reverse { original: paid_in, forced: true }, vec![]);
            return Tx { approved: true, ..undo };
        }
        self.consume_of(&hold)
    }

    /// What brought an account its money: taken away under a hold, it leaves the hold without.
    fn paid_in(&self, account: u64) -> Option<u128> {
        let brings = !CHART[account as usize - 1].subject().debit_normal;
        let pays_in = |id: &&u128| {
            self.naive.legs(**id).iter().any(|leg| leg.account == account && leg.debit != brings)
        };
        self.posted.iter().rev().find(pays_in).copied()
    }

    fn consume_of(&mut self, hold: &HoldSaid) -> Tx {
        let authority = self.authority_of(hold);
        let part = self.random.amount(1, hold.remaining.max(1));
        let amount = match self.random.below(10) {
            0..=3 => hold.remaining.max(1),
            4 => hold.remaining + 1,
            _ => part,
        };
        let mut legs = self.spending(hold.account, amount);
        if self.random.percent(4) {
            legs.iter_mut().for_each(|leg| leg.amount += 1);
        }
        let forced = self.random.percent(15);
        let by_channel = legs.iter().any(|leg| MEMO.contains(&leg.account));
        let hold = if self.random.percent(4) { self.any_id() } else { hold.id };
        let tx = self.action_tx(Act::Consume { hold, amount, authority, forced }, legs);
        if by_channel { Tx { kind: self.booked_with_memo(90), ..tx } } else { tx }
    }

    /// Legs that take an amount from an account: for one to three others.
    fn spending(&mut self, account: u64, amount: i64) -> Vec<TxLeg> {
        let spec = CHART[account as usize - 1];
        let debit = !spec.subject().debit_normal;
        let (mut left, mut legs) = (amount, vec![leg(account, debit, amount)]);
        while left > 0 {
            let other = self.payee(account);
            let part = if legs.len() == 3 { left } else { self.random.amount(1, left) };
            legs.push(leg(other, !debit, part));
            left -= part;
        }
        if spec.subject().class == "off_balance" {
            legs.truncate(1);
        }
        legs.iter_mut().for_each(|leg| leg.currency = spec.currency);
        legs
    }

    /// Another account, mostly of the same entity and currency: one on both sides would take less.
    fn payee(&mut self, account: u64) -> u64 {
        let spec = CHART[account as usize - 1];
        let choices: Vec<u64> = match (spec.entity, spec.currency) {
            (1, _) => WEST.to_vec(),
            (_, "USD") => DOLLARS.to_vec(),
            _ => EAST.to_vec(),
        };
        let choices: Vec<u64> = choices.into_iter().filter(|other| *other != account).collect();
        if (spec.entity, spec.currency) == (0, "CNY") && self.random.percent(12) {
            return MEMO[0];
        }
        if self.random.percent(2) { UNKNOWN } else { self.random.one_of(&choices) }
    }

    fn reverse(&mut self) -> Tx {
        let original = self.original();
        let legs = self.naive.legs(original);
        if self.random.percent(10)
            && let [paid, got] = &legs[..]
            && paid.debit
            && paid.amount > 0
        {
            return self.undone_later(original, paid, got.account);
        }
        let forced = self.random.percent(25);
        self.action_tx(Act::Reverse { original, forced }, vec![])
    }

    /// A payment is undone on the same date or on a later one, and made again up to a limit, and once more.
    fn undone_later(&mut self, original: u128, paid: &TxLeg, to: u64) -> Tx {
        let (from, amount) = (paid.account, paid.amount);
        let limits = NewLimits { day: Some(Some(amount)), ..NewLimits::default() };
        // Over a year's end, or half a year on, now and then.
        let next = self.naive.date(0) + self.random.one_of(&[1, 1, 183]);
        let undo = self.action_tx(Act::Reverse { original, forced: false }, vec![]);
        let (half, again) = (self.transfer(from, to, amount / 2 + 1), self.transfer(from, to, amount));
        let mut asks = vec![Ask::SetLimits { account: from, limits }];
        if self.random.percent(60) {
            let forced = (next > self.naive.date(0) + 10).then_some(true);
            asks.push(Ask::CloseDay { entity: 0, next, carry: vec![], forced });
        }
        let (before, after) = if self.random.percent(50) { (half, again) } else { (again, half) };
        let txs = if self.random.percent(50) { [undo, before, after] } else { [before, undo, after] };
        asks.extend(txs.map(|tx| Ask::Post { txs: vec![tx], balances: true }));
        if self.random.percent(40) {
            // Taken off, somewhere, and set again before the last, which must not begin the date anew.
            let off = NewLimits { transaction: Some(None), day: Some(None), ..NewLimits::default() };
            let [off, again] = [off, limits].map(|limits| Ask::SetLimits { account: from, limits });
            asks.insert(asks.len() - 1, again);
            let at = asks.len() - 2 - self.random.below(3);
            asks.insert(at.max(1), off);
        }
        self.next.extend(asks);
        self.transfer(1, from, amount)
    }

    /// Something that was posted, mostly of late.
    fn original(&mut self) -> u128 {
        let count = self.posted.len();
        if count == 0 || self.random.percent(5) {
            return self.any_id();
        }
        let late = count - 1 - self.random.below(count.min(12));
        self.posted[if self.random.percent(55) { late } else { self.random.below(count) }]
    }

    fn refund(&mut self) -> Tx {
        let original = self.original();
        let mut legs = self.naive.legs(original);
        legs.iter_mut().for_each(|leg| leg.debit = !leg.debit);
        let least = legs.iter().map(|leg| leg.amount).min().unwrap_or(0);
        let count = legs.len();
        match self.random.below(14) {
            // A part, of the simplest.
            0..=4 if count == 2 && least > 0 => {
                let part = self.random.amount(1, least);
                legs.iter_mut().for_each(|leg| leg.amount = part);
            }
            5 => legs.iter_mut().for_each(|leg| leg.amount += 1),
            // To, or from, an account that may have had no part in it.
            6..=8 if count > 0 => {
                let other =
                    if self.random.percent(40) { self.random.one_of(&CLEARING) } else { self.account() };
                legs[self.random.below(count)].account = other;
            }
            9 => legs.iter_mut().for_each(|leg| leg.amount *= 2),
            // Between two that had a part in it, whatever it was.
            10 if count > 2 => {
                legs.swap_remove(self.random.below(count));
                legs.truncate(2);
                let one_debits = self.random.percent(50);
                (legs[0].debit, legs[1].debit, legs[1].amount) = (one_debits, !one_debits, legs[0].amount);
            }
            // In the books of one entity the original's own way.
            13 => legs
                .iter_mut()
                .filter(|leg| EAST.contains(&leg.account))
                .for_each(|leg| leg.debit = !leg.debit),
            11..=12 if count == 2 && least > 0 => return self.over_and_back(original, &legs, least),
            _ => {}
        }
        self.action_tx(Act::Refund { original }, legs)
    }

    /// A refund that takes, then one that gives back as much more, then the first is undone; or the other way round.
    fn over_and_back(&mut self, original: u128, legs: &[TxLeg], least: i64) -> Tx {
        let mut of = |debit: bool, amount: i64| {
            let mut legs = legs.to_vec();
            legs.iter_mut().for_each(|leg| (leg.debit, leg.amount) = (leg.debit == debit, amount));
            self.action_tx(Act::Refund { original }, legs)
        };
        let part = least / 2 + 1;
        let (taking, giving) = (of(false, part), of(true, least));
        let over = of(true, least + part);
        let (first, second) = match self.random.below(3) {
            0 => (giving, taking),
            1 => (taking, giving),
            _ => (taking, over),
        };
        let undone = if self.random.percent(70) { first.id } else { original };
        let undo = self.action_tx(Act::Reverse { original: undone, forced: false }, vec![]);
        let again = self.action_tx(Act::Reverse { original: first.id, forced: false }, vec![]);
        for tx in [second, undo, again] {
            self.next.push_back(Ask::Post { txs: vec![tx], balances: true });
        }
        first
    }

    fn attempt(&mut self) -> Tx {
        let expires = self.moment();
        let tx = if self.random.percent(70) {
            let (from, to) = (self.account(), self.account());
            let amount = self.amount();
            self.transfer(from, to, amount)
        } else if self.random.percent(15) {
            let (from, amount) = (self.random.one_of(&EAST), self.amount());
            self.transfer(from, UNOPENED, amount)
        } else {
            self.many_legs()
        };
        Tx { act: Act::Try { expires }, ..tx }
    }

    fn second_step(&mut self) -> Tx {
        let count = self.tried.len();
        if count == 0 {
            return self.attempt();
        }
        let late = count - 1 - self.random.below(count.min(4));
        let tried = self.tried[if self.random.percent(80) { late } else { self.random.below(count) }];
        let original = if self.random.percent(6) { self.any_id() } else { tried };
        let act =
            if self.random.percent(60) { Act::Confirm { original } } else { Act::CancelTry { original } };
        self.action_tx(act, vec![])
    }
}
