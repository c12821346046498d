//! What was paid out in some weeks, what the bank has of it, and what is to be found.

use longmen_ledger::Date;
use longmen_reconciliation::money::Class;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// A payout of a channel.
#[derive(Clone, Debug)]
pub(super) struct Payout {
    pub(super) reference: String,
    /// In fen.
    pub(super) amount: i64,
}

/// A day in the channel's file of money.
#[derive(Debug)]
pub(super) struct ChannelDay {
    pub(super) date: Date,
    pub(super) payouts: Vec<Payout>,
}

/// A line of the bank.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) number: String,
    /// In fen: positive what came in.
    pub(super) amount: i64,
    /// What it names, if anything.
    pub(super) reference: String,
    pub(super) remark: String,
}

/// The bank's statement of a day.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) date: Date,
    pub(super) number: u32,
    pub(super) opening: i64,
    pub(super) lines: Vec<Line>,
}

impl Statement {
    pub(super) fn closing(&self) -> i64 {
        self.opening + self.lines.iter().map(|line| line.amount).sum::<i64>()
    }
}

/// What belongs together: payouts by reference, lines by number and amount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) class: Class,
    pub(super) payouts: Vec<String>,
    pub(super) lines: Vec<(String, i128)>,
    pub(super) explains: i128,
}

/// Two weeks of a channel, and the statements of the bank that go with them.
#[derive(Debug)]
pub(super) struct Weeks {
    pub(super) days: Vec<ChannelDay>,
    pub(super) statements: Vec<Statement>,
    pub(super) as_of: Date,
    pub(super) groups: Vec<Group>,
}

/// What becomes of a payout.
#[derive(Clone, Copy, Debug)]
enum Plant {
    Named,
    ByAmount,
    /// It names the payout, and is days late.
    Late,
    Missing,
    OtherAmount,
    InTwo,
    InThree,
    /// The bank has it twice.
    Twice,
    /// It comes, and beside it something that nobody knows.
    BesideUnknown,
}

const PLANTS: [Plant; 9] = [
    Plant::Named,
    Plant::ByAmount,
    Plant::Late,
    Plant::Missing,
    Plant::OtherAmount,
    Plant::InTwo,
    Plant::InThree,
    Plant::Twice,
    Plant::BesideUnknown,
];

/// What the bank may say of a line. One that has the channel's word is of that channel.
const REMARKS: [&str; 3] = ["", "TENPAY 1900000100", "PAYMENT"];
/// Days from the first Monday on: the last is a Wednesday, whose payout is due the day after.
const DAYS: usize = 17;
/// No more amounts than have room in an MT940.
const MOST_AMOUNTS: u32 = 38;

impl Weeks {
    pub(super) fn random(seed: u64) -> Weeks {
        let mut random = StdRng::seed_from_u64(seed);
        // 2024-01-01 was a Monday; weeks go over leap days, and over the end of a year.
        let monday = Date::parse("2024-01-01").unwrap().days() + 7 * random.random_range(0..100);
        let dates = (monday..).map(|day| Date::from_days(day).unwrap()).take(DAYS);
        let worked = dates.clone().enumerate().filter(|(day, _)| is_worked(*day));
        let statements = (171..).zip(worked).map(|(number, (_, date))| Statement {
            date,
            number,
            opening: 0,
            lines: Vec::new(),
        });
        let days = dates.clone().map(|date| ChannelDay { date, payouts: Vec::new() });
        let weeks = Weeks {
            days: days.collect(),
            statements: statements.collect(),
            as_of: dates.last().unwrap(),
            groups: Vec::new(),
        };
        let mut scene = Scene { weeks, random, count: 0 };
        scene.plant_all();
        scene.end()
    }
}

fn is_worked(day: usize) -> bool {
    day % 7 < 5
}

/// The working day after.
fn due(day: usize) -> usize {
    (day + 1..).find(|day| is_worked(*day)).unwrap()
}

/// Where payouts are planted.
struct Scene {
    weeks: Weeks,
    random: StdRng,
    /// How many amounts there were.
    count: u32,
}

impl Scene {
    /// Two weeks, and a payout that is not due yet.
    fn plant_all(&mut self) {
        for friday in [4, 11] {
            if self.random.random_bool(0.5) {
                self.plant_weekend(friday);
            }
        }
        for day in 0..14 {
            let is_free = self.weeks.days[day].payouts.is_empty() && self.count < MOST_AMOUNTS;
            if is_free && self.random.random_bool(0.8) {
                self.plant(day);
            }
        }
        let amount = self.amount();
        let payout = self.payout(DAYS - 1, amount);
        self.group(Class::NotDue, &[payout], &[]);
    }

    /// What was paid out from Friday to Sunday comes on Monday in one.
    fn plant_weekend(&mut self, friday: usize) {
        let payouts = [friday, friday + 1, friday + 2].map(|day| {
            let amount = self.amount();
            self.payout(day, amount)
        });
        let line = self.line(due(friday), payouts.iter().map(|payout| payout.amount).sum(), "");
        self.group(Class::Matched, &payouts, &[line]);
    }

