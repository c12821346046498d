//! A node: the pipeline wired together, from recovery to the clean end.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use actix::{Actor, Addr, Arbiter, AsyncContext, System};
use longmen_wal::{CloseError, LogOptions, LogWriter, Storage, system_nonces};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::error;

use crate::actors::{
    ArchiverTasks, Closed, CoordinatorActor, IdArchiver, IdTableMaker, JournalActor, ShardActor, Stop,
    Wiring, name_thread,
};
use crate::alone::Alone;
use crate::clock::{NodeClock, StartClock, Trust, machine_us};
use crate::frame_writer::FrameWriter;
use crate::history::History;
use crate::id_archive::IdArchive;
use crate::ledger::{Coordinator, LedgerSettings, RefundClearing, RefundWindows, Shard, Tariffs};
use crate::meters::Meters;
use crate::pipeline::Pipeline;
use crate::recovery::{self, Start};
use crate::remedy::remedy;
use crate::reserve;
use crate::scrubber::{ScrubOptions, Scrubber};
use crate::session::{Intake, Window};
use crate::snapshotter::Snapshotter;
use crate::starting::{StartError, StartReport};
use crate::stop::StoppingThread;

/// The smallest segment a node works with: the largest request must fit a frame, and a frame a segment.
pub const MIN_SEGMENT: u64 = 4 << 20;

/// How a node is set up.
#[derive(Clone, Debug)]
pub struct NodeOptions {
    /// How many shards; may change from run to run.
    pub shards: u16,
    /// Over how many threads the shards spread; 0: they share the coordinator's, which is best on few cores.
    pub shard_threads: u16,
    /// How the log is written.
    pub log: LogOptions,
    /// How far a client's own time may lie back, in seconds.
    pub window_back: u32,
    /// Whether accounts become hot by their measured rate.
    pub hot_by_rate: bool,
    /// How many ids a generation of known ids holds at least.
    pub known_ids: usize,
    /// A snapshot is taken after so many bytes of log, or twice its own size if that is more.
    pub snapshot_bytes: u64,
    /// How damage is looked for.
    pub scrub: ScrubOptions,
    /// How long refunds are taken.
    pub refund_windows: RefundWindows,
    /// By way of which accounts refunds may go.
    pub refund_clearing: RefundClearing,
    /// What reads the rules for fees and splits; without it there are none.
    pub tariffs: Option<Arc<dyn Tariffs>>,
    /// Whoever starts the node says that the machine's clock is right, however far the newest frame's logged time is from
    /// it: clients' times are held against the clock, and logged times stay where they are until it has passed them.
    pub accept_time: bool,
}

impl Default for NodeOptions {
    fn default() -> NodeOptions {
        let settings = LedgerSettings::default();
        NodeOptions {
            shards: 1,
            shard_threads: 0,
            log: LogOptions::default(),
            window_back: settings.window_back,
            hot_by_rate: settings.hot_by_rate,
            known_ids: settings.known_ids,
            snapshot_bytes: 512 << 20,
            scrub: ScrubOptions::default(),
            refund_windows: settings.refund_windows,
            refund_clearing: settings.refund_clearing,
            tariffs: settings.tariffs,
            accept_time: false,
        }
    }
}

/// Why a node did not stop cleanly. Everything acknowledged is durable all the same.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The log's end could not be recorded.
    #[error(transparent)]
    Log(#[from] CloseError),
    /// The engine's thread had ended before.
    #[error("the engine has ended already")]
    Ended,
}

/// A running node.
pub struct Node {
    intake: Intake,
    history: History,
    report: StartReport,
    engine: Engine,
    snapshotter: StoppingThread,
    archiver: IdArchiver,
    scrub: Option<StoppingThread>,
}

/// The engine's thread, and the way to its actors.
struct Engine {
    coordinator: Addr<CoordinatorActor>,
    shards: Vec<Addr<ShardActor>>,
    written: Arc<AtomicU64>,
    meters: Arc<Meters>,
    stop: oneshot::Sender<oneshot::Sender<Result<(), CloseError>>>,
    runtime: Handle,
    thread: JoinHandle<()>,
}

