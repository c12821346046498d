//! A file that is cut short while its map is read: a process of its own, since it is to end.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use longmen_wal::{
    DirectoryStorage, FrameNumber, Log, LogOptions, WritePath, end_at_a_lost_page, system_nonces,
};
use rustix::process::Signal;

use crate::kit::body;

/// The directory of the process that is to end.
const DIRECTORY: &str = "LONGMEN_LOST_PAGE";
const SAID: &str = "a page of a file in the data directory cannot be read (SIGBUS)";

/// Runs the test below in a process of its own.
fn process(directory: &Path) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "lost_page::a_reader_of_a_file_that_is_cut_short", "--ignored", "--nocapture"]);
    command.env(DIRECTORY, directory).output().unwrap()
}

#[test]
fn a_lost_page_ends_the_process_with_a_message() {
    let directory = tempfile::tempdir().unwrap();
    let output = process(directory.path());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(Signal::ABORT.as_raw()), "{:?}: {said}", output.status);
    assert!(said.contains(SAID), "{said}");
    // What was synced before is still there but for what was cut away, and that is refused and named.
    let storage = Arc::new(DirectoryStorage::open(directory.path()).unwrap());
    let refused = Log::open(storage, LogOptions::default(), FrameNumber::FIRST, system_nonces());
    let words = refused.err().expect("a durable frame is gone").to_string();
    assert!(words.contains(".wal") || words.contains("segment"), "{words}");
}

/// Only in the process that the test above starts.
#[test]
#[ignore = "ends its process"]
fn a_reader_of_a_file_that_is_cut_short() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    end_at_a_lost_page().unwrap();
    let directory = Path::new(&directory);
    let storage = Arc::new(DirectoryStorage::open(directory).unwrap());
    let options = LogOptions { segment_bytes: 65536, segments_ahead: 0, write_path: WritePath::Pwritev };
    let mut opened = Log::open(storage, options, FrameNumber::FIRST, system_nonces()).unwrap();
    for id in 1..=4 {
        opened.writer.append(&body(id, 100)).unwrap();
        opened.writer.sync().unwrap();
    }
    for file in std::fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        if path.metadata().unwrap().len() == 65536 {
            std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(8192).unwrap();
        }
    }
    let last = opened.reader.frame(FrameNumber(4));
    panic!("a frame that is not there was read: {last:?}");
}
