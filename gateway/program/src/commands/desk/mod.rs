//! `longmen desk`

mod ageing;
mod became;
mod booked;
mod breaks;
mod day_file;
mod decide;
mod files;
mod handle;
mod import;
mod proposals;
mod propose;
mod prove;
mod rebuild;
mod refresh;
mod reversed;
pub(crate) mod run;
mod settle;
mod show;
mod undo;

use crate::failure::{Conclusion, Failure};

/// The reconciliation desk (对账台): files come in once, days are compared, differences are booked and closed
///
/// A desk is a directory with what was imported, compared and done about each difference. What is booked goes through the ledger's four
/// eyes: a command here proposes, another principal approves with `longmen approve`, and `refresh` notes what became of it.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
A day, with the channel's file as `longmen channel-book --help` shows it.

Examples:
  longmen desk import 1900000100All2024-06-18.csv --desk desk --channel wechat.toml --date 2024-06-18 --by ann
  longmen desk run --desk desk --channel wechat.toml --date 2024-06-18 --client ann
  longmen desk breaks --desk desk
  longmen desk handle B4f0c2a915f0c2a91 --desk desk --channel wechat.toml --client ann --reason \"not in the next file\"
  longmen approve 17 --digest 5f0c2a91 --client bob
  longmen desk refresh --desk desk --client ann
  longmen desk settle --desk desk --channel wechat.toml --date 2024-06-18 --client ann
  longmen desk prove --desk desk --channel wechat.toml --client ann")]
pub(crate) enum Commands {
    /// Take a channel's file of a day, once and whole
    Import(import::Args),
    /// List the files that came
    Files(files::Args),
    /// Approve other bytes for a day that has a file already; not by who imported them
    ApproveFile(decide::Args),
    /// Reject other bytes for a day that has a file already
    RejectFile(decide::Args),
    /// Compare the books of a closed date with its file
    Run(run::Args),
    /// List what differs, and how far it has come
    Breaks(breaks::Args),
    /// Show one difference and everything that was done about it
    Show(show::Args),
    /// Propose the next step about a difference to the ledger
    Handle(handle::Args),
    /// Propose to take back what was booked about a difference
    Undo(undo::Args),
    /// Note what became of what was proposed
    Refresh(refresh::Args),
    /// Propose the settlement of a day: the bank takes the net
    Settle(settle::Args),
    /// Hold the balances of the channel's accounts to what is not settled and what differs
    Prove(prove::Args),
    /// How long differences have been there (账龄)
    Ageing(ageing::Args),
    /// Make the database again, from the files beside it and the books
    Rebuild(rebuild::Args),
}

pub(crate) async fn run(command: Commands) -> Result<Conclusion, Failure> {
    match command {
        Commands::Import(args) => import::run(&args),
        Commands::Files(args) => files::run(&args),
        Commands::ApproveFile(args) => decide::run(&args, true),
        Commands::RejectFile(args) => decide::run(&args, false),
        Commands::Run(args) => run::run(args).await,
        Commands::Breaks(args) => breaks::run(&args),
        Commands::Show(args) => show::run(&args),
        Commands::Handle(args) => handle::run(args).await,
        Commands::Undo(args) => undo::run(args).await,
        Commands::Refresh(args) => refresh::run(args).await,
        Commands::Settle(args) => settle::run(args).await,
        Commands::Prove(args) => prove::run(args).await,
        Commands::Ageing(args) => ageing::run(&args),
        Commands::Rebuild(args) => rebuild::run(args).await,
    }
}
