//! The snapshotter: a thread that takes snapshots while payments go on. It pulls the books in short slices, so that no
//! payment waits longer than a slice takes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix::Addr;
use crossbeam::channel::{Sender, bounded};
use longmen_wal::{LogReader, NodeId, Storage};
use tracing::{info, warn};

use crate::actors::{AccountSlice, CoordinatorActor, RowSlice, ShardActor, TakeSnapshot};
use crate::ledger::SnapshotStart;
use crate::planted_panics;
use crate::snapshot_job::{SnapshotJob, SnapshotStep};
use crate::stop::{Stopped, StoppingThread};

/// How often the size of the log is checked.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Rows and accounts of one slice: some tens of microseconds on the engine's thread.
const SLICE: usize = 512;

/// What the snapshotter needs.
pub(crate) struct Snapshotter {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) reader: LogReader,
    pub(crate) node: NodeId,
    pub(crate) coordinator: Addr<CoordinatorActor>,
    pub(crate) shards: Vec<Addr<ShardActor>>,
    /// Bytes of records written to the log since the node started.
    pub(crate) written: Arc<AtomicU64>,
    /// A snapshot is due after so many bytes, or twice its own size if that is more.
    pub(crate) every_bytes: u64,
}

/// The node stops: there is nothing to take a snapshot of any more.
struct Gone;

enum Outcome {
    Published(u64),
    Failed(io::Error),
    Gone,
}

impl Snapshotter {
    /// Starts the thread.
    pub(crate) fn start(self) -> io::Result<StoppingThread> {
        StoppingThread::start("snapshotter", move |stopped| self.run(stopped))
    }

    fn run(&self, stopped: &Stopped) {
        let (mut at, mut due_after) = (0, self.every_bytes);
        loop {
            if stopped.within(LOOK_EVERY) {
                return;
            }
            let written = self.written.load(Ordering::Relaxed);
            if written - at < due_after {
                continue;
            }
            at = written;
            match self.take(stopped) {
                Outcome::Published(size) => due_after = self.every_bytes.max(2 * size),
                Outcome::Failed(error) => warn!("no snapshot was taken, recovery will take longer: {error}"),
                Outcome::Gone => return,
            }
        }
    }

    fn take(&self, stopped: &Stopped) -> Outcome {
        planted_panics::visit("snapshotter");
        let began = Instant::now();
        let Ok(start) = self.ask(|reply| self.coordinator.do_send(TakeSnapshot(reply))) else {
            return Outcome::Gone;
        };
        let frame = start.frame;
        match self.write(start, stopped) {
            Ok(Ok(size)) => {
                info!("snapshot at frame {frame}: {size} bytes in {:?}", began.elapsed());
                Outcome::Published(size)
            }
            Ok(Err(Gone)) => Outcome::Gone,
            Err(error) => Outcome::Failed(error),
        }
    }

    fn write(&self, start: SnapshotStart, stopped: &Stopped) -> io::Result<Result<u64, Gone>> {
        let mut taking = SnapshotJob::begin(Arc::clone(&self.storage), start, self.shards.len(), SLICE)?;
        loop {
            match taking.wants() {
                SnapshotStep::Accounts(accounts) => {
                    let asked = self.ask(|reply| self.coordinator.do_send(AccountSlice { accounts, reply }));
                    let Ok(slice) = asked else { return Ok(Err(Gone)) };
                    taking.take_accounts(&slice)?;
                }
                SnapshotStep::Rows { shard, from, count } => {
                    let asked = self.ask(|reply| self.shards[shard].do_send(RowSlice { from, count, reply }));
                    let Ok(slice) = asked else { return Ok(Err(Gone)) };
                    taking.take_rows(&slice)?;
                }
                SnapshotStep::Durable(last) if self.reader.durable().0 < last => {
                    if stopped.within(Duration::from_millis(1)) {
                        return Ok(Err(Gone));
                    }
                }
                SnapshotStep::Durable(_) => {
                    return taking.publish(self.node, self.reader.durable().0).map(Ok);
                }
            }
        }
    }

    fn ask<T>(&self, send: impl FnOnce(Sender<T>)) -> Result<T, Gone> {
        let (reply, answer) = bounded(1);
        send(reply);
        answer.recv().map_err(|_| Gone)
    }
}
