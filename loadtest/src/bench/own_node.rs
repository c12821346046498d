//! A node of a row's own, with its data directory.

use std::io;
use std::path::Path;
use std::time::Duration;

use longmen_client::Client;
use longmen_engine::Meter;
use longmen_server::{Launch, MeterLine, NodeProcess};
use longmen_workload::books::Books;
use longmen_workload::check::{Findings, compare};
use longmen_workload::driver::{Driven, DriverSettings, Pacing, drive};
use longmen_workload::measure::float;
use longmen_workload::setup::{House, Target, open};
use longmen_workload::{Encoding, LoadError, Plan, Workload};
use tempfile::TempDir;

use super::BenchSettings;
use super::identity::Identity;
use super::papers::Papers;
use super::recovery::NO_SNAPSHOT;
use super::rows::{ACCOUNTS, BATCH};
use super::usage::Usage;
use crate::process::Process;

/// How long a node may take to end cleanly.
const STOP: Duration = Duration::from_secs(120);
/// Longer than any count of transactions takes.
const UNLIMITED: Duration = Duration::from_secs(24 * 3_600);

/// A node and its data directory, which goes when this is dropped.
pub(super) struct OwnNode {
    process: NodeProcess,
    pub(super) launch: Launch,
    papers: Option<Papers>,
    identity: Option<Identity>,
    _directory: TempDir,
}

/// A population that is open on a node, with the plan for it and the harness's own books of it.
pub(super) struct Posting {
    pub(super) target: Target,
    pub(super) plan: Plan,
    pub(super) house: House,
    pub(super) books: Books,
    pub(super) streams: u32,
}

/// What a drive came to, and what it cost the node.
pub(super) struct Sampled {
    pub(super) driven: Driven,
    /// Everything that was answered, in the measured stretch or not.
    pub(super) transactions: u64,
    pub(super) usage: Usage,
    pub(super) meters: Vec<MeterLine>,
}

/// A new directory where nodes have theirs.
pub(super) fn new_directory(settings: &BenchSettings) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("longmen-bench-");
    match &settings.data {
        Some(data) => builder.tempdir_in(data),
        None => builder.tempdir(),
    }
}

impl OwnNode {
    /// Starts a node on a new directory, after `adjust` has changed how.
    pub(super) fn start(
        settings: &BenchSettings,
        adjust: impl FnOnce(&mut Launch),
    ) -> Result<OwnNode, LoadError> {
        let directory = new_directory(settings)?;
        let mut launch = Launch {
            executable: settings.executable.clone(),
            ..Launch::new(settings.subcommand, directory.path())
        };
        adjust(&mut launch);
        let papers = settings.tls.then(Papers::new).transpose()?;
        launch.tls = papers.as_ref().map(Papers::files);
        let identity = settings.roles.then(Identity::new).transpose()?;
        (launch.tokens, launch.access) = identity.as_ref().map(Identity::files).unzip();
        Ok(OwnNode { process: launch.start()?, launch, papers, identity, _directory: directory })
    }

    /// A node that takes no snapshot, with the accounts of rows that are not about their number.
    pub(super) async fn without_snapshots(settings: &BenchSettings) -> Result<(OwnNode, Posting), LoadError> {
        let node = OwnNode::start(settings, |launch| launch.snapshot_bytes = Some(NO_SNAPSHOT))?;
        let posting = Posting::usual(&node, settings).await?;
        Ok((node, posting))
    }

    /// Kills it.
    pub(super) fn kill(&mut self) -> Result<(), LoadError> {
        Ok(self.process.kill()?)
    }

