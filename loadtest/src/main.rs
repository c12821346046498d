//! `longmen-loadtest`: load, crash and benchmark runs against a Longmen node.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use longmen_server::{ServeArgs, serve};

use longmen_loadtest::bench::command::BenchArgs;
use longmen_loadtest::bench::interest::AccrueArgs;
use longmen_loadtest::bench::interest::command::InterestArgs;
use longmen_loadtest::bench::phases::command::PhasesArgs;
use longmen_loadtest::bench::reconcile::command::ReconcileArgs;
use longmen_loadtest::bench::scale::command::ScaleArgs;
use longmen_loadtest::crash::command::CrashArgs;
use longmen_loadtest::faults::command::FaultsArgs;
use longmen_loadtest::peer::command::PeerArgs;
use longmen_loadtest::report::command::ReportArgs;
use longmen_loadtest::run::command::RunArgs;
use longmen_loadtest::soak::command::SoakArgs;
use longmen_loadtest::torture::command::TortureArgs;
use longmen_loadtest::{ACCRUE, NODE};

/// Frames and requests of megabytes come and go many times a second; this one keeps their memory instead of giving it to
/// the system and taking it back, page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXIT_CODES: &str = "\
Exit codes:
  0  everything held
  1  an answer or a balance was wrong; bench: or a bar was not reached
  2  the command line was wrong
  3  the node or the peer could not be reached, started or stopped, or broke a connection

Examples:
  longmen-loadtest run --workload transfers --batch 8189 --seconds 30 --json
  longmen-loadtest run --workload mix --rate 20000 --connections 64 --seconds 60 --hgrm mix.hgrm
  longmen-loadtest run --workload hot --addr 127.0.0.1:7440
  longmen-loadtest crash --rounds 50 --seed 7
  longmen-loadtest torture --seconds 300
  longmen-loadtest soak --data soak-books --json soak.json --html soak.html
  longmen-loadtest crash --rounds 1000 --quick
  longmen-loadtest faults --only power-cut,sync-fails
  longmen-loadtest bench --html report.html --json report.json
  longmen-loadtest bench --rows transfers-10k,mix --seconds 10 --runs 3 --compare old/longmen-loadtest
  longmen-loadtest bench --rows single,singles-64,transfers-10k --peers postgres --html report.html
  longmen-loadtest scale --tables accounts,ids --size 0.01 --seconds 2
  longmen-loadtest phases --loads transfers,mix --seconds 10
  longmen-loadtest reconcile --rows 10000,1000000 --json reconcile.json
  longmen-loadtest interest --accounts 100000 --movements 100000
  longmen-loadtest peer postgres --seconds 30
  longmen-loadtest report soak.json --html soak.html";

#[derive(Parser)]
#[command(name = "longmen-loadtest", version, about = "Load, crash and benchmark runs against a Longmen node", after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    Run(Box<RunArgs>),
    Crash(CrashArgs),
    Faults(FaultsArgs),
    Bench(BenchArgs),
    Scale(ScaleArgs),
    Phases(PhasesArgs),
    Reconcile(ReconcileArgs),
    Interest(InterestArgs),
    Torture(TortureArgs),
    Soak(SoakArgs),
    Peer(PeerArgs),
    Report(ReportArgs),
    /// Serve as a node (what `run` and `crash` start)
    #[command(name = NODE, hide = true)]
    Node(ServeArgs),
    /// Accrue interest (what `interest` starts)
    #[command(name = ACCRUE, hide = true)]
    Accrue(AccrueArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Subcommands::Run(args) => with_runtime(args.run()),
        Subcommands::Crash(args) => with_runtime(args.run()),
        Subcommands::Faults(args) => with_runtime(args.run()),
        Subcommands::Bench(args) => with_runtime(args.run()),
        Subcommands::Scale(args) => with_runtime(args.run()),
        Subcommands::Phases(args) => with_runtime(args.run()),
        Subcommands::Soak(args) => with_runtime(args.run()),
        Subcommands::Torture(args) => with_runtime(args.run()),
        Subcommands::Peer(args) => with_runtime(args.run()),
        Subcommands::Interest(args) => with_runtime(args.run()),
        Subcommands::Accrue(args) => with_runtime(args.run()),
        Subcommands::Reconcile(args) => args.run(),
        Subcommands::Report(args) => args.run(),
        Subcommands::Node(args) => serve(&args).map(|()| true).map_err(Into::into),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            report(error.as_ref());
            ExitCode::from(3)
        }
    }
}

/// One thread: the node is meant to have the other cores.
fn with_runtime(work: impl Future<Output = Result<bool, Box<dyn Error>>>) -> Result<bool, Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Prints an error with its causes.
fn report(error: &dyn Error) {
    let mut out = io::stderr().lock();
    // Standard error may be closed; there is nobody left to tell then.
    drop(write!(out, "longmen-loadtest: {error}"));
    let mut cause = error.source();
    while let Some(source) = cause {
        drop(write!(out, ": {source}"));
        cause = source.source();
    }
    drop(writeln!(out));
}
