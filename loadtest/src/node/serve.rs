//! Serves as a node until it is told to stop: what runs in the child process.

use std::any::Any;
use std::fmt::Display;
use std::io::{self, Write};
use std::iter;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::Timestamp;
use longmen_engine::ledger::{AccountKey, Currency, DamagedArchive, RefundClearing, RefundWindows};
use longmen_engine::{Meters, Node, NodeOptions, ScrubOptions, StartError, StartReport, StopError};
use longmen_gateway::{Limits, Running, ServeOptions, Server, Tokens, TokensError};
use longmen_wal::{
    Contents, CutTail, DirectoryError, DirectoryStorage, LogOptions, WritePath, end_at_a_lost_page,
};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::READY_LINE;
use super::meters::{METERS_LINE, MeterLine, meters_table};
use super::open_files::{self, TooFewFiles};
use super::privacy::warning_of;
use crate::table::grouped;
use crate::visible::{EventsOnStderr, tell};

/// How a node serves.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The data directory: a ledger's, or an empty one, or none yet, where a new ledger begins
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one. Beyond loopback a node needs tokens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7440")]
    pub listen: SocketAddr,
    /// Shards that the accounts are spread over; may change from start to start
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub shards: u16,
    /// A file with a client's name and its token on each line
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
    /// Bytes of one segment of the log, at least 4 MiB
    #[arg(long, value_name = "BYTES")]
    pub segment_size: Option<u64>,
    /// Threads that the shards spread over; 0 shares the coordinator's, which is best on few cores
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub shard_threads: u16,
    /// Threads that the sessions of clients spread over; 0 shares the engine's, which is best on few cores [default: 1
    /// for every 4 cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub session_threads: Option<u16>,
    /// Take a snapshot after so many bytes of log, or twice the last one's size if that is more
    #[arg(long, value_name = "BYTES")]
    pub snapshot_bytes: Option<u64>,
    /// Transaction ids of one generation: the newest stay in memory, older ones go to a file each, which a start reads
    /// instead of the log [default: 1048576]
    #[arg(long, value_name = "IDS", value_parser = clap::value_parser!(u32).range(1_000..=16_777_216))]
    pub known_ids: Option<u32>,
    /// Read everything on disk again and again, so many bytes a second, to find damage before anybody asks for what is
    /// damaged; 0 does not
    #[arg(long, value_name = "BYTES", default_value_t = ScrubOptions::default().bytes_per_second)]
    pub scrub_rate: u64,
    /// Begin to read it again so many seconds after it was begun last, if it has ended
    #[arg(long, value_name = "SECONDS", default_value_t = ScrubOptions::default().every.as_secs())]
    pub scrub_every: u64,
    /// Take refunds for so many days after the original's accounting date
    #[arg(long, value_name = "DAYS", default_value_t = RefundWindows::default().days)]
    pub refund_days: u32,
    /// Take refunds of originals of this type for so many days; may be given more than once
    #[arg(long, value_name = "TYPE=DAYS", value_parser = parse_window)]
    pub refund_window: Vec<(Box<str>, u32)>,
    /// Let refunds of originals of this type go by way of this account too; may be given more than once
    #[arg(long, value_name = "TYPE=ACCOUNT", value_parser = parse_clearing)]
    pub refund_clearing: Vec<(Box<str>, AccountKey)>,
    /// Take the machine's clock for right, however far it is from the newest frame in the log
    #[arg(long)]
    pub accept_time: bool,
    /// How frames reach their file, for tests: direct, pwritev or map
    #[arg(long, hide = true, value_parser = parse_write_path)]
    pub write_path: Option<WritePath>,
    /// Say nothing but the address: for programs that start nodes of their own
    #[arg(long, hide = true)]
    pub quiet: bool,
}

