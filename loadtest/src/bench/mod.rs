//! The benchmark: every workload with a bar, each against a node of its own with everything on, and whether the bars
//! were reached and the books held.

pub mod command;
pub mod compare;
mod disk;
pub mod disk_beside;
mod disk_probe;
pub mod events;
pub mod figure;
mod footprint;
mod identity;
mod in_turns;
pub mod interest;
mod load;
mod own_node;
pub mod page;
mod papers;
pub mod peers;
pub mod phases;
mod placement;
pub mod reconcile;
mod recovery;
pub mod result;
pub mod rows;
pub mod scale;
pub mod sheet;
mod tables;
mod usage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use longmen_workload::LoadError;
use longmen_workload::check::Findings;
use longmen_workload::driver::Driven;
use longmen_workload::measure::{Latencies, Measured};
use longmen_workload::timeline::Timeline;

use disk_beside::DiskBeside;
use events::Event;
use figure::Figure;
use rows::{Row, Work};

/// How rows are run.
#[derive(Clone, Debug)]
pub struct BenchSettings {
    /// The program that the node is started from, where it is not the running one.
    pub executable: Option<PathBuf>,
    /// The subcommand that serves.
    pub subcommand: &'static str,
    /// Where the nodes' data directories are made; without it, where temporary files go.
    pub data: Option<PathBuf>,
    /// The longest time that a row is measured for, if that is less than usual.
    pub longest: Option<Duration>,
    /// Accounts and transactions of rows, as a part of full size.
    pub size: f64,
    /// Whether what takes long even for a benchmark is done at full size.
    pub full: bool,
    /// Whether nodes and clients speak TLS.
    pub tls: bool,
    /// Whether nodes have principals and roles, and clients show tokens.
    pub roles: bool,
}

/// What one run of a row came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub figures: BTreeMap<Figure, f64>,
    /// The part of full size that was done; bars over a duration shrink with it.
    pub scale: f64,
    /// The measured stretch of rows that are driven for some time.
    pub measured: Option<Measured>,
    pub latencies: Option<Latencies>,
    /// Its latencies over time, in an open loop.
    pub timeline: Option<Timeline>,
    /// What the disk did alone just before, where latencies hang on it.
    pub disk_alone: Option<Latencies>,
    /// What it did beside the run, and who waited for it.
    pub disk_beside: Option<DiskBeside>,
    /// What turned over meanwhile, where that was looked at.
    pub events: Vec<Event>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
    /// Accounts whose balance was compared with the sum of what was answered.
    pub accounts_compared: usize,
    /// Answers that were wrong or missing, and books that are not what the answers said.
    pub differences: Vec<String>,
}

/// Runs a row once, against a new node. `label` is shown while it goes on.
///
/// # Errors
/// [`LoadError`], when it cannot be carried out. Answers that stay away are no error but a difference.
pub async fn run_once(row: &Row, settings: &BenchSettings, label: &str) -> Result<Outcome, LoadError> {
    let done = match row.work {
        Work::Load(load) => load::steady(settings, load, label).await,
        Work::InTurns(load) => in_turns::beside_uniform(settings, load, label).await,
        Work::Turnover(load) => load::turning_over(settings, load, label).await,
        Work::Recovery { transfers } => recovery::replay(settings, transfers, label).await,
        Work::SnapshotLoad { accounts } => recovery::snapshot_load(settings, accounts, label).await,
        Work::Memory { accounts, transfers } => footprint::memory(settings, accounts, transfers, label).await,
        Work::LogSize { transfers } => footprint::log_size(settings, transfers, label).await,
    };
    match done {
        Err(lost @ LoadError::Unanswered { .. }) => {
            let mut outcome = Outcome::of([]);
            outcome.differences.push(lost.to_string());
            Ok(outcome)
        }
        other => other,
    }
}

impl BenchSettings {
    /// How many of `full` are used: never fewer than `least`.
    fn sized(&self, full: u64, least: u64) -> u64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a count that a float holds exactly"
        )]
        let part = (full as f64 * self.size) as u64;
        part.max(least.min(full))
    }

    /// How long a row is measured that is usually measured for so many seconds.
    fn time(&self, seconds: u32) -> Duration {
        let usual = Duration::from_secs(seconds.into());
        self.longest.map_or(usual, |longest| longest.min(usual))
    }
}

impl Outcome {
    /// An outcome at full size with these figures and nothing else.
    fn of<const N: usize>(figures: [(Figure, f64); N]) -> Outcome {
        Outcome {
            figures: figures.into(),
            scale: 1.0,
            measured: None,
            latencies: None,
            timeline: None,
            disk_alone: None,
            disk_beside: None,
            events: Vec::new(),
            notes: Vec::new(),
            accounts_compared: 0,
            differences: Vec::new(),
        }
    }

    /// The outcome of a workload that was driven.
    fn of_driven(driven: Driven) -> Outcome {
        let Driven { measured, latencies, timeline, .. } = driven;
        let exact = |microseconds: u64| {
            #[expect(clippy::cast_precision_loss, reason = "ten minutes of microseconds fit")]
            let microseconds = microseconds as f64;
            microseconds
        };
        let mut outcome = Outcome::of([
            (Figure::Rate, measured.transactions_per_second),
            (Figure::P50, exact(measured.p50_us)),
            (Figure::P99, exact(measured.p99_us)),
            (Figure::P999, exact(measured.p999_us)),
            (Figure::Max, exact(measured.max_us)),
        ]);
        (outcome.measured, outcome.latencies, outcome.timeline) = (Some(measured), Some(latencies), timeline);
        outcome
    }

    /// Takes in what a comparison of books found.
    fn compared(&mut self, findings: Findings) {
        self.accounts_compared += findings.accounts;
        let more = findings.count - findings.differences.len();
        self.differences.extend(findings.differences);
        if more > 0 {
            self.differences.push(format!("and {more} differences more"));
        }
    }
}
