//! `longmen voucher`

mod acknowledge;
mod export;
mod list;
mod make;
pub(crate) mod outcome;
mod plain_csv;
mod prove;
mod show;

use crate::failure::{Conclusion, Failure};

/// Vouchers (凭证) of closed days, for the accounting system: made, proved, numbered, written and answered
///
/// A desk's directory has the vouchers with their numbers, which are drawn once: keep a copy of it. How they are made stands in a file of settings.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Behind each close of a day:

Examples:
  longmen voucher make LM --date 2024-06-18 --desk desk --settings u8.toml
  longmen voucher export LM --date 2024-06-18 --desk desk --settings u8.toml --out 0618.txt
  longmen voucher acknowledge answers.csv --desk desk      what the accounting system said
  longmen voucher list LM --desk desk
  longmen voucher prove LM --from 2024-06-01 --to 2024-06-30 --desk desk")]
pub(crate) enum Commands {
    /// Make a closed date into vouchers, hold them to the general ledger (总账), and number them
    Make(make::Args),
    /// Write vouchers to a file that the accounting system takes
    Export(export::Args),
    /// Take in what the accounting system said about vouchers
    Acknowledge(acknowledge::Args),
    /// List vouchers, and where each stands
    List(list::Args),
    /// Show a voucher with its lines
    Show(show::Args),
    /// Hold vouchers to the general ledger once more, and look for gaps in their numbers (断号)
    Prove(prove::Args),
}

pub(crate) async fn run(command: Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Make(args) => make::run(args).await,
        Commands::Export(args) => export::run(&args),
        Commands::Acknowledge(args) => acknowledge::run(&args),
        Commands::List(args) => list::run(&args),
        Commands::Show(args) => show::run(&args),
        Commands::Prove(args) => prove::run(args).await,
    }
}