/// Why a node did not serve, or did not stop well.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data directory cannot be had.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The data directory is somebody else's.
    #[error("{path} is neither empty nor a ledger, but has {found}: a ledger has a directory of its own")]
    NoLedger {
        /// The directory.
        path: PathBuf,
        /// Some of what is in it.
        found: String,
    },
    /// The system allows too few open files.
    #[error(transparent)]
    OpenFiles(#[from] TooFewFiles),
    /// The file of tokens cannot be read.
    #[error("{path}")]
    TokensFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file of tokens is not one.
    #[error("{path}")]
    Tokens {
        /// Which.
        path: PathBuf,
        /// Why.
        source: TokensError,
    },
    /// The books could not be recovered.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The gateway does not listen.
    #[error(transparent)]
    Gateway(#[from] longmen_gateway::ServeError),
    /// Threads, signals or the standard output of this process.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The end of the log could not be recorded.
    #[error(transparent)]
    Stop(#[from] StopError),
}

/// Recovers the books, serves, and on SIGTERM or SIGINT answers what is under way and ends cleanly. Prints
/// [`READY_LINE`] and its address on standard output once it serves, what recovery found on standard error. On SIGUSR1
/// it says where its time went since it was last asked.
///
/// # Errors
/// [`ServeError`].
pub fn serve(args: &ServeArgs) -> Result<(), ServeError> {
    abort_on_panic();
    end_at_a_lost_page()?;
    tell_on_stderr();
    let tokens = args.read_tokens()?;
    let limits = args.limits()?;
    let is_new = args.begins_a_ledger()?;
    if is_new && !args.quiet {
        let path = args.data.display();
        say(format_args!(
            "NEW LEDGER: {path} has none, so one begins there. If there should be books, stop this node and look at --data"
        ));
    }
    let storage = Arc::new(DirectoryStorage::open(&args.data)?);
    args.warn_of_readers()?;
    let mut log = LogOptions::default();
    if let Some(bytes) = args.segment_size {
        log.segment_bytes = bytes;
    }
    if let Some(path) = args.write_path {
        log.write_path = path;
    }
    let usual = NodeOptions::default();
    let options = NodeOptions {
        shards: args.shards,
        shard_threads: args.shard_threads,
        log,
        snapshot_bytes: args.snapshot_bytes.unwrap_or(usual.snapshot_bytes),
        known_ids: args.known_ids.map_or(usual.known_ids, |ids| ids as usize),
        scrub: ScrubOptions {
            bytes_per_second: args.scrub_rate,
            every: Duration::from_secs(args.scrub_every),
        },
        refund_windows: RefundWindows {
            days: args.refund_days,
            by_type: args.refund_window.iter().cloned().collect(),
        },
        refund_clearing: args.refund_clearing(),
        accept_time: args.accept_time,
        ..usual
    };
    let node = Node::start(storage, &options)?;
    if !args.quiet {
        say(describe(node.report()));
    }
    let options = ServeOptions { listen: args.listen, limits, tokens };
    let served = serve_until_told(options, &node, args);
    node.stop()?;
    served?;
    if !args.quiet {
        say("stopped cleanly: all that was answered is in the log, and its end is recorded");
    }
    Ok(())
}

/// A line for people on standard error, with its time.
fn say(words: impl Display) {
    announce(io::stderr(), &format!("{:.6} {words}\n", Timestamp::now()));
}

/// Writes what a node says of itself. Where that cannot be written (the disk that its log goes to is full, say) a line is
/// lost, and the ledger goes on.
fn announce(out: impl Write, text: &str) {
    drop(tell(out, text));
}

fn parse_write_path(text: &str) -> Result<WritePath, String> {
    match text {
        "direct" => Ok(WritePath::Direct),
        "pwritev" => Ok(WritePath::Pwritev),
        "map" => Ok(WritePath::Map),
        other => Err(format!("`{other}` is none of direct, pwritev and map")),
    }
}

fn parse_window(text: &str) -> Result<(Box<str>, u32), String> {
    let (kind, days) = text.split_once('=').ok_or("give it as TYPE=DAYS, such as payment=180")?;
    let days = days.parse().map_err(|_| format!("`{days}` is no number of days"))?;
    Ok((kind.into(), days))
}

fn parse_clearing(text: &str) -> Result<(Box<str>, AccountKey), String> {
    let usual = "give it as TYPE=ENTITY/NUMBER/CURRENCY, such as payment=LM/clearing/CNY";
    let (of_type, account) = text.split_once('=').ok_or(usual)?;
    let parts: Vec<&str> = account.split('/').collect();
    let (entity, number, kind, currency) = match parts[..] {
        [entity, number, currency] => (entity, number, "", currency),
        [entity, number, kind, currency] => (entity, number, kind, currency),
        _ => return Err(usual.to_owned()),
    };
    let currency = Currency::from_code(currency).ok_or_else(|| format!("`{currency}` is no currency"))?;
    let key = AccountKey { entity: entity.into(), number: number.into(), kind: kind.into(), currency };
    Ok((of_type.into(), key))
}

/// What the node has to say while it runs goes to standard error: warnings, or what `RUST_LOG` asks for.
fn tell_on_stderr() {
    let usual = || EnvFilter::new("warn");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(EventsOnStderr::default)
        .init();
}

fn serve_until_told(options: ServeOptions, node: &Node, args: &ServeArgs) -> Result<(), ServeError> {
    let threads = match args.session_threads() {
        0 => None,
        count => Some(Builder::new_multi_thread().worker_threads(count).enable_all().build()?),
    };
    let sessions = threads.as_ref().map_or(node.runtime(), |runtime| runtime.handle());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Signals are caught before anyone can know that the node is up.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut asked = signal(SignalKind::user_defined1())?;
        let started = sessions.spawn(Server::start(options, node.intake(), node.history()));
        let running: Running = started.await.expect("starting to serve does not panic")?;
        announce(io::stdout(), &format!("{READY_LINE}{}\n", running.local_addr()));
        let mut since = Instant::now();
        let signal = loop {
            tokio::select! {
                _ = terminate.recv() => break "SIGTERM",
                _ = interrupt.recv() => break "SIGINT",
                _ = asked.recv() => tell_meters(node.meters(), &mut since, args.quiet)?,
            }
        };
        if !args.quiet {
            say(format_args!("{signal}: stopping; what was taken in is finished and answered"));
        }
        running.stop().await;
        Ok(())
    })
}

