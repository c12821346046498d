//! Recovery: the log's frames become the books again, the names on one thread, the transaction ids on another, the shards
//! on others.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use longmen_wal::{
    FrameNumber, FrameView, Log, LogOptions, LogReader, LogWriter, NonceSource, Opened, RecoveryReport,
    Storage,
};

use crate::id_archive::{FoundArchives, IdArchive, name_of};
use crate::ledger::{
    ArchivedIds, FrameRecords, KnownIds, Rebuilt, ReplayError, SectionKind, Settings, Shard,
};
use crate::node::{StartError, StartReport};
use crate::snapshot::{self, Header, Snapshot};

/// What recovery has rebuilt.
struct Recovered {
    rebuilt: Rebuilt,
    frames: u64,
    entries: u64,
}

/// What a node goes on from: the log's ends and the books.
pub(crate) struct Start {
    pub(crate) writer: LogWriter,
    pub(crate) reader: LogReader,
    pub(crate) rebuilt: Rebuilt,
    pub(crate) report: StartReport,
}

/// Opens the log in `storage` and rebuilds the books, from the newest snapshot that can be used if there is one.
///
/// # Errors
/// [`StartError`]; nothing acknowledged was changed.
pub(crate) fn start(
    storage: &Arc<dyn Storage>,
    log: LogOptions,
    settings: &Settings,
    nonces: NonceSource,
    now_us: i64,
) -> Result<Start, StartError> {
    let began = Instant::now();
    let (snapshots, refused) = snapshot::find(&**storage).map_err(StartError::Snapshots)?;
    let oldest = snapshots.last().map_or(0, |snapshot| snapshot.header.start);
    thread::scope(|scope| {
        // Nearly always the newest is gone on from. Whether it may be, the log says, which meanwhile waits for the disk.
        let newest = snapshots.first().map(|snapshot| scope.spawn(|| snapshot.restore(settings)));
        let opened = Log::open(Arc::clone(storage), log, FrameNumber(oldest + 1), nonces)?;
        let found = Found { whole: &snapshots, refused, newest };
        go_on(storage, settings, now_us, opened, found, began)
    })
}

/// The snapshots of a data directory.
struct Found<'scope> {
    /// Those whose headers are whole, the newest first.
    whole: &'scope [Snapshot],
    /// What was passed over.
    refused: Vec<String>,
    /// The books of the newest, until they are asked for.
    newest: Option<ScopedJoinHandle<'scope, Result<Rebuilt, ReplayError>>>,
}

impl<'scope> Found<'scope> {
    /// Passes over those that are of another node, or of a log that went on further.
    fn usable(&mut self, log: &RecoveryReport) -> Vec<&'scope Snapshot> {
        let is_usable = |header: &Header| header.node == log.node && header.last <= log.last.0;
        let (usable, passed): (Vec<_>, Vec<_>) =
            self.whole.iter().partition(|snapshot| is_usable(&snapshot.header));
        self.refused.extend(passed.iter().map(|snapshot| format!("at frame {}", snapshot.header.start)));
        if usable.first().map(|snapshot| snapshot.header.start)
            != self.whole.first().map(|newest| newest.header.start)
        {
            // Nobody will ask for its books, which give their memory back when they are done.
            drop(self.newest.take());
        }
        usable
    }

    /// The books of one of them.
    fn restore(&mut self, snapshot: &Snapshot, settings: &Settings) -> Result<Rebuilt, ReplayError> {
        // If it may be used at all, it is the first that is asked for.
        match self.newest.take() {
            Some(newest) => newest.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => snapshot.restore(settings),
        }
    }
}

/// Rebuilds the books from an open log, and from the newest snapshot that can be used if there is one.
fn go_on(
    storage: &Arc<dyn Storage>,
    settings: &Settings,
    now_us: i64,
    opened: Opened,
    mut snapshots: Found<'_>,
    began: Instant,
) -> Result<Start, StartError> {
    let log = opened.report;
    let archive = IdArchive { storage: Arc::clone(storage), node: log.node };
    let whole_from = snapshots.whole.last().map_or(0, |snapshot| snapshot.header.start) + 1;
    let recovery = Recovery { reader: &opened.reader, whole_from: FrameNumber(whole_from), settings, now_us };
    let mut usable = snapshots.usable(&log).into_iter();
    let (snapshot, found, mut refused, recovered) = loop {
        let snapshot = usable.next();
        let FoundArchives { whole, refused } = archive.find(log.last.0).map_err(StartError::Archives)?;
        let found: Vec<u32> = whole.iter().map(|archive| archive.number).collect();
        let books = || snapshot.map(|snapshot| snapshots.restore(snapshot, settings)).transpose();
        match recovery.run(snapshot, books, whole)? {
            Ok(recovered) => break (snapshot, found, refused, recovered),
            Err(error) => {
                let name = snapshot.map(Snapshot::name);
                snapshots.refused.extend(name.map(|name| format!("{name}: {error}")));
            }
        }
    };
    let Recovered { rebuilt, frames, entries } = recovered;
    if rebuilt.known.archives() == 0 {
        refused.extend(found.into_iter().map(name_of));
    }
    archive.discard(&refused).map_err(StartError::Archives)?;
    let report = StartReport {
        snapshot: snapshot.map(|snapshot| snapshot.header.start),
        refused_snapshots: snapshots.refused,
        frames,
        entries,
        accounts: rebuilt.registry.accounts().len() as u64,
        known_ids: rebuilt.known.len() as u64,
        archives: rebuilt.known.archives(),
        refused_archives: refused,
        took: began.elapsed(),
        log,
    };
    Ok(Start { writer: opened.writer, reader: opened.reader, rebuilt, report })
}