impl Node {
    /// Recovers the books from the log in `storage` and starts the actors.
    ///
    /// # Errors
    /// [`StartError`]; nothing was answered and nothing acknowledged was changed.
    pub fn start(storage: Arc<dyn Storage>, options: &NodeOptions) -> Result<Node, StartError> {
        let settings = settings_of(options)?;
        let start = recover(&storage, options, &settings)?;
        let Start { writer, reader, rebuilt, report } = start;
        let history = History::new(reader.clone());
        reader.damage().tell(|finding| {
            error!("DAMAGE: {finding}. {}", remedy(&finding.file));
        });
        let window = Window { back: settings.window_back, ahead: settings.window_ahead };
        let (coordinator, shards) = rebuilt.go_on(settings);
        let archive = IdArchive { storage: Arc::clone(&storage), node: report.log.node };
        let archiver = IdArchiver::start(archive)
            .map_err(|error| StartError::System(format!("no thread for archives: {error}")))?;
        let engine = spawn(coordinator, shards, writer, archiver.tasks(), options)?;
        let scrubber = Scrubber {
            storage: Arc::clone(&storage),
            reader: reader.clone(),
            node: report.log.node,
            options: options.scrub,
            progress: history.scrub_progress(),
        };
        let scrub = scrubber
            .start()
            .map_err(|error| StartError::System(format!("no thread for the scrub: {error}")))?;
        let snapshotter = Snapshotter {
            storage,
            reader,
            node: report.log.node,
            coordinator: engine.coordinator.clone(),
            shards: engine.shards.clone(),
            written: engine.written.clone(),
            every_bytes: options.snapshot_bytes,
        };
        let no_thread = |error| StartError::System(format!("no thread for snapshots: {error}"));
        let snapshotter = snapshotter.start().map_err(no_thread)?;
        let intake = Intake::new(engine.coordinator.clone(), window, Arc::clone(&engine.meters));
        Ok(Node { intake, history, report, engine, snapshotter, archiver, scrub })
    }

    /// What recovery found and did.
    #[must_use]
    pub fn report(&self) -> &StartReport {
        &self.report
    }

    /// The way in.
    #[must_use]
    pub fn intake(&self) -> Intake {
        self.intake.clone()
    }

    /// Where its time goes.
    #[must_use]
    pub fn meters(&self) -> &Arc<Meters> {
        &self.engine.meters
    }

    /// What stands in the log.
    #[must_use]
    pub fn history(&self) -> History {
        self.history.clone()
    }

    /// The runtime of the engine's own thread. On few cores the sessions belong there: a message between threads wakes
    /// one, a message on the same thread does not. What runs there must end before [`Node::stop`].
    #[must_use]
    pub fn runtime(&self) -> &Handle {
        &self.engine.runtime
    }

    /// Refuses new requests, finishes and answers what was taken in, and records the clean end of the log.
    ///
    /// # Errors
    /// [`StopError`], where the end could not be recorded.
    pub fn stop(self) -> Result<(), StopError> {
        let Node { engine, snapshotter, archiver, scrub, .. } = self;
        drop(scrub);
        drop(snapshotter);
        drop(archiver);
        let (done, closed) = oneshot::channel();
        engine.stop.send(done).map_err(|_| StopError::Ended)?;
        let closed = closed.blocking_recv().map_err(|_| StopError::Ended)?;
        engine.thread.join().map_err(|_| StopError::Ended)?;
        Ok(closed?)
    }
}

/// Recovers, on a full disk with the room that is kept for it.
fn recover(
    storage: &Arc<dyn Storage>,
    options: &NodeOptions,
    settings: &LedgerSettings,
) -> Result<Start, StartError> {
    let trust = if options.accept_time { Trust::Accepted } else { Trust::Checked };
    let recover = || {
        let clock = StartClock { now_us: machine_us(), trust };
        recovery::start(storage, options.log, settings, system_nonces(), clock)
    };
    let recovered = match recover() {
        Err(StartError::Log(error)) if error.is_disk_full() => {
            reserve::give_up(&**storage).map_err(StartError::Reserve)?;
            recover()
        }
        recovered => recovered,
    };
    reserve::keep(&**storage);
    recovered
}

fn settings_of(options: &NodeOptions) -> Result<LedgerSettings, StartError> {
    if options.shards == 0 {
        return Err(StartError::Options("a node has at least one shard"));
    }
    if options.log.segment_bytes < MIN_SEGMENT {
        return Err(StartError::Options("a segment has at least 4 MiB"));
    }
    let defaults = LedgerSettings::default();
    let share = usize::try_from(options.log.segment_bytes / 8).unwrap_or(usize::MAX);
    let seed = getrandom::u64().map_err(|error| StartError::System(format!("no random numbers: {error}")))?;
    Ok(LedgerSettings {
        shards: options.shards,
        window_back: options.window_back,
        hot_by_rate: options.hot_by_rate,
        known_ids: options.known_ids,
        refund_windows: options.refund_windows.clone(),
        refund_clearing: options.refund_clearing.clone(),
        tariffs: options.tariffs.clone(),
        frame_bytes: defaults.frame_bytes.min(share),
        seed,
        ..defaults
    })
}

