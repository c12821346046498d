//! PostgreSQL as a ledger: a private server of Debian's package, a double-entry schema with functions, and the same
//! transfers as our own load runs send, closed loop.

mod cluster;
mod error;
mod ledger;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_terminal::{Table, grouped};
use longmen_workload::books::Books;
use longmen_workload::driver::{Shared, watch};
use longmen_workload::measure::{Measured, measured_table};
use longmen_workload::{Plan, Request, Stream, Workload};
use serde::Serialize;
use tokio::task::LocalSet;

use crate::report::{Page, Remark, Section};

pub use cluster::is_installed;

use cluster::Cluster;
pub use error::PeerError;
use ledger::{Poster, check, open};

#[cfg(test)]
mod tests;

/// How PostgreSQL is measured.
#[derive(Clone, Debug)]
pub struct PostgresSettings {
    /// Accounts of customers.
    pub accounts: usize,
    /// How long each load is measured.
    pub time: Duration,
    /// How long each goes on before.
    pub warm_up: Duration,
    /// Transfers in a batch.
    pub batch: usize,
    /// Where the cluster is made; without it, where temporary files go.
    pub data: Option<PathBuf>,
}

/// What one load came to.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    /// Connections.
    pub connections: u32,
    /// Transfers of one request, which is one database transaction.
    pub batch: usize,
    /// The measured stretch.
    #[serde(flatten)]
    pub measured: Measured,
}

/// What PostgreSQL came to.
#[derive(Clone, Debug, Serialize)]
pub struct PostgresReport {
    /// What it says that it is.
    pub version: String,
    /// Accounts that transfers were between.
    pub accounts: usize,
    pub loads: Vec<Load>,
    /// Accounts whose balance was compared with their entries and with the answers.
    pub accounts_compared: usize,
    /// Whether the books held.
    pub held: bool,
    /// What did not.
    pub differences: Vec<String>,
}

/// Starts a server, measures it and stops it.
///
/// # Errors
/// [`PeerError`]. That its books do not hold is no error: see [`PostgresReport::held`].
pub async fn measure(settings: &PostgresSettings) -> Result<PostgresReport, PeerError> {
    let plan = Workload::Transfers.plan(settings.accounts, 1);
    let cluster = Cluster::start(settings.data.as_deref()).await?;
    let mut books = Books::new(plan.population.accounts.len());
    open(cluster.connect().await?, &plan.population, &mut books).await?;
    let mut loads = Vec::new();
    let mut first_stream = 0;
    for (connections, batch) in [(1, 1), (64, 1), (2, settings.batch)] {
        let one = Loaded { connections, batch, first_stream };
        let (measured, after) = one.drive(&cluster, &plan, settings, books).await?;
        books = after;
        first_stream += connections;
        loads.push(Load { connections, batch, measured });
    }
    let findings = check(&cluster.connect().await?, &books).await?;
    let version = cluster.version().to_owned();
    cluster.stop()?;
    Ok(PostgresReport {
        version,
        accounts: settings.accounts,
        loads,
        accounts_compared: findings.accounts,
        held: findings.held(),
        differences: findings.differences,
    })
}

impl PostgresReport {
    /// What was measured, in a line.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}, {} accounts, closed loop, every commit synced", self.version, count(self.accounts))
    }

    /// Its figures for people.
    #[must_use]
    pub fn table(&self) -> Table {
        let head = |load: &Load| match (load.connections, load.batch) {
            (1, 1) => "1 connection".to_owned(),
            (connections, 1) => format!("{connections} connections"),
            (connections, batch) => format!("{connections} x batches of {batch}"),
        };
        let heads: Vec<String> = self.loads.iter().map(head).collect();
        let figures = self.loads.iter().map(|load| &load.measured);
        measured_table(&heads.iter().map(String::as_str).zip(figures).collect::<Vec<_>>())
    }

    /// Whether the books held, in words.
    #[must_use]
    pub fn conclusion(&self) -> String {
        match self.held {
            true => format!(
                "Debits equal credits, and the balances of all {} accounts are the sums of their entries and of the answers.",
                count(self.accounts_compared)
            ),
            false => "The books are NOT what the answers said:".to_owned(),
        }
    }

    /// Its page.
    #[must_use]
    pub fn page(&self) -> Page {
        Page {
            title: "PostgreSQL as a ledger".to_owned(),
            intro: "The same transfers as our own load runs send, each idempotent by id, with funds checked."
                .to_owned(),
            conclusion: Remark::all(self.held, self.conclusion(), &self.differences),
            sections: vec![Section::of_table("figures", self.title(), &self.table())],
        }
    }
}

fn count(accounts: usize) -> String {
    grouped(u64::try_from(accounts).unwrap_or(u64::MAX))
}

/// A load to drive.
#[derive(Clone, Copy)]
struct Loaded {
    connections: u32,
    batch: usize,
    /// Streams before it have been used.
    first_stream: u32,
}

impl Loaded {
    async fn drive(
        self,
        cluster: &Cluster,
        plan: &Plan,
        settings: &PostgresSettings,
        books: Books,
    ) -> Result<(Measured, Books), PeerError> {
        let mut posters = Vec::new();
        for _ in 0..self.connections {
            posters.push(Poster::new(cluster.connect().await?).await?);
        }
        let start = Instant::now() + settings.warm_up;
        let shared = Rc::new(RefCell::new(Shared::new(books, start, settings.time)));
        let local = LocalSet::new();
        let sessions: Vec<_> = (self.first_stream..)
            .zip(posters)
            .map(|(number, poster)| {
                let session = post_until_over(poster, plan.stream(number), self.batch, Rc::clone(&shared));
                local.spawn_local(session)
            })
            .collect();
        let label = format!("postgres, {} x {}", self.connections, self.batch);
        let (elapsed, outcomes, legs) = local.run_until(watch(&shared, &sessions, &label)).await;
        for session in sessions {
            local.run_until(session).await.map_err(std::io::Error::other)??;
        }
        drop(local);
        let shared = Rc::into_inner(shared).expect("the sessions have ended").into_inner();
        Ok((Measured::new(elapsed, &outcomes, legs, &shared.latencies), shared.books))
    }
}

/// Posts request after request until the measured stretch is over.
async fn post_until_over(
    mut poster: Poster,
    mut stream: Stream,
    batch: usize,
    shared: Rc<RefCell<Shared>>,
) -> Result<(), PeerError> {
    let (from, to) = shared.borrow().window;
    let mut request = Request::default();
    loop {
        let due = Instant::now();
        if due >= to {
            return Ok(());
        }
        request.clear();
        stream.fill(&mut request, batch);
        let outcomes = poster.post(&request).await?;
        let now = Instant::now();
        let mut shared = shared.borrow_mut();
        shared.answer_came_at(now);
        if from <= due {
            shared.latencies.record(now - due);
        }
        shared.books.record(&request, outcomes.into_iter());
    }
}
