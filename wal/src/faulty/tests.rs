use std::io::IoSlice;

use super::{FaultyStorage, Operation};
use crate::storage::{Storage, StorageFile, WritePath};

fn write(file: &dyn StorageFile, at: u64, bytes: &[u8]) {
    file.write_at(&[IoSlice::new(bytes)], at).unwrap();
}

#[test]
fn a_power_cut_keeps_what_was_synced_and_any_part_of_the_rest() {
    let disk = FaultyStorage::new();
    let file = disk.create("a", 2048, WritePath::Pwritev).unwrap();
    write(&*file, 0, &[1; 512]);
    file.sync().unwrap();
    disk.sync_directory().unwrap();
    write(&*file, 512, &[2; 1024]);
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let bytes = disk.power_cut(seed).file("a").unwrap();
        assert_eq!(bytes.len(), 2048);
        assert_eq!(bytes[..512], [1; 512]);
        assert_eq!(bytes[1536..], [0; 512]);
        seen.insert((bytes[512], bytes[1024]));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [(0, 0), (0, 2), (2, 0), (2, 2)]);
}

#[test]
fn names_need_the_directory_sync_and_renames_are_atomic() {
    let disk = FaultyStorage::new();
    disk.set_file("m", b"old");
    let file = disk.create("m.new", 0, WritePath::Pwritev).unwrap();
    write(&*file, 0, b"new");
    file.sync().unwrap();
    disk.rename("m.new", "m").unwrap();
    let outcomes: Vec<Vec<u8>> = (0..50).map(|seed| disk.power_cut(seed).file("m").unwrap()).collect();
    assert!(outcomes.contains(&b"old".to_vec()) && outcomes.contains(&b"new".to_vec()));
    disk.sync_directory().unwrap();
    for seed in 0..50 {
        assert_eq!(disk.power_cut(seed).file("m").unwrap(), b"new");
        assert_eq!(disk.power_cut(seed).file("m.new"), None);
    }
}

#[test]
fn what_a_failed_sync_held_reads_back_but_no_later_sync_saves_it() {
    let disk = FaultyStorage::new();
    let file = disk.create("a", 512, WritePath::Pwritev).unwrap();
    file.sync().unwrap();
    disk.sync_directory().unwrap();
    write(&*file, 0, &[7; 512]);
    disk.fail_nth(Operation::Sync, 1);
    assert!(file.sync().is_err());
    file.sync().unwrap();
    assert_eq!(disk.file("a").unwrap(), [7; 512]);
    assert!((0..50).any(|seed| disk.power_cut(seed).file("a").unwrap() == [0; 512]));
    write(&*file, 0, &[8; 512]);
    file.sync().unwrap();
    assert!((0..50).all(|seed| disk.power_cut(seed).file("a").unwrap() == [8; 512]));
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let disk = FaultyStorage::new();
    disk.set_capacity(Some(1000));
    assert!(disk.create("a", 1001, WritePath::Pwritev).is_err());
    let file = disk.create("a", 600, WritePath::Pwritev).unwrap();
    write(&*file, 0, &[1; 600]);
    assert_eq!(
        file.write_at(&[IoSlice::new(&[1; 600])], 500).unwrap_err().kind(),
        std::io::ErrorKind::StorageFull
    );
    disk.set_capacity(None);
    write(&*file, 500, &[1; 600]);
}

#[test]
fn the_power_goes_at_an_operation_and_stays_off() {
    let disk = FaultyStorage::new();
    disk.power_off_at(2);
    let file = disk.create("a", 512, WritePath::Pwritev).unwrap();
    assert!(file.write_at(&[IoSlice::new(&[1; 512])], 0).is_err());
    assert!(file.sync().is_err());
    assert!(disk.sync_directory().is_err());
    assert_eq!(disk.operations(), 4);
}

#[test]
fn bits_rot_beneath_whoever_writes_the_file() {
    let disk = FaultyStorage::new();
    let file = disk.create("a", 2_048, WritePath::Pwritev).unwrap();
    disk.sync_directory().unwrap();
    let written = file.map().unwrap();
    write(&*file, 0, &[1; 512]);
    disk.flip_bit("a", 3, 4);
    file.sync().unwrap();
    write(&*file, 512, &[2; 512]);
    file.sync().unwrap();
    // What was mapped before shows what was written; the medium has it otherwise, also for another node.
    assert_eq!(written.get(0..1_024).unwrap()[3], 1);
    let mut expect = [[1; 512], [2; 512]].concat();
    expect[3] ^= 1 << 4;
    for disk in [disk.clone(), disk.branch(), disk.power_cut(1)] {
        assert_eq!(disk.file("a").unwrap()[..1_024], expect);
        let mut read = [0; 8];
        let file = disk.open("a").unwrap();
        file.read_at(&mut read, 0).unwrap();
        assert_eq!(read[..], expect[..8]);
        assert_eq!(file.map().unwrap().get(0..8).unwrap(), &expect[..8]);
    }
    disk.flip_bit("a", 3, 4);
    assert_eq!((disk.file("a").unwrap()[3], disk.power_cut(1).file("a").unwrap()[3]), (1, 1));
    disk.flip_bit("a", 3, 4);
    // A write mends its sectors.
    write(&*file, 100, &[9]);
    file.sync().unwrap();
    assert_eq!((disk.file("a").unwrap()[3], disk.power_cut(1).file("a").unwrap()[3]), (1, 1));
}

