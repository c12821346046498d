//! Random histories, reckoned by the crate and by the naive model: every posting must be the same.

use std::cell::Cell;

use longmen_interest::{AccountInterest, DayBalances, Due, Movement, Part, Role, Terms};
use longmen_ledger::{Amount, Date};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::naive::{Naive, days};
use crate::written::{Method, Written, day, terms};

const ACCOUNT: &str = "A";

#[derive(Clone, Debug)]
struct History {
    written: Written,
    start: Date,
    length: u32,
    opening: i64,
    /// In order of the day on which they are booked.
    events: Vec<Event>,
    /// Whether the account is closed at the end.
    closes: bool,
    matures: bool,
    /// After so many days at most they are folded, whether anything happens or not.
    stride: u32,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    /// From the start.
    booked: u32,
    /// Value date from the booking date.
    shift: i32,
    amount: i64,
    /// A reversal of an earlier one, if there is any, by its number modulo how many there are.
    reverses: Option<usize>,
}

#[test]
fn random_histories_give_the_postings_of_the_naive_model() {
    let config = Config { cases: 6_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let (periods, adjustments) = (Cell::new(0_usize), Cell::new(0_usize));
    let run = |history: History| {
        let expect = by_model(&history);
        let found = by_crate(&history);
        prop_assert_eq!(&found.said, &expect, "{}", history.written.toml());
        periods.set(periods.get() + found.periods);
        adjustments.set(adjustments.get() + expect.iter().filter(|said| said.contains(" adjust")).count());
        Ok(())
    };
    runner.run(&histories(), run).unwrap_or_else(|error| panic!("{error}"));
    println!("{} account-periods, {} adjustments", periods.get(), adjustments.get());
    assert!(periods.get() >= 20_000 && adjustments.get() >= 1_000, "the histories have too little in them");
}

fn by_model(history: &History) -> Vec<String> {
    let start = days(history.start);
    let mut model = Naive::open(&history.written, history.start, history.opening, maturity(history));
    let mut from: Vec<(i64, i64)> = Vec::new();
    for today in start..start + i64::from(history.length) {
        for event in history.events.iter().filter(|event| start + i64::from(event.booked) == today) {
            let original =
                event.reverses.filter(|_| !from.is_empty()).map(|number| from[number % from.len()]);
            let (counts, amount) = match original {
                Some((day, amount)) if history.written.reversals == "value-date" => (day, -amount),
                Some((_, amount)) => (today, -amount),
                None => ((today + i64::from(event.shift)).max(start), event.amount),
            };
            from.push((counts, amount));
            model.book(today, counts, amount);
        }
        let ends = model.end_of(today);
        if ends {
            return model.said;
        }
    }
    if history.closes {
        model.close(start + i64::from(history.length));
    }
    model.said
}

struct Found {
    said: Vec<String>,
    periods: usize,
}

/// A program as it would be: it keeps movements and balances, and asks the crate day by day, or after some days.
struct Program<'t> {
    terms: Terms<'t>,
    start: Date,
    opening: i64,
    account: AccountInterest,
    moved: Vec<(Date, Amount)>,
    said: Vec<String>,
}

fn by_crate(history: &History) -> Found {
    let product = history.written.read();
    let terms = terms(&product);
    let account =
        AccountInterest::open(&terms, history.start, history.opening.into(), maturity(history)).unwrap();
    let opening = history.opening;
    let mut program =
        Program { terms, start: history.start, opening, account, moved: Vec::new(), said: Vec::new() };
    let mut counted: Vec<(Date, Amount)> = Vec::new();
    let mut periods = 1;
    for offset in 0..history.length {
        let today = after(history.start, offset);
        for event in history.events.iter().filter(|event| event.booked == offset) {
            periods += program.fold(today.previous().unwrap());
            let original = event.reverses.filter(|_| !counted.is_empty());
            let original = original.map(|number| counted[number % counted.len()]);
            let shifted = i64::from(today.days()) + i64::from(event.shift);
            let value = Date::from_days(u32::try_from(shifted).unwrap()).unwrap().max(history.start);
            let movement = match original {
                Some((reverses, amount)) => {
                    let amount = Amount(-amount.0);
                    Movement { booked: today, value: today, amount, reverses: Some(reverses) }
                }
                None => Movement { booked: today, value, amount: Amount(event.amount), reverses: None },
            };
            let from = terms.counts_from(&movement);
            counted.push((from, movement.amount));
            program.book(from, movement.amount);
        }
        if offset % history.stride == 0 {
            periods += program.fold(today);
        }
        if program.account.has_ended() {
            return Found { said: program.said, periods };
        }
    }
    let end = after(history.start, history.length);
    periods += program.fold(end.previous().unwrap());
    if history.closes && !program.account.has_ended() {
        let dues = program.account.close(&terms, ACCOUNT, end).unwrap();
        program.say(&dues);
        assert!(program.account.has_ended());
    }
    Found { said: program.said, periods }
}

