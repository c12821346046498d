//! Where the time of a node under load goes: a table of stages, one of threads, and one of what else a transaction takes.

pub mod command;

use longmen_engine::{Meter, MeterKind};
use longmen_server::MeterLine;
use longmen_workload::measure::float;
use longmen_workload::{LoadError, Workload};

use super::BenchSettings;
use super::load;
use super::own_node::{OwnNode, Sampled};
use super::rows::{Load, Pace, batches, singles};
use super::sheet::{Column, Sheet, SheetRow, Unit};
use super::usage::ThreadUsage;

/// A load whose time is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PhaseLoad {
    /// Two-leg transfers in batches of 8189 over 10,000 accounts
    Transfers,
    /// One transfer a request over 64 connections, closed loop
    Singles,
    /// The payment mix in batches of 8189
    Mix,
}

const SECONDS: u32 = 20;
const NANOSECONDS: f64 = 1e3;

const STAGES: [Column; 6] = [
    Column { key: "us", head: "a transaction", unit: Unit::Cost },
    Column { key: "share", head: "of the engine's thread", unit: Unit::Share },
    Column { key: "times", head: "times, a transaction", unit: Unit::Each },
    Column { key: "p50", head: "p50", unit: Unit::Cost },
    Column { key: "p99", head: "p99", unit: Unit::Cost },
    Column { key: "max", head: "most", unit: Unit::Cost },
];
const THREADS: [Column; 5] = [
    Column { key: "processor_us", head: "processor, a transaction", unit: Unit::Cost },
    Column { key: "waiting_us", head: "ready, no processor free", unit: Unit::Cost },
    Column { key: "faults", head: "minor page faults", unit: Unit::Each },
    Column { key: "voluntary", head: "voluntary switches", unit: Unit::Each },
    Column { key: "involuntary", head: "involuntary switches", unit: Unit::Each },
];
const TOTALS: [Column; 8] = [
    Column { key: "rate", head: "transactions", unit: Unit::Rate },
    Column { key: "node_us", head: "node, a transaction", unit: Unit::Cost },
    Column { key: "faults", head: "page faults", unit: Unit::Each },
    Column { key: "switches", head: "switches", unit: Unit::Each },
    Column { key: "frames", head: "frames", unit: Unit::Each },
    Column { key: "record_bytes", head: "records, a transaction", unit: Unit::Bytes },
    Column { key: "disk_bytes", head: "to the disk, a transaction", unit: Unit::Bytes },
    Column { key: "frame_p50", head: "records a frame, p50", unit: Unit::Bytes },
];
/// The engine's own thread, on which all of a node but the journal's large frames is done on few cores.
const ENGINE: &str = "engine";

/// Splits the time of these loads, each against a node of its own. The first table has a row for each of them, then come
/// the stages and the threads of one after the other.
///
/// # Errors
/// [`LoadError`], when it cannot be carried out. That books do not hold is no error: see [`Sheet::differences`].
pub async fn phases(settings: &BenchSettings, loads: &[PhaseLoad]) -> Result<Vec<Sheet>, LoadError> {
    let mut totals = Sheet::new("phases", "what a transaction takes of the node", &TOTALS);
    totals.subject = "load";
    let mut sheets = Vec::new();
    for load in loads {
        let sampled = Box::pin(sample(settings, *load, &mut totals)).await?;
        sheets.extend([stages(*load, &sampled), threads(*load, &sampled)]);
    }
    totals.notes.push(
        "figures but the rate are for a transaction; bytes to the disk count segments made ahead and snapshots".to_owned(),
    );
    sheets.insert(0, totals);
    Ok(sheets)
}

async fn sample(settings: &BenchSettings, load: PhaseLoad, totals: &mut Sheet) -> Result<Sampled, LoadError> {
    let work = load.work();
    let mut node = OwnNode::start(settings, |_| {})?;
    let mut posting = load::open(&node, settings, work).await?;
    let sampled =
        posting.sample(&mut node, work.settings(settings), &format!("phases: {}", load.name())).await?;
    let held = totals.compared(load.name(), posting.compare(true).await?);
    node.stop()?;
    let used = sampled.usage.all();
    let frame = sampled.meter(Meter::FrameBytes);
    let of_frames = |figure: fn(&MeterLine) -> u64| frame.map(|line| float(figure(line)));
    let cells = vec![
        Some(sampled.driven.measured.transactions_per_second),
        Some(sampled.node_us()),
        Some(sampled.each(float(used.faults))),
        Some(sampled.each(float(used.voluntary + used.involuntary))),
        of_frames(|line| line.count).map(|count| sampled.each(count)),
        of_frames(|line| line.total).map(|bytes| sampled.each(bytes)),
        Some(sampled.each(float(sampled.usage.written_bytes))),
        of_frames(|line| line.p50),
    ];
    totals.rows.push(SheetRow { label: load.title().to_owned(), at: None, cells, held: Some(held) });
    Ok(sampled)
}

