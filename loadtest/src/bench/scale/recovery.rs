//! Starts after ever more transfers since the last snapshot.

use longmen_terminal::grouped;
use longmen_workload::LoadError;
use longmen_workload::measure::float;

use super::super::events::newest_snapshot;
use super::super::own_node::{OwnNode, Posting};
use super::super::recovery::kill_and_start;
use super::super::sheet::{Column, Sheet, SheetRow, Unit};
use super::{ScaleSettings, seconds};

/// Transfers with no snapshot since the first of them.
const TRANSFERS: [u64; 4] = [1_000_000, 2_000_000, 5_000_000, 10_000_000];
/// Transfers of the row in which snapshots are taken as is usual.
const WITH_SNAPSHOTS: u64 = 20_000_000;
const COLUMNS: [Column; 4] = [
    Column { key: "first_answer_s", head: "first answer after", unit: Unit::Seconds },
    Column { key: "a_million_s", head: "a million transfers", unit: Unit::Seconds },
    Column { key: "node_us", head: "node, a transfer", unit: Unit::Cost },
    Column { key: "replay_rate", head: "entries a core", unit: Unit::Rate },
];

pub(super) async fn table(settings: &ScaleSettings) -> Result<Sheet, LoadError> {
    let title = "SIGKILL after transfers in batches, and a start: the time from the start of the process to its first answer";
    let mut sheet = Sheet::new("recovery", title, &COLUMNS);
    sheet.subject = "transfers since the snapshot";
    for transfers in settings.sizes(&TRANSFERS, settings.max_transfers, 1_000) {
        let (node, posting) = OwnNode::without_snapshots(&settings.bench).await?;
        let row = row(&mut sheet, node, posting, transfers).await?;
        sheet.rows.push(row);
    }
    if WITH_SNAPSHOTS <= settings.max_transfers {
        let transfers = settings.bench.sized(WITH_SNAPSHOTS, 1_000);
        let node = OwnNode::start(&settings.bench, |_| {})?;
        let posting = Posting::usual(&node, &settings.bench).await?;
        let row = with_snapshots(&mut sheet, node, posting, transfers).await?;
        sheet.rows.push(row);
    }
    sheet.notes.push("files in the page cache as far as the node left them there".to_owned());
    let x = sheet.sizes_axis("transfers since the snapshot");
    sheet.plot(
        "Start to first answer by transfers since the snapshot",
        x,
        seconds,
        &[("first_answer_s", "first answer")],
    );
    Ok(sheet)
}

/// How many transfers lie behind the snapshot is not known here, and a snapshot leaves ids to be read again: figures
/// for each transfer would say nothing.
async fn with_snapshots(
    sheet: &mut Sheet,
    node: OwnNode,
    posting: Posting,
    transfers: u64,
) -> Result<SheetRow, LoadError> {
    let mut row = row(sheet, node, posting, transfers).await?;
    row.label = format!("{} in all, snapshots as usual", grouped(transfers));
    row.at = None;
    row.cells[1..].fill(None);
    Ok(row)
}

async fn row(
    sheet: &mut Sheet,
    mut node: OwnNode,
    mut posting: Posting,
    transfers: u64,
) -> Result<SheetRow, LoadError> {
    let label = grouped(transfers);
    posting.post(transfers, &format!("recovery: {label}")).await?;
    if let Some(snapshot) = newest_snapshot(node.data())? {
        sheet.notes.push(format!("{label} transfers: killed behind {snapshot}"));
    }
    let back = kill_and_start(&mut node, &mut posting).await?;
    let held = sheet.compared(&label, posting.compare(true).await?);
    node.stop()?;
    let (took, all) = (back.first_answer.as_secs_f64(), float(posting.books.outcomes.total()));
    let busy = back.processor_seconds.max(0.01);
    let cells = [took, took / all * 1e6, busy * 1e6 / all, float(posting.books.legs) / busy];
    Ok(SheetRow { label, at: Some(float(transfers)), cells: cells.map(Some).to_vec(), held: Some(held) })
}
