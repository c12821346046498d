//! `longmen-simulation`: a whole node below the sockets under a seeded scheduler.

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use longmen_simulation::{Counts, Failure, Run, run, run_all, shrink};
use longmen_terminal::{Progress, grouped};
use serde_json::json;

/// Segments and frames of a run come and go by the thousand; this one keeps their memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ABOUT: &str = "A whole node below the sockets under a seeded scheduler, judged by a naive ledger";

const LONG_ABOUT: &str = "\
A whole node below the sockets, the production coordinator, shards, batchers, journal, snapshots and recovery, one step
at a time over a simulated disk and clock, with clients that retry, duplicate, reorder and vanish. A naive ledger that
knows nothing of the engine judges every answer, and the books after every crash. A seed replays exactly.

The first seed that fails is named with its step and its reason, and then made small: the few steps that it takes are told
in words.";

const AFTER: &str = "\
Exit codes:
  0  everything held
  1  a seed failed, or a planted bug was not found
  2  the command line was wrong

Examples:
  longmen-simulation --seeds 2000                  what CI runs
  longmen-simulation --seed 1234                   one seed again, with the trace of its steps
  longmen-simulation --hours 8 --first 1000000     a soak over other seeds
  longmen-simulation --plants                      each planted bug, and what finds it (feature planted-bugs)
  longmen-simulation --plant PinSkipped --seed 0   what one of them looks like (feature planted-bugs)";

#[derive(Parser)]
#[command(name = "longmen-simulation", version, about = ABOUT, long_about = LONG_ABOUT, after_help = AFTER)]
struct Cli {
    /// How many seeds to run
    #[arg(long, default_value_t = 200, value_name = "N")]
    seeds: u64,
    /// How many steps of each
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    steps: u64,
    /// The first seed
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    first: u64,
    /// Run this seed alone and print what happens in it, or in the few steps that make it fail
    #[arg(long, value_name = "SEED", conflicts_with_all = ["seeds", "first", "hours"])]
    seed: Option<u64>,
    /// Go on with further seeds for so many hours
    #[arg(long, value_name = "H", conflicts_with = "seeds")]
    hours: Option<f64>,
    /// On how many threads; one for each core by default
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// How many seconds to make a failing seed small
    #[arg(long, default_value_t = 30, value_name = "S")]
    shrink: u64,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Plant one bug after the other, and run seeds until each is found
    #[cfg(feature = "planted-bugs")]
    #[arg(long, conflicts_with_all = ["seed", "hours", "first"])]
    plants: bool,
    /// Plant this bug in everything that is run
    #[cfg(feature = "planted-bugs")]
    #[arg(long, value_name = "BUG", conflicts_with = "plants", value_parser = longmen_simulation::Plant::named)]
    plant: Option<longmen_simulation::Plant>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    #[cfg(feature = "planted-bugs")]
    if cli.plants {
        return ExitCode::from(u8::from(!plants(&cli)));
    }
    #[cfg(feature = "planted-bugs")]
    let _planted = cli.plant.map(longmen_simulation::Plant::plant);
    let held = match cli.seed {
        Some(seed) => replay(&cli, seed),
        None => run_seeds(&cli),
    };
    ExitCode::from(u8::from(!held))
}

fn threads(cli: &Cli) -> usize {
    cli.threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from)).max(1)
}

/// Standard output may be closed; there is nobody left to tell then.
fn say(line: &str) {
    drop(writeln!(io::stdout().lock(), "{line}"));
}

fn run_seeds(cli: &Cli) -> bool {
    let began = Instant::now();
    let end = cli.hours.map(|hours| began + Duration::from_secs_f64(3_600.0 * hours));
    let progress = match end {
        Some(_) => Progress::counting("seeds"),
        None => Progress::new("seeds", cli.seeds),
    };
    let last = if end.is_some() { u64::MAX } else { cli.first.saturating_add(cli.seeds) };
    let runs = (cli.first..last)
        .take_while(|_| end.is_none_or(|end| Instant::now() < end))
        .map(|seed| Run::new(seed, cli.steps));
    let (mut seeds, mut counts, mut failure) = (0, Counts::default(), None::<Failure>);
    run_all(runs, threads(cli), |outcome| {
        seeds += 1;
        counts += &outcome.counts;
        progress.at(seeds, format!("{} steps", grouped(counts.steps)));
        let earlier = |failed: &Failure| failure.as_ref().is_none_or(|first| failed.seed < first.seed);
        if let Some(failed) = outcome.failure.filter(earlier) {
            failure = Some(failed);
        }
        failure.is_none()
    });
    progress.finish();
    report(cli, seeds, &counts, failure.as_ref(), began.elapsed());
    failure.is_none()
}

