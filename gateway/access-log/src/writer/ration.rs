//! What tells nobody anything of a customer has so many records in a second: otherwise whoever may ask nothing could fill the disk with
//! what it asks, and then nobody could ask anything.

use longmen_ledger::Operation as Question;

use crate::record::{Operation, Outcome, Record};

/// Hellos that were refused.
const REFUSED_HELLOS: u32 = 10;
/// Questions that were refused, were told nothing, or are about no account.
const OTHER_QUESTIONS: u32 = 100;
/// Questions how the node is.
const STATUS: u32 = 10;

/// How many records of each kind there were in a second, and how much has none.
#[derive(Debug, Default)]
pub(super) struct Ration {
    second: i64,
    counts: [u32; 3],
    uncounted: u64,
}

/// Whether somebody was told anything of an account.
fn tells(question: Question, record: &Record) -> bool {
    let of_books = matches!(question, Question::Chart | Question::TrialBalance | Question::GeneralLedger);
    !of_books && (record.rows > 0 || !record.subject.accounts.is_empty())
}

impl Ration {
    /// Whether a record is to be written; else it is counted.
    pub(super) fn takes(&mut self, record: &Record) -> bool {
        let is_told = record.outcome == Outcome::Told;
        let (kind, most) = match record.operation {
            Operation::Hello if is_told => return true,
            Operation::Hello => (0, REFUSED_HELLOS),
            Operation::Question(Question::Status) => (1, STATUS),
            Operation::Question(question) if is_told && tells(question, record) => return true,
            Operation::Question(_) => (2, OTHER_QUESTIONS),
        };
        let second = record.time_us.div_euclid(1_000_000);
        if self.second != second {
            (self.second, self.counts) = (second, [0; 3]);
        }
        self.counts[kind] += 1;
        let takes = self.counts[kind] <= most;
        self.uncounted += u64::from(!takes);
        takes
    }

    /// Counts what was done without a record elsewhere.
    pub(super) fn count(&mut self, uncounted: u64) {
        self.uncounted += uncounted;
    }

    /// How much has no record, and was not told yet.
    pub(super) fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// How much has no record, once its second is over or nothing more comes.
    pub(super) fn take_uncounted(&mut self, now_us: i64, is_over: bool) -> Option<u64> {
        let is_past = now_us.div_euclid(1_000_000) != self.second;
        let is_due = self.uncounted > 0 && (is_past || is_over);
        is_due.then(|| std::mem::take(&mut self.uncounted))
    }
}
