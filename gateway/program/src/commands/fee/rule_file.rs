//! The file of rules that a command names.

use std::path::Path;

use longmen_fees::RuleFile;

use crate::failure::Failure;

/// Reads it, or says in one line where it is wrong.
pub(super) fn read_rules(path: &Path) -> Result<RuleFile, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
    RuleFile::parse(&text).map_err(|error| Failure::Usage(format!("{}, {error}", path.display())))
}