/// Reads a frame's sections as the ledger's records.
///
/// # Errors
/// [`ReplayError`] for a section that this version does not know, or a time that no ledger logs.
pub(crate) fn records(view: &FrameView) -> Result<FrameRecords<'_>, ReplayError> {
    let number = view.number().0;
    let sections = view.sections().map(|section| {
        let kind = SectionKind::from_number(section.kind).ok_or_else(|| ReplayError {
            frame: number,
            what: format!("a section of unknown kind {}", section.kind),
        })?;
        Ok((kind, section.owner, section.bytes))
    });
    FrameRecords::new(number, view.time_us(), sections.collect::<Result<_, _>>()?)
}

/// A recovery from a log, with one snapshot or another.
#[derive(Clone, Copy)]
struct Recovery<'a> {
    reader: &'a LogReader,
    /// Frames before this one were not read whole when the log was opened: a snapshot covers them.
    whole_from: FrameNumber,
    settings: &'a Settings,
    now_us: i64,
}

impl Recovery<'_> {
    /// Replays everything that is durable, from a snapshot and its books on if there is one. The inner error says that the
    /// snapshot is damaged, or its records contradict each other.
    fn run(
        self,
        snapshot: Option<&Snapshot>,
        books: impl FnOnce() -> Result<Option<Rebuilt>, ReplayError>,
        archives: Vec<ArchivedIds>,
    ) -> Result<Result<Recovered, ReplayError>, StartError> {
        let begin = FrameNumber(snapshot.map_or(0, |snapshot| snapshot.header.start) + 1);
        thread::scope(|scope| {
            let ids = scope.spawn(move || self.replay_ids(begin, archives));
            let rebuilt = match books() {
                Ok(restored) => restored.unwrap_or_else(|| Rebuilt::empty(self.settings)),
                Err(error) => return Ok(Err(error)),
            };
            let Rebuilt { mut registry, mut originals, shards, mut frame, mut time_us, .. } = rebuilt;
            let replay = |shard| scope.spawn(move || self.replay_shard(begin, shard));
            let workers: Vec<_> = shards.into_iter().map(replay).collect();
            let mut frames = 0;
            let mut names = || {
                for view in self.reader.frames(begin) {
                    let view = self.whole(view?)?;
                    let records = records(&view)?;
                    registry.replay(&records)?;
                    originals.replay(&records)?;
                    (frame, time_us, frames) = (records.number, records.time_us.max(time_us), frames + 1);
                }
                Ok(())
            };
            // Each thread stops at what it stumbles over; the first of those places is where the log goes wrong.
            let mut wrong: Vec<StartError> = names().err().into_iter().collect();
            let mut shards = Vec::new();
            let mut entries = 0;
            let known = ids.join().map_err(|_| broken())?.map_err(|error| wrong.push(error));
            for worker in workers {
                match worker.join().map_err(|_| broken())? {
                    Ok((shard, taken)) => {
                        shards.push(shard);
                        entries += taken;
                    }
                    Err(error) => wrong.push(error),
                }
            }
            let first = wrong.into_iter().min_by_key(|error| match error {
                StartError::Replay(error) => error.frame,
                _ => 0,
            });
            let known = match (first, known) {
                (None, Ok(known)) => known,
                (first, _) => return Err(first.unwrap_or_else(broken)),
            };
            let rebuilt = Rebuilt { registry, known, originals, shards, frame, time_us };
            rebuilt.check()?;
            Ok(Ok(Recovered { rebuilt, frames, entries }))
        })
    }

    /// The frame, after a look at its sums where nobody has looked yet.
    fn whole(&self, view: FrameView) -> Result<FrameView, StartError> {
        if view.number() < self.whole_from {
            view.verify().map_err(|fault| StartError::Ids { frame: view.number().0, fault })?;
        }
        Ok(view)
    }

    /// The ids in all frames whose clients' own time may still lie inside the window: from the archives, if they go back so
    /// far, and from the frames behind them.
    fn replay_ids(self, begin: FrameNumber, archives: Vec<ArchivedIds>) -> Result<KnownIds, StartError> {
        let Recovery { reader, settings, now_us, .. } = self;
        let oldest = now_us - settings.keep_ids_us();
        let mut from = reader.first().0;
        let mut beyond = begin.0;
        while from < beyond {
            let middle = from + (beyond - from) / 2;
            if reader.frame(FrameNumber(middle))?.time_us() < oldest {
                from = middle + 1;
            } else {
                beyond = middle;
            }
        }
        let mut known = KnownIds::new(settings.seed, settings.known_ids, settings.keep_ids_us());
        match (archives.first(), archives.last()) {
            // Archives that end before the window are no use, and what lay between would be missed with a longer one.
            (Some(first), Some(last)) if first.after < from && from <= last.covers + 1 => {
                from = last.covers + 1;
                known.know_archives(archives, oldest, |[lower, upper]| {
                    thread::scope(|scope| {
                        scope.spawn(|| upper.fill());
                        lower.fill();
                    });
                });
            }
            _ => known.know_after(from - 1),
        }
        for view in reader.frames(FrameNumber(from)) {
            known.replay(&records(&self.whole(view?)?)?)?;
        }
        Ok(known)
    }

    fn replay_shard(self, from: FrameNumber, mut shard: Shard) -> Result<(Shard, u64), StartError> {
        let mut entries = 0;
        for view in self.reader.frames(from) {
            entries += shard.replay_frame(&records(&self.whole(view?)?)?)?;
        }
        Ok((shard, entries))
    }
}

fn broken() -> StartError {
    StartError::System("replay came upon a bug in this program".into())
}
