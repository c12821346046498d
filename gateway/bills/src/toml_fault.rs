//! What is wrong with a TOML file, in one line: where it goes to a log, a line more would be a line of its own.

use std::fmt;

/// Where a file of settings is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct TomlFault {
    line: usize,
    column: usize,
    message: String,
}

impl TomlFault {
    pub(crate) fn of(text: &str, error: &toml::de::Error) -> TomlFault {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        // It may quote the file, and whatever a terminal would obey in it.
        let message = error.message().replace(char::is_control, " ");
        TomlFault { line: before.matches('\n').count() + 1, column: line.chars().count() + 1, message }
    }
}

impl fmt::Display for TomlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}
