//! Recovery: the log's frames become the books again, the names on one thread, the transaction ids on another, the shards
//! on others.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use longmen_wal::{
    FrameNumber, FrameView, Log, LogOptions, LogReader, LogWriter, NonceSource, OpenError, Opened, ReadError,
    RecoveryReport, Storage, VerifiedFrames,
};

use crate::clock::{StartClock, Trust};
use crate::id_archive::{FoundArchives, IdArchive, name_of};
use crate::ledger::{
    ArchivedIds, FrameRecords, KnownIds, LedgerSettings, Rebuilt, ReplayError, SectionKind, Shard,
    is_logged_time,
};
use crate::snapshot::{self, Header, Snapshot};
use crate::starting::{StartError, StartReport};
use crate::witnesses;

/// The books but for the known ids, rebuilt from a log.
struct Books {
    rebuilt: Rebuilt,
    frames: u64,
    entries: u64,
}

/// Books, or why the snapshot that they begin with cannot be gone on from.
type Replayed = Result<Result<Books, ReplayError>, StartError>;

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
    settings: &LedgerSettings,
    nonces: NonceSource,
    clock: StartClock,
) -> Result<Start, StartError> {
    let began = Instant::now();
    let (snapshots, refused) = snapshot::find(&**storage).map_err(StartError::Snapshots)?;
    let witnesses = witnesses::of(&**storage).map_err(OpenError::from)?;
    let oldest = snapshots.last().map_or(0, |snapshot| snapshot.header.start);
    let checked = VerifiedFrames::default();
    let started = thread::scope(|scope| {
        // Nearly always the newest is gone on from, and the log is good: so the books are made while it is being checked, which
        // is mostly waiting for the disk. Whether they count, the log says in the end.
        let ahead = scope.spawn(|| replay_ahead(snapshots.first(), settings, &checked));
        let opened =
            Log::open_ahead(Arc::clone(storage), log, FrameNumber(oldest + 1), nonces, &witnesses, &checked);
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                checked.give_up();
                drop(ahead.join().unwrap_or_else(|panic| resume_unwind(panic)));
                return Err(error.into());
            }
        };
        let refused = refused.into_iter().map(|name| format!("{name}: not whole")).collect();
        let found = Found { whole: &snapshots, refused, ahead: Some((ahead, &checked)) };
        go_on(storage, settings, clock, opened, found, began)
    });
    let mut start = started?;
    // Who read ahead has ended, whether anybody asked for the books or not.
    start.writer.cut_finished().map_err(OpenError::from)?;
    Ok(start)
}

/// The snapshots of a data directory.
struct Found<'scope> {
    /// Those whose headers are whole, the newest first.
    whole: &'scope [Snapshot],
    /// What was passed over.
    refused: Vec<String>,
    /// The books that begin with the newest, until they are asked for.
    ahead: Option<(ScopedJoinHandle<'scope, Replayed>, &'scope VerifiedFrames)>,
}

impl<'scope> Found<'scope> {
    /// Passes over those that are of another node. Those of this one are witnesses of the log: it goes on further than they.
    fn usable(&mut self, log: &RecoveryReport) -> Vec<&'scope Snapshot> {
        let is_usable = |header: &Header| header.node == log.node && header.last <= log.last.0;
        let (usable, passed): (Vec<_>, Vec<_>) =
            self.whole.iter().partition(|snapshot| is_usable(&snapshot.header));
        self.refused.extend(passed.iter().map(|snapshot| format!("{}: another node's", snapshot.name())));
        if self.whole.first().is_some_and(|newest| !is_usable(&newest.header))
            && let Some((_, checked)) = self.ahead.take()
        {
            // Nobody will ask for its books, which give their memory back when they have ended.
            checked.give_up();
        }
        usable
    }

    /// The books that begin with one of them, or with nothing.
    fn books(&mut self, snapshot: Option<&Snapshot>, recovery: Recovery<'_>) -> Replayed {
        // If they may be used at all, they are the first that are asked for.
        match self.ahead.take() {
            Some((ahead, _)) => ahead.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => replay_books(snapshot, recovery.settings, |from| recovery.frames(from)),
        }
    }
}

