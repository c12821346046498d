//! `longmen-loadtest`: load, crash and benchmark runs against a Longmen node.

mod bench_command;
mod crash_command;
mod faults_command;
mod peer_command;
mod run_command;
mod soak_command;
mod tables_command;
mod torture_command;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use longmen_server::{ServeArgs, serve};

use bench_command::{BenchArgs, bench_command};
use crash_command::{CrashArgs, crash_command};
use faults_command::{FaultsArgs, faults_command};
use peer_command::{PeerArgs, peer_command};
use run_command::{RunArgs, run_command};
use soak_command::{SoakArgs, soak_command};
use tables_command::{PhasesArgs, ScaleArgs, phases_command, scale_command};
use torture_command::{TortureArgs, torture_command};

/// Frames and requests of megabytes come and go many times a second; this one keeps their memory instead of giving it to
/// the system and taking it back, page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The hidden subcommand by which this program starts a node as a child process of itself.
const NODE: &str = "node";

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
  longmen-loadtest peer postgres --seconds 30";

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
    Torture(TortureArgs),
    Soak(SoakArgs),
    Peer(PeerArgs),
    /// Serve as a node (what `run` and `crash` start)
    #[command(name = NODE, hide = true)]
    Node(ServeArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Subcommands::Run(args) => with_runtime(run_command(*args)),
        Subcommands::Crash(args) => with_runtime(crash_command(args)),
        Subcommands::Faults(args) => with_runtime(faults_command(args)),
        Subcommands::Bench(args) => with_runtime(bench_command(args)),
        Subcommands::Scale(args) => with_runtime(scale_command(args)),
        Subcommands::Phases(args) => with_runtime(phases_command(args)),
        Subcommands::Soak(args) => with_runtime(soak_command(args)),
        Subcommands::Torture(args) => with_runtime(torture_command(args)),
        Subcommands::Peer(args) => with_runtime(peer_command(args)),
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