impl Program<'_> {
    /// Closes days; how many periods ended.
    fn fold(&mut self, to: Date) -> usize {
        let mut periods = 0;
        while self.account.next_day() <= to && !self.account.has_ended() {
            let before = self.account.period();
            let dues = self.account.advance(&self.terms, ACCOUNT, to).unwrap();
            periods += usize::from(before != self.account.period());
            self.take(&dues);
            self.write_down_and_read_back();
        }
        periods
    }

    fn book(&mut self, from: Date, amount: Amount) {
        if self.account.has_ended() {
            return;
        }
        if from >= self.account.next_day() {
            self.account.enter(from, amount).unwrap();
            self.moved.push((from, amount));
            return;
        }
        let needed = self.account.history_from(&self.terms, from);
        let held = self.held(needed);
        let dues = self.account.back_value(&self.terms, ACCOUNT, &[(from, amount)], &held).unwrap();
        self.moved.push((from, amount));
        self.take(&dues);
        self.explained();
    }

    /// The figure that is explained is the one that was folded.
    fn explained(&self) {
        let held = self.held(self.account.period().from.min(self.account.next_day()));
        for one in self.account.explain(&self.terms, &held).unwrap() {
            let rows: i128 = one.rows.iter().map(|row| row.product).sum();
            assert_eq!(rows, self.account.segments(one.part).product().unwrap());
            assert!(one.part == Part::Balance || self.terms.product().account(Role::Income).is_some());
        }
    }

    fn held(&self, from: Date) -> DayBalances {
        let before = self.moved.iter().filter(|(day, _)| *day < from).map(|(_, amount)| i128::from(amount.0));
        let opening = i128::from(self.opening) + before.sum::<i128>();
        let later = self.moved.iter().copied().filter(|(day, _)| *day >= from);
        assert!(from >= self.start);
        DayBalances::of(from, opening, later).unwrap()
    }

    /// Posts: what moves the account itself counts from its date on.
    fn take(&mut self, dues: &[Due]) {
        self.say(dues);
        if self.account.has_ended() {
            return;
        }
        for due in dues {
            let gains = due.credit == Role::Account;
            let is_loan = self.terms.product().kind().to_string() == "loan";
            if gains || due.debit == Role::Account {
                let amount = Amount(if gains == is_loan { -due.amount.0 } else { due.amount.0 });
                self.account.enter(due.date, amount).unwrap();
                self.moved.push((due.date, amount));
            }
        }
    }

    fn say(&mut self, dues: &[Due]) {
        for due in dues {
            let [_, account, product, period, word]: [&str; 5] =
                due.key.split('|').collect::<Vec<_>>().try_into().unwrap();
            assert_eq!((account, product, period), (ACCOUNT, "P", &*due.period.to_string()));
            assert!(due.amount.0 > 0 && word.starts_with(&due.kind.to_string()));
            let amount = if takes_back(due) { -due.amount.0 } else { due.amount.0 };
            self.said.push(format!("{period} {word} {amount} on {}", due.date));
        }
    }

    fn write_down_and_read_back(&mut self) {
        let bytes = rmp_serde::to_vec(&self.account).unwrap();
        let read: AccountInterest = rmp_serde::from_slice(&bytes).unwrap();
        assert_eq!(read, self.account);
        self.account = read;
    }
}

/// Whether debit and credit have changed places.
fn takes_back(due: &Due) -> bool {
    due.credit == Role::Expense || due.debit == Role::Income
}

fn maturity(history: &History) -> Option<Date> {
    history.matures.then(|| after(history.start, history.length.max(2) / 2))
}

fn after(start: Date, offset: u32) -> Date {
    Date::from_days(start.days() + offset).unwrap()
}

