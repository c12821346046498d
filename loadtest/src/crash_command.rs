//! `longmen-loadtest crash`

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_loadtest::quick_rounds::QuickRounds;
use longmen_server::Launch;
use longmen_terminal::grouped;
use longmen_workload::crash::{CrashSettings, Harness, Round};

use crate::NODE;

/// Kill a node under load at random moments, restart it, and check everything it said before
#[derive(clap::Args)]
pub(crate) struct CrashArgs {
    /// How many times the node is killed
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// What all random choices come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The data directory, which is kept; without it a temporary one, kept only if something did not hold
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Rounds as short as a start allows, over small books that are audited and begun anew every 50 rounds; only
    /// --rounds, --seed, --data and --json count beside it
    #[arg(long)]
    quick: bool,
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

pub(crate) async fn crash_command(args: CrashArgs) -> Result<bool, Box<dyn Error>> {
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
    let rounds = match args.quick {
        true => quick_rounds(&args, &data).await,
        false => crash_rounds(&args, settings, &data).await,
    };
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
    data: &Path,
) -> Result<bool, Box<dyn Error>> {
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

async fn quick_rounds(args: &CrashArgs, data: &Path) -> Result<bool, Box<dyn Error>> {
    let settings = CrashSettings { rounds: args.rounds, seed: args.seed, ..QuickRounds::settings() };
    let mut quick = QuickRounds::new(settings, Launch::new(NODE, data));
    while let Some((round, _)) = quick.next().await? {
        print_round(args, &round)?;
        if !round.held() {
            return Ok(false);
        }
    }
    let mut err = io::stderr().lock();
    for words in quick.damage() {
        writeln!(err, "the offline audit does NOT hold: {words}")?;
    }
    Ok(quick.damage().is_empty())
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
