//! Rows that drive a workload for some time.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use longmen_terminal::grouped;
use longmen_workload::books::Books;
use longmen_workload::driver::{Driven, DriverSettings, Pacing, start_sessions};
use longmen_workload::measure::{Latencies, float};
use longmen_workload::setup::{House, Target};
use longmen_workload::{Encoding, LoadError, Workload};
use tokio::task::LocalSet;

use super::disk;
use super::disk_beside::DiskBeside;
use super::disk_probe::DiskProbe;
use super::events::{DirectoryWatch, Event, Kind, counted};
use super::figure::Figure;
use super::own_node::{OwnNode, Posting};
use super::placement::Placement;
use super::rows::{Load, Pace};
use super::{BenchSettings, Outcome};

/// How long answers are not measured at first.
const WARM_UP: Duration = Duration::from_secs(1);
/// What all random choices come from.
const SEED: u64 = 1;
/// The fewest accounts of a row that is made smaller.
const FEWEST: u64 = 100;
/// The accounting date after the one that workloads start on.
const NEXT_DATE: &str = "2026-01-06";
/// How often the node is asked which accounts are hot.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Log that a single transfer makes, about, without what fills the last page of a frame.
const TRANSFER_BYTES: u64 = 190;
/// A run has at least six snapshots and segments.
const TURNS: u64 = 6;
/// The smallest segment that a node takes, which is also the step of sizes here.
const SEGMENT_STEP: u64 = 4 << 20;
/// The part of all requests that may fall between the last that was due and the end.
const MISSING: f64 = 0.005;
/// The busy account is in so many of a thousand transactions: its share of legs is well above that of a hot one.
const BUSY_PER_MILLE: u32 = 75;

/// Drives a workload against a node as it usually is.
pub(super) async fn steady(settings: &BenchSettings, load: Load, label: &str) -> Result<Outcome, LoadError> {
    let disk = load.disk_alone(settings)?;
    let mut node = OwnNode::start(settings, |_| {})?;
    let mut posting = open(&node, settings, load).await?;
    let witness = load.witness(settings)?;
    let placement = load.place(&node)?;
    let driven_by = DriverSettings { keep_slow: witness.is_some(), ..load.settings(settings) };
    let driven = posting.drive(driven_by, label).await?;
    let beside = testimony(witness, &driven)?;
    let mut outcome = Outcome::of_driven(driven);
    disk.into_iter().for_each(|alone| outcome.note_disk(alone));
    beside.into_iter().for_each(|beside| outcome.note_disk_beside(beside));
    outcome.note_placement(placement.as_ref());
    outcome.note_unsent(load, settings.time(load.seconds));
    outcome.note_size(settings, load);
    outcome.compared(posting.compare(true).await?);
    node.stop()?;
    Ok(outcome)
}

/// Drives a workload while snapshots are taken, segments handed over, an account is so busy for half of the time that
/// it becomes hot, and the accounting date is closed in the midst.
pub(super) async fn turning_over(
    settings: &BenchSettings,
    load: Load,
    label: &str,
) -> Result<Outcome, LoadError> {
    let disk = load.disk_alone(settings)?;
    let driven_by = load.settings(settings);
    let turn = load.log_bytes(driven_by.time) / TURNS;
    let mut node = OwnNode::start(settings, |launch| {
        launch.snapshot_bytes = Some(turn);
        launch.segment_bytes = Some(turn.next_multiple_of(SEGMENT_STEP));
    })?;
    let mut posting = open(&node, settings, load).await?;
    let mut busy = open_busy(&node).await?;
    let (target, entity) = (posting.target.clone(), posting.house.entity.clone());
    let watch = DirectoryWatch::start(node.data())?;
    let witness = load.witness(settings)?;
    let measured_by = DriverSettings { keep_slow: witness.is_some(), ..driven_by };
    let placement = load.place(&node)?;
    let (driven, turned, busied) = tokio::join!(
        Box::pin(posting.drive(measured_by, label)),
        Box::pin(close_and_ask(&target, &entity, driven_by)),
        Box::pin(keep_busy(&mut busy, driven_by, load)),
    );
    let seen = watch.stop()?;
    busied?;
    let driven = driven?;
    let beside = testimony(witness, &driven)?;
    let mut outcome = Outcome::of_driven(driven);
    disk.into_iter().for_each(|alone| outcome.note_disk(alone));
    beside.into_iter().for_each(|beside| outcome.note_disk_beside(beside));
    outcome.note_placement(placement.as_ref());
    outcome.events = [seen, turned?].concat();
    outcome.finish_events();
    outcome.note_unsent(load, driven_by.time);
    outcome.note_size(settings, load);
    outcome.compared(posting.compare(false).await?);
    outcome.compared(busy.compare(true).await?);
    node.stop()?;
    Ok(outcome)
}

