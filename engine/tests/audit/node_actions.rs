//! What a real node leaves of holds, tries, reversals and refunds passes the audit, whatever of it was refused.

use std::collections::BTreeSet;

use longmen_engine::audit::describe_frame;
use longmen_engine::ledger::{
    AccountChange, AccountId, AccountRef, AccountState, Action, ActionCode, Amount, Answer, AttributeChange,
    Batch, CancelTry, Command, Confirm, Consume, Freeze, HoldKind, HoldMove, HoldTerms, Naming, PaymentState,
    Raise, Refund, Rejection, Reverse, Side, SubjectClass, TransactionKey, Try, Unfreeze, YearStart,
};
use longmen_wal::FaultyStorage;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::desk::{Desk, add, add_action};
use crate::full::key;
use crate::planted::{audited, currency, date};

use Side::{Credit, Debit};

type BackLegs = [(u64, Side, i64); 2];

struct Work {
    random: SmallRng,
    bank: u64,
    users: Vec<u64>,
    /// Hot ones.
    shops: Vec<u64>,
    fee: u64,
    profit: u64,
    next: u128,
    /// What may be named: freezes, tries, and what was posted.
    frozen: Vec<u128>,
    tried: Vec<u128>,
    posted: Vec<u128>,
    /// The last purchase, with the legs that would give back part of it.
    back: Option<(u128, BackLegs)>,
}

fn open(desk: &mut Desk, seed: u64) -> Work {
    desk.ask(Command::OpenEntity {
        code: "LM".into(),
        start: date("2018-12-30"),
        year_starts: YearStart::JANUARY,
    });
    desk.open_subject("LM", "100201", SubjectClass::Asset, Debit);
    desk.open_subject("LM", "220301", SubjectClass::Liability, Credit);
    desk.open_subject("LM", "600101", SubjectClass::Income, Credit);
    desk.open_subject("LM", "310401", SubjectClass::Equity, Credit);
    let bank = desk.open_accounts("LM", "100201", 1, |opening| opening.may_go_negative = true)[0];
    let users = desk.open_accounts("LM", "220301", 6, |opening| opening.customer = Some("C-1".into()));
    let shops = desk.open_accounts("LM", "220301", 2, |opening| {
        opening.key.number = format!("hot.{}", opening.key.number).into();
        opening.hot = true;
    });
    let fee = desk.open_accounts("LM", "600101", 1, |opening| opening.hot = true)[0];
    let profit = desk.open_accounts("LM", "310401", 1, |_| {})[0];
    let random = SmallRng::seed_from_u64(seed);
    let (frozen, tried, posted) = (Vec::new(), Vec::new(), Vec::new());
    Work { random, bank, users, shops, fee, profit, next: 1, frozen, tried, posted, back: None }
}

impl Work {
    fn naming(key: TransactionKey) -> Naming {
        Naming { key, found: None }
    }

    /// One of the transactions that may be named, mostly a late one.
    fn pick(&mut self, of: fn(&Work) -> &[u128]) -> TransactionKey {
        let count = of(self).len();
        let back = self.random.random_range(0..count.clamp(1, 12));
        key(count.checked_sub(back + 1).map_or(u128::MAX, |at| of(self)[at]))
    }

