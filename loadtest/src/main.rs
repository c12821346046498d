//! `longmen-loadtest`: load and crash runs against a Longmen node.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use longmen_loadtest::LoadError;
use longmen_loadtest::crash::{CrashSettings, Harness, Round};
use longmen_loadtest::driver::Pacing;
use longmen_loadtest::node::{Launch, ServeArgs, serve};
use longmen_loadtest::run::{RunReport, RunSettings, fresh_entity, run, run_with_own_node};
use longmen_loadtest::setup::Target;
use longmen_loadtest::table::grouped;
use longmen_loadtest::workload::Workload;

/// The hidden subcommand by which this program starts a node as a child process of itself.
const NODE: &str = "node";

const EXIT_CODES: &str = "\
Exit codes:
  0  everything held
  1  an answer or a balance was wrong
  2  the command line was wrong
  3  the node could not be reached, started or stopped, or broke a connection

Examples:
  longmen-loadtest run --workload transfers --batch 8189 --seconds 30 --json
  longmen-loadtest run --workload mix --rate 20000 --connections 64 --seconds 60 --hgrm mix.hgrm
  longmen-loadtest run --workload hot --addr 127.0.0.1:7440
  longmen-loadtest crash --rounds 50 --seed 7";

#[derive(Parser)]
#[command(name = "longmen-loadtest", version, about = "Load and crash runs against a Longmen node", after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    /// Drive a workload, measure it, and hold the node's books against its answers
    Run(Box<RunArgs>),
    /// Kill a node under load at random moments, restart it, and check everything it said before
    Crash(CrashArgs),
    /// Serve as a node (what `run` and `crash` start)
    #[command(name = NODE, hide = true)]
    Node(ServeArgs),
}

#[derive(Args)]
struct RunArgs {
    /// What is sent
    #[arg(long, value_enum, default_value = "transfers")]
    workload: Workload,
    /// The node to load; without it a node is started for the run
    #[arg(long, value_name = "HOST:PORT")]
    addr: Option<String>,
    /// A file with the token to say hello with
    #[arg(long, value_name = "FILE", requires = "addr")]
    token_file: Option<PathBuf>,
    /// The data directory of the node that is started; without it, a temporary one
    #[arg(long, value_name = "DIR", conflicts_with = "addr")]
    data: Option<PathBuf>,
    /// Shards of the node that is started
    #[arg(long, conflicts_with = "addr")]
    shards: Option<u16>,
    /// Accounts of customers [default: 10000, for the mix 50000]
    #[arg(long)]
    accounts: Option<usize>,
    /// Open the accounts that are meant to be hot without their batching actors
    #[arg(long)]
    cold: bool,
    /// Connections [default: 64, with batches 2]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    connections: Option<u32>,
    /// Transactions of one request
    #[arg(long, default_value_t = 1, value_parser = batch_size)]
    batch: usize,
    /// Requests under way on each connection, closed loop [default: 1, with batches 2]
    #[arg(long, conflicts_with = "rate", value_parser = positive)]
    depth: Option<usize>,
    /// Transactions a second, open loop: latency counts from the intended send time
    #[arg(long, value_parser = rate)]
    rate: Option<f64>,
    /// Seconds that are measured
    #[arg(long, default_value_t = 10.0, value_parser = rate)]
    seconds: f64,
    /// Seconds before them that are not
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Stop after so many transactions
    #[arg(long)]
    transactions: Option<u64>,
    /// Send MessagePack instead of the compact form
    #[arg(long)]
    messagepack: bool,
    /// What all random choices come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the distribution of latencies here
    #[arg(long, value_name = "FILE")]
    hgrm: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct CrashArgs {
    /// How many times the node is killed
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// What all random choices come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The data directory, which is kept; without it a temporary one, kept only if something did not hold
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Connections that load the node
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=256))]
    connections: u32,
    /// Accounts of customers
    #[arg(long, default_value_t = 2_000)]
    accounts: usize,
    /// The longest time under load before a kill, in milliseconds
    #[arg(long, default_value_t = 500)]
    longest: u64,
    /// Print each round as a line of JSON
    #[arg(long)]
    json: bool,
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "not a count of at least 1".to_owned())
}

