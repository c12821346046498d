//! What is left of a kill between two files, and what is done about a database that is damaged, lost, foreign or newer.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use longmen_reconciliation_store::{FileFilter, FileId, Import, Reader, Store, StoreError, rebuild};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::desk::{Desk, NOON, day, person};

fn open(directory: &TempDir) -> Result<Store, StoreError> {
    Store::open(directory.path(), Duration::ZERO)
}

/// The names in the directory of files.
fn names(directory: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(directory.path().join("files")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Two days, one with versions, one compared.
fn some_desk() -> Desk {
    let mut desk = Desk::new();
    desk.day(day(18), &[("A", 100, 1)], &[("A", 100, 1), ("B", 7, 0)]);
    desk.correct(day(18), &[("A", 100, 1)]);
    let Import::NeedsApproval(file) = desk.import(day(18), &[("A", 9, 1)]).unwrap() else {
        panic!("it is new")
    };
    desk.store.reject_file(file, &person("li"), NOON).unwrap();
    desk.import(day(19), &[]).unwrap();
    desk
}

#[test]
fn what_a_kill_left_half_done_is_put_in_order() {
    let Desk { directory, store } = some_desk();
    let (before, listed) = (store.read().dump().unwrap(), names(&directory));
    drop(store);
    let files = directory.path().join("files");
    fs::write(files.join("incoming-x"), "half").unwrap();
    fs::write(files.join("a".repeat(64)), "whole, and no row names it").unwrap();
    fs::write(files.join("notes.txt"), "somebody's").unwrap();
    // What stands beside the bytes may be missing, where the database says that it was not written yet.
    let sidecar = listed.iter().find(|name| name.ends_with(".json")).unwrap();
    let sidecars = fs::read(files.join(sidecar)).unwrap();
    fs::remove_file(files.join(sidecar)).unwrap();
    Connection::open(directory.path().join("desk.db"))
        .unwrap()
        .execute("UPDATE files SET has_sidecar = 0", [])
        .unwrap();
    let store = open(&directory).unwrap();
    assert_eq!(store.read().dump().unwrap(), before);
    assert_eq!(fs::read(files.join(sidecar)).unwrap(), sidecars);
    let kept: Vec<String> = names(&directory).into_iter().filter(|name| name != "notes.txt").collect();
    assert_eq!(kept, listed);
}

#[test]
fn a_database_that_is_lost_or_damaged_is_made_again_from_its_files() {
    for damage in 0..3 {
        let Desk { directory, store } = some_desk();
        let before = store.read().dump().unwrap();
        drop(store);
        let database = directory.path().join("desk.db");
        let code = match damage {
            0 => {
                fs::remove_file(&database).unwrap();
                Some("no_database")
            }
            1 => {
                fs::write(&database, vec![7; 8192]).unwrap();
                None
            }
            _ => {
                // An older copy of it, from before the files came.
                let other = TempDir::new().unwrap();
                drop(open(&other).unwrap());
                fs::copy(other.path().join("desk.db"), &database).unwrap();
                Some("older_than_files")
            }
        };
        let refused = open(&directory).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert_eq!(matches!(refused, StoreError::Damaged { .. }), damage == 1, "{refused}");
        assert!(refused.to_string().contains("rebuild"), "{refused}");
        let rebuilt = rebuild(directory.path(), Duration::ZERO, &[]).unwrap();
        assert_eq!((rebuilt.files, rebuilt.set_aside.is_some()), (4, damage > 0));
        let store = open(&directory).unwrap();
        let after = store.read().dump().unwrap();
        assert_eq!((&after["files"], &after["file_sums"]), (&before["files"], &before["file_sums"]));
        assert_eq!(after["runs"].as_array().unwrap().len(), 0);
        store.read().check().unwrap();
        // The days are compared again, and breaks have the names that they had.
        let mut desk = Desk { directory, store };
        desk.run(day(18), &[("A", 100, 2)]).unwrap();
        assert_eq!(desk.said(), ["A fee_differs open since 2024-06-18"]);
    }
}

#[test]
fn a_copy_of_a_desk_in_use_is_a_desk() {
    let desk = some_desk();
    let place = TempDir::new().unwrap();
    let to = place.path().join("copy");
    let reader = Reader::open(desk.path()).unwrap();
    reader.back_up(&to).unwrap();
    let copy = Store::open(&to, Duration::ZERO).unwrap();
    assert_eq!(copy.read().dump().unwrap(), desk.store.read().dump().unwrap());
    copy.read().check().unwrap();
    drop(copy);
    assert_eq!(rebuild(&to, Duration::ZERO, &[]).unwrap().files, 4);
    let twice = reader.back_up(&to).unwrap_err();
    assert!(matches!(twice, StoreError::Io { .. }), "{twice:?}");
    // Half a copy is none.
    fs::remove_file(to.join("desk.db")).unwrap();
    assert_eq!(Store::open(&to, Duration::ZERO).unwrap_err().code(), Some("no_database"));
}

#[test]
fn a_page_that_is_damaged_is_found_and_told() {
    let Desk { directory, store } = some_desk();
    drop(store);
    let database = directory.path().join("desk.db");
    let mut bytes = fs::read(&database).unwrap();
    let page = 4096;
    bytes[page..].fill(0x55);
    fs::write(&database, bytes).unwrap();
    let told = open(&directory).and_then(|store| store.read().check()).unwrap_err();
    assert!(matches!(told, StoreError::Damaged { .. }), "{told:?}");
    assert_eq!(rebuild(directory.path(), Duration::ZERO, &[]).unwrap().files, 4);
}

#[test]
fn bytes_that_changed_are_nobodys_file() {
    let mut desk = some_desk();
    let file = desk.store.read().file(FileId(2)).unwrap();
    let raw: PathBuf = desk.path().join("files").join(file.sha256.to_string());
    fs::write(&raw, "edited").unwrap();
    for told in [desk.store.read().check().unwrap_err(), desk.run(day(18), &[]).unwrap_err()] {
        assert!(matches!(&told, StoreError::DamagedFile { path } if *path == raw), "{told:?}");
    }
    let Desk { directory, store } = desk;
    drop(store);
    let before = names(&directory);
    assert!(matches!(rebuild(directory.path(), Duration::ZERO, &[]), Err(StoreError::DamagedFile { .. })));
    fs::write(raw.with_extension("json"), "[{}]").unwrap();
    fs::remove_file(&raw).unwrap();
    assert!(matches!(rebuild(directory.path(), Duration::ZERO, &[]), Err(StoreError::Io { .. })));
    assert!(directory.path().join("desk.db").exists(), "nothing was changed");
    assert_eq!(names(&directory).len(), before.len() - 1);
}

#[test]
fn another_version_and_another_programs_database_are_told_by_name() {
    let Desk { directory, store } = some_desk();
    drop(store);
    let database = directory.path().join("desk.db");
    let set = |pragma: &str, value: i64| {
        Connection::open(&database).unwrap().pragma_update(None, pragma, value).unwrap();
    };
    let known = Connection::open(&database).unwrap();
    let known = known.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    for (pragma, value, code) in [
        ("user_version", 99, "newer_version"),
        ("user_version", known, "none"),
        ("application_id", 7, "foreign_database"),
    ] {
        set(pragma, value);
        let opened = open(&directory).err().and_then(|error| error.code()).unwrap_or("none");
        let read = Reader::open(directory.path()).err().and_then(|error| error.code()).unwrap_or("none");
        assert_eq!((opened, read), (code, code), "{pragma} {value}");
    }
    let empty = TempDir::new().unwrap();
    assert_eq!(Reader::open(empty.path()).unwrap_err().code(), Some("no_database"));
    Connection::open(empty.path().join("desk.db")).unwrap().execute("CREATE TABLE theirs (x)", []).unwrap();
    assert_eq!(open(&empty).unwrap_err().code(), Some("foreign_database"));
    let old = TempDir::new().unwrap();
    drop(Connection::open(old.path().join("desk.db")).unwrap());
    fs::write(old.path().join("desk.db"), "").unwrap();
    assert_eq!(Reader::open(old.path()).unwrap_err().code(), Some("older_version"));
    assert!(open(&old).unwrap().read().files(&FileFilter::default()).unwrap().is_empty());
}

#[test]
fn a_desk_of_the_version_before_interest_goes_on() {
    let old = TempDir::new().unwrap();
    let connection = Connection::open(old.path().join("desk.db")).unwrap();
    connection.execute_batch(include_str!("../../src/schema.sql")).unwrap();
    connection.pragma_update(None, "application_id", 0x4C4D_5243).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    assert_eq!(Reader::open(old.path()).unwrap_err().code(), Some("older_version"));
    drop(open(&old).unwrap());
    assert!(Reader::open(old.path()).unwrap().interest_dues("LM", true).unwrap().is_empty());
}