fn histories() -> impl Strategy<Value = History> {
    let settles = prop_oneof![
        4 => Just("monthly 20"),
        2 => Just("monthly 31"),
        4 => Just("quarterly 20"),
        1 => Just("yearly 12-20"),
        1 => Just("maturity"),
        1 => Just("close"),
    ];
    let accrues = prop_oneof![1 => Just("daily"), 4 => Just("month-end"), 3 => Just("settlement")];
    let product = (
        settles,
        accrues,
        prop_oneof![Just("value-date"), Just("accounting-date")],
        prop_oneof![3 => Just(None), 1 => Just(Some("2241"))],
        prop_oneof![5 => Just("deposit"), 2 => Just("loan")],
        methods(),
        prop::option::of(methods()),
        0_i64..200,
    );
    let event = (
        0_u32..500,
        prop_oneof![3 => Just(0), 3 => -150..0, 1 => 1..10],
        amounts(),
        prop::option::weighted(0.2, 0_usize..20),
    );
    let event = event.prop_map(|(booked, shift, amount, reverses)| Event { booked, shift, amount, reverses });
    let history = (
        product,
        0_u32..900,
        2_u32..500,
        amounts(),
        prop::collection::vec(event, 0..14),
        any::<bool>(),
        1_u32..60,
    );
    history.prop_map(|(product, start, length, opening, mut events, closes, stride)| {
        let (settles, accrues, reversals, pay_to, kind, mut interest, overdraft, minimum) = product;
        let is_loan = kind == "loan";
        let overdraft = overdraft.filter(|_| !is_loan).map(|method| Method { minimum, ..method });
        interest.minimum = if is_loan { minimum } else { 0 };
        for event in &mut events {
            event.booked %= length;
            // An account is not closed while a movement is still to come.
            event.shift = event.shift.min(i32::try_from(length - event.booked).unwrap());
        }
        events.sort_by_key(|event| event.booked);
        let written =
            Written { kind, settles: settles.to_owned(), accrues, reversals, pay_to, interest, overdraft };
        let start = after(day("2022-11-01"), start);
        History { written, start, length, opening, events, closes, matures: settles == "maturity", stride }
    })
}

/// Cents, and ten thousands of yuan; now and then a balance whose interest ends at a half, or that reaches a limit exactly.
fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![
        -2_000_i64..2_000,
        -5_000_000_i64..9_000_000,
        (-20_i64..20).prop_map(|nines| nines * 900),
        (-4_i64..8).prop_map(|round| round * 500_000)
    ]
}

/// Of tiers; many of them are balances that accounts have.
fn limits() -> impl Strategy<Value = i64> {
    prop_oneof![1_i64..2_000_000, (1_i64..4).prop_map(|round| round * 500_000)]
}

fn methods() -> impl Strategy<Value = Method> {
    let day_count = prop_oneof![
        3 => Just("ACT/360"),
        1 => Just("ACT/365F"),
        1 => Just("ACT/ACT ISDA"),
        1 => Just("30/360 US"),
        1 => Just("30E/360"),
    ];
    let rate = || {
        prop_oneof![Just("0.0020"), Just("0.0035"), Just("0.005"), Just("0.0435"), Just("0.1825"), Just("0")]
    };
    let tiers = prop_oneof![
        2 => rate().prop_map(|rate| vec![(0, rate)]),
        1 => (rate(), rate(), rate(), limits(), limits())
            .prop_map(|(a, b, c, second, more)| vec![(0, a), (second, b), (second + more, c)]),
    ];
    let rows = prop::collection::btree_map(0_u32..900, tiers.clone(), 0..3);
    let words = (
        prop_oneof![2 => Just("exact"), 1 => Just("whole-units")],
        prop_oneof![2 => Just("daily"), 1 => Just("average")],
        prop_oneof![Just("slices"), Just("whole")],
        prop_oneof![Just("half-up"), Just("half-even")],
        prop_oneof![Just("clear"), Just("carry")],
    );
    (day_count, tiers, rows, words).prop_map(|(day_count, first, rows, words)| {
        let (base, balance, tiering, rounding, remainder) = words;
        let mut rates = vec![(day("2020-01-01"), first)];
        rates.extend(rows.into_iter().map(|(offset, tiers)| (after(day("2022-11-01"), offset), tiers)));
        let has_tiers = rates.iter().any(|row| row.1.len() > 1);
        let balance = if has_tiers { balance } else { "daily" };
        Method { day_count, base, balance, tiering, rounding, remainder, minimum: 0, rates }
    })
}