/// Stages in the order of a request's way, work and waits apart, and what of the engine's thread is in none of them.
fn stages(load: PhaseLoad, sampled: &Sampled) -> Sheet {
    let name = format!("stages-{}", load.name());
    let mut sheet = Sheet::new(name, format!("{}: time in each stage, then waits", load.title()), &STAGES);
    sheet.subject = "stage";
    let engine = sampled.usage.by_name().get(ENGINE).copied().unwrap_or_default().processor_us();
    let of_kind =
        |kind| sampled.meters.iter().filter(move |line| line.meter().is_some_and(|m| m.kind() == kind));
    for line in of_kind(MeterKind::Work).filter(|line| line.count > 0) {
        sheet.rows.push(stage_row(sampled, line, Some(engine)));
    }
    let alone = of_kind(MeterKind::Work).filter(|line| line.meter().is_some_and(is_processor_alone));
    let known = alone.map(|line| float(line.total) / NANOSECONDS).sum::<f64>();
    sheet.rows.push(rest_row(sampled, engine, known));
    for line in of_kind(MeterKind::Wait).filter(|line| line.count > 0) {
        sheet.rows.push(stage_row(sampled, line, None));
    }
    sheet.notes = vec![
        "times of stages are those that passed: what the system took the processor away for, and in write and sync the \
         disk, is in them"
            .to_owned(),
        "the rest is the processor time of the engine's thread that is in no stage but write and sync: sockets, \
         messages, timers, and frames that it writes itself; below 0 where stages waited for a processor"
            .to_owned(),
        "waits are for a message, a round, a frame or a request, as their name says: they overlap, and do not add up"
            .to_owned(),
    ];
    sheet
}

/// Whether nothing but processor time passes in it, as long as nobody else wants the processor.
fn is_processor_alone(meter: Meter) -> bool {
    meter.kind() == MeterKind::Work && !matches!(meter, Meter::Write | Meter::Sync)
}

fn stage_row(sampled: &Sampled, line: &MeterLine, engine_us: Option<f64>) -> SheetRow {
    let us = |ns: u64| float(ns) / NANOSECONDS;
    let meter = line.meter().expect("lines of unknown meters have no kind, and are not shown");
    let is_work = meter.kind() == MeterKind::Work;
    let share = engine_us.filter(|engine| *engine > 0.0 && is_processor_alone(meter));
    let cells = vec![
        is_work.then(|| sampled.each(us(line.total))),
        share.map(|engine| us(line.total) / engine),
        Some(sampled.each(float(line.count))),
        Some(us(line.p50)),
        Some(us(line.p99)),
        Some(us(line.max)),
    ];
    let label = if is_work { meter.label().to_owned() } else { format!("wait: {}", meter.label()) };
    SheetRow { label, at: None, cells, held: None }
}

fn rest_row(sampled: &Sampled, engine: f64, known: f64) -> SheetRow {
    let rest = engine - known;
    let share = (engine > 0.0).then(|| rest / engine);
    let cells = vec![Some(sampled.each(rest)), share, None, None, None, None];
    SheetRow { label: "the rest of the engine's thread".to_owned(), at: None, cells, held: None }
}

fn threads(load: PhaseLoad, sampled: &Sampled) -> Sheet {
    let name = format!("threads-{}", load.name());
    let mut sheet = Sheet::new(name, format!("{}: the node's threads", load.title()), &THREADS);
    sheet.subject = "thread";
    let mut named: Vec<(&str, ThreadUsage)> = sampled.usage.by_name().into_iter().collect();
    named.sort_by_key(|(_, used)| std::cmp::Reverse(used.processor_ns));
    named.push(("all", sampled.usage.all()));
    for (name, used) in named {
        let cells = [
            used.processor_us(),
            float(used.waiting_ns) / NANOSECONDS,
            float(used.faults),
            float(used.voluntary),
            float(used.involuntary),
        ];
        let cells = cells.map(|figure| Some(sampled.each(figure))).to_vec();
        sheet.rows.push(SheetRow { label: name.to_owned(), at: None, cells, held: None });
    }
    sheet
}

impl PhaseLoad {
    /// All of them.
    pub const ALL: [PhaseLoad; 3] = [PhaseLoad::Transfers, PhaseLoad::Singles, PhaseLoad::Mix];

    fn name(self) -> &'static str {
        match self {
            PhaseLoad::Transfers => "transfers",
            PhaseLoad::Singles => "singles",
            PhaseLoad::Mix => "mix",
        }
    }

    fn title(self) -> &'static str {
        match self {
            PhaseLoad::Transfers => "transfers in batches",
            PhaseLoad::Singles => "singles over 64 connections",
            PhaseLoad::Mix => "the mix in batches",
        }
    }

    fn work(self) -> Load {
        match self {
            PhaseLoad::Transfers => batches(Workload::Transfers, super::rows::ACCOUNTS, SECONDS),
            PhaseLoad::Singles => singles(64, Pace::Depth(1), SECONDS),
            PhaseLoad::Mix => batches(Workload::Mix, 50_000, SECONDS),
        }
    }
}