fn report(cli: &Cli, seeds: u64, counts: &Counts, failure: Option<&Failure>, took: Duration) {
    let small = failure.and_then(|failure| shrink(failure.seed, cli.steps, Duration::from_secs(cli.shrink)));
    if cli.json {
        let failure = failure.map(|failure| {
            json!({
                "seed": failure.seed, "step": failure.step, "check": failure.check.name(), "what": failure.what,
                "steps": small.as_ref().map(|small| &small.steps),
                "trace": small.as_ref().map(|small| &small.trace),
            })
        });
        let result =
            json!({ "seeds": seeds, "seconds": took.as_secs_f64(), "counts": counts, "failure": failure });
        return say(&result.to_string());
    }
    if let Some(failure) = failure {
        say(&format!("FAILED {failure}"));
        if let Some(small) = &small {
            say(&format!("\n{} steps are enough ({} runs tried):\n", small.steps.len(), small.runs));
            small.trace.iter().for_each(|line| say(line));
            say(&format!("\n{}", small.failure));
        }
        say(&format!("\n--seed {} --steps {} runs it again", failure.seed, cli.steps));
    }
    say(&format!("{} in {:.0} s", told(seeds, counts, failure.is_none()), took.as_secs_f64()));
}

/// One line that says it all.
fn told(seeds: u64, counts: &Counts, held: bool) -> String {
    let held = if held { "all held" } else { "NOT ALL HELD" };
    format!(
        "simulation: {} seeds, {held}: {} steps, {} transactions, {} frames, {} restarts ({} power cuts, {} by faults \
         of the disk), {} torn tails, {} from snapshots, {} damaged logs refused",
        grouped(seeds),
        grouped(counts.steps),
        grouped(counts.transactions),
        grouped(counts.frames),
        grouped(counts.restarts),
        grouped(counts.cuts),
        grouped(counts.deaths),
        grouped(counts.cut_tails),
        grouped(counts.from_snapshot),
        grouped(counts.damaged),
    )
}

/// One seed again: what happens in it.
fn replay(cli: &Cli, seed: u64) -> bool {
    let began = Instant::now();
    let outcome = run(&Run { verbose: !cli.json, ..Run::new(seed, cli.steps) });
    outcome.trace.iter().for_each(|line| say(line));
    if !cli.json {
        say(&format!("\ndigest of the trace: {:016x}", outcome.digest));
    }
    report(cli, 1, &outcome.counts, outcome.failure.as_ref(), began.elapsed());
    outcome.failure.is_none()
}

/// Plants one bug after the other; whether each was found, and without one nothing is.
#[cfg(feature = "planted-bugs")]
fn plants(cli: &Cli) -> bool {
    use longmen_simulation::{Plant, first_failure};
    let all = Plant::all();
    let progress = Progress::new("planted bugs", all.len() as u64);
    let mut table = longmen_terminal::Table::new(&["bug", ">seeds", ">step", "seen by", "what it said"]);
    let (mut found, mut most) = (Vec::new(), 1);
    for (index, plant) in (0..).zip(&all) {
        progress.at(index, plant.to_string());
        match plant.hunt(cli.seeds, cli.steps, threads(cli)) {
            Some(caught) => {
                most = most.max(caught.seeds);
                let what: String = caught.what.chars().take(100).collect();
                table.row([
                    &caught.bug,
                    &caught.seeds.to_string(),
                    &caught.step.to_string(),
                    caught.check,
                    &what,
                ]);
                found.push(caught);
            }
            None => table.row([plant.to_string().as_str(), "-", "-", "NOT FOUND", ""]),
        }
    }
    progress.finish();
    let without = first_failure(most, cli.steps, threads(cli));
    if cli.json {
        let without = without.as_ref().map(ToString::to_string);
        say(&json!({ "bugs": all.len(), "found": found, "seeds": most, "without": without }).to_string());
    } else {
        say(&table.to_string());
        let held = without.as_ref().map_or_else(|| "hold without one".into(), ToString::to_string);
        say(&format!("{} of {} planted bugs found; the same {most} seeds {held}", found.len(), all.len()));
    }
    found.len() == all.len() && without.is_none()
}
