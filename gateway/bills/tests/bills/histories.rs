//! Random histories, against the naive model after each day.

use std::collections::{BTreeMap, BTreeSet};

use longmen_bills::{
    Allocation, BillState, Effect, Movement, MovementKind, Original, Part, PostingKind, Target,
};
use longmen_ledger::{Amount, Date};
use proptest::prelude::*;

use crate::books::{ACCOUNT, Books, day, plan_with};
use crate::naive::Naive;

const FIRST: &str = "2024-01-20";
const DAYS: u32 = 190;
const PARTS: [Part; 3] = [Part::Fee, Part::Interest, Part::Principal];

/// A movement before it is known what there is to go back to.
#[derive(Clone, Debug)]
struct Intent {
    /// Days after the first.
    day: u32,
    /// How many days the value date is before it, or after.
    valued: i8,
    what: u8,
    amount: i64,
    /// Picks an original.
    pick: usize,
}

fn intents() -> impl Strategy<Value = Vec<Intent>> {
    let one = (
        0..DAYS,
        prop_oneof![6 => Just(0_i8), 2 => -40_i8..0, 1 => 1_i8..4],
        0_u8..10,
        1_i64..120,
        any::<usize>(),
    );
    let one = one.prop_map(|(day, valued, what, amount, pick)| Intent { day, valued, what, amount, pick });
    proptest::collection::vec(one, 0..40)
}

/// What was there before, for refunds and reversals.
#[derive(Clone)]
struct Past {
    id: Box<str>,
    date: Date,
    value: Date,
    amount: i64,
    kind: MovementKind,
}

struct Played {
    books: Books,
    naive: Naive,
    past: Vec<Past>,
    /// What all pieces of a transaction are together.
    allocated: BTreeMap<Box<str>, i64>,
    accrued: BTreeMap<Date, i64>,
    charged: BTreeMap<Date, i64>,
}

impl Played {
    fn movement(&mut self, number: usize, date: Date, intent: &Intent) -> Option<Movement> {
        let id: Box<str> = format!("t{number}").into();
        let value = Date::from_days(date.days().saturating_add_signed(intent.valued.into()))?;
        let kind = match intent.what {
            0..=2 => MovementKind::Spend,
            3 => MovementKind::Fee,
            4 => MovementKind::Interest,
            5..=7 => MovementKind::Repayment,
            8 => MovementKind::Refund,
            _ => MovementKind::Reversal,
        };
        let needs = |past: &&Past| match kind {
            MovementKind::Refund => past.kind.part().is_some(),
            _ => past.kind != MovementKind::Reversal,
        };
        let originals: Vec<Past> = self.past.iter().filter(needs).cloned().collect();
        let of = originals.get(intent.pick % originals.len().max(1)).cloned();
        let (mut value, mut amount) = (value, intent.amount);
        let original = match kind {
            MovementKind::Refund | MovementKind::Reversal => {
                let of = of?;
                if kind == MovementKind::Refund {
                    amount = amount.min(of.amount);
                } else {
                    // As if it had never been, or from now on.
                    (value, amount) = (if intent.valued == 0 { of.value } else { value }, of.amount);
                }
                self.past.retain(|past| past.id != of.id);
                Some(Original { id: of.id, date: of.date, kind: of.kind })
            }
            _ => None,
        };
        self.past.push(Past { id: id.clone(), date, value, amount, kind });
        let effect = kind.effect(original).unwrap();
        Some(Movement { id, date, value, amount: Amount(amount), effect })
    }

