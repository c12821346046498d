//! What came of a fault, counted while it is brought about again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use longmen_terminal::Progress;
use longmen_workload::crash::Round;

use super::FaultReport;

/// Differences that are kept in words.
const SHOWN: usize = 20;

/// Counts, and what did not hold.
pub(super) struct Tally {
    fault: &'static str,
    cases: u64,
    acknowledged: u64,
    came: BTreeMap<String, u64>,
    differences: Vec<String>,
    progress: Progress,
}

impl Tally {
    pub(super) fn new(fault: &'static str) -> Tally {
        Tally {
            fault,
            cases: 0,
            acknowledged: 0,
            came: BTreeMap::new(),
            differences: Vec::new(),
            progress: Progress::counting(fault),
        }
    }

    /// The fault was brought about once more, and this came of it.
    pub(super) fn case(&mut self, came: &str) {
        self.cases += 1;
        self.note(came);
        self.progress.at(self.cases, came.to_owned());
    }

    /// Counts something beside the cases.
    pub(super) fn note(&mut self, what: &str) {
        self.note_many(what, 1);
    }

    /// Counts something beside the cases, so many times.
    pub(super) fn note_many(&mut self, what: &str, count: u64) {
        if count > 0 {
            *self.came.entry(what.to_owned()).or_default() += count;
        }
    }

    /// Takes in a check: what was acknowledged before the fault, and what did not hold after it.
    pub(super) fn checked(&mut self, what: &str, round: Round) {
        self.acknowledged += round.acknowledged;
        for difference in round.differences {
            self.differ(format!("{what}: {difference}"));
        }
    }

    /// Something did not hold.
    pub(super) fn differ(&mut self, words: String) {
        if self.differences.len() < SHOWN {
            self.differences.push(words);
        }
    }

    pub(super) fn report(self, took: Duration, skipped: Option<String>) -> FaultReport {
        self.progress.finish();
        FaultReport {
            fault: self.fault.into(),
            cases: self.cases,
            acknowledged: self.acknowledged,
            came: self.came.into_iter().collect(),
            seconds: took.as_secs_f64(),
            skipped,
            differences: self.differences,
        }
    }
}
