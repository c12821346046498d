//! The file of rules that a command names.

use std::path::Path;

use longmen_fees::RuleFile;

use crate::failure::Failure;

/// Reads it, or says in one line where it is wrong.
pub(super) fn read_rules(path: &Path) -> Result<RuleFile, Failure> {
    parse(path, &read_text(path)?)
}

/// Its text.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))
}

/// What a text of it says.
pub(super) fn parse(path: &Path, text: &str) -> Result<RuleFile, Failure> {
    RuleFile::parse(text).map_err(|error| Failure::Usage(format!("{}, {error}", path.display())))
}
