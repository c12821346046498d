//! Bills under random days and kills: what a desk has is what a model makes of the same movements, and what a desk that was killed has.

// Amounts are written as yuan and fen: 300_00.
#![allow(clippy::inconsistent_digit_grouping)]

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::bills::House;

const USERS: [&str; 3] = ["U1", "U2", "U3"];

/// A bill the slow way: fees, interest and principal that are open, and what it has been late for.
#[derive(Clone, Debug, Default)]
struct Slow {
    statement: String,
    total: i64,
    /// Fee, interest, principal.
    open: [i64; 3],
    /// Amounts that were overdue, one for each day.
    product: i64,
    charged: i64,
}

#[derive(Clone, Debug, Default)]
struct SlowAccount {
    stated: Vec<Slow>,
    running: [i64; 3],
    credit: i64,
    /// Interest that is told to be charged, and not posted yet.
    waiting: i64,
}

impl Slow {
    /// 0.05 % a day, a half goes up.
    fn interest(&self) -> i64 {
        (self.product * 5 + 5_000) / 10_000
    }
}

impl SlowAccount {
    fn pay(&mut self, mut amount: i64) {
        for part in 0..3 {
            for bill in &mut self.stated {
                let taken = amount.min(bill.open[part]);
                bill.open[part] -= taken;
                amount -= taken;
            }
        }
        self.credit += amount;
    }

    /// The end of a date, `month`-`day`.
    fn close(&mut self, date: &str) {
        let after_due = |bill: &Slow| date > &*format!("{}-25", &bill.statement[..7]);
        for bill in self.stated.iter_mut().filter(|bill| after_due(bill)) {
            bill.product += bill.open[2];
        }
        if date.ends_with("-05") {
            let open = std::mem::take(&mut self.running);
            self.stated.push(Slow { statement: date.to_owned(), open, ..Slow::default() });
            let credit = std::mem::take(&mut self.credit);
            self.pay(credit);
            let bill = self.stated.last_mut().unwrap();
            bill.total = bill.open.iter().sum();
            for bill in &mut self.stated {
                self.waiting += bill.interest() - bill.charged;
                bill.charged = bill.interest();
            }
        }
    }
}

