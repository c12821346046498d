//! Files of settings that commands are given.

use std::fmt::Display;
use std::path::Path;

use crate::failure::Failure;

/// What a file says; what is wrong with it is told in one line, with its path.
pub(crate) fn read_settings_file<T, E: Display>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Failure> {
    let usage = |error: &dyn Display| {
        // What TOML says of a fault has several lines.
        let words = error.to_string();
        let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        Failure::Usage(format!("{}: {}", path.display(), lines.join("; ")))
    };
    let text = std::fs::read_to_string(path).map_err(|error| usage(&error))?;
    parse(&text).map_err(|error| usage(&error))
}
