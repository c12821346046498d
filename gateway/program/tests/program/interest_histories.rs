//! Random histories of interest over a node: what its accounts hold in the end is what a naive model has, which counts day by day.

use std::collections::BTreeMap;

use longmen_ledger::Date;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;

use crate::interest::Bank;

const ACCOUNTS: usize = 6;
const BEGINS: &str = "2024-03-21";
/// The rate in hundredths of a percent: from the beginning, and from a day on.
const RATES: [i128; 2] = [20, 35];
const CHANGES: &str = "2024-05-11";
/// Interest of a fen for a day at a hundredth of a percent, in 360 days.
const PARTS: i128 = 10_000 * 360;

const PRODUCTS: &str = r#"
[[assign]]
subject = "20110102"
product = "活期"
begins = "2024-03-21"

[[product]]
name = "活期"
kind = "deposit"
settles = "monthly 20"
accrues = "month-end"
accounts = { expense = "expense", payable = "payable" }

[product.interest]
day_count = "ACT/360"
rates = [
    { currency = "CNY", from = "2024-01-01", rate = "0.20%" },
    { currency = "CNY", from = "2024-05-11", rate = "0.35%" },
]
"#;

/// An account, counted anew from all its movements whenever something is asked.
#[derive(Default)]
struct Naive {
    /// Day from which it counts, and fen.
    moved: Vec<(u32, i128)>,
    /// Booked, and in no run yet.
    waiting: Vec<(u32, i128)>,
    settled: Vec<Settled>,
    folded_to: u32,
    has_ended: bool,
    /// By day: what interest brings to the account.
    credited: BTreeMap<u32, i128>,
    /// What expense there was for it.
    expense: i128,
    /// By settlement alone.
    paid: i128,
}

struct Settled {
    days: (u32, u32),
    /// What came later changed so many parts.
    changed: i128,
    booked: i128,
}

impl Naive {
    fn open() -> Naive {
        Naive { folded_to: of(BEGINS) - 1, ..Naive::default() }
    }

    fn parts(&self, (first, last): (u32, u32)) -> i128 {
        let balance = |day| self.moved.iter().filter(|one| one.0 <= day).map(|one| one.1).sum::<i128>();
        let rate = |day| RATES[usize::from(day >= of(CHANGES))];
        (first..=last).map(|day| balance(day).max(0) * rate(day)).sum()
    }

    /// A run reads what was booked; what is of folded days changes what was paid for them.
    fn read(&mut self) {
        for (day, amount) in std::mem::take(&mut self.waiting) {
            let before: Vec<i128> = self.settled.iter().map(|one| self.parts(one.days)).collect();
            self.moved.push((day, amount));
            for (at, before) in before.into_iter().enumerate() {
                let change = self.parts(self.settled[at].days) - before;
                self.settled[at].changed += change;
            }
        }
        let mut due = 0;
        for one in &mut self.settled {
            let amount = rounded(one.changed) - one.booked;
            one.booked += amount;
            due += amount;
        }
        self.expense += due;
        self.credit(self.folded_to + 1, due);
    }

    fn fold(&mut self, to: u32) {
        while self.folded_to < to && !self.has_ended {
            self.folded_to += 1;
            if date(self.folded_to).ends_with("-20") {
                self.settle();
            }
        }
    }

    fn settle(&mut self) {
        let first = self.settled.last().map_or(of(BEGINS), |one| one.days.1 + 1);
        let days = (first, self.folded_to);
        let paid = rounded(self.parts(days));
        self.settled.push(Settled { days, changed: 0, booked: 0 });
        (self.expense, self.paid) = (self.expense + paid, self.paid + paid);
        self.credit(self.folded_to + 1, paid);
    }

    fn close(&mut self, on: u32) {
        self.fold(on - 1);
        self.has_ended = true;
        self.settle();
    }

    fn credit(&mut self, day: u32, amount: i128) {
        if amount != 0 {
            *self.credited.entry(day).or_default() += amount;
            self.moved.push((day, amount));
        }
    }

    /// What the books have.
    fn balance(&self) -> i128 {
        self.moved.iter().chain(&self.waiting).map(|one| one.1).sum()
    }
}

fn rounded(parts: i128) -> i128 {
    let sign = parts.signum();
    sign * ((2 * parts.abs() + PARTS) / (2 * PARTS))
}

fn of(date: &str) -> u32 {
    Date::parse(date).unwrap().days()
}

fn date(days: u32) -> String {
    Date::from_days(days).unwrap().to_string()
}

struct Story {
    bank: Bank,
    random: StdRng,
    accounts: Vec<Naive>,
    /// Deposits that can be reversed: id, account, day, fen.
    deposits: Vec<(String, usize, u32, i128)>,
    today: u32,
    number: u32,
    back_valued: u64,
}

impl Story {
    fn new(seed: u64) -> Story {
        Story {
            bank: Bank::with(PRODUCTS, &chart()),
            random: StdRng::seed_from_u64(seed),
            accounts: (0..ACCOUNTS).map(|_| Naive::open()).collect(),
            deposits: Vec::new(),
            today: of(BEGINS),
            number: 0,
            back_valued: 0,
        }
    }

