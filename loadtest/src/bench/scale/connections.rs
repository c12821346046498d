//! Single transactions over ever more connections.

use longmen_terminal::grouped;
use longmen_workload::LoadError;
use longmen_workload::measure::float;

use super::super::load;
use super::super::own_node::OwnNode;
use super::super::rows::{Pace, singles};
use super::super::sheet::{Column, Sheet, SheetRow, Unit};
use super::{NODE_COST, P50, P99, RATE, ScaleSettings, costs, rates};

const CONNECTIONS: [u32; 6] = [1, 10, 64, 100, 300, 1_000];
const SECONDS: u32 = 20;
const COLUMNS: [Column; 5] =
    [RATE, P50, P99, NODE_COST, Column { key: "frame_bytes", head: "records a frame", unit: Unit::Bytes }];

pub(super) async fn table(settings: &ScaleSettings) -> Result<Sheet, LoadError> {
    let mut sheet = Sheet::new(
        "connections",
        "one transfer a request, one request under way on each connection",
        &COLUMNS,
    );
    sheet.subject = "connections";
    for connections in CONNECTIONS.into_iter().filter(|count| *count <= settings.max_connections) {
        let row = row(settings, &mut sheet, connections).await?;
        sheet.rows.push(row);
    }
    sheet
        .notes
        .push("all connections of the load generator live on one thread of the same machine".to_owned());
    let x = sheet.sizes_axis("connections");
    sheet.plot("Transactions a second by connections", x.clone(), rates, &[("rate", "transactions")]);
    sheet.plot("Processor time of the node by connections", x, costs, &[("node_us", "node")]);
    Ok(sheet)
}

async fn row(settings: &ScaleSettings, sheet: &mut Sheet, connections: u32) -> Result<SheetRow, LoadError> {
    let label = grouped(connections.into());
    let single = singles(connections, Pace::Depth(1), SECONDS);
    let mut node = OwnNode::start(&settings.bench, |_| {})?;
    let mut posting = load::open(&node, &settings.bench, single).await?;
    let driven_by = single.settings(&settings.bench);
    let sampled = posting.sample(&mut node, driven_by, &format!("connections: {label}")).await?;
    let held = sheet.compared(&label, posting.compare(true).await?);
    node.stop()?;
    let measured = &sampled.driven.measured;
    let frame = sampled.meter(longmen_engine::Meter::FrameBytes).filter(|line| line.count > 0);
    let cells = vec![
        Some(measured.transactions_per_second),
        Some(float(measured.p50_us)),
        Some(float(measured.p99_us)),
        Some(sampled.node_us()),
        frame.map(|line| float(line.total) / float(line.count)),
    ];
    Ok(SheetRow { label, at: Some(f64::from(connections)), cells, held: Some(held) })
}
