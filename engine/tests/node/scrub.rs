//! The scrub of a running node: it comes through, finds what is damaged, and is told.

use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use longmen_engine::{NodeOptions, ScrubOptions};
use longmen_wal::{Fault, FaultyStorage, Storage};

use crate::desk::{Desk, options};

/// As fast as it can, again and again.
fn scrubbed() -> NodeOptions {
    let scrub = ScrubOptions { bytes_per_second: 1 << 40, every: Duration::ZERO };
    NodeOptions { scrub, known_ids: 256, snapshot_bytes: 20_000, ..options(2) }
}

/// Waits until everything was read once more.
fn pass(desk: &Desk) {
    let history = desk.node.history();
    // The one under way may have begun before whatever the caller did.
    let wanted = history.scrub().passes + 2;
    while history.scrub().passes < wanted {
        sleep(Duration::from_millis(1));
    }
}

/// The name of the newest file that begins so.
fn newest(disk: &FaultyStorage, prefix: &str) -> String {
    let names = disk.list().unwrap().into_iter().filter(|name| name.starts_with(prefix));
    names.max().unwrap_or_else(|| panic!("no file {prefix}"))
}

#[test]
fn damage_is_found_in_every_file_while_the_node_runs() {
    let disk = FaultyStorage::new();
    let mut desk = Desk::start(Arc::new(disk.clone()), &scrubbed());
    desk.open_books(4, &[]);
    for batch in 0..40_u128 {
        let transfers: Vec<_> = (0..40).map(|one| (1 + batch * 40 + one, 1, 2, 1)).collect();
        assert_eq!(desk.post(&transfers).results[39].rejection, None);
    }
    // Snapshots and archives are written when there is time.
    let has = |prefix: &str| disk.list().unwrap().iter().any(|name| name.starts_with(prefix));
    while !(has("snapshot-0") && has("ids-")) {
        sleep(Duration::from_millis(1));
    }
    pass(&desk);
    let history = desk.node.history();
    assert_eq!(history.damaged().places, []);
    assert!(history.scrub().last_pass_us.is_some());
    for (file, offset) in [
        ("segment-00000001.log".to_owned(), 4_096 + 90),
        (newest(&disk, "snapshot-0"), 5),
        (newest(&disk, "snapshot-0"), 300),
        (newest(&disk, "ids-"), 80),
        (newest(&disk, "ids-"), 4_100),
        (newest(&disk, "ids-"), disk.file(&newest(&disk, "ids-")).unwrap().len() as u64 - 1),
    ] {
        disk.flip_bit(&file, offset, 3);
        pass(&desk);
        let found = history.damaged().places;
        let [place] = &found[..] else { panic!("{file} at {offset}: {found:?}") };
        assert_eq!(place.file, file, "{place}");
        if !file.starts_with("segment") {
            assert_eq!(place.fault, Fault::Sum, "{place}");
        }
        disk.flip_bit(&file, offset, 3);
        pass(&desk);
        assert_eq!(history.damaged().places, [], "{file} was mended");
    }
    desk.stop();
}

#[test]
fn a_node_without_a_scrub_says_so() {
    let disk = FaultyStorage::new();
    let none = ScrubOptions { bytes_per_second: 0, ..ScrubOptions::default() };
    let desk = Desk::start(Arc::new(disk), &NodeOptions { scrub: none, ..options(1) });
    assert_eq!(desk.node.history().scrub(), longmen_engine::ScrubReport::default());
    desk.stop();
}