    /// Adds a transaction, of any kind.
    fn add(&mut self, batch: &mut Batch) {
        let (id, amount) = (self.next, self.random.random_range(1..40));
        self.next += 1;
        let user = self.users[self.random.random_range(0..self.users.len())];
        let shop = self.shops[self.random.random_range(0..2)];
        let held = if self.random.random_bool(0.2) { shop } else { user };
        let purchase = [(user, Debit, amount), (shop, Credit, amount - 1), (self.fee, Credit, 1)];
        let purchase = if amount == 1 { &purchase[..1] } else { &purchase[..] };
        let mut back = [(shop, Debit, amount), (user, Credit, amount)];
        let authority: Box<str> = if self.random.random_bool(0.1) { "court".into() } else { "".into() };
        let forced = self.random.random_bool(0.3);
        let expires_us = self.random.random_bool(0.3).then(|| crate::desk::now_us() + 10_000);
        let action = match self.random.random_range(0..13) {
            0..3 => return add(batch, id, &[(self.bank, Debit, 3 * amount), (user, Credit, 3 * amount)]),
            3 => {
                self.posted.push(id);
                self.back = Some((id, [(shop, Debit, amount / 2), (user, Credit, amount / 2)]));
                return add(batch, id, purchase);
            }
            4 => {
                self.frozen.push(id);
                let kind = [HoldKind::Business, HoldKind::Judicial][self.random.random_range(0..2)];
                let terms = HoldTerms { kind, authority, expires_us, ..HoldTerms::default() };
                let (account, amount, currency) = (AccountId(held), Amount(amount), currency("CNY"));
                Action::Freeze(Freeze { account, key: None, amount, currency, terms })
            }
            5 => {
                let amount = forced.then_some(Amount(amount));
                Action::Unfreeze(Unfreeze {
                    hold: self.pick(|work| &work.frozen),
                    amount,
                    currency: None,
                    authority,
                })
            }
            12 => {
                let (hold, currency) = (self.pick(|work| &work.frozen), currency("CNY"));
                Action::Raise(Raise { hold, amount: Amount(amount), currency, expires_us, authority })
            }
            6 => {
                self.posted.push(id);
                let hold = self.pick(|work| &work.frozen);
                Action::Consume(Consume { hold, amount: Amount(amount), currency: None, authority, forced })
            }
            7 => {
                self.tried.push(id);
                Action::Try(Try { expires_us })
            }
            8 => {
                self.posted.push(id);
                Action::Confirm(Confirm { original: Work::naming(self.pick(|work| &work.tried)) })
            }
            9 => Action::CancelTry(CancelTry { original: Work::naming(self.pick(|work| &work.tried)) }),
            10 => {
                let original = Work::naming(self.pick(|work| &work.posted));
                Action::Reverse(Reverse { original, forced })
            }
            _ => {
                self.posted.push(id);
                // Mostly of the last purchase, by who got it to who paid it.
                let named = match self.back.filter(|_| self.random.random_bool(0.7)) {
                    Some((original, legs)) => {
                        back = legs;
                        key(original)
                    }
                    None => self.pick(|work| &work.posted),
                };
                Action::Refund(Refund::of_legs(Work::naming(named)))
            }
        };
        let legs = match action.code() {
            ActionCode::Consume => &[(held, Debit, amount), (self.bank, Credit, amount)][..],
            ActionCode::Try => purchase,
            ActionCode::Refund => &back[..],
            _ => &[],
        };
        add_action(batch, id, action, legs);
    }

    /// Changes an account, in one of the ways there are.
    fn change(&mut self, desk: &mut Desk) {
        let account = AccountId(self.users[self.random.random_range(0..self.users.len())]);
        let (account, limit) = (AccountRef::Id(account), Amount(self.random.random_range(20..90)));
        let state = |account_state, payment_state| AttributeChange::States {
            account_state: Some(account_state),
            payment_state: Some(payment_state),
        };
        let change = match self.random.random_range(0..6) {
            0 => state(AccountState::LossReported, PaymentState::Normal),
            1 => state(AccountState::Normal, PaymentState::ReceivesOnly),
            2 => AttributeChange::Reserve(limit),
            3 => AttributeChange::Limits {
                overdraft: None,
                credit: None,
                transaction: Some(Some(limit)),
                day: Some(Some(Amount(3 * limit.0))),
            },
            _ => state(AccountState::Normal, PaymentState::Normal),
        };
        desk.ask(Command::Change(Box::new(AccountChange::new(account, change))));
    }
}

