//! `longmen`: a payment ledger node, its tools, and a demonstration.

mod access_record;
mod account_name;
mod account_state;
mod argument;
mod channel_day;
mod commands;
mod connect_args;
mod data_directory;
mod desk_args;
mod differences;
#[cfg(test)]
mod examples;
mod expected;
mod explain;
mod export_formats;
mod failure;
mod id_name;
mod import;
mod interruption;
mod json;
mod listing;
mod moment;
mod money;
mod output;
mod page;
mod posting;
mod proposing_args;
mod reconciling;
mod register;
mod report;
mod scenario;
mod settings_file;
mod tls_args;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    access_log, accounts, approve, balance, bill, booking_mode, booking_modes, cancel, change_access,
    channel_book, channel_file, charge, close_day, confirm, consume, customer, day_end, demo, desk, entry,
    export, fee, find, freeze, holds, hot, interest, limits, map_customer, map_type, memo, open, play, post,
    proposals, raise, reconcile, reconcile_accounts, reconcile_money, refund, reject, reserve, revalue,
    reverse, serve, state, statement, status, token, transaction, trial_balance, try_step, unfreeze, verify,
    voucher, wal,
};
use failure::{Conclusion, Failure};

/// Frames and requests of megabytes come and go many times a second; this one keeps their memory instead of giving it to
/// the system and taking it back, page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const AFTER_HELP: &str = "\
Exit codes:
  0  all went well, and all that was checked held
  1  something did not hold, or the node refused it
  2  the command line, or a file or directory that it names, was wrong; nothing was sent
  3  the node could not be reached or did not start, or a directory is in use by one

