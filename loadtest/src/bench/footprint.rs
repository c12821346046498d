//! Rows about room: memory of the node, and bytes of its log.

use std::time::Duration;

use longmen_client::Client;
use longmen_terminal::grouped;
use longmen_wal::{DirectoryError, DirectoryStorage, Inspected, StorageError, inspect};
use longmen_workload::measure::float;
use longmen_workload::setup::open_unfunded;
use longmen_workload::{LoadError, Workload};

use super::figure::Figure;
use super::own_node::OwnNode;
use super::{BenchSettings, Outcome};

/// Transfers that fill what is reused before growth is measured, as a part of those that it is measured over.
const SETTLING_PART: u64 = 5;
/// How long a node is left alone before its memory is looked at.
const REST: Duration = Duration::from_millis(200);

/// Memory over opening accounts, and over posting transfers. No snapshot is taken: it has buffers of its own.
pub(super) async fn memory(
    settings: &BenchSettings,
    accounts: u64,
    transfers: u64,
    label: &str,
) -> Result<Outcome, LoadError> {
    let (opened, posted) = (settings.sized(accounts, 1_000), settings.sized(transfers, 1_000));
    let (mut node, mut posting) = OwnNode::without_snapshots(settings).await?;
    posting.post(posted / SETTLING_PART, label).await?;
    let at_first = resting_memory(&node).await?;
    let many = Workload::Transfers.plan(usize::try_from(opened).expect("a population in memory"), 1);
    open_unfunded(&node.target("MANY"), "MANY", many.population).await?;
    let with_accounts = resting_memory(&node).await?;
    posting.post(posted, label).await?;
    let with_transfers = resting_memory(&node).await?;
    let mut outcome = Outcome::of([
        (Figure::AccountBytes, (with_accounts - at_first) / float(opened)),
        (Figure::TransactionBytes, (with_transfers - with_accounts) / float(posted)),
    ]);
    let megabytes = |bytes: f64| format!("{:.0} MB", bytes / 1e6);
    outcome.notes.push(format!(
        "own memory {}, after {} accounts {}, after {} transfers {}; mapped pages of the log are not counted",
        megabytes(at_first),
        grouped(opened),
        megabytes(with_accounts),
        grouped(posted),
        megabytes(with_transfers),
    ));
    outcome.compared(posting.compare(true).await?);
    node.stop()?;
    Ok(outcome)
}

async fn resting_memory(node: &OwnNode) -> Result<f64, LoadError> {
    tokio::time::sleep(REST).await;
    Ok(float(node.process().own_memory()?))
}

/// The log that transfers in batches make.
pub(super) async fn log_size(
    settings: &BenchSettings,
    transfers: u64,
    label: &str,
) -> Result<Outcome, LoadError> {
    let count = settings.sized(transfers, 1_000);
    let (mut node, mut posting) = OwnNode::without_snapshots(settings).await?;
    let mut client: Client = posting.client().await?;
    let before = client.status().await?.durable;
    posting.post(count, label).await?;
    let findings = posting.compare(true).await?;
    drop(client);
    node.stop()?;
    let (frames, bytes) = frames_after(&node, before)?;
    let mut outcome = Outcome::of([(Figure::LogBytes, float(bytes) / float(count))]);
    outcome.notes.push(format!(
        "{} bytes in {} frames for {} transfers",
        grouped(bytes),
        grouped(frames),
        grouped(count)
    ));
    outcome.compared(findings);
    Ok(outcome)
}

/// How many frames the log has after `frame`, and how many bytes they take; those that the log wrote on its own when
/// it was idle are no transfer's.
fn frames_after(node: &OwnNode, frame: u64) -> Result<(u64, u64), LoadError> {
    let storage =
        DirectoryStorage::open_read_only(node.data()).map_err(|error: DirectoryError| unreadable(error))?;
    let (mut frames, mut bytes) = (0, 0);
    let mut count = |found| match found {
        Inspected::Frame(found) if found.number.0 > frame && !found.idle => {
            frames += 1;
            bytes += found.bytes;
        }
        _ => {}
    };
    inspect(&storage, &mut count).map_err(|error: StorageError| unreadable(error))?;
    Ok((frames, bytes))
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> LoadError {
    LoadError::Io(std::io::Error::other(error))
}