    fn close(&mut self, date: Date, movements: &[Movement]) {
        let (after, told) = self.books.bills.close(&self.books.plan, ACCOUNT, date, movements).unwrap();
        for movement in movements {
            self.naive.take(movement);
        }
        if told.statement.is_some() {
            self.naive.end_cycle(date);
        }
        for Allocation { id, amount, .. } in &told.allocations {
            *self.allocated.entry(id.clone()).or_default() += amount;
        }
        for posting in &told.postings {
            let (of, sign) = match posting.kind {
                PostingKind::Accrue => (&mut self.accrued, 1),
                PostingKind::ReturnAccrual => (&mut self.accrued, -1),
                PostingKind::Charge => (&mut self.charged, 1),
                PostingKind::ReturnCharge => (&mut self.charged, -1),
                PostingKind::ReleaseReserve | PostingKind::Withhold => panic!("{posting:?} of a day"),
            };
            *of.entry(posting.bill).or_default() += sign * posting.amount.0;
        }
        if told.statement.is_some() {
            let bills: BTreeSet<Date> = self.accrued.keys().chain(self.charged.keys()).copied().collect();
            let of = |sums: &BTreeMap<Date, i64>| -> Vec<i64> {
                bills.iter().map(|bill| sums.get(bill).copied().unwrap_or(0)).collect()
            };
            assert_eq!(
                of(&self.charged),
                of(&self.accrued),
                "what was accrued is charged, of every bill there was"
            );
        }
        for change in &told.changes {
            assert_ne!(change.from, change.to);
            assert!(after.bill(change.bill).is_none_or(|bill| bill.state(date) == Ok(change.to)));
        }
        self.naive.forget(self.naive.ends.len() + 1 - after.bills().count());
        self.books.bills = after;
        self.agree(date, movements, told.statement.map(|stated| stated.owed));
        self.books.days.insert(date, told);
    }

    /// The bills are what the naive model has.
    fn agree(&self, date: Date, movements: &[Movement], owed: Option<i64>) {
        let (bills, naive) = (&self.books.bills, &self.naive);
        assert_eq!(bills.owed(), Ok(naive.owed()), "{date} {movements:?}");
        assert_eq!(bills.credit(), Ok(naive.credit()), "{date} {movements:?}");
        assert!(owed.is_none_or(|owed| owed == naive.owed()));
        for bill in bills.bills() {
            let cycle = bill.stated().map_or(naive.ends.len(), |stated| {
                naive.ends.iter().position(|end| *end == stated.date).unwrap()
            });
            for part in PARTS {
                assert_eq!(bill.open_of(part), Ok(naive.open_of(cycle, part)), "{date} {part} {bill:?}");
            }
            let open = bill.open().unwrap();
            let Some(stated) = bill.stated() else { continue };
            let interest = naive.late_interest(cycle, stated.due, stated.grace, date);
            assert_eq!(bill.late_interest(date), Ok(interest), "{date} {bill:?}");
            assert_eq!(
                (stated.accrued, self.accrued.get(&stated.date).copied().unwrap_or(0)),
                (interest, interest)
            );
            let state = bill.state(date).unwrap();
            assert_eq!(state == BillState::Paid, open == 0);
            assert_eq!(state == BillState::Overdue, open > 0 && date > stated.grace);
            assert!(0 <= stated.minimum && stated.minimum <= stated.total);
            assert!(open == 0 || naive.credit() == 0, "credit waits, and a bill is open");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bills_are_as_the_slow_way_has_them(mut intents in intents(), grace in 0_u32..4) {
        intents.sort_by_key(|intent| intent.day);
        let plan = plan_with(&[("grace = 0", &format!("grace = {grace}")), ("CNY = \"10.00\"", "CNY = \"0.20\""), ("0.05%", "1%")]);
        let mut played = Played {
            books: Books::new(plan, FIRST),
            naive: Naive::new(),
            past: Vec::new(),
            allocated: BTreeMap::new(),
            accrued: BTreeMap::new(),
            charged: BTreeMap::new(),
        };
        let mut money: BTreeMap<Box<str>, i64> = BTreeMap::new();
        for number in 0..DAYS {
            let date = Date::from_days(day(FIRST).days() + number).unwrap();
            let today = intents.iter().enumerate().filter(|(_, intent)| intent.day == number);
            let movements: Vec<Movement> =
                today.filter_map(|(at, intent)| played.movement(at, date, intent)).collect();
            for movement in &movements {
                match &movement.effect {
                    Effect::Charge(_) => {}
                    Effect::Reversal(of) if of.kind.part().is_none() => *money.get_mut(&of.id).unwrap() -= movement.amount.0,
                    _ => *money.entry(movement.id.clone()).or_default() += movement.amount.0,
                }
            }
            played.close(date, &movements);
        }
        // Every piece of money is somewhere, and nowhere twice.
        prop_assert_eq!(&played.allocated, &money);
        let credit: i64 = played.books.days.values().flat_map(|told| &told.allocations).filter(|one| one.target == Target::Credit).map(|one| one.amount).sum();
        prop_assert_eq!(played.books.bills.credit(), Ok(credit));
    }
}
