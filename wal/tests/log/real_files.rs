//! The same log on real files, both ways of writing, with the background maker.

use std::io::IoSlice;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use longmen_wal::{
    AuditError, DirectoryError, DirectoryStorage, FrameNumber, Log, LogOptions, OpenError, Opened, Storage,
    VerifiedFrames, WritePath, audit, system_nonces,
};

use crate::kit::{body, contents, sections_of};

const PATHS: [WritePath; 3] = [WritePath::Direct, WritePath::Pwritev, WritePath::Map];

fn open(directory: &Path, write_path: WritePath, segments_ahead: u32) -> Result<Opened, OpenError> {
    let storage = Arc::new(DirectoryStorage::open(directory).unwrap());
    let options = LogOptions { segment_bytes: 65536, segments_ahead, write_path };
    Log::open(storage, options, FrameNumber::FIRST, system_nonces())
}

#[test]
fn frames_survive_restarts_whichever_way_they_are_written() {
    for segments_ahead in [0, 2] {
        let directory = tempfile::tempdir().unwrap();
        let mut expected = Vec::new();
        for run in 0..4 {
            // Runs alternate: what one way wrote the other reads and goes on from.
            let mut opened = open(directory.path(), PATHS[run % 3], segments_ahead).unwrap();
            assert_eq!(contents(&opened.reader), expected, "run {run}");
            for id in 0..40 {
                let body = body(id, 50 + 997 * id as usize);
                let number = opened.writer.append(&body).unwrap();
                expected.push((number.0, sections_of(&body)));
                if id % 3 == 0 {
                    opened.writer.sync().unwrap();
                }
            }
            if run % 2 == 0 {
                opened.writer.close().unwrap();
                expected.push((expected.len() as u64 + 1, Vec::new()));
            } else {
                // Like a kill: everything written is there.
                drop(opened);
            }
        }
        let storage = DirectoryStorage::open_read_only(directory.path()).unwrap();
        let report = audit(&storage, &mut |_| {}).unwrap();
        assert_eq!((report.last.0, report.frames), (expected.len() as u64, expected.len() as u64));
        assert!(!report.clean && report.torn.is_none());
    }
}

/// A restart gives back what the run before it left unused of its segment; a clean end does so at once, with what was made
/// ahead. So a small log stays small however often it is started.
#[test]
fn a_small_log_stays_small() {
    const SEGMENT: u64 = 1 << 20;
    let directory = tempfile::tempdir().unwrap();
    let options = LogOptions { segment_bytes: SEGMENT, segments_ahead: 2, write_path: WritePath::Direct };
    let sizes = || -> Vec<u64> {
        let files = std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap());
        let segments = files.filter(|file| file.file_name().to_string_lossy().starts_with("segment-"));
        segments.map(|file| file.metadata().unwrap().len()).collect()
    };
    let (mut expected, mut used) = (Vec::new(), 0);
    for run in 0..11 {
        let storage = Arc::new(DirectoryStorage::open(directory.path()).unwrap());
        let mut opened = Log::open(storage, options, FrameNumber::FIRST, system_nonces()).unwrap();
        assert_eq!(contents(&opened.reader), expected, "run {run}");
        // A page for the header of each run's segment; the frames of a run that was killed are written again.
        let full = sizes().iter().filter(|size| **size == SEGMENT).count() as u64;
        assert!(full <= 3, "run {run}: {full} segments of full length");
        let cut: u64 = sizes().iter().filter(|size| **size < SEGMENT).sum();
        assert!(cut <= used, "run {run}: {cut} bytes for {used}");
        for id in 0..5 {
            let body = body(id, 3_000);
            expected.push((opened.writer.append(&body).unwrap().0, sections_of(&body)));
            opened.writer.sync().unwrap();
        }
        used += 4_096 + 6 * 4_096;
        if run % 3 == 2 {
            drop(opened);
            used += 4_096;
            continue;
        }
        opened.writer.close().unwrap();
        expected.push((expected.len() as u64 + 1, Vec::new()));
        assert!(sizes().iter().sum::<u64>() <= used, "run {run}: {:?} for {used}", sizes());
        let storage = DirectoryStorage::open_read_only(directory.path()).unwrap();
        assert!(audit(&storage, &mut |_| {}).unwrap().clean, "run {run}");
    }
}

