//! `longmen-loadtest soak`

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use longmen_server::Launch;
use longmen_terminal::grouped;

use super::{Kill, SoakReport, SoakSettings, page, soak};
use crate::NODE;
use crate::report::{FileArgs, Origin, Report};

const ABOUT: &str = "\
Load a node for an hour while it is killed, recovers, closes days and makes accounts hot, and check all it says

The payment mix comes in an open loop at --rate: each request is due at a fixed moment whether the node is there or not,
and its latency counts from then. As a payment switch gathers what comes within moments, each of the 40 connections sends
16 transactions a request; at 20,000 a second one is due every 0.8 ms. The generator sleeps in between and shares the cores.

Meanwhile, at moments that --seed decides:
  - the node gets SIGKILL every --crash-every seconds, is started again on the same directory, in one of three cases with
    another number of shards drawn, in one of four killed once more while it recovers. What falls due meanwhile is sent
    when it is back. What had no answer is asked again with the same ids;
  - the accounting date is closed (日切) every --close-every seconds;
  - every --hot-every seconds one account gets a tenth of the load on top, for a quarter of that time, so that it becomes
    hot and cools down;
  - a snapshot is taken every --snapshot-mib of log.

After each kill, with the load at rest: all that was answered in the 5 s before it and a sample of some 32,000
transactions of the whole run are asked again and must give their first result from the same place of the log; what had no
answer is there whole or not at all; every balance, every subject's total and its turnover over all dates are what the
answers came to; the relations of the trial balance hold; statements lead from nothing to the balance. At the end the node
is stopped in order, and the offline audit (`longmen verify`) reads the whole directory.

An hour at 20,000 a second needs some 30 GB of disk below --data and 4 GB of memory.";

/// Load a node for an hour while it is killed, recovers, closes days and makes accounts hot, and check all it says
#[derive(clap::Args)]
#[command(long_about = ABOUT)]
pub struct SoakArgs {
    /// How long, in minutes; fractions are taken
    #[arg(long, default_value_t = 60.0, value_parser = positive)]
    minutes: f64,
    /// Transactions of the mix a second
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: u32,
    /// What all random choices come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The node is killed so often, in seconds, on the average: each time half to one and a half times as long
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = positive)]
    crash_every: f64,
    /// The accounting date is closed so often, as above
    #[arg(long, value_name = "SECONDS", default_value_t = 90.0, value_parser = positive)]
    close_every: f64,
    /// An account is made busy so often, for a quarter of the time
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = positive)]
    hot_every: f64,
    /// Connections that send the mix
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    connections: u32,
    /// Transactions of one request; 1: singles
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=512))]
    batch: u16,
    /// Accounts of customers
    #[arg(long, default_value_t = 50_000)]
    accounts: usize,
    /// Shards that the node is started with at first
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    shards: u16,
    /// MiB of log from snapshot to snapshot
    #[arg(long, value_name = "MIB", default_value_t = 128, value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
    snapshot_mib: u64,
    /// The data directory, which is kept and must be new; without it a temporary one, kept only if something did not hold
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    files: FileArgs,
}

/// The books of another run know ids that this one would send again.
fn refuse_used(data: &Path) -> Result<(), Box<dyn Error>> {
    let used = fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
    match used {
        true => Err(format!("{}: not empty; a long run begins with new books", data.display()).into()),
        false => Ok(()),
    }
}

fn tell(kill: &Kill) {
    let again = kill.again_after_ms.map_or(String::new(), |after| format!(", killed again after {after} ms"));
    let line = format!(
        "kill {} at {:.1} min: {} shards, {} answered and {} not{again}; {} shards recovered in {} ms, outage {} ms, had {} \
         of those; {} asked again, {} accounts compared in {} ms: {}",
        kill.number,
        kill.at / 60.0,
        kill.shards,
        grouped(kill.answered),
        kill.unanswered,
        kill.shards_after,
        grouped(kill.recovered_ms),
        grouped(kill.outage_ms),
        kill.unanswered_there,
        grouped(kill.asked_again),
        grouped(kill.accounts),
        grouped(kill.check_ms),
        if kill.differences.is_empty() { "held" } else { "DID NOT HOLD" },
    );
    // Whoever closed standard output does not want it; the run goes on.
    drop(writeln!(io::stdout(), "{line}"));
}

fn print(report: &SoakReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}\n\n{}\n", report.table(), report.latency_table())?;
    for difference in &report.differences {
        writeln!(out, "  {difference}")?;
    }
    writeln!(out, "{}", report.conclusion())
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    match (0.01..=100_000.0).contains(&number) {
        true => Ok(number),
        false => Err("give a number from 0.01 to 100,000".to_owned()),
    }
}

impl SoakArgs {
    /// Runs it; whether everything held.
    ///
    /// # Errors
    /// When the node does not start or refuses the accounts, or a file cannot be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let temporary = tempfile::Builder::new().prefix("longmen-soak-").tempdir()?;
        let data = self.data.clone().unwrap_or_else(|| temporary.path().join("books"));
        let launch = Launch {
            shards: Some(self.shards),
            snapshot_bytes: Some(self.snapshot_mib << 20),
            ..Launch::new(NODE, &data)
        };
        refuse_used(&data)?;
        let origin = Origin::here(self.data.as_deref().filter(|data| data.exists()))?;
        let report = soak(&launch, &self.settings(), tell).await;
        let held = report.as_ref().is_ok_and(|report| report.held);
        if !held && self.data.is_none() {
            drop(temporary.keep());
        }
        if !held || self.data.is_some() {
            writeln!(io::stderr(), "seed {}; the data directory is kept: {}", self.seed, data.display())?;
        }
        let report = report?;
        self.files.write(&Report { origin, page: page(&report) }, &report)?;
        print(&report)?;
        Ok(held)
    }

    fn settings(&self) -> SoakSettings {
        SoakSettings {
            time: Duration::from_secs_f64(self.minutes * 60.0),
            rate: self.rate,
            seed: self.seed,
            connections: self.connections,
            batch: self.batch.into(),
            accounts: self.accounts,
            crash_every: Duration::from_secs_f64(self.crash_every),
            close_every: Duration::from_secs_f64(self.close_every),
            hot_every: Duration::from_secs_f64(self.hot_every),
        }
    }
}
