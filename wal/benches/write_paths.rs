//! Compares the two ways of writing, frame by frame, and shows what the sums cost.
//!
//! `cargo bench -p longmen-wal --bench write_paths`
#![expect(clippy::print_stdout, reason = "the figures are for a person to read")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use longmen_wal::{
    Body, DirectoryStorage, FrameNumber, Log, LogOptions, LogReader, LogWriter, Section, WritePath,
    system_nonces,
};

const PATHS: [WritePath; 3] = [WritePath::Direct, WritePath::Pwritev, WritePath::Map];
/// Bytes of envelope, body header and eight table entries, so that a frame fills its pages exactly.
const HEAD: usize = 64 + 56 + 8 * 24;

/// One log being measured.
struct Lane {
    path: WritePath,
    writer: LogWriter,
    reader: LogReader,
    times: Vec<Duration>,
    appending: Duration,
    cpu_ns: u64,
}

impl Lane {
    fn open(directory: &Path, path: WritePath) -> Self {
        let directory = directory.join(format!("{path:?}"));
        let storage = Arc::new(DirectoryStorage::open(directory).expect("a fresh directory"));
        let options = LogOptions { write_path: path, ..LogOptions::default() };
        let opened = Log::open(storage, options, FrameNumber::FIRST, system_nonces()).expect("a new log");
        let (times, appending) = (Vec::new(), Duration::ZERO);
        Self { path, writer: opened.writer, reader: opened.reader, times, appending, cpu_ns: 0 }
    }

    fn frame(&mut self, body: &Body) {
        let cpu = thread_cpu_ns();
        let begin = Instant::now();
        self.writer.append(body).expect("the disk has room");
        self.appending += begin.elapsed();
        self.writer.sync().expect("the disk works");
        self.times.push(begin.elapsed());
        self.cpu_ns += thread_cpu_ns() - cpu;
    }

    fn report(&mut self, frame_bytes: usize) {
        self.times.sort_unstable();
        let at = |permille: usize| self.times[self.times.len() * permille / 1000];
        let frames = self.times.len();
        let total: Duration = self.times.iter().sum();
        let megabytes = (frames * frame_bytes) as f64 / 1e6;
        println!(
            "{:>8} {:>8} {:>7} {:>9.1?} {:>9.1?} {:>9.1?} {:>8.0} {:>10.2?} {:>10.2}",
            format!("{:?}", self.path),
            frame_bytes,
            frames,
            at(500),
            at(990),
            self.times[frames - 1],
            megabytes / total.as_secs_f64(),
            self.appending / u32::try_from(frames).expect("few frames"),
            self.cpu_ns as f64 / 1e3 / (frames * frame_bytes / 4096) as f64,
        );
    }
}

/// Time this thread was on a processor.
fn thread_cpu_ns() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux with scheduler statistics");
    stat.split(' ').next().and_then(|field| field.parse().ok()).expect("the first field is a number")
}

/// A frame of exactly `bytes`, from eight sections of one buffer each.
fn body(bytes: usize) -> Body {
    let each = (bytes - HEAD) / 8 / 8 * 8;
    let section = |owner| Section { kind: 1, owner, records: 1, chunks: vec![vec![0x5a; each]] };
    Body { time_us: 0, sections: (0..8).map(section).collect() }
}

fn compare(directory: &Path, frame_bytes: usize, frames: usize) {
    let body = body(frame_bytes);
    let mut lanes: Vec<Lane> = PATHS.iter().map(|path| Lane::open(directory, *path)).collect();
    // In short turns, so that both lanes see the same noise.
    let turn = (frames / 20).max(1);
    for _ in 0..frames / turn {
        for lane in &mut lanes {
            (0..turn).for_each(|_| lane.frame(&body));
        }
    }
    for lane in &mut lanes {
        lane.report(frame_bytes);
    }
    show_sums(&lanes[0].reader);
    drop(lanes);
    fs::remove_dir_all(directory).expect("it was made here");
}

/// What digest and sums of one of these frames cost when they are recomputed.
fn show_sums(reader: &LogReader) {
    let frame = reader.frame(FrameNumber(2)).expect("it was written");
    let time = |work: &dyn Fn()| {
        let begin = Instant::now();
        (0..1000).for_each(|_| work());
        begin.elapsed() / 1000
    };
    let digest = time(&|| assert_ne!(frame.body_digest().0, [0; 32]));
    let sums = time(&|| assert_eq!(frame.verify(), Ok(())));
    println!("{:>8} digest {digest:.2?}, sums and padding {sums:.2?}", "");
}

fn main() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("write_paths");
    println!(
        "{:>8} {:>8} {:>7} {:>9} {:>9} {:>9} {:>8} {:>10} {:>10}",
        "path", "bytes", "frames", "p50", "p99", "max", "MB/s", "append", "cpu us/4K"
    );
    for (frame_bytes, frames) in [(4096, 8000), (65536, 6000), (1 << 20, 1500), (8 << 20, 200)] {
        compare(&directory, frame_bytes, frames);
    }
}