/// The date `days` after 2024-04-06.
fn date(days: i64) -> String {
    let first: jiff::civil::Date = "2024-04-06".parse().unwrap();
    first.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

#[test]
fn random_days_are_as_the_slow_way_has_them() {
    let seed = 20_240_506;
    let mut random = StdRng::seed_from_u64(seed);
    let house = House::new();
    let mut accounts: BTreeMap<&str, SlowAccount> = USERS.map(|user| (user, SlowAccount::default())).into();
    for day in 0..125 {
        for user in USERS {
            if random.random_range(0..6) > 0 {
                continue;
            }
            let amount = random.random_range(1..50_000_i64);
            let (kind, sign) =
                [("credit_spend", ""), ("credit_fee", ""), ("credit_repay", "-")][random.random_range(0..3)];
            let text = format!("{sign}{}.{:02}", amount / 100, amount % 100);
            house.moves(&format!("{user}-{day}"), user, kind, &text, None);
            let account = accounts.get_mut(user).unwrap();
            match kind {
                "credit_fee" => account.running[0] += amount,
                "credit_spend" => account.running[2] += amount,
                _ => account.pay(amount),
            }
        }
        accounts.values_mut().for_each(|account| account.close(&date(day)));
        house.closes(&date(day + 1));
        if random.random_range(0..4) == 0 || day == 124 {
            house.runs("desk", 0);
            for account in accounts.values_mut() {
                account.running[1] += std::mem::take(&mut account.waiting);
            }
        }
    }
    let bills = house.bills("desk", &[]);
    for (user, account) in &accounts {
        let name = format!("LM/credit.{user}/CNY");
        let shown: BTreeMap<&str, &Value> = bills
            .iter()
            .filter(|bill| bill["account"] == name)
            .map(|bill| (bill["statement"].as_str().unwrap(), bill))
            .collect();
        for slow in &account.stated {
            let Some(bill) = shown.get(&*slow.statement) else {
                assert_eq!(slow.total, 0, "{name} {slow:?}, of seed {seed}");
                continue;
            };
            let expect = [slow.total, slow.open.iter().sum(), slow.interest()].map(|amount| json!(amount));
            assert_eq!(
                ["total", "open", "interest"].map(|field| bill[field].clone()),
                expect,
                "{bill} of seed {seed}"
            );
        }
        let open: i64 = account.stated.iter().flat_map(|bill| bill.open).chain(account.running).sum();
        assert_eq!(house.balance(&format!("credit.{user}")), open - account.credit, "{user} of seed {seed}");
    }
    let all = || accounts.values().flat_map(|account| &account.stated);
    let (interest, charged): (i64, i64) =
        (all().map(Slow::interest).sum(), all().map(|bill| bill.charged).sum());
    assert!(interest > 0 && charged > 0, "somebody was late, of seed {seed}");
    assert_eq!(
        ["income", "receivable"].map(|account| house.balance(account)),
        [interest, interest - charged]
    );
    house.says(&["bill", "check", "LM", "--desk", &house.text("desk")], 0);
}

#[test]
fn a_run_that_is_killed_at_any_moment_goes_on_to_the_same_end() {
    let seed = 20_240_507;
    let mut random = StdRng::seed_from_u64(seed);
    let house = House::new();
    let (desk, file) = (house.text("desk"), house.text("bills.toml"));
    for user in USERS {
        house.moves(&format!("spend-{user}"), user, "credit_spend", "1000.00", None);
        let legs = ["LM/bank/CNY=300.00".to_owned(), format!("LM/cash.{user}/CNY=300.00")];
        house.says(&["post", "--id", &format!("in-{user}"), "--debit", &legs[0], "--credit", &legs[1]], 0);
    }
    house.closes("2024-05-25");
    let (mut kills, mut killed) = (0, 0_i32);
    while kills < 30 {
        killed += 1;
        // Each has something to do: another date, on which everybody is late and somebody pays.
        let user = USERS[random.random_range(0..3)];
        house.moves(&format!("repay-{killed}"), user, "credit_repay", "-1.00", None);
        let legs = ["LM/bank/CNY=5.00".to_owned(), format!("LM/cash.{user}/CNY=5.00")];
        let id = format!("in-{killed}");
        house.says(&["post", "--id", &id, "--debit", &legs[0], "--credit", &legs[1]], 0);
        house.closes(&date(50 + i64::from(killed)));
        let command = if random.random_range(0..3) == 0 { "withhold" } else { "run" };
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_longmen"))
            .args(["bill", command, "LM", "--desk", &desk, "--bills", &file, "--addr", &house.served.addr])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // From before it opens the desk to behind its last answer.
        std::thread::sleep(std::time::Duration::from_millis(random.random_range(0..50)));
        child.kill().unwrap();
        kills += u32::from(child.wait().unwrap().code().is_none());
    }
    house.runs("desk", 0);
    house.closes(&date(80 + i64::from(killed)));
    house.runs("desk", 0);
    house.runs("other", 0);
    let told = |desk: &str| {
        let days = house.postings(desk).into_iter().filter(|one| one["kind"] != "withhold");
        json!({"bills": house.bills(desk, &[]), "postings": days.collect::<Vec<_>>()})
    };
    // A desk that was never killed takes the same from the same books, and all that it asks for is there.
    assert_eq!(told("desk"), told("other"), "of seed {seed}");
    let accrued: i64 = house
        .postings("desk")
        .iter()
        .filter(|one| one["kind"] == "accrue")
        .map(|one| one["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(house.balance("income"), accrued, "of seed {seed}");
    assert!(accrued > 0);
    let withheld: Vec<Value> =
        house.postings("desk").into_iter().filter(|one| one["kind"] == "withhold").collect();
    let taken: i64 = withheld
        .iter()
        .filter(|one| one["state"] == "posted")
        .map(|one| one["amount"].as_i64().unwrap())
        .sum();
    let left: i64 = USERS.iter().map(|user| house.balance(&format!("cash.{user}"))).sum();
    assert_eq!(left, 90_000 + 500 * i64::from(killed) - taken, "{withheld:?} of seed {seed}");
    house.says(&["bill", "check", "LM", "--desk", &desk], 0);
}
