//! `longmen-loadtest peer`

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::postgres::{PostgresReport, PostgresSettings, measure};
use crate::report::{Origin, PrintArgs, Report};

/// Measure another ledger on this machine with the same transfers, to read our figures against
#[derive(clap::Args)]
pub struct PeerArgs {
    #[command(subcommand)]
    peer: Peer,
}

#[derive(clap::Subcommand)]
enum Peer {
    Postgres(PostgresArgs),
}

/// PostgreSQL: a private server, a double-entry schema with functions, every commit synced
///
/// Starts a server of Debian's package `postgresql` on a temporary directory, reached over a Unix socket in it alone,
/// and stops it at the end. Transfers lock both accounts in the order of ids, are idempotent by id, check funds, and
/// write entries with the balance after each. One function does a single transfer, one a batch.
#[derive(clap::Args)]
struct PostgresArgs {
    /// Accounts of customers
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..))]
    accounts: u32,
    /// Seconds that each load is measured
    #[arg(long, default_value_t = 30.0, value_parser = seconds)]
    seconds: f64,
    /// Seconds before them that are not
    #[arg(long, default_value_t = 1.0, value_parser = seconds)]
    warm_up: f64,
    /// Transfers of one batch
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..=8192))]
    batch: u16,
    /// Where the cluster is made, and removed again; without it, where temporary files go
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    output: PrintArgs,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .filter(|seconds| (0.0..=86_400.0).contains(seconds))
        .ok_or_else(|| "not from 0 to 86400".to_owned())
}

impl PeerArgs {
    /// Measures it; whether its books held.
    ///
    /// # Errors
    /// When it cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let Peer::Postgres(args) = self.peer;
        let origin = Origin::here(args.data.as_deref())?;
        let settings = PostgresSettings {
            accounts: usize::try_from(args.accounts)?,
            time: Duration::from_secs_f64(args.seconds),
            warm_up: Duration::from_secs_f64(args.warm_up),
            batch: args.batch.into(),
            data: args.data,
        };
        let report = measure(&settings).await?;
        match args.output.prints_json() {
            true => writeln!(io::stdout(), "{}", origin.json(&report)?)?,
            false => print(&report)?,
        }
        args.output.write(&Report { origin, page: report.page() }, &report)?;
        Ok(report.held)
    }
}

fn print(report: &PostgresReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n\n{}\n\n{}", report.title(), report.table(), report.conclusion())?;
    report.differences.iter().try_for_each(|difference| writeln!(out, "  {difference}"))
}
