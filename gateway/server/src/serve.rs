//! Serves as a node until it is told to stop: what runs in the child process.

use std::any::Any;
use std::fmt::Display;
use std::io::{self, Write};
use std::iter;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use longmen_access_log::FolderError;
use longmen_engine::ledger::DamagedArchive;
use longmen_engine::{Meters, Node, StartError, StartReport, StopError};
use longmen_gateway::{
    Encryption, Limits, Running, ServeError as GatewayError, ServeOptions, Server, TlsError,
};
use longmen_terminal::{EventsOnStderr, grouped, tell};
use longmen_wal::{Contents, CutTail, DirectoryError, DirectoryStorage, end_at_a_lost_page};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::access_files::{AccessFiles, AccessFilesError, Identity, warning};
use crate::access_log::AccessLog;
use crate::clearing::warnings_of_unknown;
use crate::held_file::HeldFile;
use crate::meters::{METERS_LINE, MeterLine, meters_table};
use crate::open_files::{self, TooFewFiles};
use crate::options::ServeArgs;
use crate::privacy::warning_of;
use crate::process::READY_LINE;
use crate::reloading::{ChangedAccess, Reloading};
use crate::tls::Renewal;

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
    /// The files that say who is let in, and what each may do.
    #[error(transparent)]
    Access(#[from] AccessFilesError),
    /// The access file was changed, and nobody can say whether that takes two.
    #[error(transparent)]
    ChangedAccess(#[from] ChangedAccess),
    /// The access log cannot be kept where it is to be.
    #[error("the access log cannot be kept: {0}")]
    AccessLog(#[from] FolderError),
    /// A file of TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The books could not be recovered.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The gateway does not listen.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// Threads, signals or the standard output of this process.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The end of the log could not be recorded.
    #[error(transparent)]
    Stop(#[from] StopError),
}

impl ServeError {
    /// Whether what the command line says, or a file or directory that it names, is wrong.
    #[must_use]
    pub fn is_of_arguments(&self) -> bool {
        match self {
            ServeError::NoLedger { .. }
            | ServeError::Access(_)
            | ServeError::ChangedAccess(_)
            | ServeError::AccessLog(_)
            | ServeError::Tls(_) => true,
            ServeError::Start(error) => matches!(error, StartError::Options(_)),
            ServeError::Directory(error) => matches!(error, DirectoryError::Io { .. }),
            ServeError::Gateway(error) => {
                matches!(error, GatewayError::TokensRequired { .. } | GatewayError::TlsRequired { .. })
            }
            _ => false,
        }
    }
}

/// What is said of a file of tokens that everybody who reads it could use.
const OLD_TOKENS: &str = "WARNING: --tokens names a file of names and tokens in plain text: whoever has one may do \
everything. `longmen token create` makes a file of hashes, with principals and roles (docs/SECURITY.md)";

/// Recovers the books, serves, and on SIGTERM or SIGINT answers what is under way and ends cleanly. Prints
/// [`READY_LINE`] and its address on standard output once it serves, what recovery found on standard error. On SIGUSR1
/// it says where its time went since it was last asked, on SIGHUP it reads the files of TLS again.
///
/// # Errors
/// [`ServeError`].
pub fn serve(args: &ServeArgs) -> Result<(), ServeError> {
    abort_on_panic();
    end_at_a_lost_page()?;
    tell_on_stderr();
    let files = AccessFiles::new(args.tokens.as_deref(), args.access.as_deref());
    let (tokens, reloading, access) = match files.read_at_start()? {
        Identity::Unproven => (None, None, None),
        Identity::Names(tokens) => (Some(tokens), None, None),
        Identity::Principals(access) => {
            warning(&access).into_iter().for_each(say);
            let (reloading, latest) = Reloading::new(files, *access, HeldFile::of(&args.data));
            (None, Some(reloading), Some(latest))
        }
    };
    let encryption = args.tls.encryption()?;
    let limits = args.limits()?;
    let is_new = args.begins_a_ledger()?;
    let mut options =
        ServeOptions { listen: args.listen, limits, tokens, access, encryption, recorder: None };
    if is_new {
        // No ledger begins where nobody could reach it.
        Server::check(&options)?;
    }
    let storage = Arc::new(DirectoryStorage::open(&args.data)?);
    args.warn_of_readers()?;
    let node = Node::start(storage, &args.node_options())?;
    // Not before one has begun: it is an alarm.
    if is_new && !args.quiet {
        let path = args.data.display();
        say(format_args!(
            "NEW LEDGER: {path} had none, so one has begun there. If there should be books, stop this node and look at --data"
        ));
    }
    if !args.quiet {
        say(describe(node.report()));
        args.tls.in_words().into_iter().for_each(say);
    }
    if !args.quiet {
        warnings_of_unknown(args, &node).into_iter().for_each(say);
    }
    if options.tokens.is_some() && !args.quiet {
        say(OLD_TOKENS);
    }
    let access_log = match args.keep_access_log(&options, &node) {
        Ok(access_log) => access_log,
        Err(error) => {
            node.stop()?;
            return Err(error.into());
        }
    };
    options.recorder = access_log.as_ref().map(AccessLog::recorder);
    let served = serve_until_told(options, &node, reloading, args);
    access_log.into_iter().for_each(AccessLog::stop);
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

fn serve_until_told(
    options: ServeOptions,
    node: &Node,
    mut access: Option<Reloading>,
    args: &ServeArgs,
) -> Result<(), ServeError> {
    let threads = match args.session_threads() {
        0 => None,
        count => Some(Builder::new_multi_thread().worker_threads(count).enable_all().build()?),
    };
    let tls = if let Encryption::Tls(tls) = &options.encryption { Some(Arc::clone(tls)) } else { None };
    let sessions = threads.as_ref().map_or(node.runtime(), |runtime| runtime.handle());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Signals are caught before anyone can know that the node is up.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut asked = signal(SignalKind::user_defined1())?;
        if let Some(access) = &mut access {
            access.begin(&node.intake(), args.accept_access.as_deref()).await?.into_iter().for_each(say);
        }
        let mut renewal = Renewal::new(tls, access, args.quiet)?;
        let intake = node.intake();
        let started = sessions.spawn(Server::start(options, node.intake(), node.history()));
        let running: Running = started.await.expect("starting to serve does not panic")?;
        announce(io::stdout(), &format!("{READY_LINE}{}\n", running.local_addr()));
        let mut since = Instant::now();
        let signal = loop {
            tokio::select! {
                _ = terminate.recv() => break "SIGTERM",
                _ = interrupt.recv() => break "SIGINT",
                words = renewal.next(&intake) => say(words),
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

    /// Begins to keep who reads what, where that is to be kept: without a word from the command line, where clients prove who
    /// they are.
    fn keep_access_log(&self, options: &ServeOptions, node: &Node) -> Result<Option<AccessLog>, FolderError> {
        let is_proof =
            options.tokens.is_some() || options.access.is_some() || self.tls.tls_client_ca.is_some();
        let folder = self.access_log.folder(&self.data, is_proof);
        if !self.quiet {
            self.access_log.in_words(folder.as_ref(), is_proof).into_iter().for_each(say);
        }
        let start =
            |folder| AccessLog::start(folder, node.report().log.node, self.access_log.access_log_room);
        folder.map(start).transpose()
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

    /// Says who else may read the books, the tokens and the key of TLS. What the node makes itself is its owner's alone.
    fn warn_of_readers(&self) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let looked_at = iter::once(&self.data).chain(&self.tokens).chain(&self.tls.tls_key);
        looked_at.filter_map(|path| warning_of(path).transpose()).try_for_each(|warning| {
            say(warning?);
            Ok(())
        })
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