/// Rebuilds the books from an open log, and from the newest snapshot that can be used if there is one.
fn go_on(
    storage: &Arc<dyn Storage>,
    settings: &LedgerSettings,
    clock: StartClock,
    opened: Opened,
    mut snapshots: Found<'_>,
    began: Instant,
) -> Result<Start, StartError> {
    let log = opened.report;
    let newest_us = match log.last.0 {
        0 => None,
        // What no ledger logs is refused when it is replayed.
        _ => Some(opened.reader.frame(log.last)?.time_us())
            .filter(|time_us| *time_us > 0 && is_logged_time(*time_us)),
    };
    clock.check(newest_us, settings)?;
    // Clients' times are held against the later of the clock and the logged time, or against a clock that was accepted.
    let oldest_us = newest_us.map_or(clock.now_us, |newest_us| newest_us.min(clock.now_us));
    let oldest_us = oldest_us - settings.keep_ids_us();
    let archive = IdArchive { storage: Arc::clone(storage), node: log.node };
    let whole_from = snapshots.whole.last().map_or(0, |snapshot| snapshot.header.start) + 1;
    let recovery =
        Recovery { reader: &opened.reader, whole_from: FrameNumber(whole_from), settings, oldest_us };
    let mut usable = snapshots.usable(&log).into_iter();
    let (snapshot, found, mut refused, books) = loop {
        let snapshot = usable.next();
        let FoundArchives { whole, refused } = archive.find(log.last.0).map_err(StartError::Archives)?;
        let found: Vec<u32> = whole.iter().map(|archive| archive.number).collect();
        match recovery.run(snapshot, &mut snapshots, whole)? {
            Ok(books) => break (snapshot, found, refused, books),
            Err(error) => {
                let name = snapshot.map(Snapshot::name);
                snapshots.refused.extend(name.map(|name| format!("{name}: {error}")));
            }
        }
    };
    let Books { mut rebuilt, frames, entries } = books;
    rebuilt.began_us = recovery.began_us()?;
    rebuilt.accepted_clock_us = (clock.trust == Trust::Accepted).then_some(clock.now_us);
    if rebuilt.known.archives() == 0 {
        refused.extend(found.into_iter().map(name_of));
    }
    archive.discard(&refused).map_err(StartError::Archives)?;
    let report = StartReport {
        snapshot: snapshot.map(|snapshot| snapshot.header.start),
        refused_snapshots: snapshots.refused,
        frames,
        entries,
        accounts: rebuilt.catalog.accounts().len() as u64,
        known_ids: rebuilt.known.len() as u64,
        archives: rebuilt.known.archives(),
        refused_archives: refused,
        took: began.elapsed(),
        log,
    };
    Ok(Start { writer: opened.writer, reader: opened.reader, rebuilt, report })
}

/// Reads a frame's sections as the ledger's records, after a look at their sums.
///
/// # Errors
/// [`ReadError`], where a sum does not hold; [`ReplayError`] for a section that this version does not know, or a time that
/// no ledger logs.
pub(crate) fn records<E>(view: &FrameView) -> Result<FrameRecords<'_>, E>
where
    E: From<ReadError> + From<ReplayError>,
{
    let number = view.number().0;
    let sections = view.sections().map(|section| {
        let section = section.map_err(ReadError::from)?;
        let kind = SectionKind::from_number(section.kind).ok_or_else(|| ReplayError {
            frame: number,
            what: format!("a section of unknown kind {}", section.kind),
        })?;
        Ok((kind, section.owner, section.bytes))
    });
    Ok(FrameRecords::new(number, view.time_us(), sections.collect::<Result<_, E>>()?)?)
}

/// A recovery from a log, with one snapshot or another.
#[derive(Clone, Copy)]
struct Recovery<'a> {
    reader: &'a LogReader,
    /// Frames before this one were not read whole when the log was opened: a snapshot covers them.
    whole_from: FrameNumber,
    settings: &'a LedgerSettings,
    /// Ids in frames from this logged time on must be known.
    oldest_us: i64,
}

impl Recovery<'_> {
    /// Replays everything that is durable, from a snapshot on if there is one. The inner error says that the snapshot is
    /// damaged, or its records contradict each other.
    fn run(
        self,
        snapshot: Option<&Snapshot>,
        snapshots: &mut Found<'_>,
        archives: Vec<ArchivedIds>,
    ) -> Replayed {
        thread::scope(|scope| {
            let ids = scope.spawn(move || self.replay_ids(begin(snapshot), archives));
            let books = snapshots.books(snapshot, self);
            let known = ids.join().map_err(|_| broken())?;
            let (mut books, known) = match (books, known) {
                (Ok(Ok(books)), Ok(known)) => (books, known),
                (Ok(Err(error)), _) => return Ok(Err(error)),
                (books, known) => return Err(first_of(books.err().into_iter().chain(known.err()))),
            };
            books.rebuilt.known = known;
            books.rebuilt.check()?;
            Ok(Ok(books))
        })
    }

    /// The frames from one on, each whole.
    fn frames(self, from: FrameNumber) -> impl Iterator<Item = Result<FrameView, StartError>> {
        self.reader.frames(from).map(move |view| self.whole(view?))
    }

    /// The frame, after a look at its sums where nobody has looked yet.
    fn whole(self, view: FrameView) -> Result<FrameView, StartError> {
        if view.number() < self.whole_from {
            view.verify().map_err(|fault| StartError::Ids { frame: view.number().0, fault })?;
        }
        Ok(view)
    }

    /// The ids in all frames whose clients' own time may still lie inside the window: from the archives, if they go back so
    /// far, and from the frames behind them.
    fn replay_ids(self, begin: FrameNumber, archives: Vec<ArchivedIds>) -> Result<KnownIds, StartError> {
        let Recovery { reader, settings, oldest_us: oldest, .. } = self;
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
        for view in self.frames(FrameNumber(from)) {
            let logged = |number| Some(reader.frame(FrameNumber(number)).ok()?.time_us());
            known.replay(&records::<StartError>(&view?)?, logged)?;
        }
        Ok(known)
    }

    /// The logged time of the first frame that has one.
    fn began_us(self) -> Result<Option<i64>, StartError> {
        for view in self.reader.frames(self.reader.first()) {
            let time_us = view?.time_us();
            if time_us > 0 {
                return Ok(Some(time_us));
            }
        }
        Ok(None)
    }
}