/// The room that must be sure in the log before a round begins: two of the largest frames there can be, each a full
/// frame, a round on top, the settling of one before, and the largest opening of accounts. Never more than the segments
/// made ahead give, so that waiting for it ends.
fn least_space(options: &NodeOptions) -> u64 {
    let segment = options.log.segment_bytes;
    let frame = (segment / 8).min(LedgerSettings::default().frame_bytes as u64);
    let ahead = u64::from(options.log.segments_ahead.max(1));
    (2 * (3 * frame + (2 << 20))).min(ahead * (segment - SEGMENT_HEAD))
}

/// More than a segment's own head takes.
const SEGMENT_HEAD: u64 = 64 << 10;

/// The pipeline: session -> coordinator -> shards -> batchers -> journal -> session. The coordinator, the batching
/// actors and, on few cores, the shards share the engine's thread; the journal has its own.
fn spawn(
    coordinator: Coordinator,
    shards: Vec<Shard>,
    writer: LogWriter,
    archiver: ArchiverTasks,
    options: &NodeOptions,
) -> Result<Engine, StartError> {
    let (started, starting) = channel();
    let (stop, stopped) = oneshot::channel();
    let tables = IdTableMaker::start()
        .map_err(|error| StartError::System(format!("no thread for tables: {error}")))?;
    let written = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&written);
    let meters = Arc::new(Meters::default());
    let metered = Arc::clone(&meters);
    let shard_threads = options.shard_threads;
    let least_space = least_space(options);
    let run = move || {
        System::new().block_on(async move {
            let journal_thread = Arbiter::new();
            let journal = JournalActor::start_in_arbiter(&journal_thread.handle(), |_| JournalActor::new());
            let shards = start_shards(shards, shard_threads, &metered);
            let writer = FrameWriter::new(writer, Arc::clone(&metered));
            let wiring = Wiring { shards: shards.clone(), tables, archiver, meters: Arc::clone(&metered) };
            let coordinator = CoordinatorActor::create(|context| {
                let alone = Alone::new(writer, journal.clone(), context.address().recipient());
                let pipeline = Pipeline::new(coordinator, alone, least_space, counted, metered);
                CoordinatorActor::new(pipeline, wiring, NodeClock::start())
            });
            started
                .send((coordinator.clone(), shards, Handle::current()))
                .expect("whoever starts the engine waits for it");
            let Ok(done): Result<oneshot::Sender<_>, _> = stopped.await else { return };
            let closed = close(&coordinator, &journal).await;
            done.send(closed).expect("whoever stops the engine waits for it");
        });
    };
    let thread = thread::Builder::new().name("engine".into()).spawn(run);
    let thread = thread.map_err(|error| StartError::System(format!("no thread for the engine: {error}")))?;
    let started = starting.recv().map_err(|_| StartError::System("the engine did not start".into()))?;
    let (coordinator, shards, runtime) = started;
    Ok(Engine { coordinator, shards, written, meters, stop, runtime, thread })
}

fn start_shards(shards: Vec<Shard>, threads: u16, meters: &Arc<Meters>) -> Vec<Addr<ShardActor>> {
    let arbiters: Vec<Arbiter> = (0..threads).map(|_| Arbiter::new()).collect();
    arbiters.iter().for_each(|arbiter| _ = arbiter.spawn_fn(|| name_thread(c"shards")));
    let place = |(index, shard): (usize, Shard)| {
        let meters = Arc::clone(meters);
        match arbiters.get(index % arbiters.len().max(1)) {
            Some(arbiter) => {
                ShardActor::start_in_arbiter(&arbiter.handle(), |_| ShardActor::new(shard, meters))
            }
            None => ShardActor::new(shard, meters).start(),
        }
    };
    shards.into_iter().enumerate().map(place).collect()
}

async fn close(coordinator: &Addr<CoordinatorActor>, journal: &Addr<JournalActor>) -> Result<(), CloseError> {
    let (settled, settling) = oneshot::channel();
    coordinator.do_send(Stop(settled));
    let journal_at_rest = settling.await.expect("the coordinator settles before it goes");
    let closed = journal_at_rest.close();
    journal.send(Closed).await.expect("the journal lives until the log is closed");
    closed
}