/// Frames above the mark are written again to a new segment, while who reads ahead still has them in the old one: that file
/// keeps its length until the reading has ended.
#[test]
fn what_is_read_ahead_is_not_cut_away() {
    const SEGMENT: u64 = 1 << 20;
    let directory = tempfile::tempdir().unwrap();
    let options = LogOptions { segment_bytes: SEGMENT, segments_ahead: 2, write_path: WritePath::Direct };
    let storage = || Arc::new(DirectoryStorage::open(directory.path()).unwrap());
    let mut opened = Log::open(storage(), options, FrameNumber::FIRST, system_nonces()).unwrap();
    let bodies: Vec<_> = (0..5).map(|id| body(id, 3_000)).collect();
    // Nobody has heard that the last one is durable, whatever the manifest was told meanwhile.
    for body in &bodies {
        opened.writer.sync().unwrap();
        opened.writer.append(body).unwrap();
    }
    drop(opened);
    let checked = VerifiedFrames::default();
    let ahead = checked.frames(FrameNumber::FIRST);
    let first = FrameNumber::FIRST;
    let mut opened = Log::open_ahead(storage(), options, first, system_nonces(), &[], &checked).unwrap();
    assert!(opened.report.rewritten.is_some(), "the last frame is above the mark");
    let read = ahead.map(|frame| {
        let frame = frame.unwrap();
        frame.verify().unwrap();
        (frame.number().0, frame.sections().map(|section| section.unwrap().bytes.to_vec()).collect())
    });
    let read: Vec<(u64, Vec<Vec<u8>>)> = read.collect();
    assert_eq!(read, contents(&opened.reader));
    assert_eq!(read.len(), bodies.len());
    let old = directory.path().join("segment-00000001.log");
    assert_eq!(std::fs::metadata(&old).unwrap().len(), SEGMENT);
    opened.writer.cut_finished().unwrap();
    assert!(std::fs::metadata(&old).unwrap().len() < SEGMENT / 8);
    assert_eq!(contents(&opened.reader), read);
}

/// How long a log may get is not for the limit of open files to say: segments are mapped, looked at, and closed.
#[test]
fn a_start_keeps_hardly_any_file_open() {
    let directory = tempfile::tempdir().unwrap();
    let mut opened = open(directory.path(), WritePath::Direct, 0).unwrap();
    (0..60).for_each(|id| assert_eq!(opened.writer.append(&body(id, 30_000)).unwrap().0, id + 1));
    opened.writer.sync().unwrap();
    drop(opened);
    let own = directory.path().canonicalize().unwrap();
    let open_files = move || {
        let files = std::fs::read_dir("/proc/self/fd")
            .unwrap()
            .filter_map(|file| file.unwrap().path().read_link().ok());
        files.filter(|file| file.starts_with(&own) && file != &own).count()
    };
    let most = Arc::new(AtomicUsize::new(0));
    // A start draws a number for each segment that it makes, when it has read all that there are.
    let (mut nonces, seen) = (system_nonces(), Arc::clone(&most));
    let counting = move || {
        seen.fetch_max(open_files(), Ordering::Relaxed);
        nonces()
    };
    let storage = Arc::new(DirectoryStorage::open(directory.path()).unwrap());
    let options = LogOptions { segment_bytes: 65_536, segments_ahead: 2, write_path: WritePath::Direct };
    let opened = Log::open(storage, options, FrameNumber::FIRST, Box::new(counting)).unwrap();
    let segments = std::fs::read_dir(directory.path()).unwrap().count();
    let most = most.load(Ordering::Relaxed);
    assert!(segments > 30 && (1..8).contains(&most), "{most} open files for {segments}");
    drop(opened);
}

#[test]
fn readers_follow_the_writer_from_other_threads() {
    for write_path in PATHS {
        let directory = tempfile::tempdir().unwrap();
        let mut opened = open(directory.path(), write_path, 2).unwrap();
        let frames = 300;
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let reader = opened.reader.clone();
                std::thread::spawn(move || {
                    let mut next = FrameNumber::FIRST;
                    while next.0 <= frames {
                        for frame in reader.frames(next) {
                            let frame = frame.unwrap();
                            frame.verify().unwrap();
                            assert_eq!(frame.number(), next);
                            assert_eq!(frame.time_us(), next.0 as i64);
                            next = next.next();
                        }
                        std::thread::yield_now();
                    }
                })
            })
            .collect();
        for id in 1..=frames {
            opened.writer.append(&body(id, 100 + (id as usize * 37) % 9000)).unwrap();
            opened.writer.sync().unwrap();
        }
        for reader in readers {
            reader.join().unwrap();
        }
        opened.writer.close().unwrap();
    }
}