    /// Money in or out, often of another day, or an earlier deposit taken back.
    fn moves(&mut self) {
        self.number += 1;
        let id = format!("t-{}", self.number);
        let at = self.random.random_range(0..ACCOUNTS);
        let there = self.accounts[at].balance();
        if self.random.random_bool(0.2) && !self.deposits.is_empty() {
            let chosen = self.random.random_range(0..self.deposits.len());
            let (original, at, day, fen) = self.deposits.swap_remove(chosen);
            if self.accounts[at].balance() > fen + 100_000 {
                self.bank.says(&["reverse", &original, "--id", &id], 0);
                self.accounts[at].waiting.push((day, -fen));
            }
            return;
        }
        let value = match self.random.random_range(0..4) {
            0 => self.random.random_range(of(BEGINS) - 20..=self.today),
            _ => self.today,
        };
        let day = value.max(of(BEGINS));
        let fen = self.random.random_range(1..=80_000_000_i128);
        // Interest that is due later is not spent.
        let out = self.random.random_bool(0.4) && there > fen + 100_000;
        let yuan = format!("{}{}.{:02}", if out { "-" } else { "" }, fen / 100, fen % 100);
        self.bank.moves(&id, &format!("U{at}"), &yuan, (value != self.today).then(|| date(value)).as_deref());
        self.accounts[at].waiting.push((day, if out { -fen } else { fen }));
        if !out {
            self.deposits.push((id, at, day, fen));
        }
    }

    fn accrues(&mut self) {
        self.back_valued += self.bank.accrues(0)["back_valued"].as_u64().unwrap();
        let today = self.today;
        for account in &mut self.accounts {
            account.read();
            // Who has had no movement is not met: its days are folded when it is.
            if !account.moved.is_empty() {
                account.fold(today);
            }
        }
    }

    fn closes(&mut self, at: usize) {
        let account = format!("LM/U{at}/CNY");
        // What is only told is told again, and is what comes.
        let told = self.bank.ends(&account, true);
        let done = self.bank.ends(&account, false);
        assert_eq!(told["dues"].as_array().unwrap().len(), done["dues"].as_array().unwrap().len(), "{told}");
        assert_eq!(self.bank.ends(&account, false)["had_ended"], true);
        let today = self.today;
        self.accounts.iter_mut().for_each(Naive::read);
        self.accounts[at].close(today);
    }

    fn passes(&mut self) {
        for _ in 0..14 {
            for _ in 0..self.random.random_range(0..5) {
                self.moves();
            }
            match self.random.random_range(0..10) {
                // A day without a run is folded by the next.
                0 => {}
                1 => {
                    let at = self.random.random_range(0..ACCOUNTS);
                    if !self.accounts[at].has_ended && !self.accounts[at].moved.is_empty() {
                        self.closes(at);
                    }
                    self.accrues();
                }
                _ => self.accrues(),
            }
            self.today += self.random.random_range(1..9);
            self.bank.closes(&date(self.today));
            self.bank.settles(0);
        }
    }

    /// All interest ends, and what was due is paid.
    fn ends(&mut self) {
        self.accrues();
        self.today += 1;
        self.bank.closes(&date(self.today));
        for at in 0..ACCOUNTS {
            if !self.accounts[at].has_ended && !self.accounts[at].moved.is_empty() {
                self.closes(at);
            }
        }
        self.bank.settles(0);
    }

    fn compare(&self, seed: u64) {
        for (at, account) in self.accounts.iter().enumerate() {
            let found = i128::from(self.bank.balance(&format!("U{at}")));
            assert_eq!(found, account.balance(), "seed {seed}: U{at}, credited {:?}", account.credited);
        }
        let expense: i128 = self.accounts.iter().map(|account| account.expense).sum();
        assert_eq!(i128::from(self.bank.balance("expense")).abs(), expense, "seed {seed}");
        assert_eq!(self.bank.balance("payable"), 0, "seed {seed}: what was accrued is what was paid");
        let dues = self.bank.dues();
        let sum = |of: &str, side: &str, account: &str| -> i128 {
            let wanted = dues.iter().filter(|due| due["kind"] == of && due[side] == account);
            wanted.map(|due| i128::from(due["amount"].as_i64().unwrap())).sum()
        };
        let paid: i128 = self.accounts.iter().map(|account| account.paid).sum();
        let (expense, payable) = ("LM/expense/CNY", "LM/payable/CNY");
        assert_eq!(sum("accrue", "debit", expense) - sum("accrue", "credit", expense), paid, "seed {seed}");
        assert_eq!(sum("capitalise", "debit", payable), paid, "seed {seed}");
        for (at, account) in self.accounts.iter().enumerate() {
            assert_eq!(
                sum("capitalise", "credit", &format!("LM/U{at}/CNY")),
                account.paid,
                "seed {seed}: U{at}"
            );
        }
        assert!(dues.iter().all(|due| due["state"] == "posted"), "{dues:?}");
    }
}

fn chart() -> String {
    let mut chart: Value = serde_json::from_str(crate::interest::CHART).unwrap();
    let accounts = chart["accounts"].as_array_mut().unwrap();
    let like = accounts.pop().unwrap();
    accounts.retain(|account| account["subject"] != like["subject"]);
    for at in 0..ACCOUNTS {
        let mut account = like.clone();
        account["account"] = format!("U{at}").into();
        accounts.push(account);
    }
    chart.to_string()
}

#[test]
fn what_accounts_hold_in_the_end_is_what_a_naive_model_has() {
    let (mut back_valued, mut periods, mut adjusted) = (0, 0, 0);
    for seed in 1..=5 {
        let mut story = Story::new(seed);
        story.passes();
        story.ends();
        story.compare(seed);
        back_valued += story.back_valued;
        let settled = || story.accounts.iter().flat_map(|account| &account.settled);
        periods += settled().count();
        adjusted += settled().filter(|one| one.booked != 0).count();
    }
    assert!(back_valued >= 10 && periods >= 40 && adjusted >= 5, "{back_valued}, {periods}, {adjusted}");
}
