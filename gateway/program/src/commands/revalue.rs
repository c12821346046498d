//! `longmen revalue`, `longmen translate`

use std::path::{Path, PathBuf};

use jiff::civil::Date as Day;
use longmen_day_end::NodeError;
use longmen_day_end::revaluation::{
    Done, EntryState, RevaluationError, revalue as revalued, translate as translated,
};
use longmen_engine::ledger::{Currency, Date};
use longmen_revaluation::{Rates, Settings};
use longmen_terminal::Table;
use serde_json::{Value, json};

use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;
use crate::report::period::day;
use crate::settings_file::read_settings_file;

/// Bring positions in foreign currencies to the closing rate (期末调汇), before a date is closed
///
/// The local side of each position becomes what its foreign side is worth, and the difference goes to the account that the settings name
/// (汇兑损益). A rate of the date is needed for each currency, or nothing is booked. Each currency is booked once a date.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen revalue LM --date 2024-12-31 --rates rates.toml --revaluation revaluation.toml --dry-run
  longmen revalue LM --date 2024-12-31 --rates rates.toml --revaluation revaluation.toml")]
pub(crate) struct Args {
    #[command(flatten)]
    step: Step,
}

/// Take what a close carried in foreign currencies into the local one, after it
///
/// It goes through the position accounts at the rate of the date that was closed, and counts on the current date. Each currency is booked once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen translate LM --date 2024-12-31 --rates rates.toml --revaluation revaluation.toml")]
pub(crate) struct TranslateArgs {
    #[command(flatten)]
    step: Step,
}

/// What both take.
#[derive(Debug, clap::Args)]
struct Step {
    /// Whose books
    #[arg(value_name = "ENTITY", value_parser = said)]
    entity: String,
    /// The date of the rates
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: Day,
    /// The file with rates
    #[arg(long, value_name = "FILE")]
    rates: PathBuf,
    /// The file with the accounts of positions and differences
    #[arg(long, value_name = "FILE", env = "LONGMEN_REVALUATION")]
    revaluation: PathBuf,
    /// Tell what would be booked, and book nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

/// A row as it is shown.
struct Shown {
    currency: Currency,
    /// In the foreign currency.
    foreign: i128,
    rate: String,
    /// In the local one, before and after.
    local: (i128, i128),
    /// What is booked, in the local currency.
    booked: i128,
    state: EntryState,
    key: Option<String>,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let step = args.step;
    let (settings, rates, date) = step.read()?;
    let mut client = step.ask_args.connect().await?;
    let done = revalued(&mut client, &settings, &rates, date, step.dry_run).await.map_err(failure)?;
    let shown = done.into_iter().map(|Done { row, entry, state }| Shown {
        currency: row.currency,
        foreign: row.foreign,
        rate: row.rate.to_string(),
        local: (row.before, row.after),
        booked: row.gain,
        state,
        key: entry.map(|entry| entry.key),
    });
    step.show(&settings, &shown.collect::<Vec<_>>(), ["before", "after", "gain"])
}

pub(crate) async fn translate(args: TranslateArgs) -> Result<Conclusion, Failure> {
    let step = args.step;
    let (settings, rates, date) = step.read()?;
    let mut client = step.ask_args.connect().await?;
    let done = translated(&mut client, &settings, &rates, date, step.dry_run).await.map_err(failure)?;
    let shown = done.into_iter().map(|Done { row, entry, state }| Shown {
        currency: row.currency,
        foreign: row.carried,
        rate: row.rate.to_string(),
        local: (0, row.local),
        // What is carried is debit-positive: a profit is below zero.
        booked: -row.local,
        state,
        key: entry.map(|entry| entry.key),
    });
    step.show(&settings, &shown.collect::<Vec<_>>(), ["before", "after", "profit"])
}

/// The accounts of an entity's positions, and rates.
pub(crate) fn read_settings(
    entity: &str,
    positions: &Path,
    rates: &Path,
) -> Result<(Settings, Rates), Failure> {
    let settings = read_settings_file(positions, Settings::parse)?;
    if settings.entity() != entity {
        let words = format!("{} is about {}, and not about {entity}", positions.display(), settings.entity());
        return Err(Failure::Usage(words));
    }
    Ok((settings, read_settings_file(rates, Rates::parse)?))
}

impl Step {
    fn read(&self) -> Result<(Settings, Rates, Date), Failure> {
        let (settings, rates) = read_settings(&self.entity, &self.revaluation, &self.rates)?;
        let date = Date::parse(&self.date.to_string());
        let date = date.ok_or_else(|| Failure::Usage(format!("{} is no date of a ledger", self.date)))?;
        Ok((settings, rates, date))
    }

    fn show(&self, settings: &Settings, rows: &[Shown], heads: [&str; 3]) -> Result<Conclusion, Failure> {
        let local = settings.local().code();
        let value = rows.iter().map(|row| json_of(row, heads)).collect::<Vec<_>>();
        let value =
            json!({"entity": self.entity, "date": self.date.to_string(), "local": local, "rows": value});
        self.output.show(&value, |_| Page::from(table(local, rows, heads)))?;
        Ok(Conclusion::of(!rows.iter().any(|row| matches!(row.state, EntryState::Refused(_)))))
    }
}

fn json_of(row: &Shown, [before, after, booked]: [&str; 3]) -> Value {
    json!({
        "currency": row.currency.code(), "foreign": row.foreign.to_string(), "rate": row.rate,
        before: row.local.0.to_string(), after: row.local.1.to_string(), booked: row.booked.to_string(),
        "key": row.key, "state": row.state.name(),
    })
}

fn table(local: &str, rows: &[Shown], heads: [&str; 3]) -> Table {
    let [before, after, booked] = heads.map(|head| format!(">{head} {local}"));
    let mut table = Table::new(&["currency", ">foreign", ">rate", &before, &after, &booked, "state", "=key"]);
    for row in rows {
        table.row([
            row.currency.code().to_owned(),
            money(row.currency.code(), row.foreign),
            row.rate.clone(),
            money(local, row.local.0),
            money(local, row.local.1),
            money(local, row.booked),
            row.state.name().to_owned(),
            row.key.clone().unwrap_or_default(),
        ]);
    }
    table
}

/// Why nothing is revalued.
pub(crate) fn failure(error: RevaluationError) -> Failure {
    match error {
        RevaluationError::Node(NodeError::Client(error)) => Failure::of_change(error, "the revaluation"),
        RevaluationError::Node(NodeError::Answer { .. }) => Failure::Damaged(Box::new(error)),
        error => Failure::Usage(error.to_string()),
    }
}