pub(super) async fn open(node: &OwnNode, settings: &BenchSettings, load: Load) -> Result<Posting, LoadError> {
    let accounts = usize::try_from(load.sized_accounts(settings)).expect("a population in memory");
    Posting::open(node, "BENCH", load.workload.plan(accounts, SEED)).await
}

/// Accounts of which one will be in every transaction; that it becomes hot is left to the node.
async fn open_busy(node: &OwnNode) -> Result<Posting, LoadError> {
    let mut plan = Workload::Hot.plan(usize::try_from(FEWEST).expect("a small constant"), SEED);
    plan.population.accounts.iter_mut().for_each(|account| account.hot = false);
    Posting::open(node, "BUSY", plan).await
}

/// Keeps one account busy for the middle half of the measured stretch.
async fn keep_busy(busy: &mut Posting, main: DriverSettings, load: Load) -> Result<(), LoadError> {
    let Pace::PerSecond(rate) = load.pace else { return Ok(()) };
    tokio::time::sleep(main.warm_up + main.time / 4).await;
    let settings = DriverSettings {
        connections: 1,
        pacing: Pacing::Open { rate: f64::from(rate) * f64::from(BUSY_PER_MILLE) / 1_000.0 },
        encoding: Encoding::compact_for(Workload::Hot),
        warm_up: Duration::ZERO,
        time: main.time / 2,
        ..main
    };
    let local = LocalSet::new();
    let Posting { target, plan, house, books, .. } = busy;
    let own = std::mem::replace(books, Books::new(0));
    *books = local.run_until(post_unmeasured(target, house, plan, settings, own)).await?;
    Ok(())
}

async fn post_unmeasured(
    target: &Target,
    house: &House,
    plan: &longmen_workload::Plan,
    settings: DriverSettings,
    books: Books,
) -> Result<Books, LoadError> {
    let (shared, sessions) = start_sessions(target, house, plan, settings, books, false).await?;
    for session in sessions {
        session.await.map_err(std::io::Error::other)?.result?;
    }
    Ok(Rc::into_inner(shared).expect("the sessions have ended").into_inner().books)
}

/// Closes the day in the midst of the measured stretch, and asks all along which accounts are hot. Each has a client of its
/// own: on a busy machine a question may take as long as what is left until the close.
async fn close_and_ask(target: &Target, entity: &str, main: DriverSettings) -> Result<Vec<Event>, LoadError> {
    let start = Instant::now() + main.warm_up;
    let (middle, end) = (start + main.time / 2, start + main.time);
    let (closed, heated) = tokio::join!(close_at(target, entity, middle), ask_until(target, end));
    Ok([vec![closed?], heated?].concat())
}

async fn close_at(target: &Target, entity: &str, at: Instant) -> Result<Event, LoadError> {
    let mut client = target.client().await?;
    tokio::time::sleep_until(at.into()).await;
    let from = Instant::now();
    client.close_day(entity, NEXT_DATE).await?;
    Ok(Event { kind: Kind::DayClose, from, to: Instant::now() })
}

/// Which accounts became hot, and which ceased to be.
async fn ask_until(target: &Target, end: Instant) -> Result<Vec<Event>, LoadError> {
    let mut client = target.client().await?;
    let mut hot: BTreeSet<u64> = hot_accounts(&mut client).await?;
    let mut events = Vec::new();
    while Instant::now() < end {
        tokio::time::sleep_until((Instant::now() + ASK_EVERY).min(end).into()).await;
        let at = Instant::now();
        let now_hot = hot_accounts(&mut client).await?;
        let event = |kind| Event { kind, from: at, to: at };
        events.extend(now_hot.difference(&hot).map(|_| event(Kind::Promotion)));
        events.extend(hot.difference(&now_hot).map(|_| event(Kind::Cooling)));
        hot = now_hot;
    }
    Ok(events)
}

async fn hot_accounts(client: &mut longmen_client::Client) -> Result<BTreeSet<u64>, LoadError> {
    Ok(client.status().await?.hot.into_iter().map(|(account, _)| account).collect())
}

/// Asks what was seen of the disk while this was driven.
fn testimony(witness: Option<DiskProbe>, driven: &Driven) -> std::io::Result<Option<DiskBeside>> {
    let Some(witness) = witness else { return Ok(None) };
    let seen = witness.testify()?;
    let slow = driven.slow.as_ref().expect("beside a witness slow requests are kept");
    let stretch = Duration::from_secs_f64(driven.measured.seconds);
    Ok(Some(DiskBeside::new(seen, slow, &driven.latencies, stretch)))
}