/// Says where the time went since `since`: for the program that started a quiet node on standard output, otherwise for
/// people on standard error.
fn tell_meters(meters: &Meters, since: &mut Instant, quiet: bool) -> io::Result<()> {
    let readings = meters.take();
    let over = std::mem::replace(since, Instant::now()).elapsed();
    if quiet {
        let lines: Vec<MeterLine> = readings.into_iter().map(MeterLine::from).collect();
        announce(io::stdout(), &format!("{METERS_LINE}{}\n", serde_json::to_string(&lines)?));
    } else {
        say(format_args!("where the time went\n{}", meters_table(&readings, over)));
    }
    Ok(())
}

/// A ledger that may be wrong stops, in builds that unwind as well.
fn abort_on_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if let Some(words) = damage(panic.payload()) {
            say(words);
            std::process::exit(1);
        }
        print(panic);
        say("a bug; the node stops. What it acknowledged is durable.");
        std::process::abort();
    }));
}

/// What is said where the node ends because a file is damaged, which is no bug.
fn damage(payload: &dyn Any) -> Option<String> {
    let DamagedArchive(what) = payload.downcast_ref()?;
    Some(format!("damage, and no bug: {what}. The node stops; what it acknowledged is durable."))
}

/// What recovery found and did, in a sentence; a cut tail is always told, with its frames.
fn describe(report: &StartReport) -> String {
    let mut text = format!(
        "epoch {}: {} frames and {} entries replayed in {:.3} s, {} accounts, {} known transaction ids",
        report.log.epoch,
        grouped(report.frames),
        grouped(report.entries),
        report.took.as_secs_f64(),
        grouped(report.accounts),
        grouped(report.known_ids),
    );
    if let Some(frame) = report.snapshot {
        text.push_str(&format!(", from the snapshot at frame {frame}"));
    }
    if !report.refused_snapshots.is_empty() {
        let names = report.refused_snapshots.join(", ");
        text.push_str(&format!("; snapshots that were passed over: {names}"));
    }
    if report.archives > 0 {
        text.push_str(&format!(", some in {} archives", report.archives));
    }
    if !report.refused_archives.is_empty() {
        let names = report.refused_archives.join(", ");
        text.push_str(&format!(
            "; archives that were of no use (not whole, or older than the window): {names}"
        ));
    }
    if let Some((first, last)) = report.log.rewritten {
        text.push_str(&format!("; frames {first} to {last}, above the durable mark, written again"));
    }
    if let Some(cut) = &report.log.cut {
        let CutTail { segment, offset, first, last, .. } = cut;
        text.push_str(&format!(
            "; a torn tail cut off, frames {first} to {last}, at {}, offset {offset}: nothing here says that they were durable",
            segment.file_name()
        ));
    }
    text
}

