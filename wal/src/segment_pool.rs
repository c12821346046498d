//! Keeps segments ready ahead of the journal: by a thread of its own, or inline when a run must be repeatable.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::error::AppendError;
use crate::error::is_disk_full;
use crate::number::SegmentNumber;
use crate::reader::Shared;
use crate::segment::FIRST_FRAME;
use crate::segment_allocator::{LeftSegment, Pace, ReadySegment, SegmentAllocator};
use crate::space::SpaceGauge;
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// How long the disk is left to others between two pieces of a segment that is not waited for.
const REST: Duration = Duration::from_millis(2);
/// How often the manifest is told how far the log is durable, where it is told of nothing else: a later start then knows
/// what must be there, whatever became of the log's tail.
const MARK_EVERY: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 10_000 });
/// How long a full disk is left alone before the next try.
const RETRY: Duration = Duration::from_secs(1);

/// The writer's end of the pool.
pub(crate) struct SegmentPool {
    stock: Arc<Stock>,
    mode: Mode,
}

enum Mode {
    /// The writer makes segments itself; one is kept ahead.
    Inline(Box<SegmentAllocator>),
    /// A thread does.
    Background(JoinHandle<()>),
    /// Closed.
    Stopped,
}

/// What the writer and the thread share.
struct Stock {
    shelf: Mutex<Shelf>,
    changed: Condvar,
    readers: Arc<Shared>,
    gauge: SpaceGauge,
}

#[derive(Default)]
struct Shelf {
    ready: VecDeque<ReadySegment>,
    /// Left segments the manifest does not know of yet.
    finished: Vec<LeftSegment>,
    disk_full: bool,
    /// Set by an error that is not for want of space: no segment is made any more.
    failed: bool,
    /// That error, until someone is told.
    error: Option<io::Error>,
    stop: bool,
}

impl SegmentPool {
    /// a pool whose segments are made by the caller until [`SegmentPool::start`].
    pub(crate) fn inline(maker: SegmentAllocator, readers: Arc<Shared>, gauge: SpaceGauge) -> Self {
        let stock = Stock { shelf: Mutex::default(), changed: Condvar::new(), readers, gauge };
        Self { stock: Arc::new(stock), mode: Mode::Inline(Box::new(maker)) }
    }

    /// Hands the making over to a thread that keeps `ahead` segments ready.
    pub(crate) fn start(&mut self, ahead: u32) -> io::Result<()> {
        let Mode::Inline(maker) = std::mem::replace(&mut self.mode, Mode::Stopped) else {
            panic!("a pool is started once, before it is stopped");
        };
        let stock = Arc::clone(&self.stock);
        let ahead = usize::try_from(ahead).expect("usize is 64 bits wide");
        let thread =
            thread::Builder::new().name("wal-maker".to_owned()).spawn(move || stock.run(*maker, ahead))?;
        self.mode = Mode::Background(thread);
        Ok(())
    }

    /// The next segment. Waits for the thread when it is merely slow.
    pub(crate) fn take(&mut self) -> Result<ReadySegment, AppendError> {
        if let Mode::Inline(maker) = &mut self.mode
            && self.stock.shelf().wants_segment(1)
        {
            self.stock.make(maker, false, &|| Pace::Hurried);
        }
        let mut shelf = self.stock.shelf();
        loop {
            if let Some(segment) = shelf.ready.pop_front() {
                self.stock.changed(&shelf);
                return Ok(segment);
            }
            if shelf.failed {
                return Err(shelf.error.take().map_or(AppendError::Failed, AppendError::Io));
            }
            if shelf.disk_full || shelf.stop {
                return Err(AppendError::NoSpace);
            }
            shelf = self.stock.changed.wait(shelf).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next segment, of another length than those after it. Only before [`SegmentPool::start`].
    pub(crate) fn take_of(&mut self, bytes: u64) -> Result<ReadySegment, AppendError> {
        let Mode::Inline(maker) = &mut self.mode else { panic!("segments are made by a thread") };
        let usual = std::mem::replace(&mut maker.segment_bytes, bytes);
        let taken = self.take();
        if let Mode::Inline(maker) = &mut self.mode {
            maker.segment_bytes = usual;
        }
        taken
    }

    /// Tells that these segments were left, and all in them is durable.
    pub(crate) fn finish(&mut self, segments: impl IntoIterator<Item = LeftSegment>) {
        let mut shelf = self.stock.shelf();
        shelf.finished.extend(segments);
        self.stock.changed(&shelf);
    }

    /// Inline: keeps one segment ahead and the manifest up to date. With a thread there is nothing to do.
    pub(crate) fn tend(&mut self) {
        if let Mode::Inline(maker) = &mut self.mode {
            while self.stock.shelf().wants_work(1) && self.stock.work(maker, 1, &|| Pace::Hurried) {}
        }
    }

    /// The error that ended the making of segments, once.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.stock.shelf().error.take()
    }

    /// Segments that are ready and will not be used, once the pool is stopped.
    pub(crate) fn take_unused(&mut self) -> Vec<SegmentNumber> {
        let mut shelf = self.stock.shelf();
        let unused = shelf.ready.drain(..).map(|segment| segment.bytes.number).collect();
        self.stock.changed(&shelf);
        unused
    }

    /// What the manifest does not know of yet.
    pub(crate) fn take_finished(&mut self) -> Vec<LeftSegment> {
        std::mem::take(&mut self.stock.shelf().finished)
    }

    /// Ends the thread and waits for it.
    pub(crate) fn stop(&mut self) {
        let mode = std::mem::replace(&mut self.mode, Mode::Stopped);
        self.stock.shelf().stop = true;
        self.stock.changed.notify_all();
        if let Mode::Background(thread) = mode
            && let Err(panic) = thread.join()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for SegmentPool {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.stop();
        }
    }
}

impl Shelf {
    fn wants_segment(&self, ahead: usize) -> bool {
        !self.failed && self.ready.len() < ahead
    }

