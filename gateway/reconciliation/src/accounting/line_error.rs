//! Why a line of a file cannot be compared: nothing is, then.

use std::fmt;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LineFault {
    /// Its period ends before it begins.
    PeriodBackwards,
    /// Its period is not within one turn of the cycle.
    CrossesCycle,
    /// A line of the same subject has dates of its period.
    PeriodsOverlap,
    /// Nothing says what its subject is in the accounting system.
    UnmappedSubject,
    /// It adds up only if its balances are credit-positive, and those of the file are debit-positive.
    MixedSigns,
    /// A voucher has lines of two dates.
    TwoDates,
    /// A voucher has lines of two sources.
    TwoSources,
}

impl LineFault {
    /// Its name: `crosses_cycle`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A line that cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct LineError {
    pub fault: LineFault,
    pub line: u64,
    /// The column, by the name that it has in a file.
    pub column: &'static str,
    pub reason: String,
}

impl LineError {
    pub(super) fn of(
        fault: LineFault,
        line: u64,
        column: &'static str,
        reason: impl Into<String>,
    ) -> LineError {
        LineError { fault, line, column, reason: reason.into() }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}, {}: {}", self.fault.name(), self.line, self.column, self.reason)
    }
}
