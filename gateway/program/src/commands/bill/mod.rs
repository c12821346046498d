//! `longmen bill`

mod check;
mod list;
pub(crate) mod outcome;
mod postings;
mod run;
mod show;
mod withhold;

use crate::failure::{Conclusion, Failure};

/// Credit bills (账单): stated, posted, withheld for (代扣), shown and held to balances
///
/// A desk's directory has how far each account's bills have come, and what is to be posted. Plans and whose they are stand in a file.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Each day, after the day before was closed:

Examples:
  longmen bill run LM --desk desk --bills bills.toml
  longmen bill withhold LM --desk desk --bills bills.toml      on the day on which bills are due
  longmen bill list LM --desk desk --state overdue
  longmen bill show LM/U1/CNY --desk desk --statement 2024-05-05")]
pub(crate) enum Commands {
    /// Take closed dates into bills, post what is to be posted, and hold new bills to balances
    Run(run::Args),
    /// Take what is due from the accounts that pay (代扣)
    Withhold(withhold::Args),
    /// Hold all bills to the balances of their accounts at their statement dates
    Check(check::Args),
    /// List bills
    List(list::Args),
    /// Show a bill as its customer gets it
    Show(show::Args),
    /// List what is to be posted
    Postings(postings::Args),
}

pub(crate) async fn run(command: Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Run(args) => run::run(args).await,
        Commands::Withhold(args) => withhold::run(args).await,
        Commands::Check(args) => check::run(args).await,
        Commands::List(args) => list::run(&args),
        Commands::Show(args) => show::run(&args),
        Commands::Postings(args) => postings::run(&args),
    }
}
