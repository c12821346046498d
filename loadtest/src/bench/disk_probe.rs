//! A witness of the disk beside a run: a file of its own on the node's disk, written and synced all along. While it gets
//! no answer no frame of the node's does either, and so no request.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use longmen_workload::slow_requests::SLOW;
use rustix::process::setpriority_process;
use rustix::thread::gettid;
use tempfile::TempDir;

use super::BenchSettings;
use super::disk::Probe;
use super::own_node::new_directory;

/// How often the probe writes. A stop that is longer than the time between two writes and [`LONGER`] cannot pass unseen,
/// and of shorter ones some are missed: requests that waited for those count as slow of their own. More writes would see
/// more and take more of the disk from the node, which writes thousands of frames in a second.
pub(super) const WRITES_PER_SECOND: u32 = 50;
/// A write that takes longer saw the disk stand still: as long as makes a request slow.
const LONGER: Duration = SLOW;
/// The journal's own: a write that is done is seen at once, however busy both cores are.
const PRIORITY: i32 = -15;

/// A while in which the disk stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// When the write that met it began; the stop may have been going on before.
    pub(super) from: Instant,
    /// When that write was synced.
    pub(super) to: Instant,
}

/// What a witness saw.
#[derive(Clone, Debug, Default)]
pub(super) struct DiskStalls {
    /// How often it wrote.
    pub(super) writes: u64,
    /// The stops, in order; they do not overlap.
    pub(super) stops: Vec<Stop>,
}

/// A thread that writes beside a node until it is asked what it saw. It is let go if it is never asked.
pub(super) struct DiskProbe {
    stop: Sender<()>,
    thread: JoinHandle<io::Result<DiskStalls>>,
    /// Goes with this, unlike the file that the thread holds.
    directory: Option<TempDir>,
}

impl DiskProbe {
    /// Starts to write in a new directory where nodes have theirs.
    ///
    /// To be called before the generator and the engine get a core each, for a thread is bound as the one is that starts
    /// it. A witness that is bound to neither core runs on the one that is idle, and so least in anybody's way: the
    /// generator never sleeps in an open loop, the engine does whenever it waits for the disk.
    pub(super) fn start(settings: &BenchSettings) -> io::Result<DiskProbe> {
        let directory = new_directory(settings)?;
        let probe = Probe::in_directory(directory.path())?;
        Ok(DiskProbe { directory: Some(directory), ..DiskProbe::with(probe)? })
    }

    fn with(probe: Probe) -> io::Result<DiskProbe> {
        let (stop, stopped) = mpsc::channel();
        let thread =
            thread::Builder::new().name("disk witness".into()).spawn(move || watch(probe, &stopped))?;
        Ok(DiskProbe { stop, thread, directory: None })
    }

    /// Stops, and gives what was seen.
    pub(super) fn testify(self) -> io::Result<DiskStalls> {
        drop(self.stop);
        let testimony = self.thread.join().expect("writing a file does not panic");
        self.directory.map(TempDir::close).transpose()?;
        testimony
    }
}

fn watch(mut probe: Probe, stopped: &Receiver<()>) -> io::Result<DiskStalls> {
    // Where that is not allowed it may be late, but what it waits for a processor is in no stop.
    setpriority_process(Some(gettid()), PRIORITY).ok();
    let mut testimony = DiskStalls::default();
    let mut next = Instant::now();
    loop {
        let waited = waited_for_a_processor();
        let from = Instant::now();
        probe.write()?;
        let to = Instant::now();
        testimony.writes += 1;
        if to - from > LONGER {
            let waited = waited_for_a_processor().saturating_sub(waited);
            testimony.stops.extend(Stop::met(from, to, waited));
        }
        // What did not fit into a stop is not made up for.
        next = to.max(next + Duration::from_secs(1) / WRITES_PER_SECOND);
        let left = next.saturating_duration_since(Instant::now());
        if stopped.recv_timeout(left) != Err(RecvTimeoutError::Timeout) {
            return Ok(testimony);
        }
    }
}

/// How long this thread was ready to run while no processor was free, since it began; nothing where the system does not
/// tell.
fn waited_for_a_processor() -> Duration {
    let own = procfs::process::Process::myself();
    let thread = own.and_then(|own| own.task_from_tid(gettid().as_raw_nonzero().get()));
    let scheduled = thread.and_then(|thread| thread.schedstat());
    Duration::from_nanos(scheduled.map_or(0, |scheduled| scheduled.run_delay))
}

