//! The scrub's thread: at a set pace and the lowest priority it reads what the node keeps on disk and nobody may ask for in
//! years, so that damage is found while there is a backup to take it from: the log, the snapshots, the archives of
//! transaction ids.

use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use longmen_wal::{Fault, Finding, LogReader, NodeId, ScrubPlace, Storage};
use tracing::{debug, info, warn};

use crate::actors::set_priority;
use crate::clock::machine_us;
use crate::id_archive::IdArchive;
use crate::snapshot;
use crate::stop::{Stopped, StoppingThread};

/// How a node looks for damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrubOptions {
    /// How much is read in a second; 0: there is no scrub.
    pub bytes_per_second: u64,
    /// How long after the beginning of a pass the next one begins, at the earliest.
    pub every: Duration,
}

impl Default for ScrubOptions {
    fn default() -> ScrubOptions {
        ScrubOptions { bytes_per_second: 8 << 20, every: Duration::from_hours(1) }
    }
}

/// How far the scrub has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScrubReport {
    /// Its pace; 0: there is none.
    pub bytes_per_second: u64,
    /// How often everything was read since the node started.
    pub passes: u64,
    /// When the last pass ended, in microseconds since 1970.
    pub last_pass_us: Option<i64>,
    /// The file that is being read; empty between two passes.
    pub file: String,
    /// Where in the file, bytes.
    pub offset: u64,
    /// The frame that is being looked at.
    pub frame: u64,
}

/// Where the report stands for those who ask.
pub(crate) type ScrubProgress = Arc<Mutex<ScrubReport>>;

/// What the scrub needs.
pub(crate) struct Scrubber {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) reader: LogReader,
    pub(crate) node: NodeId,
    pub(crate) options: ScrubOptions,
    pub(crate) progress: ScrubProgress,
}

impl Scrubber {
    /// Starts the thread, where one is wanted.
    pub(crate) fn start(self) -> io::Result<Option<StoppingThread>> {
        if self.options.bytes_per_second == 0 {
            return Ok(None);
        }
        self.report().bytes_per_second = self.options.bytes_per_second;
        StoppingThread::start("scrub", move |stopped| self.run(stopped)).map(Some)
    }

    fn run(&self, stopped: &Stopped) {
        if let Err(error) = set_priority(19) {
            debug!("the scrub runs at the priority there is: {error}");
        }
        loop {
            let began = Instant::now();
            if self.pass(stopped).is_break() {
                return;
            }
            let rest = self.options.every.saturating_sub(began.elapsed());
            if stopped.within(rest) {
                return;
            }
        }
    }

    fn pass(&self, stopped: &Stopped) -> ControlFlow<()> {
        let damage = self.reader.damage();
        damage.begin_pass();
        let mut pace = Pace { rate: self.options.bytes_per_second, next: Instant::now(), stopped };
        self.reader.scrub(&*self.storage, &mut |ScrubPlace { file, offset, frame, read }| {
            self.tell(file, offset, frame.0);
            pace.rest(read)
        })?;
        self.beside(&mut pace)?;
        damage.end_pass();
        let mut report = self.report();
        report.passes += 1;
        report.last_pass_us = Some(machine_us());
        (report.file, report.offset, report.frame) = (String::new(), 0, 0);
        info!("everything was read and checked, {} places are damaged", damage.seen().places.len());
        ControlFlow::Continue(())
    }

    /// The files that stand beside the log and shorten a start.
    fn beside(&self, pace: &mut Pace<'_>) -> ControlFlow<()> {
        let names = match self.storage.list() {
            Ok(names) => names,
            Err(error) => {
                warn!("the scrub cannot list the data directory: {error}");
                return ControlFlow::Continue(());
            }
        };
        let archives = IdArchive { storage: Arc::clone(&self.storage), node: self.node };
        for name in names {
            let mut rest = |offset, read| {
                self.tell(&name, offset, 0);
                pace.rest(read)
            };
            let found = match () {
                () if snapshot::is_name(&name) => snapshot::check(&*self.storage, &name, &mut rest),
                () if IdArchive::is_name(&name) => archives.check(&name, &mut rest),
                () => continue,
            };
            let fault = match found {
                Ok(ControlFlow::Break(())) => return ControlFlow::Break(()),
                Ok(ControlFlow::Continue(true)) => continue,
                Ok(ControlFlow::Continue(false)) => Fault::Sum,
                // Older ones are removed when they are of no use any more.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => Fault::Unreadable(error.to_string()),
            };
            self.reader.damage().note(&Finding { file: name, offset: None, frame: None, fault });
        }
        ControlFlow::Continue(())
    }

    fn tell(&self, file: &str, offset: u64, frame: u64) {
        let mut report = self.report();
        if report.file != file {
            file.clone_into(&mut report.file);
        }
        (report.offset, report.frame) = (offset, frame);
    }

    fn report(&self) -> MutexGuard<'_, ScrubReport> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pace in bytes a second; what was missed is not made up for.
struct Pace<'a> {
    rate: u64,
    next: Instant,
    stopped: &'a Stopped,
}

impl Pace<'_> {
    fn rest(&mut self, read: u64) -> ControlFlow<()> {
        let nanos = u128::from(read) * 1_000_000_000 / u128::from(self.rate);
        let now = Instant::now();
        self.next = (self.next + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))).max(now);
        if self.stopped.within(self.next - now) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
