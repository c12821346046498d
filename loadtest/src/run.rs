//! One load run: open accounts, drive, and hold the node's books against the answers.

use std::path::PathBuf;
use std::time::Duration;

use longmen_client::Client;
use longmen_server::Launch;
use longmen_terminal::{Table, grouped};
use serde::Serialize;

use crate::books::Books;
use crate::check::compare;
use crate::driver::{Pacing, Settings, drive};
use crate::encode::Encoding;
use crate::error::LoadError;
use crate::measure::Measured;
use crate::setup::{Target, open};
use crate::workload::Workload;

/// What to run, and how.
#[derive(Clone, Debug)]
pub struct RunSettings {
    /// The workload.
    pub workload: Workload,
    /// Accounts of customers.
    pub accounts: usize,
    /// What all random choices come from.
    pub seed: u64,
    /// Whether hot accounts are opened without their batching actors.
    pub cold: bool,
    /// Connections.
    pub connections: u32,
    /// Transactions of one request.
    pub batch: usize,
    /// Closed or open loop.
    pub pacing: Pacing,
    /// Whether requests are written in MessagePack instead of the compact form.
    pub messagepack: bool,
    /// How long answers are not measured yet.
    pub warm_up: Duration,
    /// How long they are.
    pub time: Duration,
    /// How many transactions are sent at most.
    pub transactions: Option<u64>,
    /// Where the distribution of latencies is written, if anywhere.
    pub hgrm: Option<PathBuf>,
}

/// What a run came to, in the names that `--json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// The workload.
    pub workload: &'static str,
    /// Connections.
    pub connections: u32,
    /// Transactions of one request.
    pub batch: usize,
    /// Requests under way on each connection; absent in an open loop.
    pub depth: Option<usize>,
    /// Transactions a second that were due; absent in a closed loop.
    pub rate: Option<f64>,
    /// Accounts, the house's own included.
    pub accounts: usize,
    /// The seed.
    pub seed: u64,
    /// The measured stretch.
    #[serde(flatten)]
    pub measured: Measured,
    /// Accounts whose balance was compared with the sum of what was answered.
    pub accounts_compared: usize,
    /// Whether every answer was right and the node's books are what its answers said.
    pub held: bool,
    /// What was not, in words.
    pub differences: Vec<String>,
}

/// Runs a workload against the node at `target`, under an entity of its own.
///
/// # Errors
/// [`LoadError`], when it cannot be carried out. That the books differ is no error: see [`RunReport::held`].
pub async fn run(target: &Target, settings: &RunSettings) -> Result<RunReport, LoadError> {
    let mut plan = settings.workload.plan(settings.accounts, settings.seed);
    if settings.cold {
        plan.population.accounts.iter_mut().for_each(|account| account.hot = false);
    }
    let mut books = Books::new(plan.population.accounts.len());
    let entity = fresh_entity();
    let house = open(target, &entity, plan.population.clone(), &mut books).await?;
    let driven_by = Settings {
        connections: settings.connections,
        batch: settings.batch,
        pacing: settings.pacing,
        encoding: settings.encoding(),
        warm_up: settings.warm_up,
        time: settings.time,
        transactions: settings.transactions,
        first_stream: 0,
        keep_slow: false,
    };
    let driven = drive(target, &house, &plan, driven_by, books, settings.workload.name()).await?;
    if let Some(path) = &settings.hgrm {
        driven.latencies.write_hgrm(path)?;
    }
    let mut client: Client = target.client().await?;
    let findings = compare(&mut client, &house, &driven.books, true).await?;
    let (depth, rate) = match settings.pacing {
        Pacing::Closed { depth } => (Some(depth), None),
        Pacing::Open { rate } => (None, Some(rate)),
    };
    Ok(RunReport {
        workload: settings.workload.name(),
        connections: settings.connections,
        batch: settings.batch,
        depth,
        rate,
        accounts: house.accounts.len(),
        seed: settings.seed,
        measured: driven.measured,
        accounts_compared: findings.accounts,
        held: findings.held(),
        differences: findings.differences,
    })
}

/// Runs a workload against a node of its own, started by `launch` and stopped cleanly afterwards.
///
/// # Errors
/// As [`run`], and when the node does not start or stop.
pub async fn run_with_own_node(launch: &Launch, settings: &RunSettings) -> Result<RunReport, LoadError> {
    let mut node = launch.start()?;
    let target = Target { address: node.address().to_string(), client: "loadtest".into(), token: None };
    let report = run(&target, settings).await?;
    node.stop(Duration::from_secs(60))?;
    Ok(report)
}

impl RunSettings {
    fn encoding(&self) -> Encoding {
        match self.messagepack {
            true => Encoding::MessagePack,
            false => Encoding::compact_for(self.workload),
        }
    }
}

/// An entity code, and so a name for a client, that no run before had.
#[must_use]
pub fn fresh_entity() -> String {
    let random: u64 = rand::random();
    format!("LOAD-{random:016X}")
}

impl RunReport {
    /// The summary for people.
    #[must_use]
    pub fn table(&self) -> Table {
        measured_table(&[(self.workload, &self.measured)])
    }
}

/// Rates and latencies of measured stretches, one a column.
#[must_use]
pub fn measured_table(columns: &[(&str, &Measured)]) -> Table {
    let heads: Vec<String> = columns.iter().map(|(name, _)| format!(">{name}")).collect();
    let mut table =
        Table::new(&[&[""], heads.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    let mut row = |name: &str, figure: &dyn Fn(&Measured) -> String| {
        let figures = columns.iter().map(|(_, measured)| figure(measured));
        table.row(std::iter::once(name.to_owned()).chain(figures));
    };
    row("seconds", &|m| format!("{:.1}", m.seconds));
    row("transactions", &|m| grouped(m.transactions));
    row("transactions a second", &|m| rate(m.transactions_per_second));
    row("legs a second", &|m| rate(m.legs_per_second));
    row("latency p50", &|m| microseconds(m.p50_us));
    row("        p99", &|m| microseconds(m.p99_us));
    row("        p99.9", &|m| microseconds(m.p999_us));
    row("        max", &|m| microseconds(m.max_us));
    let mut names: Vec<&String> = columns.iter().flat_map(|(_, m)| m.outcomes.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let count = |m: &Measured| m.outcomes.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
        row(name, &|m| grouped(count(m)));
    }
    table
}

/// A rate as a whole number.
pub(crate) fn rate(per_second: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive and far below 2^64"
    )]
    let whole = per_second.round() as u64;
    grouped(whole)
}

/// A duration with a unit that suits it.
pub(crate) fn microseconds(count: u64) -> String {
    match count {
        0..10_000 => format!("{} µs", grouped(count)),
        _ => format!("{} ms", grouped(count / 1_000)),
    }
}