#[test]
fn frames_of_many_chunks_are_written_whole() {
    for write_path in PATHS {
        let directory = tempfile::tempdir().unwrap();
        let mut opened = open(directory.path(), write_path, 0).unwrap();
        let mut many = body(1, 0);
        many.sections[0].chunks = (0..5000_u32).map(|at| vec![at as u8; (at % 9) as usize]).collect();
        opened.writer.append(&many).unwrap();
        opened.writer.sync().unwrap();
        assert_eq!(contents(&opened.reader), [(1, sections_of(&many))]);
    }
}

#[test]
fn a_second_opener_is_refused_and_an_audit_too_while_a_node_runs() {
    let directory = tempfile::tempdir().unwrap();
    let opened = open(directory.path(), WritePath::Pwritev, 0).unwrap();
    let busy = |outcome: Result<DirectoryStorage, DirectoryError>| {
        assert!(matches!(outcome, Err(DirectoryError::DirectoryBusy { path }) if path == directory.path()));
    };
    busy(DirectoryStorage::open(directory.path()));
    busy(DirectoryStorage::open_read_only(directory.path()));
    // Somebody takes the lock file for a left-over.
    std::fs::remove_file(directory.path().join("LOCK")).unwrap();
    busy(DirectoryStorage::open(directory.path()));
    std::fs::remove_file(directory.path().join("LOCK")).unwrap();
    busy(DirectoryStorage::open_read_only(directory.path()));
    opened.writer.close().unwrap();
    drop(opened.reader);
    let (one, two) = (
        DirectoryStorage::open_read_only(directory.path()).unwrap(),
        DirectoryStorage::open_read_only(directory.path()).unwrap(),
    );
    busy(DirectoryStorage::open(directory.path()));
    assert!(audit(&one, &mut |_| {}).unwrap().clean);
    assert!(audit(&two, &mut |_| {}).unwrap().clean);
}

#[test]
fn what_is_read_once_is_what_was_written_whichever_way() {
    let directory = tempfile::tempdir().unwrap();
    let storage = DirectoryStorage::open(directory.path()).unwrap();
    let written: Vec<u8> = (0..16_384_u32).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
    for (name, write_path) in ["direct", "pwritev", "map"].into_iter().zip(PATHS) {
        let file = storage.create(name, 16_384, write_path).unwrap();
        file.write_at(&[IoSlice::new(&written)], 0).unwrap();
        // Not synced yet, and read through another handle; memory that begins at a page, and such that does not.
        let reading = storage.open(name).unwrap();
        let mut memory = vec![0; 4 * 4_096];
        let page = memory.as_ptr().align_offset(4_096);
        for start in [page, page + 1] {
            let buf = &mut memory[start..start + 8_192];
            reading.read_once(buf, 4_096).unwrap();
            assert!(buf == &written[4_096..12_288], "{name}, from {start}");
            reading.read_once(buf, 100).unwrap();
            assert!(buf == &written[100..8_292], "{name}, from {start}, not at a page");
        }
        assert!(
            reading.read_once(&mut memory[page..page + 8_192], 12_288).is_err(),
            "{name}: behind the end"
        );
    }
}

#[test]
fn a_read_only_opening_changes_nothing_and_cannot() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(
        audit(&DirectoryStorage::open_read_only(directory.path()).unwrap(), &mut |_| {}),
        Err(AuditError::Found(_))
    ));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "not even a lock file is made");
    let storage = Arc::new(DirectoryStorage::open_read_only(directory.path()).unwrap());
    let outcome = Log::open(storage, LogOptions::default(), FrameNumber::FIRST, system_nonces());
    assert!(matches!(outcome, Err(OpenError::Io(_))));
}

/// Who else uses the machine has no look at the books.
#[test]
fn a_directory_is_made_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("above/books");
    drop(DirectoryStorage::open(&path).unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    // One that is there already is somebody's choice.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).unwrap();
    drop(DirectoryStorage::open(&path).unwrap());
    assert_eq!(mode(&path), 0o750);
}