    fn wants_work(&self, ahead: usize) -> bool {
        self.wants_segment(ahead) || (!self.failed && !self.finished.is_empty())
    }
}

impl Stock {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes a changed shelf.
    fn changed(&self, shelf: &Shelf) {
        let ready = shelf.ready.iter().map(|segment| segment.bytes.len() - FIRST_FRAME).sum();
        self.gauge.set_ready(ready);
        self.gauge.set_disk_full(shelf.disk_full);
        self.gauge.set_failed(shelf.failed);
        self.changed.notify_all();
    }

    /// The thread: works until told to stop or until an error that time does not heal.
    fn run(&self, mut maker: SegmentAllocator, ahead: usize) {
        loop {
            let (shelf, waited) = self
                .changed
                .wait_timeout_while(self.shelf(), MARK_EVERY, |shelf| !shelf.stop && !shelf.wants_work(ahead))
                .unwrap_or_else(PoisonError::into_inner);
            let (stop, failed) = (shelf.stop, shelf.failed);
            drop(shelf);
            if stop {
                return;
            }
            if waited.timed_out() {
                if !failed && maker.keeper.durable() < self.readers.durable() {
                    self.record(&maker);
                }
                continue;
            }
            if !self.work(&mut maker, ahead, &|| self.pace()) {
                self.pause();
            }
        }
    }

    /// The thread's pace: in no hurry while the shelf holds a segment.
    fn pace(&self) -> Pace {
        let shelf = self.shelf();
        let (shelf, waited) = self
            .changed
            .wait_timeout_while(shelf, REST, |shelf| !shelf.stop && !shelf.ready.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        drop(shelf);
        if waited.timed_out() { Pace::Gentle } else { Pace::Hurried }
    }

    /// Waits before the next try, or until told to stop.
    fn pause(&self) {
        let shelf = self.shelf();
        let waited = self.changed.wait_timeout_while(shelf, RETRY, |shelf| !shelf.stop);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// One piece of work; false when it failed.
    fn work(&self, maker: &mut SegmentAllocator, ahead: usize, pace: &dyn Fn() -> Pace) -> bool {
        if self.shelf().ready.len() < ahead { self.make(maker, true, pace) } else { self.record(maker) }
    }

    /// Makes a segment; `recording` also tells the manifest of finished ones.
    fn make(&self, maker: &mut SegmentAllocator, recording: bool, pace: &dyn Fn() -> Pace) -> bool {
        let finished = if recording { self.shelf().finished.clone() } else { Vec::new() };
        let durable = if recording { self.readers.durable() } else { crate::FrameNumber::NONE };
        let made = maker.make(&finished, durable, pace);
        self.settle(finished.len(), made.map(Some))
    }

    fn record(&self, maker: &SegmentAllocator) -> bool {
        let finished = self.shelf().finished.clone();
        let recorded = maker.record(&finished, self.readers.durable());
        self.settle(finished.len(), recorded.map(|()| None))
    }

    fn settle(&self, recorded: usize, outcome: io::Result<Option<ReadySegment>>) -> bool {
        let mut shelf = self.shelf();
        shelf.disk_full = false;
        let done = match outcome {
            Ok(made) => {
                shelf.finished.drain(..recorded);
                shelf.ready.extend(made);
                true
            }
            Err(error) if is_disk_full(&error) => {
                shelf.disk_full = true;
                false
            }
            Err(error) => {
                shelf.failed = true;
                shelf.error = Some(error);
                false
            }
        };
        self.changed(&shelf);
        done
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::body::{Body, Section};
    use crate::error::OpenError;
    use crate::faulty::FaultyStorage;
    use crate::number::FrameNumber;
    use crate::open::{Log, LogOptions};

    /// A log that is never idle and never fills its segment: the manifest learns by itself how far it is durable, so that a
    /// tail of zeros is missed.
    #[test]
    fn the_manifest_is_told_how_far_the_log_is_durable() {
        let disk = FaultyStorage::new();
        let options = LogOptions { segment_bytes: 1 << 20, segments_ahead: 1, ..LogOptions::default() };
        let open = |disk: &FaultyStorage, seed| {
            let nonces = crate::nonces::seeded_nonces(seed);
            Log::open(Arc::new(disk.clone()), options, FrameNumber::FIRST, nonces)
        };
        let mut opened = open(&disk, 1).expect("a new log");
        for frame in 1..=5 {
            let section = Section { kind: 1, owner: 0, records: 1, chunks: vec![vec![7; 100]] };
            opened.writer.append(&Body { time_us: frame, sections: vec![section] }).expect("there is room");
        }
        opened.writer.sync().expect("the disk is good");
        let manifest = || String::from_utf8(disk.file("MANIFEST").expect("it is there")).expect("it is text");
        let is_told = (0..500).any(|_| {
            thread::sleep(Duration::from_millis(10));
            manifest().contains("\ndurable 5\n")
        });
        assert!(is_told, "{}", manifest());
        let killed = disk.branch();
        let mut bytes = killed.file("segment-00000001.log").expect("it is there");
        bytes[usize::try_from(FIRST_FRAME).expect("a page")..].fill(0);
        killed.set_file("segment-00000001.log", &bytes);
        assert!(
            matches!(open(&killed, 2), Err(OpenError::Refused(finding)) if finding.frame == Some(FrameNumber(1)))
        );
    }
}
