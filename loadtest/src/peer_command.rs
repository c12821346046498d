//! `longmen-loadtest peer`

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use longmen_loadtest::peer::postgres::{PostgresReport, PostgresSettings, measure};
use longmen_terminal::grouped;
use longmen_workload::measure::measured_table;

/// Measure another ledger on this machine with the same transfers, to read our figures against
#[derive(clap::Args)]
pub(crate) struct PeerArgs {
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
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .filter(|seconds| (0.0..=86_400.0).contains(seconds))
        .ok_or_else(|| "not from 0 to 86400".to_owned())
}

pub(crate) async fn peer_command(args: PeerArgs) -> Result<bool, Box<dyn Error>> {
    let Peer::Postgres(args) = args.peer;
    let settings = PostgresSettings {
        accounts: usize::try_from(args.accounts)?,
        time: Duration::from_secs_f64(args.seconds),
        warm_up: Duration::from_secs_f64(args.warm_up),
        batch: args.batch.into(),
        data: args.data,
    };
    let report = measure(&settings).await?;
    let mut out = io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        false => print(&mut out, &report)?,
    }
    Ok(report.held)
}

fn print(out: &mut impl Write, report: &PostgresReport) -> io::Result<()> {
    let accounts = grouped(u64::try_from(report.accounts).unwrap_or(u64::MAX));
    writeln!(out, "{}, {accounts} accounts, closed loop, every commit synced\n", report.version)?;
    let heads: Vec<String> = report
        .loads
        .iter()
        .map(|load| match (load.connections, load.batch) {
            (1, 1) => "1 connection".to_owned(),
            (connections, 1) => format!("{connections} connections"),
            (connections, batch) => format!("{connections} x batches of {batch}"),
        })
        .collect();
    let columns: Vec<_> =
        heads.iter().map(String::as_str).zip(report.loads.iter().map(|load| &load.measured)).collect();
    writeln!(out, "{}\n", measured_table(&columns))?;
    match report.held {
        true => writeln!(
            out,
            "Debits equal credits, and the balances of all {} accounts are the sums of their entries and of the answers.",
            grouped(u64::try_from(report.accounts_compared).unwrap_or(u64::MAX))
        )?,
        false => writeln!(out, "The books are NOT what the answers said:")?,
    }
    report.differences.iter().try_for_each(|difference| writeln!(out, "  {difference}"))
}
