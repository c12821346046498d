//! A long run: the payment mix in an open loop against a real node that is killed, recovers, closes its days, makes
//! accounts hot and takes snapshots meanwhile, held at every kill and at the end against all it has said, with its memory,
//! its log and its latencies over time.
//!
//! Payments are due at even intervals from the first second to the last, whether the node is there or not. What falls due
//! while it is down waits at its clients and is sent when it is back; only while the harness itself asks everything again
//! and compares the books does the clock of the load stand still.

mod answer_sample;
pub mod command;
mod days;
mod ending;
mod final_check;
mod heat;
mod page;
mod recorder;
mod report;
mod run;
mod summary;
mod traffic;
mod watch;

use std::time::Duration;

use longmen_server::Launch;
use longmen_workload::LoadError;
use longmen_workload::setup::{House, Target};
use tokio::task::LocalSet;

pub use page::page;
pub use report::{Audited, Counted, Kill, LatencyLine, MemoryLine, Point, SoakReport};
use run::Run;

/// How a long run goes.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SoakSettings {
    /// How long it takes, opening the accounts before and the audit after it not included.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub time: Duration,
    /// Transactions of the payment mix a second.
    pub rate: u32,
    /// What all random choices come from.
    pub seed: u64,
    /// Connections that send them.
    pub connections: u32,
    /// Transactions of one request.
    pub batch: usize,
    /// Accounts of customers.
    pub accounts: usize,
    /// From one kill to the next, on the average.
    #[serde(rename = "crash_every_s", serialize_with = "seconds")]
    pub crash_every: Duration,
    /// From one close of the accounting date to the next, on the average.
    #[serde(rename = "close_every_s", serialize_with = "seconds")]
    pub close_every: Duration,
    /// From one time that an account is made busy to the next; it stays so for a quarter of it.
    #[serde(rename = "hot_every_s", serialize_with = "seconds")]
    pub hot_every: Duration,
}

impl Default for SoakSettings {
    fn default() -> SoakSettings {
        SoakSettings {
            time: Duration::from_secs(3_600),
            rate: 20_000,
            seed: 1,
            connections: 40,
            batch: 16,
            accounts: 50_000,
            crash_every: Duration::from_secs(120),
            close_every: Duration::from_secs(90),
            hot_every: Duration::from_secs(60),
        }
    }
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

/// Runs it against a node that is started by `launch`. `tell` is told of every kill once its checks are done.
///
/// # Errors
/// [`LoadError`], when the node does not start or refuses the accounts. Whatever goes wrong later is a difference in the
/// report.
pub async fn soak(
    launch: &Launch,
    settings: &SoakSettings,
    tell: impl FnMut(&Kill),
) -> Result<SoakReport, LoadError> {
    soak_with(launch, settings, tell, async |_: &Target, _: &House| ()).await
}

/// A run in which `meddle` has the node to itself after each kill, before its books are compared: what it does to them
/// must be found.
///
/// # Errors
/// As [`soak`].
pub async fn soak_with(
    launch: &Launch,
    settings: &SoakSettings,
    mut tell: impl FnMut(&Kill),
    mut meddle: impl AsyncFnMut(&Target, &House),
) -> Result<SoakReport, LoadError> {
    let local = LocalSet::new();
    let whole = async {
        let mut run = Run::begin(launch.clone(), settings.clone()).await?;
        let lived = run.lives(&mut tell, &mut meddle).await;
        run.end(lived).await
    };
    Box::pin(local.run_until(whole)).await
}
