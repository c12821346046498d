//! What turns over in a node while it is measured, seen from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;

/// How often the data directory is checked.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// The draft that a snapshot is written to before it takes its name.
const SNAPSHOT_DRAFT: &str = "snapshot.new";
/// The draft that a segment is written to before it takes its name.
const SEGMENT_DRAFT: &str = "SEGMENT.new";

/// Something that turns over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A snapshot was written.
    Snapshot,
    /// A segment was used up, and another one is made ahead.
    Segment,
    /// An account got a batching actor.
    Promotion,
    /// An account lost its batching actor.
    Cooling,
    /// An accounting date was closed.
    DayClose,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] =
        [Kind::Snapshot, Kind::Segment, Kind::Promotion, Kind::Cooling, Kind::DayClose];

    /// Its name, for one and for any other number.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Kind::Snapshot => ("snapshot", "snapshots"),
            Kind::Segment => ("segment", "segments"),
            Kind::Promotion => ("hot promotion", "hot promotions"),
            Kind::Cooling => ("cooling", "coolings"),
            Kind::DayClose => ("day close", "day closes"),
        }
    }
}

/// Something that turned over, from the beginning to the end of it as far as they are seen.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What.
    pub kind: Kind,
    /// When it began.
    pub from: Instant,
    /// When it was over.
    pub to: Instant,
}

/// How many there were of each kind, in words.
#[must_use]
pub fn counted(events: &[Event]) -> String {
    let count = |kind: Kind| events.iter().filter(|event| event.kind == kind).count();
    let words = Kind::ALL.map(|kind| match (count(kind), kind.names()) {
        (1, (one, _)) => format!("1 {one}"),
        (count, (_, many)) => format!("{count} {many}"),
    });
    words.join(", ")
}

/// A thread that looks at a data directory.
pub(super) struct DirectoryWatch {
    stop: Sender<()>,
    thread: JoinHandle<io::Result<Vec<Event>>>,
}

impl DirectoryWatch {
    /// Starts to watch `data`. What is there already is no event.
    pub(super) fn start(data: &Path) -> io::Result<DirectoryWatch> {
        let (stop, stopped) = mpsc::channel();
        let mut seen = Seen { data: data.to_owned(), names: BTreeSet::new(), drafts: BTreeMap::new() };
        seen.look(Instant::now())?;
        let thread = thread::Builder::new().name("directory watch".into()).spawn(move || {
            let mut events = Vec::new();
            while stopped.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                events.extend(seen.look(Instant::now())?);
            }
            Ok(events)
        })?;
        Ok(DirectoryWatch { stop, thread })
    }

    /// Stops, and gives what was seen.
    pub(super) fn stop(self) -> io::Result<Vec<Event>> {
        drop(self.stop);
        self.thread.join().expect("looking at a directory does not panic")
    }
}

/// What has been seen of a directory.
struct Seen {
    data: PathBuf,
    names: BTreeSet<String>,
    /// Drafts that are being written, and since when.
    drafts: BTreeMap<&'static str, Instant>,
}

impl Seen {
    fn look(&mut self, now: Instant) -> io::Result<Vec<Event>> {
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&self.data)? {
            names.insert(entry?.file_name().to_string_lossy().into_owned());
        }
        let mut events = Vec::new();
        for name in names.difference(&self.names) {
            let Some((kind, draft)) = made_from(name) else { continue };
            events.push(Event { kind, from: self.drafts.remove(draft).unwrap_or(now), to: now });
        }
        for draft in [SNAPSHOT_DRAFT, SEGMENT_DRAFT] {
            match names.contains(draft) {
                true => _ = self.drafts.entry(draft).or_insert(now),
                false => _ = self.drafts.remove(draft),
            }
        }
        self.names = names;
        Ok(events)
    }
}

/// What a file of this name is, and its draft.
fn made_from(name: &str) -> Option<(Kind, &'static str)> {
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    match name {
        _ if numbered("snapshot-") => Some((Kind::Snapshot, SNAPSHOT_DRAFT)),
        _ if numbered("segment-") => Some((Kind::Segment, SEGMENT_DRAFT)),
        _ => None,
    }
}

/// The newest snapshot in a data directory.
pub(super) fn newest_snapshot(data: &Path) -> io::Result<Option<String>> {
    let mut newest = None;
    for entry in fs::read_dir(data)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if matches!(made_from(&name), Some((Kind::Snapshot, _))) {
            newest = newest.max(Some(name));
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_take_their_names_are_seen_from_their_drafts_on() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        fs::write(file("segment-00000001.log"), "").unwrap();
        let mut seen =
            Seen { data: directory.path().to_owned(), names: BTreeSet::new(), drafts: BTreeMap::new() };
        let start = Instant::now();
        seen.look(start).unwrap();
        assert_eq!(newest_snapshot(directory.path()).unwrap(), None);

        fs::write(file(SNAPSHOT_DRAFT), "").unwrap();
        let begun = start + Duration::from_millis(10);
        assert!(seen.look(begun).unwrap().is_empty());
        assert!(seen.look(begun + LOOK_EVERY).unwrap().is_empty());
        fs::rename(file(SNAPSHOT_DRAFT), file("snapshot-0000000000000007")).unwrap();
        fs::write(file("segment-00000002.log"), "").unwrap();
        let now = begun + Duration::from_millis(50);
        let events = seen.look(now).unwrap();
        assert_eq!(counted(&events), "1 snapshot, 1 segment, 0 hot promotions, 0 coolings, 0 day closes");
        let snapshot = events.iter().find(|event| event.kind == Kind::Snapshot).unwrap();
        assert_eq!((snapshot.from, snapshot.to), (begun, now));
        assert!(seen.look(now).unwrap().is_empty());
        assert_eq!(newest_snapshot(directory.path()).unwrap().as_deref(), Some("snapshot-0000000000000007"));
    }
}