#[test]
fn what_a_node_leaves_of_actions_passes() {
    let mut seen = BTreeSet::new();
    for seed in 0..6 {
        let storage = FaultyStorage::new();
        let mut work = None;
        let (mut done, mut refused) = (0, 0);
        for (day, shards) in [3, 1, 2].into_iter().enumerate() {
            let mut desk = Desk::start(&storage, shards);
            let work = work.get_or_insert_with(|| open(&mut desk, seed));
            for _ in 0..12 {
                let mut batch = Batch::default();
                (0..30).for_each(|_| work.add(&mut batch));
                let results = desk.post(batch);
                refused += results.iter().flatten().count();
                done += results.iter().filter(|result| result.is_none()).count();
                work.change(&mut desk);
            }
            let next = date(["2018-12-31", "2019-01-01", "2019-01-02"][day]);
            let carry_forward = if day == 1 { vec![AccountRef::Id(AccountId(work.profit))] } else { vec![] };
            let entity = "LM".into();
            let close =
                Command::CloseDay { entity, next, carry_forward, forced: false, notes: Box::default() };
            assert_eq!(desk.ask(close), Answer::Done, "seed {seed}");
            let killed = audited(&storage.branch()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert!(!killed.log.clean);
            desk.stop();
        }
        let verified = audited(&storage).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let counts = &verified.counts;
        assert!(
            done > 300 && refused > 100 && counts.held > 60 && counts.tried > 10,
            "seed {seed}: {counts:?}"
        );
        take_kinds(&storage, &mut seen);
    }
    // Charges take rules, which this node has not: `longmen verify` of books with them stands in the program's tests.
    let is_made = |action: &ActionCode| !matches!(action, ActionCode::Post | ActionCode::Charge);
    let actions = ActionCode::ALL.into_iter().filter(is_made).map(ActionCode::name);
    for kind in actions.chain(HoldMove::ALL.map(HoldMove::name)) {
        assert!(seen.contains(kind), "there is something of every kind, but no {kind}");
    }
}

/// Adds what a log has of actions and moves of holds.
fn take_kinds(storage: &FaultyStorage, seen: &mut BTreeSet<&'static str>) {
    longmen_wal::audit(storage, &mut |view| {
        let contents = describe_frame(view);
        seen.extend(contents.actions.into_keys());
        seen.extend(contents.held.iter().map(|held| held.moved.name()));
    })
    .unwrap();
}

/// Holds that expire in one frame are written in the order in which they fell due, however many they are.
#[test]
fn many_holds_expire_at_once() {
    for (shards, count) in [(1, 20), (1, 300), (3, 1_000)] {
        let storage = FaultyStorage::new();
        let mut desk = Desk::start(&storage, shards);
        let work = open(&mut desk, 1);
        let expires = crate::desk::now_us() + 300_000;
        let mut batch = Batch::default();
        let fill: Vec<_> = work.users.iter().map(|user| (*user, Credit, 100_000)).collect();
        add(&mut batch, 1, &[&[(work.bank, Debit, 600_000)], &fill[..]].concat());
        for id in 0..count {
            let account = AccountId(work.users[id % work.users.len()]);
            let moment = expires + i64::try_from(id).unwrap() * 7 % 50;
            let terms = HoldTerms { expires_us: Some(moment), ..HoldTerms::default() };
            let (amount, currency) = (Amount(1), currency("CNY"));
            let freeze = Freeze { account, key: None, amount, currency, terms };
            add_action(&mut batch, 2 + id as u128, Action::Freeze(freeze), &[]);
        }
        assert!(desk.post(batch).iter().all(Option::is_none));
        while crate::desk::now_us() < expires + 1_000 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        desk.stop();
        let desk = Desk::start(&storage, shards);
        desk.stop();
        let verified = audited(&storage).unwrap_or_else(|error| panic!("{count}: {error}"));
        assert_eq!(verified.counts.held, 2 * count as u64, "{count} opened, and expired");
    }
}

/// More than an amount can be is not held in part: a try of it is refused, and the books stay good.
#[test]
fn a_try_of_more_than_can_be_held() {
    let storage = FaultyStorage::new();
    let mut desk = Desk::start(&storage, 1);
    let work = open(&mut desk, 1);
    let most = i64::MAX;
    let (user, other) = (work.users[0], work.users[1]);
    let both = |amounts: [i64; 2]| {
        let debits = amounts.map(|amount| (user, Debit, amount));
        let credits = amounts.map(|amount| (other, Credit, amount));
        [debits, credits].concat()
    };
    let mut batch = Batch::default();
    for id in 1..4 {
        add(&mut batch, id, &[(work.bank, Debit, most), (user, Credit, most)]);
    }
    let attempt = || Action::Try(Try { expires_us: None });
    add_action(&mut batch, 4, attempt(), &both([most, 1]));
    add_action(&mut batch, 5, attempt(), &both([most, most]));
    add_action(&mut batch, 6, attempt(), &both([most - 1, 1]));
    let too_large = Some(Rejection::InvalidAmount);
    assert_eq!(desk.post(batch), [None, None, None, too_large, too_large, None]);
    desk.stop();
    audited(&storage).unwrap();
}
