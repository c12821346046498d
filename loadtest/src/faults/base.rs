//! A small data directory and everything its node said, of which each case takes a copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use longmen_server::{Launch, NodeProcess};
use longmen_workload::books::Books;
use longmen_workload::crash::{CLIENT, CrashSettings, Harness, Load, Said, Subject};
use longmen_workload::driver::{Answered, Shared};
use longmen_workload::setup::{House, Target};
use longmen_workload::{LoadError, Workload};

use super::ground::Ground;

/// No load of a case takes longer.
const LIMIT: Duration = Duration::from_secs(20);
/// After this time without load a node has written the mark that calls its last frame durable.
const AT_REST: Duration = Duration::from_millis(200);

/// How the node of a base ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Stopped,
    /// Killed when all that was acknowledged lay below the durable mark.
    KilledAtRest,
    /// Killed right after the last answer.
    KilledAtWork,
}

/// A directory at rest with what was acknowledged from it.
pub(super) struct Base {
    pub(super) data: PathBuf,
    settings: CrashSettings,
    house: House,
    books: Books,
    streams: u32,
    answered: Vec<Answered>,
}

impl Base {
    /// Lets a node work in `launch.data` until `load` is answered.
    pub(super) async fn make(
        ground: &Ground,
        launch: Launch,
        load: Load,
        ended: Ended,
    ) -> Result<Base, LoadError> {
        let settings = ground.settings(1);
        let data = launch.data.clone();
        let mut harness = Harness::open(settings.clone(), launch).await?;
        let wanted = answers_wanted(&mut harness, load);
        let (said, _) = harness
            .load(load, async |node, shared| {
                let came = wait(node, shared, wanted).await?;
                if ended == Ended::KilledAtRest {
                    tokio::time::sleep(AT_REST).await;
                }
                if ended != Ended::Stopped {
                    node.kill()?;
                }
                Ok(came)
            })
            .await?;
        let subject = harness.subject();
        let (house, books, streams) = (subject.house.clone(), subject.books.clone(), subject.streams);
        if ended == Ended::Stopped {
            harness.stop()?;
        }
        Ok(Base { data, settings, house, books, streams, answered: said.answered })
    }

    /// Puts a copy at `data`, in place of what is there.
    pub(super) fn copy_to(&self, data: &Path) -> io::Result<()> {
        if data.exists() {
            fs::remove_dir_all(data)?;
        }
        copy_files(&self.data, data)
    }

    /// The harness of a node on a copy, with everything that was said before the copy was made.
    pub(super) fn harness(&self, launch: Launch, node: NodeProcess) -> Harness {
        let subject = Subject {
            shards: launch.shards.unwrap_or(1),
            target: Target {
                address: node.address().to_string(),
                client: CLIENT.into(),
                token: None,
                tls: None,
            },
            plan: Workload::Mix.plan(self.settings.accounts, self.settings.seed),
            house: self.house.clone(),
            books: self.books.clone(),
            streams: self.streams,
            launch,
            node,
        };
        let mut harness = Harness::take_over(self.settings.clone(), subject);
        harness.remember(self.answered.iter().cloned());
        harness
    }

    /// Transactions that were acknowledged.
    pub(super) fn acknowledged(&self) -> u64 {
        self.answered.iter().map(|one| one.placed.len() as u64).sum()
    }
}

/// Copies the files of one directory into another, which is made.
pub(super) fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// What became of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Everything was answered.
    Answered,
    /// The process ended.
    Died,
    /// Neither, in a long time; it was killed.
    Hung,
}

/// The number of answers at which `load` is over.
pub(super) fn answers_wanted(harness: &mut Harness, load: Load) -> u64 {
    harness.subject().books.outcomes.total() + load.transactions.unwrap_or(0)
}

/// Loads a node that may end at any moment, until `load` is answered.
pub(super) async fn load_while_it_lives(
    harness: &mut Harness,
    load: Load,
) -> Result<(Said, Came), LoadError> {
    let wanted = answers_wanted(harness, load);
    match harness.load(load, async |node, shared| wait(node, shared, wanted).await).await {
        // It ended before a connection was made.
        Err(LoadError::Client(_)) => Ok((Said::default(), Came::Died)),
        loaded => loaded,
    }
}

/// Waits until there are `wanted` answers or the node has ended, and kills a node with which neither happens.
pub(super) async fn wait(
    node: &mut NodeProcess,
    shared: &std::cell::RefCell<Shared>,
    wanted: u64,
) -> Result<Came, LoadError> {
    let deadline = Instant::now() + LIMIT;
    loop {
        if shared.borrow().books.outcomes.total() >= wanted {
            return Ok(Came::Answered);
        }
        if node.ended()?.is_some() {
            return Ok(Came::Died);
        }
        if Instant::now() > deadline {
            node.kill()?;
            return Ok(Came::Hung);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
