//! Batches on ever more shards, and what each stage of the node takes of it.

use longmen_engine::Meter;
use longmen_workload::measure::float;
use longmen_workload::{LoadError, Workload};

use super::super::BenchSettings;
use super::super::load;
use super::super::own_node::{OwnNode, Sampled};
use super::super::rows::batches;
use super::super::sheet::{Column, Sheet, SheetRow, Unit};
use super::{NODE_COST, RATE, ScaleSettings, rates};
use crate::report::chart::{Axis, Line};

const SHARDS: [u16; 4] = [1, 2, 4, 7];
const LOADS: [(Workload, u64); 2] = [(Workload::Transfers, 10_000), (Workload::Mix, 50_000)];
const SECONDS: u32 = 20;
/// Accounts are not made fewer than at this part of full size: what would be measured is how legs of one batch wait for
/// each other.
const LEAST_SIZE: f64 = 0.2;

const fn cost(key: &'static str, head: &'static str) -> Column {
    Column { key, head, unit: Unit::Cost }
}

const COLUMNS: [Column; 9] = [
    RATE,
    NODE_COST,
    cost("decode_us", "decode"),
    cost("coordinator_us", "coordinator"),
    cost("shards_us", "shards"),
    cost("merge_us", "merge"),
    cost("write_us", "write"),
    cost("sync_us", "sync"),
    cost("encode_us", "encode"),
];

pub(super) async fn table(settings: &ScaleSettings) -> Result<Sheet, LoadError> {
    let mut sheet = Sheet::new(
        "shards",
        "batches of 8189 on this machine, by shards: time a transaction in each stage",
        &COLUMNS,
    );
    sheet.subject = "workload and shards";
    for (workload, accounts) in LOADS {
        for shards in SHARDS {
            let row = row(settings, &mut sheet, workload, accounts, shards).await?;
            sheet.rows.push(row);
        }
    }
    sheet.notes.push(
        "shards share the coordinator's thread, as is usual on few cores; times of stages are those that passed, on a \
         processor or not"
            .to_owned(),
    );
    let points = sheet.points(RATE.key);
    let of_loads = LOADS.iter().zip(points.chunks(SHARDS.len()));
    let lines = of_loads.map(|((workload, _), points)| Line::new(workload.name(), points.to_vec()));
    let lines = lines.collect();
    let most = f64::from(SHARDS[SHARDS.len() - 1]);
    sheet.draw("Transactions a second by shards", Axis::linear("shards", most), rates, lines);
    Ok(sheet)
}

async fn row(
    settings: &ScaleSettings,
    sheet: &mut Sheet,
    workload: Workload,
    accounts: u64,
    shards: u16,
) -> Result<SheetRow, LoadError> {
    let label = format!("{}, {shards}", workload.name());
    let size = settings.bench.size.max(LEAST_SIZE);
    let bench = BenchSettings { size, ..settings.bench.clone() };
    let work = batches(workload, accounts, SECONDS);
    let mut node = OwnNode::start(&bench, |launch| launch.shards = Some(shards))?;
    let mut posting = load::open(&node, &bench, work).await?;
    let sampled = posting.sample(&mut node, work.settings(&bench), &format!("shards: {label}")).await?;
    let held = sheet.compared(&label, posting.compare(true).await?);
    node.stop()?;
    Ok(SheetRow { label, at: Some(f64::from(shards)), cells: cells(&sampled), held: Some(held) })
}

fn cells(sampled: &Sampled) -> Vec<Option<f64>> {
    let coordinator = [Meter::Decide, Meter::Book, Meter::Settle];
    let stages = [
        &[Meter::Decode][..],
        &coordinator,
        &[Meter::Shard],
        &[Meter::Merge],
        &[Meter::Write],
        &[Meter::Sync],
        &[Meter::Encode],
    ];
    let in_stage = |meters: &&[Meter]| {
        let total: u64 = meters.iter().filter_map(|meter| Some(sampled.meter(*meter)?.total)).sum();
        sampled.each(float(total) / 1e3)
    };
    let first = [sampled.driven.measured.transactions_per_second, sampled.node_us()];
    first.into_iter().chain(stages.iter().map(in_stage)).map(Some).collect()
}
