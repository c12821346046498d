//! What is wrong with a file, and where.

use std::fmt;

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

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All that was noted, by line.
    pub(crate) fn by_line(mut self) -> Vec<Fault> {
        self.found.sort_by_key(|fault| fault.line);
        self.found
    }
}
