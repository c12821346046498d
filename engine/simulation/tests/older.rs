//! Ledgers that an older version wrote open, verify, and go on. `older/README.md` says what they hold.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod desk;

use longmen_engine::StartReport;
use longmen_engine::audit::{Verified, VerifyError, verify};
use longmen_wal::{FaultyStorage, Storage};

use desk::{Desk, options};

/// When the ledger of everyday use was last written to, and a little more: 2026-11-29, 09:00.
const THEN_S: u32 = 1_795_942_800;
/// The other one was written to five days later, by its clock.
const DOUBLED_S: u32 = THEN_S + 5 * 86_400;

/// What the older version said of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Figures {
    id: u64,
    balance: i128,
    frozen: i128,
    available: i128,
}

/// A ledger as it was left, and what its books had.
struct Older {
    disk: FaultyStorage,
    head: &'static str,
    figures: Vec<Figures>,
}

fn books() -> Older {
    Older::read(include_bytes!("older/books.sparse"), include_str!("older/books.txt"))
}

fn doubled() -> Older {
    Older::read(include_bytes!("older/doubled.sparse"), include_str!("older/doubled.txt"))
}

impl Older {
    fn read(sparse: &[u8], told: &'static str) -> Older {
        let mut lines = told.lines();
        let head = lines.next().unwrap().strip_prefix("head ").unwrap();
        let figures = lines.map(|line| {
            let mut words = line.split(' ');
            let mut figure = || words.next().unwrap().parse::<i128>().unwrap();
            let id = u64::try_from(figure()).unwrap();
            Figures { id, balance: figure(), frozen: figure(), available: figure() }
        });
        Older { disk: unpack(sparse), head, figures: figures.collect() }
    }
}

/// The files of a directory, whose zeros `make.py` left out.
fn unpack(mut sparse: &[u8]) -> FaultyStorage {
    let mut take = |len: usize| {
        let (taken, rest) = sparse.split_at(len);
        sparse = rest;
        (taken, rest.is_empty())
    };
    let number = |bytes: &[u8]| {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        usize::try_from(u64::from_le_bytes(wide)).unwrap()
    };
    let disk = FaultyStorage::new();
    loop {
        let name_len = number(take(2).0);
        let name = String::from_utf8(take(name_len).0.to_vec()).unwrap();
        let mut bytes = vec![0; number(take(8).0)];
        let (runs, mut is_last) = take(4);
        for _ in 0..number(runs) {
            let (at, len) = (number(take(8).0), number(take(4).0));
            let (run, last) = take(len);
            bytes[at..at + len].copy_from_slice(run);
            is_last = last;
        }
        disk.set_file(&name, &bytes);
        if is_last {
            return disk;
        }
    }
}

fn figures(desk: &mut Desk, of: &[Figures]) -> Vec<Figures> {
    let shown = of.iter().map(|figures| {
        let view = desk.view(figures.id);
        let (balance, frozen, available) = (view.balance, view.frozen, view.available);
        Figures { id: figures.id, balance, frozen, available }
    });
    shown.collect()
}

fn audited(disk: &FaultyStorage) -> Result<Verified, VerifyError> {
    verify(disk, &mut |_| {})
}

/// Opens the ledger, looks at every account, posts on, and verifies what came of it.
fn goes_on(older: &Older, disk: &FaultyStorage, shards: u16) -> StartReport {
    assert_eq!(audited(disk).unwrap().log.head.to_string(), older.head);
    let mut desk = Desk::start(disk, shards, THEN_S);
    assert_eq!(figures(&mut desk, &older.figures), older.figures);
    // Ids of batches are known and have left memory; the same transfer is not posted again.
    let [bank, _, _, second] = [1, 2, 3, 4];
    let again = desk.transfer(1 << 64 | 3, bank, second, 4);
    assert_eq!((again.rejection, again.repeated), (None, true));
    let other = desk.transfer(1 << 64 | 3, bank, second, 5);
    assert!(other.rejection.is_some(), "the id was used with other content");
    let new = desk.transfer(9 << 64, bank, second, 100);
    assert_eq!((new.rejection, new.repeated), (None, false));
    let mut expected = older.figures.clone();
    for account in [bank, second] {
        let figures = &mut expected[usize::try_from(account).unwrap() - 1];
        figures.balance += 100;
        figures.available += 100;
    }
    assert_eq!(figures(&mut desk, &expected), expected);
    let report = desk.report.clone();
    desk.close();
    audited(disk).unwrap();
    assert_eq!(figures(&mut Desk::start(disk, 2, THEN_S), &expected), expected);
    report
}

#[test]
fn it_opens_verifies_and_goes_on() {
    let older = books();
    assert_eq!(older.figures.len(), 34);
    for shards in [1, 3] {
        let report = goes_on(&older, &older.disk.branch(), shards);
        assert!(report.snapshot.is_some() && report.archives > 0, "{report:?}");
        assert_eq!((report.refused_snapshots, report.refused_archives), (vec![], vec![]));
    }
}

/// From the first frame on, without what was derived from the log.
#[test]
fn it_opens_and_goes_on_by_its_log_alone() {
    let older = books();
    let disk = older.disk.branch();
    for name in disk.list().unwrap() {
        if name.starts_with("snapshot-") || name.starts_with("ids-") {
            disk.delete_file(&name);
        }
    }
    let report = goes_on(&older, &disk, 1);
    assert_eq!((report.snapshot, report.archives), (None, 0));
}

#[test]
fn one_with_a_doubled_id_opens() {
    let older = doubled();
    let [again] = audited(&older.disk).unwrap().came_again[..] else { panic!() };
    assert_eq!(again.after_us / 3_600_000_000, 5 * 24);
    // Whether both of its heads are read at the start or one.
    for known_ids in [16, 1 << 14, 1 << 20] {
        let disk = older.disk.branch();
        let mut options = options(1, 4 << 20);
        options.settings.known_ids = known_ids;
        let mut desk = Desk::try_start(&disk, &options, DOUBLED_S).unwrap();
        assert_eq!(figures(&mut desk, &older.figures), older.figures);
        let new = desk.transfer(9 << 64, 1, 3, 100);
        assert_eq!((new.rejection, new.repeated), (None, false));
        desk.close();
        assert_eq!(audited(&disk).unwrap().came_again, [again]);
    }
}
