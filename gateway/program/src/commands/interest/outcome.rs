//! What commands of interest take, and what came of them.

use std::path::PathBuf;

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
        let usage =
            |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", self.interest.display()));
        let text = std::fs::read_to_string(&self.interest).map_err(|error| usage(&error))?;
        Settings::parse(&text).map_err(|error| usage(&error))
    }
}

/// Why a run did not end.
pub(super) fn of_run(error: InterestError) -> Failure {
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
pub(super) fn told(done: &PostedDues) -> String {
    let mut lines = vec![format!("posted {}, refused {}", done.posted, done.refused.len())];
    lines.extend(done.refused.iter().map(|one| format!("{}: {}", one.code, one.key)));
    lines.join("\n")
}

pub(super) fn json(done: &PostedDues) -> serde_json::Value {
    let refused = done.refused.iter().map(|one| serde_json::json!({"key": one.key, "code": one.code}));
    serde_json::json!({"posted": done.posted, "refused": refused.collect::<Vec<_>>()})
}