    /// Starts it again, after it was stopped or killed.
    pub(super) fn start_again(&mut self) -> Result<(), LoadError> {
        self.process = self.launch.start()?;
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub(super) fn stop(&mut self) -> Result<(), LoadError> {
        Ok(self.process.stop(STOP)?)
    }

    /// Its process, to be looked at.
    pub(super) fn process(&self) -> Process {
        Process(self.process.id())
    }

    /// Where its time went since this was last asked.
    pub(super) fn meters(&mut self) -> Result<Vec<MeterLine>, LoadError> {
        Ok(self.process.meters()?)
    }

    /// Its data directory.
    pub(super) fn data(&self) -> &Path {
        &self.launch.data
    }

    /// How `client` reaches it, until it is started again.
    pub(super) fn target(&self, client: &str) -> Target {
        let tls = self.papers.as_ref().map(|papers| papers.trust.clone());
        let token = self.identity.as_ref().map(|identity| identity.secret.clone());
        Target { address: self.process.address().to_string(), client: client.to_owned(), token, tls }
    }
}

impl Posting {
    /// Opens and funds the accounts of a plan, under an entity and a client of this name.
    pub(super) async fn open(node: &OwnNode, name: &str, plan: Plan) -> Result<Posting, LoadError> {
        let target = node.target(name);
        let mut books = Books::new(plan.population.accounts.len());
        let house = open(&target, name, plan.population.clone(), &mut books).await?;
        Ok(Posting { target, plan, house, books, streams: 0 })
    }

    /// Transfers over the accounts of rows that are not about their number.
    pub(super) async fn usual(node: &OwnNode, settings: &BenchSettings) -> Result<Posting, LoadError> {
        let accounts = usize::try_from(settings.sized(ACCOUNTS, 100)).expect("a population in memory");
        Posting::open(node, "BENCH", Workload::Transfers.plan(accounts, 1)).await
    }

    /// Drives the plan. What was posted before goes on being in the books.
    pub(super) async fn drive(&mut self, settings: DriverSettings, label: &str) -> Result<Driven, LoadError> {
        let settings = DriverSettings { first_stream: self.streams, ..settings };
        self.streams += settings.connections;
        let books = std::mem::replace(&mut self.books, Books::new(0));
        let mut driven = drive(&self.target, &self.house, &self.plan, settings, books, label).await?;
        self.books = std::mem::replace(&mut driven.books, Books::new(0));
        Ok(driven)
    }

    /// Drives the plan, first for its warm-up and then for its time, and sees what the latter costs the node: nothing
    /// else is in it.
    pub(super) async fn sample(
        &mut self,
        node: &mut OwnNode,
        settings: DriverSettings,
        label: &str,
    ) -> Result<Sampled, LoadError> {
        let cold = DriverSettings { warm_up: Duration::ZERO, ..settings };
        if !settings.warm_up.is_zero() {
            self.drive(DriverSettings { time: settings.warm_up, ..cold }, label).await?;
        }
        node.meters()?;
        let (answered, before) = (self.books.outcomes.total(), node.process().usage()?);
        let driven = self.drive(cold, label).await?;
        let usage = node.process().usage()?.since(&before);
        let transactions = self.books.outcomes.total() - answered;
        Ok(Sampled { driven, transactions, usage, meters: node.meters()? })
    }

    /// Posts so many transfers in batches.
    pub(super) async fn post(&mut self, transfers: u64, label: &str) -> Result<Driven, LoadError> {
        self.drive(Posting::counted(transfers), label).await
    }

    /// A number of transfers in batches, however long it takes.
    pub(super) fn counted(transfers: u64) -> DriverSettings {
        DriverSettings {
            connections: 2,
            batch: BATCH,
            pacing: Pacing::Closed { depth: 2 },
            encoding: Encoding::compact_for(Workload::Transfers),
            warm_up: Duration::ZERO,
            time: UNLIMITED,
            transactions: Some(transfers),
            first_stream: 0,
            keep_slow: false,
        }
    }

    /// A client of the node.
    pub(super) async fn client(&self) -> Result<Client, LoadError> {
        self.target.client().await
    }

    /// Holds the node's books against the answers; `first_date`, as long as no date was closed.
    pub(super) async fn compare(&self, first_date: bool) -> Result<Findings, LoadError> {
        let mut client = self.client().await?;
        compare(&mut client, &self.house, &self.books, first_date).await
    }
}

impl Sampled {
    /// Microseconds of the node's processor time for each transaction.
    pub(super) fn node_us(&self) -> f64 {
        self.each(self.usage.all().processor_us())
    }

    /// What a meter of the node came to.
    pub(super) fn meter(&self, meter: Meter) -> Option<&MeterLine> {
        self.meters.iter().find(|line| line.meter() == Some(meter))
    }

    /// A figure for each transaction.
    pub(super) fn each(&self, figure: f64) -> f64 {
        figure / float(self.transactions.max(1))
    }
}
