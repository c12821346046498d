//! Writes known ids out of memory, on a thread of its own.

use std::io;
use std::time::{Duration, Instant};

use actix::{Addr, Message};
use crossbeam::channel::{Receiver, Sender, unbounded};
use crossbeam::select;
use tracing::{debug, info, warn};

use super::CoordinatorActor;
use crate::id_archive::IdArchive;
use crate::ledger::{ArchivedIds, SealedIds};
use crate::planted_panics;
use crate::stop::{Stopped, StoppingThread};

/// How long to wait after a failure, such as a full disk.
const RETRY: Duration = Duration::from_secs(10);
/// With so many generations waiting, memory grows faster than it is freed at the lowest priority.
const MANY: usize = 2;

/// The thread. It ends when this is dropped.
pub(crate) struct IdArchiver {
    tasks: ArchiverTasks,
    _thread: StoppingThread,
}

/// The way to it.
#[derive(Clone)]
pub(crate) struct ArchiverTasks(Sender<Task>);

struct Task {
    sealed: SealedIds,
    coordinator: Addr<CoordinatorActor>,
}

/// What became of ids that were to be archived: `None` if they must stay.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct IdsArchived(pub(crate) Option<ArchivedIds>);

impl IdArchiver {
    /// Starts the thread.
    pub(crate) fn start(archive: IdArchive) -> io::Result<IdArchiver> {
        let (tasks, asked) = unbounded();
        let thread =
            StoppingThread::start("id-archive", move |stopped| Worker { archive, stopped }.run(&asked))?;
        Ok(IdArchiver { tasks: ArchiverTasks(tasks), _thread: thread })
    }

    pub(crate) fn tasks(&self) -> ArchiverTasks {
        self.tasks.clone()
    }
}

impl ArchiverTasks {
    /// Has ids archived; the coordinator hears of it by [`IdsArchived`]. A node that is ending leaves them be.
    pub(crate) fn archive(&self, sealed: SealedIds, coordinator: Addr<CoordinatorActor>) {
        if self.0.send(Task { sealed, coordinator }).is_err() {
            debug!("known ids stay in memory: the node is ending");
        }
    }
}

struct Worker<'a> {
    archive: IdArchive,
    stopped: &'a Stopped,
}

impl Worker<'_> {
    fn run(&self, asked: &Receiver<Task>) {
        let mut column = Vec::new();
        while let Some(Task { sealed, coordinator }) = self.next(asked) {
            hurry(sealed.behind >= MANY);
            let written = self.write(&sealed, &mut column);
            // So that the coordinator is the last to hold the table, and its memory can be used again.
            drop(sealed);
            if written.is_none() && self.stopped.within(RETRY) {
                return;
            }
            coordinator.do_send(IdsArchived(written));
        }
    }

    /// The next task; none when the thread is to end.
    fn next(&self, asked: &Receiver<Task>) -> Option<Task> {
        select! {
            recv(self.stopped.0) -> _ => None,
            recv(asked) -> task => task.ok(),
        }
    }

    fn write(&self, sealed: &SealedIds, column: &mut Vec<u8>) -> Option<ArchivedIds> {
        planted_panics::visit("id-archive");
        let begun = Instant::now();
        let mut last = begun;
        let mut rest = || {
            // As long as the piece took: the log has the disk for half of the time.
            if self.stopped.within(last.elapsed()) {
                return Err(io::ErrorKind::Interrupted.into());
            }
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
            Err(error) if self.stopped.within(Duration::ZERO) => {
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