    fn plant(&mut self, day: usize) {
        match *PLANTS.choose(&mut self.random).unwrap() {
            Plant::InTwo => self.plant_parts(day, 2),
            Plant::InThree => self.plant_parts(day, 3),
            what => self.plant_one(day, what),
        }
    }

    /// A payout that comes in one, or does not come.
    fn plant_one(&mut self, day: usize, what: Plant) {
        let (due, amount) = (due(day), self.amount());
        let payout = self.payout(day, amount);
        let named = payout.reference.clone();
        let (class, lines) = match what {
            Plant::ByAmount => (Class::Matched, vec![self.line(due, amount, "")]),
            Plant::Late if due + 7 < DAYS => (Class::Matched, vec![self.line(due + 7, amount, &named)]),
            Plant::Missing => (Class::NotArrived, Vec::new()),
            Plant::OtherAmount => {
                let other = self.amount();
                (Class::AmountDiffers, vec![self.line(due, other, &named)])
            }
            // Of two that name it one with the channel's word would be taken, and one without would not.
            Plant::Twice => {
                let first = self.line(due, amount, &named);
                let second = self.put(due, first.clone());
                (Class::Ambiguous, vec![first, second])
            }
            Plant::BesideUnknown => {
                self.plant_unknown(due);
                (Class::Matched, vec![self.line(due, amount, &named)])
            }
            _ => (Class::Matched, vec![self.line(due, amount, &named)]),
        };
        self.group(class, &[payout], &lines);
    }

    /// A payout comes in parts, of which the first may name it.
    fn plant_parts(&mut self, day: usize, count: usize) {
        let parts: Vec<i64> = (0..count).map(|_| self.amount()).collect();
        let payout = self.payout(day, parts.iter().sum());
        let first = if self.random.random_bool(0.5) { payout.reference.as_str() } else { "" };
        let names = [first].into_iter().chain(std::iter::repeat(""));
        let lines: Vec<Line> =
            parts.iter().zip(names).map(|(part, named)| self.line(due(day), *part, named)).collect();
        self.group(Class::Matched, &[payout], &lines);
    }

    /// What came in, or went out, and is no channel's.
    fn plant_unknown(&mut self, day: usize) {
        let sign = if self.random.random_bool(0.5) { -1 } else { 1 };
        let amount = sign * self.amount();
        let line = self.line(day, amount, "");
        self.group(Class::UnknownLine, &[], &[line]);
    }

    /// A power of two, so that no two sums are equal but those that are planted.
    fn amount(&mut self) -> i64 {
        self.count += 1;
        1 << self.count
    }

    fn payout(&mut self, day: usize, amount: i64) -> Payout {
        let payout = Payout { reference: format!("TP{day:02}X{amount:010x}"), amount };
        self.weeks.days[day].payouts.push(payout.clone());
        payout
    }

    /// A line of a day, which may name something: in its reference, or amid its remark.
    fn line(&mut self, day: usize, amount: i64, named: &str) -> Line {
        let remark = *REMARKS.choose(&mut self.random).unwrap();
        let is_amid = !named.is_empty() && self.random.random_bool(0.5);
        let (reference, remark) = match is_amid {
            true => (String::new(), format!("/ROC/{named}/{remark}")),
            false => (named.to_owned(), remark.to_owned()),
        };
        self.put(day, Line { number: String::new(), amount, reference, remark })
    }

    /// Puts a line into the statement of a day, with a number of its own.
    fn put(&mut self, day: usize, line: Line) -> Line {
        let date = self.weeks.days[day].date;
        let statement = self.weeks.statements.iter_mut().find(|one| one.date == date).unwrap();
        let number = format!("BK{}N{}", statement.number, statement.lines.len());
        let line = Line { number, ..line };
        statement.lines.push(line.clone());
        line
    }

    fn group(&mut self, class: Class, payouts: &[Payout], lines: &[Line]) {
        let came: i64 = lines.iter().map(|line| line.amount).sum();
        let expected: i64 = payouts.iter().map(|payout| payout.amount).sum();
        let mut payouts: Vec<_> = payouts.iter().map(|payout| payout.reference.clone()).collect();
        let mut lines: Vec<_> =
            lines.iter().map(|line| (line.number.clone(), i128::from(line.amount))).collect();
        payouts.sort();
        lines.sort();
        let explains = i128::from(came) - i128::from(expected);
        self.weeks.groups.push(Group { class, payouts, lines, explains });
    }

    /// Gives each statement the balance of the one before.
    fn end(mut self) -> Weeks {
        let mut balance = self.random.random_range(-1_000_000..1_000_000);
        for statement in &mut self.weeks.statements {
            statement.opening = balance;
            balance = statement.closing();
        }
        self.weeks.groups.sort();
        self.weeks
    }
}