#[test]
fn a_branch_is_another_disk_in_the_same_state() {
    let disk = FaultyStorage::new();
    let file = disk.create("a", 512, WritePath::Pwritev).unwrap();
    file.sync().unwrap();
    disk.sync_directory().unwrap();
    write(&*file, 0, &[1; 512]);
    let branch = disk.branch();
    write(&*file, 0, &[2; 512]);
    assert_eq!(branch.file("a").unwrap(), [1; 512]);
    assert!((0..50).any(|seed| branch.power_cut(seed).file("a").unwrap() == [0; 512]));
}

#[test]
fn all_that_a_power_cut_may_leave_is_what_it_leaves() {
    let disk = FaultyStorage::new();
    disk.set_file("m", &[1; 100]);
    let file = disk.create("a", 1024, WritePath::Pwritev).unwrap();
    file.sync().unwrap();
    disk.sync_directory().unwrap();
    // Of three sectors written one is as it was; the new length may be there in part.
    write(&*file, 512, &[0; 512]);
    write(&*file, 0, &[2; 512]);
    write(&*file, 1024, &[3; 512]);
    disk.rename("m", "n").unwrap();
    let left = |disk: &FaultyStorage| ["a", "m", "n"].map(|name| disk.file(name));
    let cuts = disk.power_cuts();
    assert_eq!(cuts.count(), 2 * 3 * 2 * 2);
    let all: std::collections::BTreeSet<_> =
        (0..cuts.count()).map(|number| left(&cuts.image(number))).collect();
    // A sector behind the end is not there, whatever became of it.
    assert_eq!(all.len(), 2 * 2 * (1 + 2 + 2));
    let whole = |files: &[Option<Vec<u8>>; 3]| {
        files[0].as_ref().is_some_and(|bytes| bytes.len() == 1024 || bytes.len() == 1536)
    };
    for seed in 0..200 {
        let random = left(&disk.power_cut(seed));
        assert!(!whole(&random) || all.contains(&random), "seed {seed}");
    }
    assert!(all.contains(&left(&disk.without_unsynced())) && all.contains(&left(&disk.branch())));
    let digests: std::collections::BTreeSet<_> =
        (0..cuts.count()).map(|number| cuts.image(number).digest()).collect();
    assert_eq!(digests.len(), all.len());
    let garbage = |seed| {
        let bytes = cuts.torn_image(seed).file("a").unwrap();
        bytes.iter().any(|byte| ![0, 2, 3].contains(byte))
    };
    assert!((0..50).any(garbage) && !(0..50).all(garbage));
}

#[test]
fn cuts_are_noted_before_each_sync() {
    let disk = FaultyStorage::new();
    disk.note_cuts();
    let file = disk.create("a", 512, WritePath::Pwritev).unwrap();
    write(&*file, 0, &[1; 512]);
    file.sync().unwrap();
    disk.sync_directory().unwrap();
    let counts: Vec<u128> = disk.take_cuts().iter().map(super::PowerCuts::count).collect();
    assert_eq!(counts, [2 * 3 * 2, 2]);
    file.sync().unwrap();
    assert!(disk.take_cuts().is_empty());
}

#[test]
fn an_unsynced_cut_leaves_the_old_length_or_the_new_one() {
    let disk = FaultyStorage::new();
    disk.set_file("a", &[7; 2_048]);
    disk.cut("a", 600).unwrap();
    assert_eq!(disk.file("a"), Some(vec![7; 600]));
    let left: std::collections::BTreeSet<Option<usize>> =
        (0..64).map(|seed| disk.power_cut(seed).file("a").map(|bytes| bytes.len())).collect();
    assert_eq!(left, std::collections::BTreeSet::from([Some(600), Some(2_048)]));
    let cuts = disk.power_cuts();
    let counted: Vec<usize> = (0..cuts.count()).map(|n| cuts.image(n).file("a").unwrap().len()).collect();
    assert_eq!(counted, [2_048, 600]);
    disk.open("a").unwrap().sync().unwrap();
    assert_eq!(disk.power_cut(1).file("a"), Some(vec![7; 600]));
    // Room that was given back can be taken again.
    disk.set_capacity(Some(1_000));
    let file = disk.open("a").unwrap();
    file.write_at(&[IoSlice::new(&[1; 400])], 600).unwrap();
    assert!(file.write_at(&[IoSlice::new(&[1; 1])], 1_000).is_err());
}