/// The frame after those that a snapshot stands for.
fn begin(snapshot: Option<&Snapshot>) -> FrameNumber {
    FrameNumber(snapshot.map_or(0, |snapshot| snapshot.header.start) + 1)
}

/// The books that begin with the newest snapshot, of frames of a log that is being opened. Those of another node are not
/// even tried: records are checked before they are taken, and what can be told earlier is told earlier.
fn replay_ahead(newest: Option<&Snapshot>, settings: &LedgerSettings, checked: &VerifiedFrames) -> Replayed {
    let is_foreign = |snapshot: &&Snapshot| checked.node() != Some(snapshot.header.node);
    if let Some(foreign) = newest.filter(is_foreign) {
        let what = "the snapshot is another node's, or its log is refused".into();
        return Ok(Err(ReplayError { frame: foreign.header.start, what }));
    }
    replay_books(newest, settings, |from| checked.frames(from).map(|view| Ok(view?)))
}

/// The books that a snapshot has, or empty ones, and all frames behind it: names on this thread, shards on others. The inner
/// error says what is wrong with the snapshot.
fn replay_books<F>(
    snapshot: Option<&Snapshot>,
    settings: &LedgerSettings,
    frames: impl Fn(FrameNumber) -> F + Sync,
) -> Replayed
where
    F: Iterator<Item = Result<FrameView, StartError>>,
{
    let mut rebuilt = match snapshot.map(|snapshot| snapshot.restore(settings)) {
        Some(Ok(restored)) => restored,
        Some(Err(error)) => return Ok(Err(error)),
        None => Rebuilt::empty(settings),
    };
    let (frames, begin) = (&frames, begin(snapshot));
    thread::scope(|scope| {
        let shards = std::mem::take(&mut rebuilt.shards).into_iter();
        let workers: Vec<_> =
            shards.map(|shard| scope.spawn(move || replay_shard(shard, frames(begin)))).collect();
        // Each thread stops at what it stumbles over; the first of those places is where the log goes wrong.
        let (mut count, mut entries) = (0, 0);
        let names = replay_names(&mut rebuilt, frames(begin)).map(|replayed| count = replayed);
        let mut wrong: Vec<StartError> = names.err().into_iter().collect();
        for worker in workers {
            match worker.join().map_err(|_| broken())? {
                Ok((shard, taken)) => {
                    rebuilt.shards.push(shard);
                    entries += taken;
                }
                Err(error) => wrong.push(error),
            }
        }
        match wrong.is_empty() {
            true => Ok(Ok(Books { rebuilt, frames: count, entries })),
            false => Err(first_of(wrong)),
        }
    })
}

/// Replays what is not the shards', and says how many frames there were.
fn replay_names(
    rebuilt: &mut Rebuilt,
    frames: impl Iterator<Item = Result<FrameView, StartError>>,
) -> Result<u64, StartError> {
    let mut count = 0;
    for view in frames {
        let view = view?;
        let records = records::<StartError>(&view)?;
        rebuilt.catalog.replay(&records)?;
        rebuilt.originals.replay(&records)?;
        rebuilt.frame = records.number;
        rebuilt.time_us = records.time_us.max(rebuilt.time_us);
        count += 1;
    }
    Ok(count)
}

fn replay_shard(
    mut shard: Shard,
    frames: impl Iterator<Item = Result<FrameView, StartError>>,
) -> Result<(Shard, u64), StartError> {
    let mut entries = 0;
    for view in frames {
        entries += shard.replay_frame(&records::<StartError>(&view?)?)?;
    }
    Ok((shard, entries))
}

/// Of what several threads stumbled over, what stands first in the log.
fn first_of(wrong: impl IntoIterator<Item = StartError>) -> StartError {
    let first = wrong.into_iter().min_by_key(|error| match error {
        StartError::Replay(error) => error.frame,
        _ => 0,
    });
    first.unwrap_or_else(broken)
}

fn broken() -> StartError {
    StartError::System("replay came upon a bug in this program".into())
}
