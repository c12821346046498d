//! What commands of interest take, and what came of them.

use std::path::{Path, PathBuf};

use longmen_day_end::NodeError;
use longmen_day_end::interest::{InterestError, PostedDues, Settings};

use crate::desk_args::failed;
use crate::failure::Failure;

/// Products, and whose they are.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SettingsArgs {
    /// The file with products, and whose they are
    #[arg(long, value_name = "FILE", env = "LONGMEN_INTEREST")]
    interest: PathBuf,
}

impl SettingsArgs {
    pub(super) fn read(&self) -> Result<Settings, Failure> {
        read_settings(&self.interest)
    }
}

/// The products of a file, and whose they are.
pub(crate) fn read_settings(path: &Path) -> Result<Settings, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| usage(&error))?;
    Settings::parse(&text).map_err(|error| usage(&error))
}

/// Why a run did not end.
pub(crate) fn of_run(error: InterestError) -> Failure {
    match error {
        InterestError::Store(error) => failed(error),
        InterestError::Node(NodeError::Client(error)) => Failure::of_change(error, "interest"),
        InterestError::Kept { .. }
        | InterestError::Keep { .. }
        | InterestError::Node(NodeError::Answer { .. }) => Failure::Damaged(Box::new(error)),
        error => Failure::Usage(error.to_string()),
    }
}

/// What became of what was due, for people.
pub(crate) fn told(done: &PostedDues) -> String {
    let mut lines = vec![format!("posted {}, refused {}", done.posted, done.refused.len())];
    lines.extend(done.refused.iter().map(|one| format!("{}: {}", one.code, one.key)));
    lines.join("\n")
}

pub(crate) fn json(done: &PostedDues) -> serde_json::Value {
    let refused = done.refused.iter().map(|one| serde_json::json!({"key": one.key, "code": one.code}));
    serde_json::json!({"posted": done.posted, "refused": refused.collect::<Vec<_>>()})
}
