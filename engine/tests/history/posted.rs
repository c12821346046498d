//! Books of a node over some days, and what the test knows of them.

use std::path::Path;

use longmen_engine::ledger::{
    AccountChange, AccountId, AccountRef, Action, Amount, Answer, AttributeChange, Batch, Command, Date,
    Draft, Freeze, HoldTerms, Leg, PaymentState, Side, TransactionId, TransactionKey, Unfreeze,
    notes::{self, Note},
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::desk::{Desk, cny, directory, now, options};

/// An account that is posted to leg by leg, and a hot one.
pub(crate) const PLAIN: u64 = 2;
pub(crate) const HOT: u64 = 3;
pub(crate) const DAYS: u32 = 5;
const BATCHES: u32 = 6;
const BATCH: u32 = 700;

/// A leg that was posted, as the test knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) id: u128,
    pub(crate) account: u64,
    pub(crate) step: u16,
    pub(crate) side: Side,
    pub(crate) amount: i64,
    pub(crate) date: Date,
    pub(crate) value_date: Date,
    pub(crate) mark: &'static str,
}

/// A node with books of [`DAYS`] days.
pub(crate) struct Books {
    pub(crate) desk: Desk,
    pub(crate) known: Vec<Known>,
    /// The holds of the plain account: how many moves.
    pub(crate) moves: usize,
    next: u128,
}

pub(crate) fn day(n: u32) -> Date {
    Date::from_days(Date::parse("2018-05-01").unwrap().days() + n).unwrap()
}

fn texts(entries: &[(Note, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    entries.iter().for_each(|(note, text)| notes::write(&mut bytes, *note, text));
    bytes
}

impl Books {
    pub(crate) fn open(path: &Path, seed: u64) -> Books {
        let mut desk = Desk::start(directory(path), &options(2));
        desk.open_books(5, &[HOT]);
        let mut books = Books { desk, known: Vec::new(), moves: 0, next: 1 };
        let mut random = StdRng::seed_from_u64(seed);
        for n in 0..DAYS {
            for _ in 0..BATCHES {
                books.hold(5, i64::from(n) + 1);
                books.batch(&mut random, day(n));
            }
            books.change(n);
            books.close(day(n + 1));
        }
        books
    }

    fn draft(&mut self, value_date: Option<Date>) -> Draft {
        self.next += 1;
        Draft { id: TransactionId(self.next), time: now(), value_date, accounting_date: None }
    }

    fn batch(&mut self, random: &mut StdRng, date: Date) {
        let mut batch = Batch::default();
        let mut sent = Vec::new();
        for _ in 0..BATCH {
            let (from, to) = [(1, PLAIN), (PLAIN, 4), (1, HOT), (PLAIN, HOT), (HOT, PLAIN), (4, 5)]
                [random.random_range(0..6)];
            let value_date = match random.random_range(0..6) {
                0 => Date::from_days(date.days() - random.random_range(0..4)),
                1 => Date::from_days(date.days() + random.random_range(0..3)),
                _ => None,
            };
            let mark = ["", "customer", "operations", "internal"][random.random_range(0..4)];
            let amount = random.random_range(1..100);
            let leg = |step, account, side| Leg {
                account: AccountId(account),
                amount: Amount(amount),
                currency: cny(),
                step,
                side,
            };
            let legs = [leg(1, from, Side::Debit), leg(2, to, Side::Credit)];
            let draft = self.draft(value_date);
            let notes = texts(&[(Note::Kind, "pay"), (Note::Reference, "r-1"), (Note::Visibility, mark)]);
            batch.push(draft, &legs, &notes);
            sent.push((draft.id.0, legs, value_date.unwrap_or(date), mark));
        }
        let Answer::Posted(posted) = self.desk.ask(Command::Post(batch)) else { panic!() };
        for ((id, legs, value_date, mark), result) in sent.into_iter().zip(posted.results) {
            if result.rejection.is_none() {
                self.known.extend(legs.map(|leg| {
                    let (account, step, side, amount) = (leg.account.0, leg.step, leg.side, leg.amount.0);
                    Known { id, account, step, side, amount, date, value_date, mark }
                }));
            }
        }
    }

    /// Freezes on the plain account and releases part of it.
    fn hold(&mut self, amount: i64, released: i64) {
        let freeze = self.draft(None);
        let client = self.desk.client;
        let hold = TransactionKey { client, id: freeze.id };
        let action = Action::Freeze(Freeze {
            account: AccountId(PLAIN),
            key: None,
            amount: Amount(amount),
            currency: cny(),
            terms: HoldTerms::default(),
        });
        let mut batch = Batch::default();
        batch.push_action(freeze, action, &[], &texts(&[(Note::Operator, "li")]));
        let action = Action::Unfreeze(Unfreeze {
            hold,
            amount: Some(Amount(released)),
            currency: None,
            authority: "".into(),
        });
        let draft = self.draft(None);
        batch.push_action(draft, action, &[], &texts(&[(Note::Reason, "done")]));
        let Answer::Posted(posted) = self.desk.ask(Command::Post(batch)) else { panic!() };
        let done = posted.results.iter().filter(|result| result.rejection.is_none());
        self.moves += done.count();
    }

    fn change(&mut self, n: u32) {
        let payment_state =
            Some(if n.is_multiple_of(2) { PaymentState::PartialStop } else { PaymentState::Normal });
        let change = AttributeChange::States { account_state: None, payment_state };
        let account = AccountRef::Id(AccountId(PLAIN));
        let notes = texts(&[(Note::Operator, "wang"), (Note::Approval, "A-7")]).into();
        let asked = AccountChange { notes, ..AccountChange::new(account, change) };
        assert_eq!(self.desk.ask(Command::Change(Box::new(asked))), Answer::Done);
    }

    fn close(&mut self, next: Date) {
        let notes = texts(&[(Note::Operator, "night")]).into();
        let command =
            Command::CloseDay { entity: "LM".into(), next, carry_forward: vec![], forced: false, notes };
        assert_eq!(self.desk.ask(command), Answer::Done);
    }

    /// Starts the node again, with another count of shards.
    pub(crate) fn restart(self, path: &Path, shards: u16) -> Books {
        self.desk.stop();
        Books { desk: Desk::start(directory(path), &options(shards)), ..self }
    }
}
