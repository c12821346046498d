//! The same business booked in the three ways (记账方式): customers have the same balances, holds and refusals, memo accounts have
//! what channel accounts have, and the log of each passes the audit.

use longmen_engine::ledger::notes::{self, Note};
use longmen_engine::ledger::{
    AccountChange, AccountId, AccountKey, AccountOpening, AccountRef, AccountView, Action, Amount, Answer,
    AttributeChange, Batch, BookingMode, CancelTry, Command, Confirm, Consume, Draft, Freeze, HoldKind,
    HoldTerms, Leg, Naming, Owner, PaymentState, Position, Refund, Rejection, Reverse, Side, SubjectClass,
    TransactionId, Try, Unfreeze, YearStart,
};
use longmen_wal::FaultyStorage;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::desk::{Desk, now};
use crate::full::key;
use crate::planted::{audited, currency, date};

use Side::{Credit, Debit};

const START: &str = "2026-12-01";
/// Types of what enters or leaves through a channel, and of what stays inside.
const THROUGH: [&str; 2] = ["top_up", "withdraw"];
const INSIDE: [&str; 3] = ["transfer", "credit", "escrow"];

/// Channels in double entry: one of the common class, one an asset.
const CHANNELS: [u64; 2] = [1, 2];
/// Their registers where what goes through them is noted.
const MEMO: [u64; 2] = [3, 4];
/// The other side of what stays inside, where each change is one-sided.
const INNER: u64 = 5;
const USERS: [u64; 3] = [6, 7, 8];
const MERCHANT: u64 = 9;
/// 担保中间户
const MIDDLE: u64 = 10;
/// 信用户: what its holder owes, capped at 300.00.
const CREDIT: u64 = 11;
const FEES: u64 = 12;
/// 手续费支出, and what is owed to the channel for it.
const CHARGES: u64 = 13;
const PAYABLE: u64 = 14;
/// All but channels and memo accounts.
const OTHERS: std::ops::RangeInclusive<u64> = 6..=14;

/// Subject and whether it may go below zero, by account; memo accounts may whether it is said or not.
const ACCOUNTS: [(&str, bool); 14] = [
    ("300104", true),
    ("1131", true),
    ("9101", false),
    ("9102", false),
    ("9101", false),
    ("2011", false),
    ("2011", false),
    ("2011", false),
    ("2202", false),
    ("2202", false),
    ("1301", false),
    ("6021", true),
    ("6421", true),
    ("2241", true),
];

const SUBJECTS: [(&str, SubjectClass, Side); 9] = [
    ("300104", SubjectClass::Common, Debit),
    ("1131", SubjectClass::Asset, Debit),
    ("9101", SubjectClass::Memo, Debit),
    ("9102", SubjectClass::Memo, Credit),
    ("2011", SubjectClass::Liability, Credit),
    ("2202", SubjectClass::Liability, Credit),
    ("1301", SubjectClass::Asset, Debit),
    ("6021", SubjectClass::Income, Credit),
    ("6421", SubjectClass::Expense, Debit),
];

type Legs = Vec<(u64, Side, i64)>;

/// One step of business, as it is booked double.
#[derive(Clone)]
struct Deed {
    kind: &'static str,
    action: Option<Action>,
    legs: Legs,
}

/// The books in one mode.
struct Books {
    mode: BookingMode,
    storage: FaultyStorage,
    desk: Desk,
}

fn text(note: Note, text: &str) -> Box<[u8]> {
    let mut bytes = Vec::new();
    notes::write(&mut bytes, note, text);
    bytes.into()
}

