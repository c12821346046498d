//! What is wrong with a file, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use longmen_terminal::grouped;
use serde::Serialize;

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// The line of the file that the row begins on, counted from 1.
    pub(crate) line: u64,
    /// The column, where it is one cell that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    /// What is wrong with it.
    pub(crate) reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, {column}: {}", self.line, self.reason),
            None => write!(f, "line {}: {}", self.line, self.reason),
        }
    }
}

/// Everything that is wrong with a file.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: Vec<Fault>,
    /// What many rows have in common, by column and reason: their lines.
    common: BTreeMap<(&'static str, String), BTreeSet<u64>>,
}

impl Faults {
    /// Notes that a row as a whole is wrong.
    pub(crate) fn row(&mut self, line: u64, reason: impl Into<String>) {
        self.found.push(Fault { line, column: None, reason: reason.into() });
    }

    /// Notes that a cell is wrong.
    pub(crate) fn cell(&mut self, line: u64, column: &str, reason: impl Into<String>) {
        self.found.push(Fault { line, column: Some(column.to_owned()), reason: reason.into() });
    }

    /// Notes what is wrong with a cell for a reason that lies outside the file, and that other rows have in common with it:
    /// told once, with the number of rows.
    pub(crate) fn common(&mut self, line: u64, column: &'static str, reason: String) {
        self.common.entry((column, reason)).or_default().insert(line);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.common.is_empty()
    }

    /// All that was noted, by line.
    pub(crate) fn by_line(mut self) -> Vec<Fault> {
        for ((column, reason), lines) in std::mem::take(&mut self.common) {
            let rows = grouped(u64::try_from(lines.len()).unwrap_or(u64::MAX));
            let line = lines.first().copied().unwrap_or_default();
            let reason = if lines.len() == 1 { reason } else { format!("{reason}; {rows} rows say so") };
            self.found.insert(0, Fault { line, column: Some(column.to_owned()), reason });
        }
        self.found.sort_by_key(|fault| fault.line);
        self.found
    }
}