impl ServeArgs {
    fn session_threads(&self) -> usize {
        let cores = || available_parallelism().map_or(1, NonZeroUsize::get);
        self.session_threads.map_or_else(|| cores() / 4, usize::from)
    }

    /// What clients are allowed, as far as the system lets the node have files open.
    fn limits(&self) -> Result<Limits, ServeError> {
        let usual = Limits::default();
        let files = open_files::raise(usual.connections, self.shard_threads)?;
        let connections = open_files::connections(files, usual.connections, self.shard_threads)?;
        if connections < usual.connections && !self.quiet {
            let why = format!(
                "{files} files may be open (ulimit -n), so at most {connections} connections
"
            );
            announce(io::stderr(), &why);
        }
        Ok(Limits { connections, strangers: usual.strangers.min(connections / 4), ..usual })
    }

    /// Whether there are no books yet.
    fn begins_a_ledger(&self) -> Result<bool, ServeError> {
        match Contents::of(&self.data)? {
            Contents::Nothing => Ok(true),
            Contents::Log => Ok(false),
            Contents::Others(names) => {
                let shown: Vec<String> = names.iter().take(3).map(|name| format!("{name:?}")).collect();
                let more = names.len() - shown.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                Err(ServeError::NoLedger { path: self.data.clone(), found: shown.join(", ") + &more })
            }
        }
    }

    fn refund_clearing(&self) -> RefundClearing {
        let mut clearing = RefundClearing::default();
        for (of_type, account) in &self.refund_clearing {
            clearing.by_type.entry(of_type.clone()).or_default().push(account.clone());
        }
        clearing
    }

    /// Says who else may read the books and the tokens. What the node makes itself is its owner's alone.
    fn warn_of_readers(&self) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let looked_at = iter::once(&self.data).chain(&self.tokens);
        looked_at.filter_map(|path| warning_of(path).transpose()).try_for_each(|warning| {
            say(warning?);
            Ok(())
        })
    }

    fn read_tokens(&self) -> Result<Option<Tokens>, ServeError> {
        let Some(path) = &self.tokens else { return Ok(None) };
        let unreadable = |source| ServeError::TokensFile { path: path.clone(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let wrong = |source| ServeError::Tokens { path: path.clone(), source };
        Tokens::parse(&text).map(Some).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use longmen_wal::{Epoch, FrameFault, FrameNumber, NodeId, RecoveryReport, SegmentNumber};

    use super::*;

    fn report() -> StartReport {
        let (first, last) = (FrameNumber(43), FrameNumber(44));
        let fault = FrameFault::Absent;
        let cut = CutTail { segment: SegmentNumber(2), offset: 8_192, first, last, fault };
        StartReport {
            log: RecoveryReport {
                node: NodeId(1),
                epoch: Epoch(3),
                last: FrameNumber(42),
                clean: false,
                rewritten: None,
                cut: Some(cut),
                frames_checked: 42,
                bytes_checked: 172_032,
            },
            snapshot: Some(20),
            refused_snapshots: vec!["snapshot-0000000000000040: the snapshot's sum is another".into()],
            frames: 22,
            entries: 100,
            accounts: 5,
            known_ids: 50,
            archives: 0,
            refused_archives: Vec::new(),
            took: Duration::from_millis(5),
        }
    }

    #[test]
    fn a_passed_over_snapshot_and_a_cut_are_told() {
        let told = describe(&report());
        for words in [
            "from the snapshot at frame 20",
            "passed over: snapshot-0000000000000040: the snapshot's sum is another",
            "a torn tail cut off, frames 43 to 44, at segment-00000002.log, offset 8192",
            "nothing here says that they were durable",
        ] {
            assert!(told.contains(words), "{words} in {told}");
        }
        assert!(!told.contains("acknowledged"), "what is not known is not said: {told}");
    }

    #[test]
    fn damage_is_told_as_damage() {
        let told = damage(&DamagedArchive("page 3 is damaged".into())).expect("it is no bug");
        assert!(told.starts_with("damage, and no bug: page 3 is damaged"), "{told}");
        assert_eq!(damage(&"a message of a panic"), None);
    }
}
