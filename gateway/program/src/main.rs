//! `longmen`: a payment ledger node, its tools, and a demonstration.

mod account_name;
mod commands;
mod failure;
mod import;
mod journal;
mod money;
mod output;
mod reach;
mod scenario;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    accounts, balance, close_day, demo, export, open, play, post, serve, statement, status, transaction,
    trial_balance, verify, wal,
};
use failure::{Failure, Verdict};

const AFTER_HELP: &str = "\
Exit codes:
  0  all went well, and all that was checked held
  1  something did not hold, or the node refused it
  2  the command line, or a file that it names, was wrong
  3  the node could not be reached or did not start

Examples:
  longmen demo                                     a payment day through a real node, killed and recovered
  longmen serve --data books                       a node on 127.0.0.1:7440
  longmen open scenario.json                       the chart and accounts of a scenario file
  longmen post --debit LM/bank/CNY=100.00 --credit LM/U1/CNY=100.00
  longmen statement LM/U1/CNY
  longmen trial-balance --entity LM";

#[derive(Parser)]
#[command(name = "longmen", version, about = "A durable double-entry payment ledger", after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    Serve(serve::Args),
    Demo(demo::Args),
    Play(play::Args),
    Open(open::Args),
    #[command(subcommand)]
    Import(commands::import::Commands),
    Accounts(accounts::Args),
    Balance(balance::Args),
    Post(post::Args),
    Transaction(transaction::Args),
    Statement(statement::Args),
    TrialBalance(trial_balance::Args),
    CloseDay(close_day::Args),
    Status(status::Args),
    Verify(verify::Args),
    Export(export::Args),
    #[command(subcommand)]
    Wal(wal::Commands),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Commands::Serve(args) => serve::run(&args),
        Commands::Demo(args) => on_one_thread(demo::run(args)),
        Commands::Play(args) => on_one_thread(play::run(args)),
        Commands::Open(args) => on_one_thread(open::run(args)),
        Commands::Import(command) => on_one_thread(commands::import::run(command)),
        Commands::Accounts(args) => on_one_thread(accounts::run(args)),
        Commands::Balance(args) => on_one_thread(balance::run(args)),
        Commands::Post(args) => on_one_thread(post::run(args)),
        Commands::Transaction(args) => on_one_thread(transaction::run(args)),
        Commands::Statement(args) => on_one_thread(statement::run(args)),
        Commands::TrialBalance(args) => on_one_thread(trial_balance::run(args)),
        Commands::CloseDay(args) => on_one_thread(close_day::run(args)),
        Commands::Status(args) => on_one_thread(status::run(args)),
        Commands::Verify(args) => verify::run(&args),
        Commands::Export(args) => export::run(&args),
        Commands::Wal(command) => wal::run(&command),
    };
    match done {
        Ok(verdict) => verdict.exit_code(),
        Err(failure) => failure.report(),
    }
}

/// Clients need no threads of their own: on few cores the node is meant to have them.
fn on_one_thread(work: impl Future<Output = Result<Verdict, Failure>>) -> Result<Verdict, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
