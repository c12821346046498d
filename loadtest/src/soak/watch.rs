//! Looks at the node from outside, once a second: its memory, and its directory.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::process::Process;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// In what the system tells of a file, blocks are of this many bytes.
const BLOCK: u64 = 512;

/// What was seen at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Seconds from the beginning.
    pub(super) at: f64,
    /// The node's own memory and all that it has resident, in bytes; `None` while there was no node.
    pub(super) memory: Option<(u64, u64)>,
    /// This process's own memory.
    pub(super) harness: u64,
    /// Bytes on the disk: the log's segments, and everything.
    pub(super) log: u64,
    pub(super) disk: u64,
}

/// What was seen over the whole run.
#[derive(Default)]
pub(super) struct Sights {
    pub(super) seen: Vec<Seen>,
    /// When snapshots were there that had not been, in seconds from the beginning.
    pub(super) snapshots: Vec<f64>,
}

/// The thread that looks.
pub(super) struct Watch {
    node: Arc<AtomicU32>,
    under_way: Option<(Sender<()>, JoinHandle<io::Result<Sights>>)>,
}

impl Watch {
    pub(super) fn start(data: &Path, began: Instant) -> io::Result<Watch> {
        let node = Arc::new(AtomicU32::new(0));
        let (stop, stopped) = mpsc::channel();
        let mut eyes = Eyes { data: data.to_owned(), node: Arc::clone(&node), began, names: BTreeSet::new() };
        let thread = thread::Builder::new().name("watch".into()).spawn(move || {
            let mut sights = Sights::default();
            let mut next = began;
            loop {
                eyes.look(&mut sights)?;
                next += LOOK_EVERY;
                let left = next.saturating_duration_since(Instant::now());
                if stopped.recv_timeout(left) != Err(RecvTimeoutError::Timeout) {
                    return Ok(sights);
                }
            }
        })?;
        Ok(Watch { node, under_way: Some((stop, thread)) })
    }

    /// The process to look at; 0: there is none.
    pub(super) fn node_is(&self, process: u32) {
        self.node.store(process, Ordering::Relaxed);
    }

    /// Stops, and gives what was seen: nothing, if it was stopped before.
    pub(super) fn stop(&mut self) -> io::Result<Sights> {
        let Some((stop, thread)) = self.under_way.take() else { return Ok(Sights::default()) };
        drop(stop);
        thread.join().expect("looking at a directory does not panic")
    }
}

struct Eyes {
    data: PathBuf,
    node: Arc<AtomicU32>,
    began: Instant,
    names: BTreeSet<String>,
}

impl Eyes {
    fn look(&mut self, sights: &mut Sights) -> io::Result<()> {
        let mut seen = Seen { at: self.began.elapsed().as_secs_f64(), ..Seen::default() };
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&self.data)? {
            let entry = entry?;
            // A file may go while it is looked at.
            let Ok(metadata) = entry.metadata() else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            let bytes = metadata.blocks() * BLOCK;
            seen.disk += bytes;
            if name.starts_with("segment-") {
                seen.log += bytes;
            }
            if name.starts_with("snapshot-") {
                names.insert(name);
            }
        }
        let at = seen.at;
        sights.snapshots.extend(names.difference(&self.names).map(|_| at));
        self.names = names;
        seen.harness = Process(std::process::id()).own_memory()?;
        seen.memory = match self.node.load(Ordering::Relaxed) {
            0 => None,
            // It may have been killed a moment ago.
            id => Process(id).own_memory().and_then(|own| Ok((own, Process(id).resident()?))).ok(),
        };
        sights.seen.push(seen);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_processes_are_seen() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("segment-00000001.log"), vec![1; 10_000]).unwrap();
        let mut watch = Watch::start(directory.path(), Instant::now()).unwrap();
        thread::sleep(Duration::from_millis(300));
        watch.node_is(std::process::id());
        fs::write(directory.path().join("snapshot-0000000000000007"), vec![1; 10_000]).unwrap();
        thread::sleep(Duration::from_millis(1_200));
        let Sights { seen, snapshots } = watch.stop().unwrap();
        let (first, last) = (seen[0], seen[seen.len() - 1]);
        assert!(first.memory.is_none() && first.log >= 10_000 && first.harness > 0, "{first:?}");
        assert!(last.memory.is_some_and(|(own, all)| 0 < own && own <= all), "{last:?}");
        assert!(last.disk >= last.log + 10_000, "{last:?}");
        assert_eq!(snapshots.len(), 1);
    }
}