impl Books {
    fn open(mode: BookingMode, shards: u16, hot: bool) -> Books {
        let storage = FaultyStorage::new();
        let mut desk = Desk::start(&storage, shards);
        let (code, start) = ("LM".into(), date(START));
        desk.ask(Command::OpenEntity { code, start, year_starts: YearStart::JANUARY });
        for (code, class, normal) in SUBJECTS.into_iter().chain([("2241", SubjectClass::Liability, Credit)]) {
            desk.open_subject("LM", code, class, normal);
        }
        let Answer::Opened(opened) = desk.ask(Command::OpenAccounts(openings(hot))) else { panic!() };
        assert!((1..).zip(opened).all(|(id, opened)| opened.unwrap().id == id));
        let mut books = Books { mode, storage, desk };
        for kind in THROUGH.into_iter().chain(INSIDE) {
            if mode == BookingMode::Single || THROUGH.contains(&kind) {
                assert_eq!(books.set_mode(kind, mode, START), None);
            }
        }
        books
    }

    fn set_mode(&mut self, kind: &str, mode: BookingMode, from: &str) -> Option<Rejection> {
        let (entity, from, notes) = ("LM".into(), date(from), Box::default());
        match self.desk.ask(Command::SetBookingMode { entity, kind: kind.into(), mode, from, notes }) {
            Answer::Done => None,
            Answer::Rejected(rejection) => Some(rejection),
            other => panic!("{other:?}"),
        }
    }

    fn post(&mut self, id: u128, deed: &Deed) -> Option<Rejection> {
        self.post_legs(id, deed, &booked(self.mode, deed))
    }

    fn post_legs(&mut self, id: u128, deed: &Deed, legs: &Legs) -> Option<Rejection> {
        let mut batch = Batch::default();
        let currency = currency("CNY");
        let legs = (1..).zip(legs).map(|(step, &(account, side, amount))| {
            let (account, amount) = (AccountId(account), Amount(amount));
            Leg { account, amount, currency, step, side }
        });
        let legs: Vec<Leg> = legs.collect();
        let draft = Draft { id: TransactionId(id), time: now(), ..Draft::default() };
        let notes = text(Note::Kind, deed.kind);
        match &deed.action {
            None => batch.push(draft, &legs, &notes),
            Some(action) => batch.push_action(draft, action.clone(), &legs, &notes),
        }
        self.desk.post(batch).pop().unwrap()
    }

