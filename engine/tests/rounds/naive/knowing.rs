//! Ids: what was decided under them, once.

use longmen_engine::ledger::Rejection;

use super::{Fate, First, Naive, Record, Refusal, refused};
use crate::script::{Act, NOW, Said, Tx, TxLeg, TxSaid, YEAR_STARTS};

const DAY: u32 = 86_400;
const WINDOW_BACK: u32 = 3 * DAY;
const WINDOW_AHEAD: u32 = 3_600;

impl Naive {
    pub(super) fn post(&mut self, tx: &Tx) -> TxSaid {
        let legs = self.legs_of(tx);
        if let Err(refusal) = self.judge_shape(tx, &legs) {
            // What was first answered stands, though an account that was opened since may make the shape wrong.
            return match self.firsts.get(&tx.id) {
                Some(First::Decided(record)) if is_same(record, tx) => again(record, tx),
                _ => refused(refusal),
            };
        }
        match self.firsts.get(&tx.id) {
            Some(First::Cancelled) => return refused((Rejection::Cancelled, 0)),
            Some(First::Decided(record)) => return again(record, tx),
            None => {}
        }
        if let Err(refusal) = self.judge_time(tx.time) {
            return refused(refusal);
        }
        // Whether a try was decided otherwise is a question of its id, so the answer is not remembered.
        if let Some(rejection) = self.judge_second_step(tx).or_else(|| self.judge_rules(tx)) {
            return refused((rejection, 0));
        }
        let verdict = self.judge(tx, &legs);
        let (refused_by, date) = match verdict {
            Ok(date) => (None, date),
            Err(refusal) => (Some(refusal), 0),
        };
        let record = Record {
            tx: tx.clone(),
            refused: refused_by,
            date,
            legs,
            rule: self.rule_of(tx),
            held: Vec::new(),
            asked: self.asked,
            fate: Fate::Standing,
            refunds: Vec::new(),
        };
        self.firsts.insert(tx.id, First::Decided(Box::new(record)));
        match refused_by {
            Some(refusal) => refused(refusal),
            None => {
                self.carry_out(tx.id);
                TxSaid { rejection: None, step: 0, repeated: false }
            }
        }
    }

    /// The legs that a transaction posts if it is posted: its own, or those that follow from what it names.
    fn legs_of(&self, tx: &Tx) -> Vec<TxLeg> {
        let original = tx.act.original().and_then(|id| self.found(id));
        let original = original.filter(|original| original.refused.is_none());
        match (&tx.act, original) {
            (Act::Confirm { .. }, Some(original)) => original.legs.clone(),
            (Act::Reverse { .. }, Some(original)) => {
                let blue = self.is_later_year(original);
                let undo = |leg: &TxLeg| match blue {
                    true => TxLeg { debit: !leg.debit, ..leg.clone() },
                    false => TxLeg { amount: -leg.amount, ..leg.clone() },
                };
                original.legs.iter().map(undo).collect()
            }
            (Act::Charge { .. }, _) => self.charged_legs(tx),
            (Act::GiveBack { amount, .. }, Some(original)) => self.legs_back(original, *amount),
            (Act::Post | Act::Consume { .. } | Act::Refund { .. } | Act::Try { .. }, _) => tx.legs.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether the current accounting date lies in another year than that of an original.
    fn is_later_year(&self, original: &Record) -> bool {
        original.legs.first().is_some_and(|leg| {
            let entity = self.accounts[&leg.account].spec.entity;
            books_year(entity, self.dates[entity]) != books_year(entity, original.date)
        })
    }

    /// A transaction that an earlier request brought and that was decided.
    pub(super) fn found(&self, id: u128) -> Option<&Record> {
        match self.firsts.get(&id) {
            Some(First::Decided(record)) if record.asked < self.asked => Some(record),
            _ => None,
        }
    }

    pub(super) fn record(&self, id: u128) -> &Record {
        match &self.firsts[&id] {
            First::Decided(record) => record,
            First::Cancelled => panic!("{id} was cancelled"),
        }
    }

    pub(super) fn record_mut(&mut self, id: u128) -> &mut Record {
        match self.firsts.get_mut(&id) {
            Some(First::Decided(record)) => record,
            other => panic!("{id} is {other:?}"),
        }
    }

    /// The legs that a posted transaction has in the books.
    pub(super) fn posted_legs(&self, id: u128) -> Vec<TxLeg> {
        let record = self.record(id);
        if matches!(record.tx.act, Act::Try { .. }) { Vec::new() } else { record.legs.clone() }
    }

    pub(super) fn cancel(&mut self, id: u128, time: u32) -> Said {
        let said = match self.firsts.get(&id) {
            _ if id == 0 => refused((Rejection::Malformed, 0)),
            Some(First::Decided(record)) if record.refused.is_none() => match (&record.tx.act, record.fate) {
                (Act::Try { .. }, Fate::Standing | Fate::Cancelled) => return Said::Stands,
                _ => refused((Rejection::AlreadyPosted, 0)),
            },
            Some(_) => TxSaid { rejection: None, step: 0, repeated: true },
            None => match self.judge_time(time) {
                Err(refusal) => refused(refusal),
                Ok(()) => {
                    self.firsts.insert(id, First::Cancelled);
                    TxSaid { rejection: None, step: 0, repeated: false }
                }
            },
        };
        Said::Results { results: vec![said], balances: vec![] }
    }

    fn judge_time(&self, time: u32) -> Result<(), Refusal> {
        // Without a time, only what has forgotten nothing can tell that an id is new.
        if time == 0 {
            let forgets = self.clock - NOW > WINDOW_BACK;
            return if forgets { Err((Rejection::TimeRequired, 0)) } else { Ok(()) };
        }
        if time < self.clock - WINDOW_BACK {
            return Err((Rejection::TooOld, 0));
        }
        if time > self.clock + WINDOW_AHEAD { Err((Rejection::TooNew, 0)) } else { Ok(()) }
    }
}

/// Whether a transaction is the one that was decided: all that the client gave, but its time.
fn is_same(record: &Record, tx: &Tx) -> bool {
    record.tx == Tx { time: record.tx.time, ..tx.clone() }
}

/// The first result of an id, or a conflict.
fn again(record: &Record, tx: &Tx) -> TxSaid {
    if !is_same(record, tx) {
        return refused((Rejection::IdempotencyConflict, 0));
    }
    let (rejection, step) = record.refused.map_or((None, 0), |(rejection, step)| (Some(rejection), step));
    TxSaid { rejection, step, repeated: true }
}

/// The year of an entity's books in which a date lies: the calendar year in which it begins.
fn books_year(entity: usize, days: u32) -> u32 {
    let (year, month) = year_and_month(days);
    if month < YEAR_STARTS[entity] { year - 1 } else { year }
}

/// The calendar year and month of a date in days since 1970 (days from civil, the other way round).
fn year_and_month(days: u32) -> (u32, u32) {
    let z = days + 719_468;
    let (era, of_era) = (z / 146_097, z % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Counted from March.
    let month = (5 * day_of_year + 2) / 153;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + u32::from(month <= 2), month)
}
