//! What commands of interest take, and what came of them.

use std::path::{Path, PathBuf};

use longmen_day_end::interest::{InterestError, PostedDues, Settings, Step};
use longmen_day_end::{NodeError, give_way};
use longmen_reconciliation_store::InterestDue;
use longmen_terminal::{Progress, Table, grouped};

use crate::desk_args::failed;
use crate::failure::Failure;
use crate::money::money;
use crate::settings_file::read_settings_file;

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
    read_settings_file(path, Settings::parse)
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

/// Progress bars of a run, one after the other.
#[derive(Default)]
pub(crate) struct Bars {
    shown: Option<(&'static str, Progress)>,
}

impl Bars {
    /// Shows how far a run is.
    pub(crate) fn at(&mut self, step: Step) {
        let (what, position, bar): (_, _, fn(&str, u64) -> Progress) = match step {
            Step::Read { frame, .. } => ("journal", frame, Progress::new),
            Step::Folded { accounts } => ("accounts", accounts, |what, _| Progress::counting(what)),
            Step::Posted { dues } => ("postings", dues, |what, _| Progress::counting(what)),
        };
        let length = if let Step::Read { of, .. } = step { of } else { 0 };
        if self.shown.as_ref().is_none_or(|(shown, _)| *shown != what) {
            self.finish();
            self.shown = Some((what, bar(what, length)));
        }
        if let Some((_, bar)) = &self.shown {
            let message = if length > 0 { format!("frame {}", grouped(position)) } else { String::new() };
            bar.at(position, message);
        }
    }

    /// Takes the last one away.
    pub(crate) fn finish(&mut self) {
        if let Some((_, bar)) = self.shown.take() {
            bar.finish();
        }
    }
}

/// What is to be posted, or was, for programs.
pub(super) fn due_json(due: &InterestDue) -> serde_json::Value {
    serde_json::json!({
        "key": due.key, "date": due.date.to_string(), "kind": due.kind, "of": due.subject,
        "period": due.period, "currency": due.currency, "debit": due.debit, "credit": due.credit,
        "amount": due.amount.0, "state": due.state.name(), "refusal": due.refusal,
    })
}

/// The same for people.
pub(super) fn table(dues: &[InterestDue]) -> Table {
    let mut table =
        Table::new(&["date", "what", "=of", "period", "=debit", "=credit", ">amount", "", "state"]);
    for due in dues {
        let state = due.refusal.as_deref().unwrap_or(due.state.name());
        table.row([
            due.date.to_string(),
            due.kind.clone(),
            due.subject.clone(),
            due.period.clone(),
            due.debit.clone(),
            due.credit.clone(),
            money(&due.currency, due.amount.0.into()),
            due.currency.clone(),
            state.to_owned(),
        ]);
    }
    table
}

/// What became of what was due, for people.
pub(crate) fn lines(done: &PostedDues) -> Vec<String> {
    let mut lines = vec![format!("posted {}, refused {}", done.posted, done.refused.len())];
    lines.extend(done.refused.iter().map(|one| format!("{}: {}", one.code, one.key)));
    lines
}

pub(crate) fn json(done: &PostedDues) -> serde_json::Value {
    let refused = done.refused.iter().map(|one| serde_json::json!({"key": one.key, "code": one.code}));
    serde_json::json!({"posted": done.posted, "refused": refused.collect::<Vec<_>>()})
}

/// Leaves the processor to payments, where the system lets it.
pub(crate) fn give_way_if_possible() {
    // A run at the usual priority is as right, and only less polite.
    drop(give_way());
}