    fn change(&mut self, account: u64, change: AttributeChange) -> Option<Rejection> {
        let account = AccountRef::Id(AccountId(account));
        match self.desk.ask(Command::Change(Box::new(AccountChange::new(account, change)))) {
            Answer::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }

    fn views(&mut self, accounts: impl Iterator<Item = u64>) -> Vec<AccountView> {
        let accounts = accounts.map(|id| AccountRef::Id(AccountId(id))).collect();
        let Answer::Accounts(views) = self.desk.ask(Command::Balances(accounts)) else { panic!() };
        // Where the newest record lies is no part of the business.
        views.into_iter().map(|view| AccountView { last: Position::NONE, ..view.unwrap() }).collect()
    }

    fn holds(&mut self) -> Vec<(AccountId, u128, i64)> {
        let Answer::Holds(holds) = self.desk.ask(Command::Holds { account: None, after: None, limit: 1_000 })
        else {
            panic!()
        };
        holds.iter().map(|(account, hold)| (*account, hold.key.id.0, hold.remaining)).collect()
    }

    /// What the accounts of a class come to, debit-positive.
    fn sum(&mut self, of: impl Fn(SubjectClass) -> bool) -> i128 {
        let Answer::TrialBalance(trial) = self.desk.ask(Command::TrialBalance { entity: "LM".into() }) else {
            panic!()
        };
        let lines = trial.lines.iter().filter(|line| of(line.class));
        lines.map(|line| line.normal.natural(line.closing)).sum()
    }

    /// `A = L + I`: assets, liabilities, and all that is the house's own, credit-positive, with memo accounts for channels.
    fn classes(&mut self) -> Classes {
        let (asset, liability) = (SubjectClass::Asset, SubjectClass::Liability);
        let own = self.sum(|class| class != asset && class != liability);
        [self.sum(|class| class == asset), -self.sum(|class| class == liability), -own]
    }

    fn close(&mut self, next: &str) {
        let (entity, next, carry_forward) = ("LM".into(), date(next), Vec::new());
        let notes = text(Note::Approval, "A-1");
        let close = Command::CloseDay { entity, next, carry_forward, forced: true, notes };
        assert!(matches!(self.desk.ask(close), Answer::Done));
    }

    fn end(self) -> longmen_engine::audit::Verified {
        let Books { mode, storage, desk } = self;
        desk.stop();
        audited(&storage).unwrap_or_else(|error| panic!("{}: {error}", mode.name()))
    }
}

fn openings(hot: bool) -> Vec<AccountOpening> {
    let opening = |(id, (subject, free)): (u64, (&str, bool))| AccountOpening {
        key: AccountKey {
            entity: "LM".into(),
            number: id.to_string().into(),
            kind: "".into(),
            currency: currency("CNY"),
        },
        subject: subject.into(),
        customer: None,
        owner: if USERS.contains(&id) { Owner::Customer } else { Owner::Internal },
        may_go_negative: free,
        overdraft_limit: Amount(0),
        credit_limit: (id == CREDIT).then_some(Amount(30_000)),
        hot: hot && (id <= INNER || [MERCHANT, FEES, MIDDLE].contains(&id)),
    };
    (1..).zip(ACCOUNTS).map(opening).collect()
}

/// The legs of a deed as a mode books them. A channel's leg is on its register; and where each change is one-sided, what is left
/// inside gets two legs more on the register of what stays inside.
fn booked(mode: BookingMode, deed: &Deed) -> Legs {
    let mut legs = deed.legs.clone();
    if mode == BookingMode::Double {
        return legs;
    }
    for (account, ..) in &mut legs {
        if let Some(at) = CHANNELS.iter().position(|channel| channel == account) {
            *account = MEMO[at];
        }
    }
    if mode == BookingMode::Single {
        let sum = |legs: &Legs, memo: bool, side: Side| -> i64 {
            let of = legs.iter().filter(|leg| (leg.0 <= INNER) == memo && leg.1 == side);
            of.map(|leg| leg.2).sum()
        };
        let inside = sum(&legs, false, Credit) - sum(&legs, true, Debit);
        if inside > 0 {
            legs.extend([(INNER, Debit, inside), (INNER, Credit, inside)]);
        }
    }
    legs
}

fn deed(kind: &'static str, legs: &[(u64, Side, i64)]) -> Deed {
    Deed { kind, action: None, legs: legs.to_vec() }
}

fn act(kind: &'static str, action: impl Into<Action>, legs: &[(u64, Side, i64)]) -> Deed {
    Deed { kind, action: Some(action.into()), legs: legs.to_vec() }
}

fn freeze(kind: &'static str, account: u64, amount: i64) -> Deed {
    let terms =
        HoldTerms { kind: HoldKind::Business, authority: "".into(), expires_us: None, text_id: "".into() };
    let (account, key, amount, currency) = (AccountId(account), None, Amount(amount), currency("CNY"));
    act(kind, Freeze { account, key, amount, currency, terms }, &[])
}

fn unfreeze(kind: &'static str, hold: u128) -> Deed {
    let hold = key(hold);
    act(kind, Unfreeze { hold, amount: None, currency: None, authority: "".into() }, &[])
}

fn consume(kind: &'static str, hold: u128, amount: i64, legs: &[(u64, Side, i64)]) -> Deed {
    let (hold, amount) = (key(hold), Amount(amount));
    act(kind, Consume { hold, amount, currency: None, authority: "".into(), forced: false }, legs)
}

fn naming(id: u128) -> Naming {
    Naming { key: key(id), found: None }
}

/// Assets, liabilities, and the house's own.
type Classes = [i128; 3];
/// A scene, what comes before it and what it is, and what it moves: booked double, and with memo legs.
type Row = (&'static str, Vec<Deed>, Vec<Deed>, Classes, Classes);

/// Every scene of the seeds with its figures: what it does to assets, liabilities and the house's own, in double entry and with
/// memo legs.
#[test]
fn every_scene_has_its_figures_in_each_mode() {
    let (user, peer) = (USERS[0], USERS[1]);
    let top_up = |channel| deed("top_up", &[(channel, Debit, 10_000), (user, Credit, 10_000)]);
    let fund = || top_up(CHANNELS[0]);
    let funded = [0, 10_000, -10_000];
    let fee = [(MIDDLE, Debit, 10_000), (MERCHANT, Credit, 9_940), (FEES, Credit, 60)];
    let by_lock = [(user, Debit, 10_000), (MERCHANT, Credit, 9_940), (FEES, Credit, 60)];
    let charged = deed(
        "top_up",
        &[(CHANNELS[0], Debit, 10_000), (user, Credit, 10_000), (CHARGES, Debit, 20), (PAYABLE, Credit, 20)],
    );
    let withholding = vec![
        deed("top_up", &[(CHANNELS[0], Debit, 12_000), (user, Credit, 12_000)]),
        deed("credit", &[(CREDIT, Debit, 30_000), (MERCHANT, Credit, 30_000)]),
    ];
    let part = deed("credit", &[(user, Debit, 7_000), (CREDIT, Credit, 7_000)]);
    let rows: Vec<Row> = vec![
        ("top-up by an internal channel account", vec![], vec![fund()], funded, funded),
        (
            "top-up by a channel as an asset",
            vec![],
            vec![top_up(CHANNELS[1])],
            [10_000, 10_000, 0],
            [0, 10_000, -10_000],
        ),
        ("withdrawal, frozen", vec![fund()], vec![freeze("withdraw", user, 10_000)], [0; 3], [0; 3]),
        (
            "withdrawal, paid",
            vec![fund(), freeze("withdraw", user, 10_000)],
            vec![consume("withdraw", 2, 10_000, &[(user, Debit, 10_000), (CHANNELS[0], Credit, 10_000)])],
            [0, -10_000, 10_000],
            [0, -10_000, 10_000],
        ),
        (
            "withdrawal, failed",
            vec![fund(), freeze("withdraw", user, 10_000)],
            vec![unfreeze("withdraw", 2)],
            [0; 3],
            [0; 3],
        ),
        (
            "transfer",
            vec![fund()],
            vec![deed("transfer", &[(user, Debit, 10_000), (peer, Credit, 10_000)])],
            [0; 3],
            [0; 3],
        ),
        (
            "spending on credit",
            vec![],
            vec![deed("credit", &[(CREDIT, Debit, 10_000), (MERCHANT, Credit, 10_000)])],
            [10_000, 10_000, 0],
            [10_000, 10_000, 0],
        ),
        (
            "repaying credit",
            vec![fund(), deed("credit", &[(CREDIT, Debit, 10_000), (MERCHANT, Credit, 10_000)])],
            vec![deed("credit", &[(user, Debit, 10_000), (CREDIT, Credit, 10_000)])],
            [-10_000, -10_000, 0],
            [-10_000, -10_000, 0],
        ),
        (
            "escrow with a middle account",
            vec![fund()],
            vec![deed("escrow", &[(user, Debit, 10_000), (MIDDLE, Credit, 10_000)]), deed("escrow", &fee)],
            [0, -60, 60],
            [0, -60, 60],
        ),
        (
            "escrow by lock",
            vec![fund(), freeze("escrow", user, 10_000)],
            vec![consume("escrow", 2, 10_000, &by_lock)],
            [0, -60, 60],
            [0, -60, 60],
        ),
        (
            "withholding, in part beside a reserve",
            withholding,
            vec![part],
            [-7_000, -7_000, 0],
            [-7_000, -7_000, 0],
        ),
        ("top-up with the channel's fee", vec![], vec![charged], [0, 10_020, -10_020], [0, 10_020, -10_020]),
    ];
    for (name, before, scene, double, with_memo) in rows {
        let mut customers = Vec::new();
        for mode in BookingMode::ALL {
            let mut books = Books::open(mode, 2, false);
            let mut ids = 1..;
            for deed in &before {
                assert_eq!(books.post(ids.next().unwrap(), deed), None, "{name}, {}", mode.name());
            }
            let was = books.classes();
            for deed in &scene {
                assert_eq!(books.post(ids.next().unwrap(), deed), None, "{name}, {}", mode.name());
            }
            let is = books.classes();
            let moved: Vec<i128> = is.iter().zip(was).map(|(is, was)| is - was).collect();
            let expect = if mode == BookingMode::Double { double } else { with_memo };
            assert_eq!(moved, expect, "{name}, {}", mode.name());
            assert_eq!(is[0], is[1] + is[2], "{name}, {}", mode.name());
            customers.push((books.views(OTHERS), books.holds()));
            let memo = books.sum(|class| class == SubjectClass::Memo);
            assert_eq!(books.sum(|class| class != SubjectClass::Memo), -memo);
            let verified = books.end();
            assert_eq!(verified.units[0].memo_net, memo, "{name}, {}", mode.name());
        }
        assert!(customers.windows(2).all(|pair| pair[0] == pair[1]), "{name}: customers differ");
    }
}

/// A stream of business, as it is booked double.
struct Business {
    random: SmallRng,
    /// What may be named: holds with their account and amount, tries, and top-ups with channel, user and amount.
    frozen: Vec<(u128, u64, i64)>,
    tried: Vec<u128>,
    topped_up: Vec<(u128, u64, u64, i64)>,
}

impl Business {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    fn next(&mut self, id: u128) -> Deed {
        let (channel, user, peer) = (self.pick(&CHANNELS), self.pick(&USERS), self.pick(&USERS));
        let amount = self.random.random_range(1..4_000);
        let fee = (amount * 6 + 500) / 1_000;
        match self.random.random_range(0..20) {
            0..=3 => {
                self.topped_up.push((id, channel, user, amount));
                deed("top_up", &[(channel, Debit, amount), (user, Credit, amount)])
            }
            // A fee of the house, and one that the channel takes.
            4 => {
                let net = amount + 1 - fee;
                let legs = [(channel, Debit, amount + 1), (user, Credit, net), (FEES, Credit, fee)];
                deed("top_up", &legs[..if fee > 0 { 3 } else { 2 }])
            }
            5 => deed(
                "top_up",
                &[
                    (channel, Debit, amount),
                    (user, Credit, amount),
                    (CHARGES, Debit, 2),
                    (PAYABLE, Credit, 2),
                ],
            ),
            6 => deed("withdraw", &[(user, Debit, amount), (channel, Credit, amount)]),
            7 | 8 => {
                self.frozen.push((id, user, amount));
                freeze(self.pick(&["withdraw", "escrow"]), user, amount)
            }
            9 | 10 if !self.frozen.is_empty() => {
                let (hold, account, held) = self.pick(&self.frozen.clone());
                let part = self.random.random_range(1..=held + 1);
                match self.random.random_range(0..3) {
                    0 => unfreeze("withdraw", hold),
                    1 => consume("withdraw", hold, part, &[(account, Debit, part), (channel, Credit, part)]),
                    _ => consume("escrow", hold, part, &[(account, Debit, part), (MERCHANT, Credit, part)]),
                }
            }
            11 | 12 => deed("transfer", &[(user, Debit, amount), (peer, Credit, amount)]),
            13 => deed("credit", &[(CREDIT, Debit, amount), (MERCHANT, Credit, amount)]),
            14 => deed("credit", &[(user, Debit, amount), (CREDIT, Credit, amount)]),
            15 => deed("escrow", &[(user, Debit, amount), (MIDDLE, Credit, amount)]),
            16 => deed(
                "escrow",
                &[(MIDDLE, Debit, amount + fee), (MERCHANT, Credit, amount), (FEES, Credit, fee.max(1))],
            ),
            17 if !self.topped_up.is_empty() => {
                let (original, channel, user, amount) = self.pick(&self.topped_up.clone());
                let part = self.random.random_range(1..=amount);
                let legs = [(user, Debit, part), (channel, Credit, part)];
                match self.random.random_range(0..2) {
                    0 => act("top_up", Refund::of_legs(naming(original)), &legs),
                    _ => act("top_up", Reverse { original: naming(original), forced: false }, &[]),
                }
            }
            18 => {
                self.tried.push(id);
                act("withdraw", Try { expires_us: None }, &[(user, Debit, amount), (channel, Credit, amount)])
            }
            _ if !self.tried.is_empty() => {
                let original = naming(self.pick(&self.tried.clone()));
                match self.random.random_range(0..2) {
                    0 => act("withdraw", Confirm { original }, &[]),
                    _ => act("withdraw", CancelTry { original }, &[]),
                }
            }
            _ => deed("transfer", &[(user, Debit, amount), (peer, Credit, amount)]),
        }
    }
}

/// What a channel's account has, and its register: balance and the turnovers of the date, debit-positive.
fn through(view: &AccountView) -> [i128; 4] {
    let natural = [view.opening, view.balance].map(|figure| view.normal.natural(figure));
    [natural[0], view.debit_turnover, view.credit_turnover, natural[1]]
}

/// What stops and goes beside it: payment states, of channels too.
fn stop(random: &mut SmallRng) -> (u64, AttributeChange) {
    let account = [USERS[0], USERS[1], MERCHANT, CHANNELS[0]][random.random_range(0..4)];
    let states = [PaymentState::Normal, PaymentState::Normal, PaymentState::Neither, PaymentState::PaysOnly];
    let payment_state = Some(states[random.random_range(0..4)]);
    (account, AttributeChange::States { account_state: None, payment_state })
}

#[test]
fn the_same_business_is_the_same_to_customers_in_each_mode() {
    let mut refused = std::collections::BTreeMap::<&str, u64>::new();
    let mut posted = 0;
    for seed in 0..6_u64 {
        let mut random = SmallRng::seed_from_u64(seed ^ 0xb00c);
        let (shards, hot) = (1 + u16::try_from(seed % 3).unwrap(), seed % 2 == 1);
        let mut all = BookingMode::ALL.map(|mode| Books::open(mode, shards, hot));
        let (frozen, tried, topped_up) = Default::default();
        let mut business = Business { random: SmallRng::seed_from_u64(seed), frozen, tried, topped_up };
        let days = ["2026-12-02", "2026-12-05", "2027-01-01"];
        for id in 1..=400_u128 {
            if id % 100 == 0 {
                let next = days.get(usize::try_from(id / 100 - 1).unwrap());
                next.iter().for_each(|next| all.iter_mut().for_each(|books| books.close(next)));
            }
            if random.random_range(0..12) == 0 {
                let (account, change) = stop(&mut random);
                let at = CHANNELS.iter().position(|channel| *channel == account);
                for books in &mut all {
                    let memo = at.filter(|_| books.mode != BookingMode::Double).map(|at| MEMO[at]);
                    assert_eq!(books.change(memo.unwrap_or(account), change), None);
                }
            }
            let deed = business.next(id);
            let said = all.each_mut().map(|books| books.post(id, &deed));
            let context = format!("seed {seed}, {id}: {} {:?} {:?}", deed.kind, deed.action, deed.legs);
            assert!(said.iter().all(|one| *one == said[0]), "{context}: {said:?}");
            posted += u64::from(said[0].is_none());
            *refused.entry(said[0].map_or("", Rejection::code)).or_default() += 1;
            let customers = all.each_mut().map(|books| (books.views(OTHERS), books.holds()));
            assert!(customers.iter().all(|one| *one == customers[0]), "{context}: customers differ");
            let [double, rest @ ..] = all.each_mut().map(|books| {
                let accounts = if books.mode == BookingMode::Double { CHANNELS } else { MEMO };
                books.views(accounts.into_iter()).iter().map(through).collect::<Vec<_>>()
            });
            assert!(rest.iter().all(|memo| *memo == double), "{context}: {double:?} {rest:?}");
        }
        for mut books in all {
            let (memo, rest) = (
                books.sum(|class| class == SubjectClass::Memo),
                books.sum(|class| class != SubjectClass::Memo),
            );
            assert_eq!(rest, -memo, "debits less credits are the memo net's other side");
            assert_eq!(memo == 0, books.mode == BookingMode::Double);
            let verified = books.end();
            assert_eq!(verified.units[0].memo_net, memo);
        }
    }
    for code in ["insufficient_funds", "freeze_exceeded", "payment_state", "already_reversed"] {
        assert!(refused.contains_key(code), "{code}: {refused:?}");
    }
    assert!(posted > 1_000, "{refused:?}");
}

/// What a mode asks for, what it refuses, and that nothing which was booked is judged again.
#[test]
fn sides_are_judged_by_the_mode_of_the_type_on_the_date() {
    use BookingMode::{Double, Single, SingleDouble};
    use Rejection::{BookingMode as Mode, DateClosed, Malformed, MemoAlone, WrongClass};
    let mut books = Books::open(Double, 2, true);
    let user = USERS[0];
    let memo: Legs = vec![(MEMO[0], Debit, 10), (user, Credit, 10)];
    let both: Legs = vec![(MEMO[0], Debit, 10), (user, Credit, 15), (CHANNELS[0], Debit, 5)];
    let none: Legs = vec![(CHANNELS[0], Debit, 10), (user, Credit, 10)];
    let alone: Legs = vec![(MEMO[0], Debit, 10), (MEMO[1], Credit, 10)];
    let crossed: Legs =
        vec![(MEMO[0], Debit, 10), (user, Credit, 10), (MEMO[1], Debit, 5), (MEMO[0], Credit, 5)];
    let mut ids = 1..;
    let mut check = |books: &mut Books, kind: &'static str, legs: &Legs, expect: Option<Rejection>| {
        let id = ids.next().unwrap();
        let said = books.post_legs(id, &deed(kind, &[]), legs);
        assert_eq!(said, expect, "{kind} {legs:?}");
        id
    };
    // Types without a mode, and none at all, are booked double.
    for kind in ["top_up", "transfer", ""] {
        check(&mut books, kind, &memo, Some(Mode));
        check(&mut books, kind, &alone, Some(MemoAlone));
        check(&mut books, kind, &none, None);
    }
    for (kind, mode, from, expect) in [
        ("top_up", SingleDouble, "2026-11-30", Some(DateClosed)),
        ("", SingleDouble, START, Some(Malformed)),
        ("top_up", SingleDouble, "2026-12-02", None),
        ("other", Single, START, None),
    ] {
        assert_eq!(books.set_mode(kind, mode, from), expect, "{kind} from {from}");
    }
    // It begins on its date.
    check(&mut books, "top_up", &memo, Some(Mode));
    let double = check(&mut books, "top_up", &none, None);
    books.close("2026-12-02");
    let with_memo = check(&mut books, "top_up", &memo, None);
    check(&mut books, "top_up", &both, None);
    check(&mut books, "top_up", &none, Some(Mode));
    check(&mut books, "top_up", &alone, Some(MemoAlone));
    check(&mut books, "transfer", &memo, Some(Mode));
    // Each change has its memo, by currency.
    check(&mut books, "other", &memo, None);
    check(&mut books, "other", &both, Some(Mode));
    check(&mut books, "other", &none, Some(Mode));
    check(&mut books, "other", &crossed, Some(Mode));
    // A try is judged when it comes, and its confirm whatever holds then.
    let tried = Deed { action: Some(Try { expires_us: None }.into()), ..deed("top_up", &[]) };
    assert_eq!(books.post_legs(900, &tried, &none), Some(Mode));
    assert_eq!(books.post_legs(901, &tried, &vec![(user, Debit, 3), (MEMO[0], Credit, 3)]), None);
    assert_eq!(books.set_mode("top_up", Double, "2026-12-02"), None);
    check(&mut books, "top_up", &memo, Some(Mode));
    check(&mut books, "top_up", &none, None);
    let confirm = act("top_up", Confirm { original: naming(901) }, &[]);
    assert_eq!(books.post_legs(902, &confirm, &vec![]), None);
    // So are reversals and refunds: they have, or give back on, the accounts of their originals.
    let refund = |original| act("top_up", Refund::of_legs(naming(original)), &[]);
    let back = |account| vec![(user, Debit, 4), (account, Credit, 4)];
    assert_eq!(books.post_legs(903, &refund(with_memo), &back(MEMO[0])), None);
    assert_eq!(books.post_legs(904, &refund(with_memo), &back(MEMO[1])), Some(Rejection::RefundExceeded));
    assert_eq!(books.post_legs(905, &refund(double), &back(MEMO[0])), Some(Rejection::RefundExceeded));
    assert_eq!(books.post_legs(906, &refund(double), &back(CHANNELS[0])), None);
    let reverse = |original| act("top_up", Reverse { original: naming(original), forced: false }, &[]);
    assert_eq!(books.post_legs(907, &reverse(903), &vec![]), None);
    assert_eq!(books.post_legs(908, &reverse(with_memo), &vec![]), None);
    // What was booked gets its first result again, whatever holds now.
    assert_eq!(books.post_legs(with_memo, &deed("top_up", &[]), &memo), None);
    // A memo account holds nothing and has no limits, and may go as far below zero as it likes.
    assert_eq!(books.post(909, &freeze("top_up", MEMO[0], 1)), Some(WrongClass));
    let limits = AttributeChange::Limits {
        overdraft: None,
        credit: None,
        transaction: None,
        day: Some(Some(Amount(1))),
    };
    assert_eq!(books.change(MEMO[0], limits), Some(WrongClass));
    assert_eq!(books.change(MEMO[0], AttributeChange::Reserve(Amount(1))), Some(WrongClass));
    assert_eq!(books.change(MEMO[0], AttributeChange::Hot(false)), None);
    assert!(books.views(MEMO.into_iter()).iter().all(|view| view.may_go_negative));
    books.end();
}

#[test]
fn a_memo_account_is_nobodys() {
    let mut books = Books::open(BookingMode::Double, 1, false);
    type Edit = fn(&mut AccountOpening);
    let edits: [(Edit, Option<Rejection>); 6] = [
        (|_| {}, None),
        (|opening| opening.may_go_negative = true, None),
        (|opening| opening.owner = Owner::Customer, Some(Rejection::WrongClass)),
        (|opening| opening.customer = Some("C-1".into()), Some(Rejection::WrongClass)),
        (|opening| opening.overdraft_limit = Amount(1), Some(Rejection::WrongClass)),
        (|opening| opening.credit_limit = Some(Amount(1)), Some(Rejection::WrongClass)),
    ];
    for (number, (edit, expect)) in (0..).zip(edits) {
        let mut opening = openings(false).swap_remove(2);
        opening.key.number = format!("memo {}", number / 2).into();
        edit(&mut opening);
        let Answer::Opened(opened) = books.desk.ask(Command::OpenAccounts(vec![opening])) else { panic!() };
        // The first two are the same account.
        let existed = opened[0].as_ref().ok().map(|opened| opened.existed);
        assert_eq!(opened[0].as_ref().err().copied(), expect, "{number}");
        assert_eq!(existed.unwrap_or(number == 1), number == 1, "{number}");
    }
    let account = AccountRef::Id(AccountId(MEMO[0]));
    let tie = Command::MapCustomer { account, customer: "C-1".into(), notes: Box::default() };
    assert_eq!(books.desk.ask(tie), Answer::Rejected(Rejection::WrongClass));
    books.end();
}
