//! Rows that kill a node and time its first answer after the start.

use std::time::{Duration, Instant};

use longmen_client::ClientError;
use longmen_terminal::grouped;
use longmen_workload::books::Books;
use longmen_workload::measure::float;
use longmen_workload::setup::{fund, open_unfunded};
use longmen_workload::{LoadError, Workload};

use super::events::newest_snapshot;
use super::figure::Figure;
use super::own_node::{OwnNode, Posting};
use super::{BenchSettings, Outcome};

/// No log ever gets this far from snapshot to snapshot.
pub(super) const NO_SNAPSHOT: u64 = 1 << 60;
/// So little log makes a snapshot due.
const SNAPSHOT_SOON: u64 = 4_096;
/// Accounts that get money, so that there is something to write a snapshot for.
const FUNDED: usize = 1_000;
/// How long a snapshot may take.
const SNAPSHOT_LIMIT: Duration = Duration::from_secs(120);
/// The part of the accounts of [`snapshot_load`] that are opened where not all is done at full size.
const USUAL_PART: f64 = 0.1;

/// How a node came back.
pub(super) struct ComeBack {
    pub(super) first_answer: Duration,
    pub(super) processor_seconds: f64,
}

/// Posts transfers, with no snapshot since the first of them, kills the node and starts it.
pub(super) async fn replay(
    settings: &BenchSettings,
    transfers: u64,
    label: &str,
) -> Result<Outcome, LoadError> {
    let count = settings.sized(transfers, 1_000);
    let (mut node, mut posting) = OwnNode::without_snapshots(settings).await?;
    posting.post(count, label).await?;
    let back = kill_and_start(&mut node, &mut posting).await?;
    let entries = float(posting.books.legs);
    let mut outcome = Outcome::of([
        (Figure::FirstAnswer, back.first_answer.as_secs_f64()),
        (Figure::ReplayRate, entries / back.processor_seconds.max(0.01)),
    ]);
    outcome.scale = float(count) / float(transfers);
    outcome.notes.push(format!(
        "{} entries in {:.2} s of processor time until the first answer; the log is written past the page cache, \
         and is read from the disk",
        grouped(posting.books.legs),
        back.processor_seconds
    ));
    outcome.note_scale(count, "transfers");
    outcome.compared(posting.compare(true).await?);
    node.stop()?;
    Ok(outcome)
}

/// Opens accounts, has them written to a snapshot, kills the node and starts it.
pub(super) async fn snapshot_load(
    settings: &BenchSettings,
    accounts: u64,
    label: &str,
) -> Result<Outcome, LoadError> {
    let part = if settings.full { 1.0 } else { USUAL_PART };
    let sized = BenchSettings { size: settings.size * part, ..settings.clone() };
    let count = sized.sized(accounts, 1_000);
    let mut node = OwnNode::start(settings, |launch| launch.snapshot_bytes = Some(NO_SNAPSHOT))?;
    let mut posting = open_many(&node, count).await?;
    // A snapshot right after a start has everything in it that was there before.
    node.stop()?;
    node.launch.snapshot_bytes = Some(SNAPSHOT_SOON);
    node.start_again()?;
    posting.target = node.target("BENCH");
    fund(&posting.target, &posting.house, &mut posting.books).await?;
    await_snapshot(&node, label).await?;
    let back = kill_and_start(&mut node, &mut posting).await?;
    let mut outcome = Outcome::of([(Figure::FirstAnswer, back.first_answer.as_secs_f64())]);
    outcome.scale = float(count) / float(accounts);
    outcome.notes.push(format!("{:.2} s of processor time until the first answer", back.processor_seconds));
    outcome.note_scale(count, "accounts");
    outcome.compared(posting.compare(true).await?);
    node.stop()?;
    Ok(outcome)
}

/// Opens so many accounts, of which only the first few are meant to get money: known ids are not what is measured.
async fn open_many(node: &OwnNode, count: u64) -> Result<Posting, LoadError> {
    let mut plan = Workload::Transfers.plan(usize::try_from(count).expect("a population in memory"), 1);
    plan.population.accounts.iter_mut().skip(FUNDED).for_each(|account| account.funding = 0);
    let target = node.target("BENCH");
    let house = open_unfunded(&target, "BENCH", plan.population.clone()).await?;
    let books = Books::new(plan.population.accounts.len());
    Ok(Posting { target, plan, house, books, streams: 0 })
}

async fn await_snapshot(node: &OwnNode, label: &str) -> Result<(), LoadError> {
    let deadline = Instant::now() + SNAPSHOT_LIMIT;
    while newest_snapshot(node.data())?.is_none() {
        if Instant::now() > deadline {
            let what = format!("{label}: the node wrote no snapshot within {SNAPSHOT_LIMIT:?}");
            return Err(std::io::Error::other(what).into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Kills the node and starts it: the time runs from the start of the process to the answer of a question.
pub(super) async fn kill_and_start(node: &mut OwnNode, posting: &mut Posting) -> Result<ComeBack, LoadError> {
    node.kill()?;
    let began = Instant::now();
    node.start_again()?;
    posting.target = node.target("BENCH");
    let mut client = posting.client().await?;
    let account = *posting.house.accounts.first().ok_or(ClientError::Lacks { what: "an account" })?;
    client.balance(account).await?;
    let first_answer = began.elapsed();
    Ok(ComeBack { first_answer, processor_seconds: node.process().processor_seconds()? })
}

impl Outcome {
    fn note_scale(&mut self, count: u64, what: &str) {
        if self.scale < 1.0 {
            let count = grouped(count);
            self.notes.push(format!("{count} {what}: durations are held against that part of the full bar"));
        }
    }
}
