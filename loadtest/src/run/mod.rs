//! One load run: open accounts, drive, and hold the node's books against the answers.

pub mod command;

use std::path::PathBuf;
use std::time::Duration;

use longmen_client::Client;
use longmen_server::Launch;
use longmen_terminal::{Table, grouped};
use longmen_workload::books::Books;
use longmen_workload::check::compare;
use longmen_workload::driver::{DriverSettings, Pacing, drive};
use longmen_workload::measure::{Measured, measured_table};
use longmen_workload::setup::{Target, open};
use longmen_workload::{Encoding, LoadError, Workload};
use serde::Serialize;

use crate::report::{Page, Remark, Section};

/// What to run, and how.
#[derive(Clone, Debug)]
pub struct RunSettings {
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
    let driven_by = DriverSettings {
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
    let target =
        Target { address: node.address().to_string(), client: "loadtest".into(), token: None, tls: None };
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

    /// Whether it held, in words.
    #[must_use]
    pub fn conclusion(&self) -> String {
        let compared = grouped(u64::try_from(self.accounts_compared).unwrap_or(u64::MAX));
        match self.held {
            true => format!("The balances of all {compared} accounts are what the answers said."),
            false => "The books are NOT what the answers said:".to_owned(),
        }
    }

    /// Its page.
    #[must_use]
    pub fn page(&self) -> Page {
        let (connections, batch, accounts) = (self.connections, self.batch, self.accounts);
        let pace = match (self.depth, self.rate) {
            (_, Some(rate)) => format!("open loop, {rate} transactions a second"),
            (depth, None) => format!("closed loop, {} requests under way on each", depth.unwrap_or(1)),
        };
        let title =
            format!("{connections} connections, {batch} transactions a request, {accounts} accounts; {pace}");
        Page {
            title: format!("the workload {}", self.workload),
            intro: "Latency counts from the intended send time.".to_owned(),
            conclusion: Remark::all(self.held, self.conclusion(), &self.differences),
            sections: vec![Section::of_table("figures", title, &self.table())],
        }
    }
}
