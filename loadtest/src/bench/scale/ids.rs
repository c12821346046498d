//! Transfers over ever more transaction ids that are known.

use longmen_terminal::grouped;
use longmen_workload::LoadError;
use longmen_workload::measure::float;

use super::super::own_node::{OwnNode, Posting};
use super::super::sheet::{Column, Sheet, SheetRow, Unit};
use super::{NODE_COST, RATE, ScaleSettings, costs, rates};
use crate::report::chart::Axis;

/// Known ids at which a row is measured, over the next [`WINDOW`] transfers.
const MARKS: [u64; 7] = [0, 1_000_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000];
const WINDOW: u64 = 1_000_000;
/// How long a node is left alone before its memory is looked at.
const REST: std::time::Duration = std::time::Duration::from_millis(200);
const COLUMNS: [Column; 5] = [
    RATE,
    NODE_COST,
    Column { key: "faults", head: "page faults, a transaction", unit: Unit::Each },
    Column { key: "memory", head: "own memory", unit: Unit::Bytes },
    Column { key: "id_bytes", head: "memory, an id", unit: Unit::Bytes },
];

pub(super) async fn table(settings: &ScaleSettings) -> Result<Sheet, LoadError> {
    let title = format!(
        "transfers in batches of 8189 on one node: the {} after so many",
        grouped(settings.bench.sized(WINDOW, 20_000))
    );
    let mut sheet = Sheet::new("ids", title, &COLUMNS);
    sheet.subject = "known ids";
    let mut node = OwnNode::start(&settings.bench, |_| {})?;
    let mut posting = Posting::usual(&node, &settings.bench).await?;
    // Opening balances were paid in by transfers of their own.
    let opened = posting.books.outcomes.total();
    let at_first = float(node.process().own_memory()?);
    for mark in settings.sizes(&MARKS, settings.max_ids, 0) {
        let posted = posting.books.outcomes.total() - opened;
        if mark > posted {
            posting.post(mark - posted, &format!("ids: to {}", grouped(mark))).await?;
        }
        let row = row(settings, &mut node, &mut posting, (opened, at_first)).await?;
        sheet.rows.push(row);
    }
    let held = sheet.compared("at the end", posting.compare(true).await?);
    node.stop()?;
    if let Some(last) = sheet.rows.last_mut() {
        last.held = Some(held);
    }
    sheet.notes.push("books are compared once, at the end; memory an id counts from before the first, tables made ahead included".to_owned());
    plots(&mut sheet);
    Ok(sheet)
}

async fn row(
    settings: &ScaleSettings,
    node: &mut OwnNode,
    posting: &mut Posting,
    (opened, at_first): (u64, f64),
) -> Result<SheetRow, LoadError> {
    let known = posting.books.outcomes.total() - opened;
    tokio::time::sleep(REST).await;
    let memory = float(node.process().own_memory()?);
    let label = grouped(known);
    let window = Posting::counted(settings.bench.sized(WINDOW, 20_000));
    let sampled = posting.sample(node, window, &format!("ids: after {label}")).await?;
    let cells = vec![
        Some(sampled.driven.measured.transactions_per_second),
        Some(sampled.node_us()),
        Some(sampled.each(float(sampled.usage.all().faults))),
        Some(memory),
        (known > 0).then(|| (memory - at_first) / float(known)),
    ];
    Ok(SheetRow { label, at: Some(float(known)), cells, held: None })
}

/// From none on, so not by a logarithm.
fn plots(sheet: &mut Sheet) {
    let most = sheet.rows.iter().filter_map(|row| row.at).fold(1.0, f64::max);
    let x = Axis::linear("known ids", most);
    sheet.plot("Transfers a second by known ids", x.clone(), rates, &[("rate", "transfers")]);
    sheet.plot("Processor time of the node by known ids", x, costs, &[("node_us", "node")]);
}