impl Load {
    pub(super) fn settings(self, settings: &BenchSettings) -> DriverSettings {
        let time = settings.time(self.seconds);
        DriverSettings {
            connections: self.connections,
            batch: self.batch,
            pacing: match self.pace {
                Pace::Depth(depth) => Pacing::Closed { depth },
                Pace::PerSecond(rate) => Pacing::Open { rate: f64::from(rate) },
            },
            encoding: Encoding::compact_for(self.workload),
            warm_up: WARM_UP.min(time),
            time,
            transactions: None,
            first_stream: 0,
            keep_slow: false,
        }
    }

    /// In an open loop the generator and the engine get a core each.
    fn place(self, node: &OwnNode) -> std::io::Result<Option<Placement>> {
        match self.pace {
            Pace::Depth(_) => Ok(None),
            Pace::PerSecond(_) => Placement::of(node.process()),
        }
    }

    pub(super) fn sized_accounts(self, settings: &BenchSettings) -> u64 {
        settings.sized(self.accounts, FEWEST)
    }

    /// What the disk does alone, where each request waits for it.
    fn disk_alone(self, settings: &BenchSettings) -> Result<Option<Latencies>, LoadError> {
        (self.batch == 1).then(|| disk::alone(settings, settings.time(self.seconds))).transpose()
    }

    /// Beside the run as well, where the load leaves room for it: in a closed loop that keeps both cores busy the witness, and
    /// keeping the slow requests that nearly all of them are there, would take part of the rate.
    fn witness(self, settings: &BenchSettings) -> std::io::Result<Option<DiskProbe>> {
        let leaves_room = self.batch == 1 && matches!(self.pace, Pace::PerSecond(_));
        leaves_room.then(|| DiskProbe::start(settings)).transpose()
    }

    /// About how many bytes of records an open loop of single transfers writes.
    fn log_bytes(self, time: Duration) -> u64 {
        let Pace::PerSecond(rate) = self.pace else { return SEGMENT_STEP };
        u64::from(rate) * TRANSFER_BYTES * time.as_secs().max(1)
    }
}

impl Outcome {
    /// Leaves the events that lie in the measured stretch, in order, and says what the longest latency met.
    fn finish_events(&mut self) {
        let Some(timeline) = &self.timeline else { return };
        let start = timeline.start();
        let seconds = self.measured.as_ref().map_or(0.0, |measured| measured.seconds);
        let end = start + Duration::from_secs_f64(seconds);
        self.events.retain(|event| event.to >= start && event.from <= end);
        self.events.sort_by_key(|event| event.from);
        let max = Figure::Max.show(self.figures[&Figure::Max]);
        self.notes.push(format!("max {max}, with {}", counted(&self.events)));
        if let Some(longest) = timeline.intervals().max_by_key(|interval| interval.max_us) {
            let wait = timeline.interval() + Duration::from_micros(longest.max_us);
            let from = start + Duration::from_secs_f64(longest.at);
            let under_way = |event: &&Event| event.from <= from + wait && event.to >= from;
            let met: Vec<Event> = self.events.iter().filter(under_way).copied().collect();
            let met = if met.is_empty() { "nothing turned over".to_owned() } else { counted(&met) };
            self.notes.push(format!("the longest was due at {:.1} s; while it waited: {met}", longest.at));
        }
    }

    /// Says it if the generator and the engine had a core each.
    fn note_placement(&mut self, placement: Option<&Placement>) {
        if placement.is_some() {
            self.notes.push("the generator and the node's engine have a core each".to_owned());
        }
    }

    /// Says it if requests of an open loop that were due are not among those that were measured: the generator was
    /// behind when its time was over.
    fn note_unsent(&mut self, load: Load, time: Duration) {
        let (Pace::PerSecond(rate), Some(measured)) = (load.pace, &self.measured) else { return };
        let due = f64::from(rate) * time.as_secs_f64();
        let missing = 1.0 - float(measured.requests) / due;
        if missing > MISSING {
            self.notes
                .push(format!("{:.1} % of the requests that were due were never sent", 100.0 * missing));
        }
    }

    pub(super) fn note_size(&mut self, settings: &BenchSettings, load: Load) {
        let accounts = load.sized_accounts(settings);
        if accounts != load.accounts {
            self.notes.push(format!("smaller than it should be: {} accounts", grouped(accounts)));
        }
        let time = settings.time(load.seconds);
        if time < Duration::from_secs(load.seconds.into()) {
            let (short, usual) = (time.as_secs_f64(), load.seconds);
            self.notes.push(format!("shorter than it should be: {short} s of {usual} s"));
        }
    }
}
