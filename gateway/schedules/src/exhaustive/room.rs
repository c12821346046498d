//! The room that the log tells to other threads.

use loom::thread;

use crate::faulty::FaultyStorage;
use crate::pages::{TWO_FRAMES, body, open};

/// While the writer leaves a full segment for the next, and none can be made after that one, who looks at the room from
/// another thread is never told more than there was: a frame that was let in on the strength of it would find no place.
pub(crate) fn never_more_than_there_was() {
    let disk = FaultyStorage::new();
    let mut opened = open(&disk, TWO_FRAMES);
    for number in 1..=2 {
        opened.writer.append(&body(number)).expect("there is room");
    }
    opened.writer.sync().expect("the disk is well");
    disk.set_capacity(Some(disk.used()));
    let space = opened.writer.space();
    let most = space.bytes();
    assert_eq!(most, 2 * 4096, "the current segment is full, another one is ready");
    let looks = thread::spawn(move || {
        let told = space.bytes();
        assert!(told <= most, "{told} bytes are told, there were never more than {most}");
    });
    opened.writer.append(&body(3)).expect("a segment is ready");
    looks.join().expect("it does not panic");
    assert_eq!(opened.writer.space().bytes(), 4096);
}