impl Stop {
    /// The stop that a write met between these moments, if it was long enough without what it `waited` for a processor.
    /// That is at its end: a thread sleeps until its write is synced, and has to wait for a processor after that.
    fn met(from: Instant, to: Instant, waited: Duration) -> Option<Stop> {
        let to = to.checked_sub(waited)?;
        (to.saturating_duration_since(from) > LONGER).then_some(Stop { from, to })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::IoSlice;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use longmen_wal::{FaultyStorage, MappedBytes, Operation, Storage, StorageFile, WritePath};

    use super::*;

    /// A file of a disk that stands still for so many milliseconds at every tenth sync.
    struct Sluggish {
        file: Arc<dyn StorageFile>,
        stands_for: u64,
        syncs: AtomicU64,
        /// When it began to.
        stood: Mutex<Vec<Instant>>,
    }

    impl StorageFile for Sluggish {
        fn size(&self) -> io::Result<u64> {
            self.file.size()
        }

        fn write_at(&self, bufs: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
            self.file.write_at(bufs, offset)
        }

        fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
            self.file.read_at(buf, offset)
        }

        fn sync(&self) -> io::Result<()> {
            if self.syncs.fetch_add(1, Ordering::Relaxed) % 10 == 9 {
                self.stood.lock().unwrap().push(Instant::now());
                thread::sleep(Duration::from_millis(self.stands_for));
            }
            self.file.sync()
        }

        fn map(&self) -> io::Result<MappedBytes> {
            self.file.map()
        }
    }

    fn sluggish(storage: &FaultyStorage, stands_for: u64) -> Arc<Sluggish> {
        let file = storage.create("disk", 64 << 10, WritePath::Direct).unwrap();
        Arc::new(Sluggish { file, stands_for, syncs: AtomicU64::new(0), stood: Mutex::new(Vec::new()) })
    }

    fn wait_for(file: &Sluggish, syncs: u64) {
        while file.syncs.load(Ordering::Relaxed) < syncs {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn every_long_stop_of_the_disk_is_seen() {
        let storage = FaultyStorage::new();
        let file = sluggish(&storage, 25);
        let witness = DiskProbe::with(Probe::over(Arc::<Sluggish>::clone(&file)).unwrap()).unwrap();
        let began = Instant::now();
        wait_for(&file, 45);
        let took = began.elapsed();
        let testimony = witness.testify().unwrap();
        let stood = file.stood.lock().unwrap().clone();
        assert!(stood.len() >= 4, "{stood:?}");
        assert_eq!(
            testimony.writes,
            file.syncs.load(Ordering::Relaxed) - 1,
            "one of the syncs is the probe's"
        );
        for from in &stood {
            let slept = Duration::from_millis(25);
            let seen = |stop: &Stop| stop.from <= *from && stop.to >= *from && stop.to - stop.from >= slept;
            assert!(testimony.stops.iter().any(seen), "{from:?} in {testimony:?}");
        }
        assert!(testimony.stops.is_sorted_by(|one, next| one.to <= next.from), "{testimony:?}");
        // It writes at its rate and not as often as it can.
        assert!(took >= Duration::from_millis(4 * 25 + 36 * 5), "{took:?}");
        assert!(storage.file("disk").unwrap().iter().all(|byte| *byte == 1), "all of the file is written");
    }

    #[test]
    fn a_disk_that_fails_is_no_disk_that_stands_still() {
        let storage = FaultyStorage::new();
        let file = sluggish(&storage, 0);
        let probe = Probe::over(Arc::<Sluggish>::clone(&file)).unwrap();
        storage.fail_nth(Operation::Sync, 3);
        let witness = DiskProbe::with(probe).unwrap();
        wait_for(&file, 4);
        assert!(witness.testify().is_err());
    }

    #[test]
    fn the_wait_for_a_processor_is_in_no_stop() {
        #[track_caller]
        fn check(took_us: u64, waited_us: u64, stop_us: Option<u64>) {
            let from = Instant::now();
            let micros = Duration::from_micros;
            let met = Stop::met(from, from + micros(took_us), micros(waited_us));
            assert_eq!(met, stop_us.map(|us| Stop { from, to: from + micros(us) }));
        }
        check(1_001, 0, Some(1_001));
        check(1_000, 0, None);
        check(1_001, 1, None);
        check(1_500_000, 4_000, Some(1_496_000));
        check(5_000, 4_900, None);
        check(5_000, 6_000, None);
    }

    #[test]
    fn a_witness_beside_real_files_leaves_nothing_behind() {
        let data = tempfile::tempdir().unwrap();
        let settings = BenchSettings {
            executable: None,
            subcommand: "node",
            data: Some(data.path().to_owned()),
            longest: None,
            size: 1.0,
            full: false,
            tls: false,
            roles: false,
        };
        let witness = DiskProbe::start(&settings).unwrap();
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);
        thread::sleep(Duration::from_millis(50));
        let testimony = witness.testify().unwrap();
        assert!(testimony.writes >= 1, "{testimony:?}");
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
        drop(DiskProbe::start(&settings).unwrap());
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }
}
