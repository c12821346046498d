//! `longmen interest`

mod accrue;
mod close;
mod explain;
mod list;
pub(crate) mod outcome;
mod settle;

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
  longmen interest close LM/U1/CNY --desk desk --interest interest.toml
  longmen interest list LM --desk desk
  longmen interest explain LM/U1/CNY --desk desk --interest interest.toml")]
pub(crate) enum Commands {
    /// Fold the days up to a date into interest, and post what is due
    Accrue(accrue::Args),
    /// Post what has become due, and try again what was refused
    Settle(settle::Args),
    /// End an account's interest (销户结息), and post what is due
    Close(close::Args),
    /// Show days, products (积数) and rates behind an account's interest
    Explain(explain::Args),
    /// List what is to be posted
    List(list::Args),
}

pub(crate) async fn run(command: Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Accrue(args) => accrue::run(args).await,
        Commands::Settle(args) => settle::run(args).await,
        Commands::Close(args) => close::run(args).await,
        Commands::Explain(args) => explain::run(&args),
        Commands::List(args) => list::run(&args),
    }
}
