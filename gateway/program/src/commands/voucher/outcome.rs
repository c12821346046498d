//! What commands of vouchers take, and what came of them.

use std::path::{Path, PathBuf};

use jiff::civil::Date as Day;
use longmen_client::Refusal;
use longmen_day_end::NodeError;
use longmen_day_end::vouchers::VoucherError;
use longmen_engine::ledger::Date;
use longmen_reconciliation_store::{KeptVoucher, VoucherStateError};
use longmen_vouchers::{Format, Settings, State};
use serde_json::{Value, json};

use crate::desk_args::failed;
use crate::failure::Failure;
use crate::settings_file::read_settings_file;

/// How vouchers are made, and what things are called in the accounting system.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SettingsArgs {
    /// The file that says how vouchers are made, and what things are called there (docs/VOUCHERS.md)
    #[arg(long, value_name = "FILE", env = "LONGMEN_VOUCHERS")]
    settings: PathBuf,
}

impl SettingsArgs {
    /// Reads them, as if they named another format where one is given.
    pub(super) fn read(&self, format: Option<Format>) -> Result<Settings, Failure> {
        read_settings(&self.settings, format)
    }
}

/// The settings of a file, as if they named another format where one is given.
pub(crate) fn read_settings(path: &Path, format: Option<Format>) -> Result<Settings, Failure> {
    read_settings_file(path, |text| {
        let read = match format {
            Some(format) => Settings::read_for(text, format),
            None => Settings::read(text),
        };
        read.map_err(|error| crate::failure::with_causes(&error))
    })
}

/// Why it was not done.
pub(crate) fn of_run(error: VoucherError) -> Failure {
    if let Some(code) = error.code() {
        let message = match &error {
            // It begins with its code.
            VoucherError::Refused(refusal) => format!("{}: {}", refusal.about, refusal.reason),
            error => crate::failure::with_causes(error),
        };
        return Failure::Refused(Refusal { code: code.into(), message: Some(message.into()) });
    }
    match error {
        VoucherError::Store(error) | VoucherError::State(VoucherStateError::Store(error)) => failed(error),
        VoucherError::Node(NodeError::Client(error)) => Failure::from(error),
        VoucherError::Node(NodeError::NoEntity(entity)) => {
            Failure::Usage(format!("there is no entity {entity}"))
        }
        VoucherError::Node(error) => Failure::Damaged(Box::new(error)),
        error => Failure::Usage(error.to_string()),
    }
}

/// A date of a ledger: the command line has let no other in.
pub(super) fn books_date(day: Day) -> Date {
    Date::parse(&day.to_string()).expect("was held to the dates of ledgers")
}

/// A voucher without its lines, for programs.
pub(super) fn to_json(kept: &KeptVoucher) -> Value {
    let draft = &kept.voucher.content;
    let mut value = json!({
        "key": kept.voucher.source_key(), "date": draft.date.to_string(),
        "posting_date": draft.posting_date.to_string(), "word": draft.word, "number": kept.voucher.number,
        "lines": draft.lines.len(),
    });
    let state = serde_json::to_value(&kept.state).expect("a state is JSON");
    // Its number is the accounting system's.
    for (name, field) in state.as_object().into_iter().flatten() {
        let name = if name == "number" { "their_number" } else { name };
        value[name] = field.clone();
    }
    value
}

/// Where a voucher stands, for people.
pub(super) fn told(state: &State) -> String {
    match state {
        State::Made => "made".to_owned(),
        State::Exported { file } => format!("exported {}", &file[..file.len().min(8)]),
        State::Accepted { number, .. } => format!("accepted as {number}"),
        State::Rejected { reason, .. } => format!("rejected: {reason}"),
    }
}
