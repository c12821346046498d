//! `longmen interest`

mod accrue;
mod explain;
mod list;
mod settle;

use std::path::PathBuf;

use longmen_day_end::{DayEndError, PostedDues, Settings};

use crate::desk_args::failed;
use crate::failure::{Conclusion, Failure};

/// Interest on accounts (计息): accrued (计提), settled (结息), posted and explained
///
/// A desk's directory has how far each account is reckoned, and what is to be posted. Products and whose they are stand in a file.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Each day, before it is closed:

Examples:
  longmen interest accrue LM --desk desk --interest interest.toml
  longmen close-day LM 2024-06-21
  longmen interest settle LM --desk desk       what is to be credited on the new day
  longmen interest list LM --desk desk
  longmen interest explain LM/U1/CNY --desk desk --interest interest.toml")]
pub(crate) enum Commands {
    /// Fold the days up to a date into interest, and post what is due
    Accrue(accrue::Args),
    /// Post what has become due, and try again what was refused
    Settle(settle::Args),
    /// Show days, products (积数) and rates behind an account's interest
    Explain(explain::Args),
    /// List what is to be posted
    List(list::Args),
}

pub(crate) async fn run(command: Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Accrue(args) => accrue::run(args).await,
        Commands::Settle(args) => settle::run(args).await,
        Commands::Explain(args) => explain::run(&args),
        Commands::List(args) => list::run(&args),
    }
}

/// Products, and whose they are.
#[derive(Clone, Debug, clap::Args)]
struct SettingsArgs {
    /// The file with products, and whose they are
    #[arg(long, value_name = "FILE", env = "LONGMEN_INTEREST")]
    interest: PathBuf,
}

impl SettingsArgs {
    fn read(&self) -> Result<Settings, Failure> {
        let usage =
            |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", self.interest.display()));
        let text = std::fs::read_to_string(&self.interest).map_err(|error| usage(&error))?;
        Settings::parse(&text).map_err(|error| usage(&error))
    }
}

/// Why a run did not end.
fn of_run(error: DayEndError) -> Failure {
    match error {
        DayEndError::Store(error) => failed(error),
        DayEndError::Client(error) => Failure::of_change(error, "interest"),
        DayEndError::Kept { .. } | DayEndError::Keep { .. } | DayEndError::Answer { .. } => {
            Failure::Damaged(Box::new(error))
        }
        error => Failure::Usage(error.to_string()),
    }
}

/// What became of what was due, for people.
fn told(done: &PostedDues) -> String {
    let mut lines = vec![format!("posted {}, refused {}", done.posted, done.refused.len())];
    lines.extend(done.refused.iter().map(|one| format!("{}: {}", one.code, one.key)));
    lines.join("\n")
}

fn json(done: &PostedDues) -> serde_json::Value {
    let refused = done.refused.iter().map(|one| serde_json::json!({"key": one.key, "code": one.code}));
    serde_json::json!({"posted": done.posted, "refused": refused.collect::<Vec<_>>()})
}
