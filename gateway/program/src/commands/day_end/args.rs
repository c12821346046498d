//! What `longmen day-end` takes.

use std::path::PathBuf;

use longmen_engine::ledger::Date;

use crate::argument::{date, said};
use crate::connect_args::AskArgs;
use crate::desk_args::DeskArgs;
use crate::output::Output;

/// End an entity's day, the whole chain in its order (日终)
///
/// Holds expire, interest is accrued, positions are revalued, bills that are due are withheld for, the date is closed, interest is credited, credit bills are stated, statements
/// are written, vouchers are made, and the channels are compared as far as their files have come. Each stage is noted at the desk when it
/// is done: after a kill, a failure or an approval that was waited for, the same command goes on with the next one, and nothing is done twice.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file says what the end of the day is made of; what it does not name is left out. Paths are seen from where it stands.

  entity = \"LM\"
  interest = \"interest.toml\"
  bills = \"bills.toml\"
  vouchers = { settings = \"u8.toml\", out = \"vouchers/{date}.txt\" }
  revaluation = { settings = \"positions.toml\", rates = \"rates/{date}.toml\", on = \"month-end\" }   # or daily
  carry_forward = [\"LM/profit/CNY\"]          # at the end of a year of the books
  statements = { directory = \"statements\", accounts = [\"LM/1002/CNY\"] }
  channels = [\"wechat.toml\"]

Without --date it is the first date whose end is not done. One that has not passed by this machine's clock takes --date.

Exit codes: 0 all is done and holds, 1 something is to be looked at or waits for an approval

Examples:
  longmen day-end LM --desk desk --settings day-end.toml
  longmen day-end LM --desk desk --settings day-end.toml --date 2024-06-18
  longmen day-end LM --desk desk --settings day-end.toml --show
  longmen day-end LM --desk desk --settings day-end.toml --due")]
pub(crate) struct Args {
    /// Whose day
    #[arg(value_name = "ENTITY", value_parser = said)]
    pub(super) entity: String,
    /// The file that says what the end of the day is made of
    #[arg(long, value_name = "FILE", env = "LONGMEN_DAY_END")]
    pub(super) settings: PathBuf,
    /// The accounting date (会计日) that is ended
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub(super) date: Option<Date>,
    /// Show what the end of a day came to, and do nothing: of the date, else of the last one
    #[arg(long)]
    pub(super) show: bool,
    /// Show what is due and when, and do nothing
    #[arg(long, conflicts_with_all = ["show", "date"])]
    pub(super) due: bool,
    #[command(flatten)]
    pub(super) desk_args: DeskArgs,
    #[command(flatten)]
    pub(super) ask_args: AskArgs,
    #[command(flatten)]
    pub(super) output: Output,
}