fn batch_size(text: &str) -> Result<usize, String> {
    let most = longmen_client::MAX_BATCH;
    positive(text).ok().filter(|size| *size <= most).ok_or_else(|| format!("not a size from 1 to {most}"))
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: Option<f64> = text.parse().ok();
    rate.filter(|rate| rate.is_finite() && *rate > 0.0).ok_or_else(|| "not a number above 0".to_owned())
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Subcommands::Run(args) => with_runtime(run_command(*args)),
        Subcommands::Crash(args) => with_runtime(crash_command(args)),
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
fn with_runtime(
    work: impl Future<Output = Result<bool, Box<dyn std::error::Error>>>,
) -> Result<bool, Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Prints an error with its causes.
fn report(error: &dyn std::error::Error) {
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

async fn run_command(args: RunArgs) -> Result<bool, Box<dyn std::error::Error>> {
    let settings = args.settings();
    let report: Result<RunReport, LoadError> = match &args.addr {
        Some(address) => {
            let token = args.token_file.as_ref().map(std::fs::read_to_string).transpose()?;
            let token = token.map(|text| text.trim().to_owned());
            // The name is the scope of ids: another one for each run lets any run follow any other.
            run(&Target { address: address.clone(), client: fresh_entity(), token }, &settings).await
        }
        None => {
            let temporary = tempfile::tempdir()?;
            let data = args.data.as_deref().unwrap_or(temporary.path());
            run_with_own_node(&Launch { shards: args.shards, ..Launch::new(NODE, data) }, &settings).await
        }
    };
    let report = report?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        writeln!(out, "{}\n", report.table())?;
        let compared = grouped(u64::try_from(report.accounts_compared)?);
        match report.held {
            true => writeln!(out, "The balances of all {compared} accounts are what the answers said.")?,
            false => writeln!(out, "The books are NOT what the answers said:")?,
        }
        for difference in &report.differences {
            writeln!(out, "  {difference}")?;
        }
    }
    Ok(report.held)
}

impl RunArgs {
    fn settings(&self) -> RunSettings {
        let batches = self.batch > 1;
        let pacing = match self.rate {
            Some(rate) => Pacing::Open { rate },
            None => Pacing::Closed { depth: self.depth.unwrap_or(if batches { 2 } else { 1 }) },
        };
        RunSettings {
            workload: self.workload,
            accounts: self.accounts.unwrap_or(self.workload.usual_accounts()),
            seed: self.seed,
            cold: self.cold,
            connections: self.connections.unwrap_or(if batches { 2 } else { 64 }),
            batch: self.batch,
            pacing,
            messagepack: self.messagepack,
            warm_up: Duration::from_secs_f64(self.warm_up.max(0.0)),
            time: Duration::from_secs_f64(self.seconds),
            transactions: self.transactions,
            hgrm: self.hgrm.clone(),
        }
    }
}

async fn crash_command(args: CrashArgs) -> Result<bool, Box<dyn std::error::Error>> {
    let temporary = tempfile::tempdir()?;
    let data = args.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    let settings = CrashSettings {
        rounds: args.rounds,
        seed: args.seed,
        connections: args.connections,
        accounts: args.accounts,
        longest: Duration::from_millis(args.longest),
        close_days: true,
    };
    let rounds = crash_rounds(&args, settings, &data).await;
    if matches!(rounds, Ok(true)) {
        return rounds;
    }
    let kept = if args.data.is_some() { data } else { temporary.keep() };
    writeln!(io::stderr(), "seed {}; the data directory is kept: {}", args.seed, kept.display())?;
    rounds
}

async fn crash_rounds(
    args: &CrashArgs,
    settings: CrashSettings,
    data: &std::path::Path,
) -> Result<bool, Box<dyn std::error::Error>> {
    let mut harness = Harness::start(settings, Launch::new(NODE, data)).await?;
    for _ in 0..args.rounds {
        let round = harness.round().await?;
        print_round(args, &round)?;
        if !round.held() {
            return Ok(false);
        }
    }
    let damage = harness.stop_and_verify()?;
    let mut err = io::stderr().lock();
    match &damage {
        None => writeln!(err, "the offline audit of the data directory holds")?,
        Some(words) => writeln!(err, "the offline audit of the data directory does NOT hold: {words}")?,
    }
    Ok(damage.is_none())
}

fn print_round(args: &CrashArgs, round: &Round) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        return writeln!(out, "{}", serde_json::to_string(round)?);
    }
    writeln!(
        out,
        "round {}/{}: {} shards, batches of {}, killed after {} ms with {} answered and {} not; {} shards recovered \
         in {} ms and had {} of those: {}",
        round.round,
        args.rounds,
        round.shards,
        round.batch,
        round.killed_after_ms,
        grouped(round.acknowledged),
        grouped(round.unanswered),
        round.shards_after,
        round.recovered_in_ms,
        grouped(round.unanswered_there),
        if round.held() { "held" } else { "DID NOT HOLD" },
    )?;
    for difference in &round.differences {
        writeln!(out, "  {difference}")?;
    }
    Ok(())
}
