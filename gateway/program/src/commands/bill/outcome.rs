//! What commands of bills take, and what came of them.

use std::path::{Path, PathBuf};

use longmen_bills::Settings;
use longmen_day_end::NodeError;
use longmen_day_end::bills::{BillsError, Checked, PostedBills};
use serde_json::{Value, json};

use crate::desk_args::failed;
use crate::failure::Failure;
use crate::settings_file::read_settings_file;

/// Plans, and whose they are.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SettingsArgs {
    /// The file with plans, and whose they are
    #[arg(long, value_name = "FILE", env = "LONGMEN_BILLS")]
    bills: PathBuf,
}

impl SettingsArgs {
    pub(super) fn read(&self) -> Result<Settings, Failure> {
        read_settings(&self.bills)
    }
}

/// The plans of a file, and whose they are.
pub(crate) fn read_settings(path: &Path) -> Result<Settings, Failure> {
    read_settings_file(path, Settings::parse)
}

/// Why bills do not go on.
pub(crate) fn of_bills(error: BillsError) -> Failure {
    match error {
        BillsError::Store(error) => failed(error),
        BillsError::Node(NodeError::Client(error)) => Failure::of_change(error, "bills"),
        BillsError::Kept { .. } | BillsError::Keep { .. } | BillsError::Node(NodeError::Answer { .. }) => {
            Failure::Damaged(Box::new(error))
        }
        error => Failure::Usage(error.to_string()),
    }
}

/// What was posted, for people.
pub(crate) fn lines_of_posting(done: &PostedBills) -> Vec<String> {
    let mut lines = vec![format!("posted {}, refused {}", done.posted, done.refused.len())];
    lines.extend(done.refused.iter().map(|one| format!("{}: {}", one.code, one.key)));
    lines
}

pub(crate) fn json_of_posting(done: &PostedBills) -> Value {
    let refused = done.refused.iter().map(|one| json!({"key": one.key, "code": one.code}));
    json!({"posted": done.posted, "refused": refused.collect::<Vec<_>>()})
}

/// What was held to balances, for people.
pub(crate) fn lines_of_check(checked: &Checked) -> Vec<String> {
    let mut lines =
        vec![format!("{} bills held to balances, {} differ", checked.bills, checked.differences.len())];
    lines.extend(checked.differences.iter().map(ToString::to_string));
    lines
}

pub(crate) fn json_of_check(checked: &Checked) -> Value {
    let differences = checked.differences.iter().map(|one| {
        let found = one.disagreement;
        json!({
            "account": one.account, "statement": found.statement.to_string(), "owed": found.owed.to_string(),
            "balance": found.balance.to_string(), "arisen": found.arisen.to_string(),
        })
    });
    json!({"bills": checked.bills, "differences": differences.collect::<Vec<_>>()})
}
