//! Ledgers that an older version wrote open, verify, and go on. `older/README.md` says what they hold.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use longmen_engine::audit::{Verified, VerifyError, verify};
use longmen_engine::ledger::{
    AccountId, AccountRef, AccountView, Amount, Answer, Batch, ClientId, Command, Currency, Draft, Leg,
    PostResult, Settings, Side, TransactionId,
};
use longmen_engine::{Replies, SimulatedNode, SimulatedOptions, StartReport};
use longmen_wal::{FaultyStorage, LogOptions, Storage, WritePath, seeded_nonces};
use tokio::sync::mpsc::UnboundedReceiver;

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

/// A node that goes on from an older ledger, and one session.
struct Desk {
    node: SimulatedNode,
    report: StartReport,
    session: u64,
    replies: UnboundedReceiver<Replies>,
    client: ClientId,
    now_s: u32,
}

impl Desk {
    fn start(disk: &FaultyStorage, shards: u16, now_s: u32) -> Desk {
        Desk::start_with(disk, shards, now_s, 16)
    }

    fn start_with(disk: &FaultyStorage, shards: u16, now_s: u32, known_ids: usize) -> Desk {
        let log = LogOptions { segment_bytes: 4 << 20, segments_ahead: 0, write_path: WritePath::Pwritev };
        let settings = Settings { shards, known_ids, ..Settings::default() };
        let options = SimulatedOptions { settings, log, least_space: 3 << 20, slice: 64 };
        let storage = Arc::new(disk.clone());
        let now_us = i64::from(now_s) * 1_000_000;
        let (mut node, report) = SimulatedNode::start(storage, &options, seeded_nonces(7), now_us).unwrap();
        let (session, replies) = node.open_session();
        let mut desk = Desk { node, report, session, replies, client: ClientId(0), now_s };
        let Answer::Welcome { client } = desk.ask(Command::Hello { name: "shop".into() }) else { panic!() };
        desk.client = client;
        desk
    }

    fn ask(&mut self, command: Command) -> Answer {
        self.node.submit(self.session, 1, self.client, command);
        loop {
            if self.node.messages() > 0 {
                self.node.deliver(0);
            } else {
                self.node.write().unwrap();
                self.node.pump(i64::from(self.now_s) * 1_000_000);
            }
            self.node.give_id_memory();
            self.node.archive_step();
            if let Ok(mut some) = self.replies.try_recv() {
                return some.replies.remove(0).answer;
            }
        }
    }

    fn view(&mut self, id: u64) -> AccountView {
        let asked = Command::Balances(vec![AccountRef::Id(AccountId(id))]);
        let Answer::Accounts(mut views) = self.ask(asked) else { panic!() };
        views.remove(0).unwrap()
    }

    fn figures(&mut self, of: &[Figures]) -> Vec<Figures> {
        let shown = of.iter().map(|figures| {
            let view = self.view(figures.id);
            let (balance, frozen, available) = (view.balance, view.frozen, view.available);
            Figures { id: figures.id, balance, frozen, available }
        });
        shown.collect()
    }

    fn transfer(&mut self, id: u128, debit: u64, credit: u64, amount: i64) -> PostResult {
        let currency = Currency::from_code("CNY").unwrap();
        let leg = |step, account, side| Leg {
            account: AccountId(account),
            amount: Amount(amount),
            currency,
            step,
            side,
        };
        let legs = [leg(1, debit, Side::Debit), leg(2, credit, Side::Credit)];
        let mut batch = Batch::default();
        let id = TransactionId(id);
        batch.push(Draft { id, time: self.now_s, value_date: None, accounting_date: None }, &legs, &[]);
        let Answer::Posted(mut posted) = self.ask(Command::Post(batch)) else { panic!() };
        posted.results.remove(0)
    }

    fn close(mut self) {
        while !self.node.is_settled() {
            self.node.write().unwrap();
            self.node.pump(i64::from(self.now_s) * 1_000_000);
        }
        self.node.close().unwrap();
    }
}

fn audited(disk: &FaultyStorage) -> Result<Verified, VerifyError> {
    verify(disk, &mut |_| {})
}

/// Opens the ledger, looks at every account, posts on, and verifies what came of it.
fn goes_on(older: &Older, disk: &FaultyStorage, shards: u16) -> StartReport {
    assert_eq!(audited(disk).unwrap().log.head.to_string(), older.head);
    let mut desk = Desk::start(disk, shards, THEN_S);
    assert_eq!(desk.figures(&older.figures), older.figures);
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
    assert_eq!(desk.figures(&expected), expected);
    let report = desk.report.clone();
    desk.close();
    audited(disk).unwrap();
    assert_eq!(Desk::start(disk, 2, THEN_S).figures(&expected), expected);
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
        let mut desk = Desk::start_with(&disk, 1, DOUBLED_S, known_ids);
        assert_eq!(desk.figures(&older.figures), older.figures);
        let new = desk.transfer(9 << 64, 1, 3, 100);
        assert_eq!((new.rejection, new.repeated), (None, false));
        desk.close();
        assert_eq!(audited(&disk).unwrap().came_again, [again]);
    }
}
