//! A node of a row's own, with its data directory.

use std::path::Path;
use std::time::Duration;

use longmen_client::Client;
use tempfile::TempDir;

use super::BenchSettings;
use super::process::Process;
use super::rows::BATCH;
use crate::books::Books;
use crate::check::{Findings, compare};
use crate::driver::{Driven, Pacing, Settings, drive};
use crate::encode::Encoding;
use crate::error::LoadError;
use crate::node::{Launch, NodeProcess};
use crate::setup::{House, Target, open};
use crate::workload::{Plan, Workload};

/// How long a node may take to end cleanly.
const STOP: Duration = Duration::from_secs(120);
/// Longer than any count of transactions takes.
const UNLIMITED: Duration = Duration::from_secs(24 * 3_600);

/// A node and its data directory, which goes when this is dropped.
pub(super) struct OwnNode {
    process: NodeProcess,
    pub(super) launch: Launch,
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

impl OwnNode {
    /// Starts a node on a new directory, after `adjust` has changed how.
    pub(super) fn start(
        settings: &BenchSettings,
        adjust: impl FnOnce(&mut Launch),
    ) -> Result<OwnNode, LoadError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("longmen-bench-");
        let directory = match &settings.data {
            Some(data) => builder.tempdir_in(data)?,
            None => builder.tempdir()?,
        };
        let mut launch = Launch {
            executable: settings.executable.clone(),
            ..Launch::new(settings.subcommand, directory.path())
        };
        adjust(&mut launch);
        Ok(OwnNode { process: launch.start()?, launch, _directory: directory })
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

    /// Its data directory.
    pub(super) fn data(&self) -> &Path {
        &self.launch.data
    }

    /// How `client` reaches it, until it is started again.
    pub(super) fn target(&self, client: &str) -> Target {
        Target { address: self.process.address().to_string(), client: client.to_owned(), token: None }
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

    /// Drives the plan. What was posted before goes on being in the books.
    pub(super) async fn drive(&mut self, settings: Settings, label: &str) -> Result<Driven, LoadError> {
        let settings = Settings { first_stream: self.streams, ..settings };
        self.streams += settings.connections;
        let books = std::mem::replace(&mut self.books, Books::new(0));
        let mut driven = drive(&self.target, &self.house, &self.plan, settings, books, label).await?;
        self.books = std::mem::replace(&mut driven.books, Books::new(0));
        Ok(driven)
    }

    /// Posts so many transfers in batches.
    pub(super) async fn post(&mut self, transfers: u64, label: &str) -> Result<Driven, LoadError> {
        let settings = Settings {
            connections: 2,
            batch: BATCH,
            pacing: Pacing::Closed { depth: 2 },
            encoding: Encoding::compact_for(Workload::Transfers),
            warm_up: Duration::ZERO,
            time: UNLIMITED,
            transactions: Some(transfers),
            first_stream: 0,
        };
        self.drive(settings, label).await
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
