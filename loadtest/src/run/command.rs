//! `longmen-loadtest run`

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use longmen_server::Launch;
use longmen_workload::driver::Pacing;
use longmen_workload::setup::Target;
use longmen_workload::{LoadError, Workload};

use super::{RunReport, RunSettings, fresh_entity, run, run_with_own_node};
use crate::NODE;
use crate::report::{Origin, PrintArgs, Report};

/// Drive a workload, measure it, and hold the node's books against its answers
#[derive(clap::Args)]
pub struct RunArgs {
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
    #[command(flatten)]
    output: PrintArgs,
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

fn print(report: &RunReport) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n", report.table())?;
    writeln!(out, "{}", report.conclusion())?;
    report.differences.iter().try_for_each(|difference| writeln!(out, "  {difference}"))?;
    Ok(())
}

impl RunArgs {
    /// Drives the workload; whether the books held.
    ///
    /// # Errors
    /// When the node cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let origin = Origin::here(self.data.as_deref().filter(|data| data.exists()))?;
        let report = self.drive().await??;
        match self.output.prints_json() {
            true => writeln!(io::stdout(), "{}", origin.json(&report)?)?,
            false => print(&report)?,
        }
        self.output.write(&Report { origin, page: report.page() }, &report)?;
        Ok(report.held)
    }

    async fn drive(&self) -> io::Result<Result<RunReport, LoadError>> {
        let settings = self.settings();
        Ok(match &self.addr {
            Some(address) => {
                let token = self.token_file.as_ref().map(std::fs::read_to_string).transpose()?;
                let token = token.map(|text| text.trim().to_owned());
                // The name is the scope of ids: another one for each run lets any run follow any other.
                run(&Target { address: address.clone(), client: fresh_entity(), token, tls: None }, &settings)
                    .await
            }
            None => {
                let temporary = tempfile::tempdir()?;
                let data = self.data.as_deref().unwrap_or(temporary.path());
                run_with_own_node(&Launch { shards: self.shards, ..Launch::new(NODE, data) }, &settings).await
            }
        })
    }

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
