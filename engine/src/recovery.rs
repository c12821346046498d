//! Recovery: the log's frames become the books again, the names on one thread, the transaction ids on another, the shards
//! on others.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use longmen_wal::{FrameNumber, FrameView, Log, LogOptions, LogReader, LogWriter, NonceSource, Storage};

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
    let (snapshots, mut refused_snapshots) = snapshot::find(&**storage).map_err(StartError::Snapshots)?;
    let oldest = snapshots.last().map_or(0, |snapshot| snapshot.header.start);
    let opened = Log::open(Arc::clone(storage), log, FrameNumber(oldest + 1), nonces)?;
    let log = opened.report;
    let usable = |header: &Header| header.node == log.node && header.last <= log.last.0;
    let (usable, passed): (Vec<_>, Vec<_>) =
        snapshots.into_iter().partition(|snapshot| usable(&snapshot.header));
    refused_snapshots.extend(passed.iter().map(|snapshot| format!("at frame {}", snapshot.header.start)));
    let snapshot = usable.first();
    let archive = IdArchive { storage: Arc::clone(storage), node: log.node };
    let FoundArchives { whole, mut refused } = archive.find(log.last.0).map_err(StartError::Archives)?;
    let found: Vec<u32> = whole.iter().map(|archive| archive.number).collect();
    let recovered = recover(&opened.reader, snapshot, whole, settings, now_us)?;
    let Recovered { rebuilt, frames, entries } = recovered;
    if rebuilt.known.archives() == 0 {
        refused.extend(found.into_iter().map(name_of));
    }
    archive.discard(&refused).map_err(StartError::Archives)?;
    let report = StartReport {
        snapshot: snapshot.map(|snapshot| snapshot.header.start),
        refused_snapshots,
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
/// [`ReplayError`] for a section that this version does not know.
pub(crate) fn records(view: &FrameView) -> Result<FrameRecords<'_>, ReplayError> {
    let number = view.number().0;
    let sections = view.sections().map(|section| {
        let kind = SectionKind::from_number(section.kind).ok_or_else(|| ReplayError {
            frame: number,
            what: format!("a section of unknown kind {}", section.kind),
        })?;
        Ok((kind, section.owner, section.bytes))
    });
    Ok(FrameRecords { number, time_us: view.time_us(), sections: sections.collect::<Result<_, _>>()? })
}

/// Replays everything that is durable, from a snapshot on if there is one.
fn recover(
    reader: &LogReader,
    snapshot: Option<&Snapshot>,
    archives: Vec<ArchivedIds>,
    settings: &Settings,
    now_us: i64,
) -> Result<Recovered, StartError> {
    let begin = FrameNumber(snapshot.map_or(0, |snapshot| snapshot.header.start) + 1);
    thread::scope(|scope| {
        let ids = scope.spawn(move || replay_ids(reader, begin, settings, now_us, archives));
        let rebuilt =
            snapshot.map_or_else(|| Ok(Rebuilt::empty(settings)), |snapshot| snapshot.restore(settings))?;
        let Rebuilt { mut registry, mut originals, shards, mut frame, mut time_us, .. } = rebuilt;
        let replay = |shard| scope.spawn(move || replay_shard(reader, begin, shard));
        let workers: Vec<_> = shards.into_iter().map(replay).collect();
        let mut frames = 0;
        for view in reader.frames(begin) {
            let view = view?;
            let records = records(&view)?;
            registry.replay(&records)?;
            originals.replay(&records)?;
            (frame, time_us, frames) = (records.number, records.time_us.max(time_us), frames + 1);
        }
        let mut shards = Vec::new();
        let mut entries = 0;
        let known = ids.join().map_err(|_| broken())??;
        for worker in workers {
            let (shard, taken) = worker.join().map_err(|_| broken())??;
            shards.push(shard);
            entries += taken;
        }
        let rebuilt = Rebuilt { registry, known, originals, shards, frame, time_us };
        Ok(Recovered { rebuilt, frames, entries })
    })
}

fn broken() -> StartError {
    StartError::System("replay found broken books".into())
}

/// The ids in all frames whose clients' own time may still lie inside the window: from the archives, if they go back so
/// far, and from the frames behind them. Frames before `checked` were not read
/// whole when the log was opened: a snapshot covers them.
fn replay_ids(
    reader: &LogReader,
    checked: FrameNumber,
    settings: &Settings,
    now_us: i64,
    archives: Vec<ArchivedIds>,
) -> Result<KnownIds, StartError> {
    let oldest = now_us - settings.keep_ids_us();
    let mut from = reader.first().0;
    let mut beyond = checked.0;
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
        (Some(first), Some(last)) if first.after < from => {
            from = from.max(last.covers + 1);
            known.know_archives(archives);
        }
        _ => known.know_after(from - 1),
    }
    for view in reader.frames(FrameNumber(from)) {
        let view = view?;
        if view.number() < checked {
            view.verify().map_err(|fault| StartError::Ids { frame: view.number().0, fault })?;
        }
        known.replay(&records(&view)?)?;
    }
    Ok(known)
}

fn replay_shard(reader: &LogReader, from: FrameNumber, mut shard: Shard) -> Result<(Shard, u64), StartError> {
    let mut entries = 0;
    for view in reader.frames(from) {
        let view = view?;
        entries += shard.replay_frame(&records(&view)?)?;
    }
    Ok((shard, entries))
}