Examples:
  longmen demo                                     a payment day through a real node, killed and recovered
  longmen serve --data books                       a node on 127.0.0.1:7440
  longmen open scenario.json                       the chart and accounts of a scenario file
  longmen post --debit LM/bank/CNY=100.00 --credit LM/U1/CNY=100.00
  longmen freeze LM/U1/CNY=30.00 --id F1           an amount set aside
  longmen refund order-17 --debit LM/M1/CNY=5.00 --credit LM/U1/CNY=5.00
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
    Reverse(reverse::Args),
    Refund(refund::Args),
    Freeze(freeze::Args),
    Raise(raise::Args),
    Unfreeze(unfreeze::Args),
    Consume(consume::Args),
    Holds(holds::Args),
    Try(try_step::Args),
    Confirm(confirm::Args),
    Cancel(cancel::Args),
    Transaction(transaction::Args),
    Find(find::Args),
    Statement(statement::Args),
    Entry(entry::Args),
    Register(commands::register::Args),
    Report(commands::report::Args),
    TrialBalance(trial_balance::Args),
    State(state::Args),
    Limits(limits::Args),
    Reserve(reserve::Args),
    Hot(hot::Args),
    MapCustomer(map_customer::Args),
    Customer(customer::Args),
    MapType(map_type::Args),
    BookingMode(booking_mode::Args),
    BookingModes(booking_modes::Args),
    Charge(charge::Args),
    Memo(memo::Args),
    CloseDay(close_day::Args),
    Proposals(proposals::Args),
    Approve(approve::Args),
    Reject(reject::Args),
    Withdraw(reject::WithdrawArgs),
    ChangeAccess(change_access::Args),
    Status(status::Args),
    #[command(subcommand)]
    Token(token::Commands),
    AccessLog(access_log::Args),
    ChannelFile(channel_file::Args),
    ChannelBook(channel_book::Args),
    #[command(subcommand)]
    Desk(desk::Commands),
    DayEnd(day_end::Args),
    #[command(subcommand)]
    Bill(bill::Commands),
    #[command(subcommand)]
    Interest(interest::Commands),
    #[command(subcommand)]
    Fee(fee::Commands),
    Revalue(revalue::Args),
    Translate(revalue::TranslateArgs),
    Reconcile(reconcile::Args),
    ReconcileMoney(reconcile_money::Args),
    ReconcileAccounts(reconcile_accounts::Args),
    Verify(verify::Args),
    #[command(subcommand)]
    Voucher(voucher::Commands),
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
        Commands::Reverse(args) => on_one_thread(reverse::run(args)),
        Commands::Refund(args) => on_one_thread(refund::run(args)),
        Commands::Freeze(args) => on_one_thread(freeze::run(args)),
        Commands::Raise(args) => on_one_thread(raise::run(args)),
        Commands::Unfreeze(args) => on_one_thread(unfreeze::run(args)),
        Commands::Consume(args) => on_one_thread(consume::run(args)),
        Commands::Holds(args) => on_one_thread(holds::run(args)),
        Commands::Try(args) => on_one_thread(try_step::run(args)),
        Commands::Confirm(args) => on_one_thread(confirm::run(args)),
        Commands::Cancel(args) => on_one_thread(cancel::run(args)),
        Commands::Transaction(args) => on_one_thread(transaction::run(args)),
        Commands::Find(args) => on_one_thread(find::run(args)),
        Commands::Statement(args) => on_one_thread(statement::run(args)),
        Commands::Entry(args) => on_one_thread(entry::run(args)),
        Commands::Register(args) => on_one_thread(commands::register::run(args)),
        Commands::Report(args) => on_one_thread(commands::report::run(args)),
        Commands::TrialBalance(args) => on_one_thread(trial_balance::run(args)),
        Commands::State(args) => on_one_thread(state::run(args)),
        Commands::Limits(args) => on_one_thread(limits::run(args)),
        Commands::Reserve(args) => on_one_thread(reserve::run(args)),
        Commands::Hot(args) => on_one_thread(hot::run(args)),
        Commands::MapCustomer(args) => on_one_thread(map_customer::run(args)),
        Commands::Customer(args) => on_one_thread(customer::run(args)),
        Commands::MapType(args) => on_one_thread(map_type::run(args)),
        Commands::BookingMode(args) => on_one_thread(booking_mode::run(args)),
        Commands::BookingModes(args) => on_one_thread(booking_modes::run(args)),
        Commands::Charge(args) => on_one_thread(charge::run(args)),
        Commands::Memo(args) => on_one_thread(memo::run(args)),
        Commands::CloseDay(args) => on_one_thread(close_day::run(args)),
        Commands::Proposals(args) => on_one_thread(proposals::run(args)),
        Commands::Approve(args) => on_one_thread(approve::run(args)),
        Commands::Reject(args) => on_one_thread(reject::run(args)),
        Commands::Withdraw(args) => on_one_thread(reject::withdraw(args)),
        Commands::ChangeAccess(args) => on_one_thread(change_access::run(args)),
        Commands::Status(args) => on_one_thread(status::run(args)),
        Commands::Token(command) => token::run(command),
        Commands::AccessLog(args) => access_log::run(&args),
        Commands::ChannelFile(args) => channel_file::run(&args),
        Commands::ChannelBook(args) => on_one_thread(channel_book::run(args)),
        Commands::Desk(command) => on_one_thread(desk::run(command)),
        Commands::DayEnd(args) => on_one_thread(day_end::run(args)),
        Commands::Bill(command) => on_one_thread(bill::run(command)),
        Commands::Interest(command) => on_one_thread(interest::run(command)),
        Commands::Revalue(args) => on_one_thread(revalue::run(args)),
        Commands::Translate(args) => on_one_thread(revalue::translate(args)),
        Commands::Fee(command) => on_one_thread(fee::run(command)),
        Commands::Reconcile(args) => reconcile::run(&args),
        Commands::ReconcileMoney(args) => reconcile_money::run(&args),
        Commands::ReconcileAccounts(args) => reconcile_accounts::run(&args),
        Commands::Verify(args) => verify::run(&args),
        Commands::Voucher(command) => on_one_thread(voucher::run(command)),
        Commands::Export(args) => export::run(&args),
        Commands::Wal(command) => wal::run(&command),
    };
    interruption::leave_the_last_word();
    match done {
        Ok(conclusion) => conclusion.exit_code(),
        Err(failure) => failure.report(),
    }
}

/// Clients need no threads of their own: on few cores the node is meant to have them.
fn on_one_thread(work: impl Future<Output = Result<Conclusion, Failure>>) -> Result<Conclusion, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
