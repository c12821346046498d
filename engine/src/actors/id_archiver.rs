//! Writes known ids out of memory, on a thread of its own.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use actix::{Addr, Message};
use tracing::{debug, info, warn};

use super::CoordinatorActor;
use crate::id_archive::IdArchive;
use crate::ledger::{ArchivedIds, SealedIds};
use crate::planted_panics;

/// How long to wait after a failure, such as a full disk.
const RETRY: Duration = Duration::from_secs(10);
/// With so many generations waiting, memory grows faster than it is freed at the lowest priority.
const MANY: usize = 2;

/// The thread. It ends when this is dropped.
pub(crate) struct IdArchiver {
    tasks: ArchiverTasks,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The way to it.
#[derive(Clone)]
pub(crate) struct ArchiverTasks(Sender<Task>);

enum Task {
    Archive(SealedIds, Addr<CoordinatorActor>),
    Stop,
}

/// What became of ids that were to be archived: `None` if they must stay.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct IdsArchived(pub(crate) Option<ArchivedIds>);

impl IdArchiver {
    /// Starts the thread.
    pub(crate) fn start(archive: IdArchive) -> io::Result<IdArchiver> {
        let (tasks, asked) = channel();
        let stopping = Arc::new(AtomicBool::new(false));
        let worker = Worker { archive, stopping: Arc::clone(&stopping) };
        let thread = thread::Builder::new().name("id-archive".into()).spawn(move || worker.run(&asked))?;
        Ok(IdArchiver { tasks: ArchiverTasks(tasks), stopping, thread: Some(thread) })
    }

    pub(crate) fn tasks(&self) -> ArchiverTasks {
        self.tasks.clone()
    }
}

impl Drop for IdArchiver {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        let told = self.tasks.0.send(Task::Stop);
        if let (Ok(()), Some(thread)) = (told, self.thread.take()) {
            thread.join().expect("writing archives does not panic");
        }
    }
}

impl ArchiverTasks {
    /// Has ids archived; the coordinator hears of it by [`IdsArchived`]. A node that is ending leaves them be.
    pub(crate) fn archive(&self, sealed: SealedIds, coordinator: Addr<CoordinatorActor>) {
        if self.0.send(Task::Archive(sealed, coordinator)).is_err() {
            debug!("known ids stay in memory: the node is ending");
        }
    }
}

struct Worker {
    archive: IdArchive,
    stopping: Arc<AtomicBool>,
}

impl Worker {
    fn run(&self, asked: &Receiver<Task>) {
        let mut column = Vec::new();
        while let Ok(Task::Archive(sealed, coordinator)) = asked.recv() {
            hurry(sealed.behind >= MANY);
            let written = self.write(&sealed, &mut column);
            // So that the coordinator is the last to hold the table, and its memory can be used again.
            drop(sealed);
            if written.is_none() && !matches!(asked.recv_timeout(RETRY), Err(RecvTimeoutError::Timeout)) {
                return;
            }
            coordinator.do_send(IdsArchived(written));
        }
    }

    fn write(&self, sealed: &SealedIds, column: &mut Vec<u8>) -> Option<ArchivedIds> {
        planted_panics::visit("id-archive");
        let begun = Instant::now();
        let mut last = begun;
        let mut rest = || {
            if self.stopping.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            // As long as the piece took: the log has the disk for half of the time.
            thread::sleep(last.elapsed());
            last = Instant::now();
            Ok(())
        };
        match self.archive.write(sealed, column, &mut rest) {
            Ok(archive) => {
                info!(
                    "archive {} of {} transaction ids in {:?}",
                    archive.number,
                    archive.ids,
                    begun.elapsed()
                );
                Some(archive)
            }
            Err(error) if self.stopping.load(Ordering::Relaxed) => {
                debug!("archive {} was given up: {error}", sealed.number);
                None
            }
            Err(error) => {
                warn!("transaction ids stay in memory, archive {} failed: {error}", sealed.number);
                None
            }
        }
    }
}

/// At the lowest priority, unless memory would run full.
fn hurry(hurried: bool) {
    if let Err(error) = super::set_priority(if hurried { 0 } else { 19 }) {
        debug!("archives are written at the priority there is: {error}");
    }
}
