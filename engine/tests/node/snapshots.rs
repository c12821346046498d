//! Snapshots taken while payments go on, and crashes around them.

use std::collections::BTreeMap;
use std::sync::Arc;

use longmen_engine::ledger::{Answer, Command, Posted};
use longmen_engine::{Node, NodeOptions, StartReport};
use longmen_wal::{FaultyStorage, Storage};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::desk::{Desk, options, transfers_batch};
use crate::lying::{lying_snapshots, of_a_longer_log};

const ACCOUNTS: u64 = 600;

fn small_snapshots(shards: u16) -> NodeOptions {
    NodeOptions { snapshot_bytes: 100_000, ..options(shards) }
}

fn is_snapshot(name: &str) -> bool {
    name.starts_with("snapshot-0")
}

/// What a client knows when the power goes: the transfers it has an answer for.
#[derive(Default)]
struct Told {
    posted: BTreeMap<u128, (u64, u64, i64)>,
    refused: Vec<(u128, u64, u64, i64)>,
    unanswered: Vec<(u128, u64, u64, i64)>,
}

impl Told {
    fn take(&mut self, transfers: &[(u128, u64, u64, i64)], posted: &Posted) {
        for (transfer, result) in transfers.iter().zip(&posted.results) {
            let &(id, debit, credit, amount) = transfer;
            match result.rejection {
                None => drop(self.posted.insert(id, (debit, credit, amount))),
                Some(_) => self.refused.push(*transfer),
            }
        }
    }
}

fn random_transfers(random: &mut StdRng, first: u128, count: u128) -> Vec<(u128, u64, u64, i64)> {
    let mut account = || random.random_range(1..=ACCOUNTS);
    let mut pairs = (0..count).map(|_| (account(), account())).collect::<Vec<_>>();
    pairs
        .iter_mut()
        .for_each(|(debit, credit)| *credit = if credit == debit { *debit % ACCOUNTS + 1 } else { *credit });
    pairs
        .into_iter()
        .zip(first..)
        .map(|((debit, credit), id)| (id, debit, credit, i64::try_from(id % 97).unwrap() + 1))
        .collect()
}

/// Loads a node over `disk` until a snapshot has been taken, then a little more, and gives the disk as it is in the
/// midst of the load.
fn crash_under_load(disk: &FaultyStorage, random: &mut StdRng, power: Option<u64>) -> (FaultyStorage, Told) {
    let mut desk = Desk::start(Arc::new(disk.clone()), &small_snapshots(2));
    // With two shards each of the last two subjects has its account in one shard alone.
    desk.open_books(ACCOUNTS - 2, &[2, 3]);
    desk.open_accounts("220302", ACCOUNTS - 1..=ACCOUNTS - 1, &[]);
    desk.open_accounts("220303", ACCOUNTS..=ACCOUNTS, &[]);
    let mut told = Told::default();
    let mut next = 1;
    loop {
        let batches: Vec<_> = (0..8)
            .map(|_| {
                let transfers = random_transfers(random, next, 200);
                next += 200;
                (desk.submit(Command::Post(transfers_batch(&transfers))), transfers)
            })
            .collect();
        let crash = next > 20_000 && disk.list().unwrap().iter().filter(|name| is_snapshot(name)).count() > 1;
        let answered = if crash { random.random_range(0..8) } else { 8 };
        for (tag, transfers) in &batches[..answered] {
            let Answer::Posted(posted) = desk.wait(*tag) else { panic!() };
            told.take(transfers, &posted);
        }
        if crash {
            told.unanswered.extend(batches[answered..].iter().flat_map(|(_, transfers)| transfers.clone()));
            let left = power.map_or_else(|| disk.branch(), |seed| disk.power_cut(seed));
            desk.stop();
            return (left, told);
        }
    }
}

/// Asks everything again: what was told holds, and what was not is whole or not at all.
fn check(disk: FaultyStorage, shards: u16, told: &Told) -> StartReport {
    let mut desk = Desk::start(Arc::new(disk), &small_snapshots(shards));
    let report = desk.node.report().clone();
    let posted: Vec<_> =
        told.posted.iter().map(|(id, (debit, credit, amount))| (*id, *debit, *credit, *amount)).collect();
    for chunk in posted.chunks(1_000) {
        let again = desk.post(chunk);
        assert!(again.results.iter().all(|result| result.rejection.is_none() && result.repeated));
    }
    for chunk in told.refused.chunks(1_000) {
        assert!(desk.post(chunk).results.iter().all(|result| result.rejection.is_some() && result.repeated));
    }
    let mut balances = vec![0_i128; usize::try_from(ACCOUNTS).unwrap() + 1];
    let mut book = |&(_, debit, credit, amount): &(u128, u64, u64, i64)| {
        balances[usize::try_from(debit).unwrap()] -= i128::from(amount);
        balances[usize::try_from(credit).unwrap()] += i128::from(amount);
    };
    posted.iter().for_each(&mut book);
    for chunk in told.unanswered.chunks(1_000) {
        let again = desk.post(chunk);
        chunk
            .iter()
            .zip(again.results)
            .filter(|(_, result)| result.rejection.is_none())
            .for_each(|(t, _)| book(t));
    }
    for account in 1..=ACCOUNTS {
        assert_eq!(
            desk.view(account).balance,
            balances[usize::try_from(account).unwrap()],
            "account {account}"
        );
    }
    let Answer::TrialBalance(trial) = desk.ask(Command::TrialBalance { entity: "".into() }) else { panic!() };
    assert!(trial.lines.iter().all(|line| line.closing == line.accounts_total));
    let (debit, credit) =
        trial.lines.iter().fold((0, 0), |sum, line| (sum.0 + line.debit, sum.1 + line.credit));
    assert_eq!((debit, trial.lines.len()), (credit, 3));
    desk.stop();
    report
}

#[test]
fn a_snapshot_under_load_and_a_kill_lose_nothing() {
    for seed in 0..3 {
        println!("seed {seed}");
        let disk = FaultyStorage::new();
        let (left, told) = crash_under_load(&disk, &mut StdRng::seed_from_u64(seed), None);
        for shards in [1, 2, 7] {
            let report = check(left.branch(), shards, &told);
            assert!(report.snapshot.is_some_and(|start| start > 1), "recovery goes on from a snapshot");
            assert!(report.entries < 40_000, "and does not replay the whole log");
        }
    }
}

#[test]
fn power_cuts_around_snapshots_lose_nothing() {
    for seed in 0..4 {
        println!("seed {seed}");
        let disk = FaultyStorage::new();
        let (left, told) = crash_under_load(&disk, &mut StdRng::seed_from_u64(seed), Some(seed));
        check(left, 3, &told);
    }
}

#[test]
fn a_snapshot_that_cannot_be_used_is_passed_over() {
    let disk = FaultyStorage::new();
    let (left, told) = crash_under_load(&disk, &mut StdRng::seed_from_u64(9), None);
    let mut snapshots: Vec<_> = left.list().unwrap().into_iter().filter(|name| is_snapshot(name)).collect();
    snapshots.sort();
    let [older, newest] = snapshots.as_slice() else { panic!("the two newest are kept: {snapshots:?}") };
    let size = left.file(newest).unwrap().len() as u64;
    let flipped = left.branch();
    flipped.flip_bit(newest, size / 2, 3);
    let torn = left.branch();
    torn.truncate(newest, size - 1);
    let empty = left.branch();
    empty.truncate(newest, 0);
    for (disk, what) in [(flipped, "flipped"), (torn, "torn"), (empty, "empty")] {
        let report = check(disk, 2, &told);
        let [refused] = &report.refused_snapshots[..] else { panic!("{what}: {report:?}") };
        assert!(refused.starts_with(newest.as_str()), "{what}: {refused}");
        assert!(
            older.ends_with(&format!("{:016}", report.snapshot.unwrap())),
            "{what}: the older one is used"
        );
    }
    for (what, bytes) in lying_snapshots(&left.file(newest).unwrap()) {
        let disk = left.branch();
        disk.set_file(newest, &bytes);
        let report = check(disk, 2, &told);
        let [refused] = &report.refused_snapshots[..] else { panic!("{what}: {report:?}") };
        assert!(refused.starts_with(newest.as_str()), "{what}: {refused}");
        assert!(
            older.ends_with(&format!("{:016}", report.snapshot.unwrap())),
            "{what}: the older one is used"
        );
    }
    let disk = left.branch();
    for name in [older, newest] {
        let (_, bytes) = lying_snapshots(&left.file(name).unwrap()).remove(0);
        disk.set_file(name, &bytes);
    }
    let report = check(disk, 2, &told);
    assert_eq!((report.snapshot, report.refused_snapshots.len()), (None, 2), "the whole log is replayed");
    let foreign = FaultyStorage::new();
    let (other, _) = crash_under_load(&foreign, &mut StdRng::seed_from_u64(10), None);
    let theirs = other.list().unwrap().into_iter().filter(|name| is_snapshot(name)).max().unwrap();
    let mixed = left.branch();
    mixed.set_file("snapshot-0000000000000003", &other.file(&theirs).unwrap());
    mixed.delete_file(older);
    mixed.delete_file(newest);
    let report = check(mixed, 2, &told);
    assert_eq!(report.snapshot, None, "another node's snapshot, or one under a wrong name, is not used");
    assert_eq!(report.refused_snapshots.len(), 1);
}

/// The newest snapshot is gone on from while the log is being checked, before it is known whether it may be: here it may not.
/// One of this node that names a later frame than the log has refuses the start.
#[test]
fn a_newest_snapshot_of_another_node_is_passed_over_and_one_of_a_longer_log_refuses() {
    let (left, told) = crash_under_load(&FaultyStorage::new(), &mut StdRng::seed_from_u64(9), None);
    let snapshots = |disk: &FaultyStorage| {
        let names = disk.list().unwrap().into_iter().filter(|name| is_snapshot(name));
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let own = snapshots(&left);
    let newest = own.last().unwrap();
    let start_of = |name: &str| name.rsplit('-').next().unwrap().parse::<u64>().unwrap();

    let longer = left.branch();
    longer.set_file(newest, &of_a_longer_log(&left.file(newest).unwrap()));
    let untouched = longer.digest();
    let refused = Node::start(Arc::new(longer.clone()), &small_snapshots(2)).err().unwrap().to_string();
    assert!(refused.contains(&format!("durable up to {} by {newest}", 1_u64 << 40)), "{refused}");
    assert_eq!(longer.digest(), untouched, "nothing is changed");

    let (other, _) = crash_under_load(&FaultyStorage::new(), &mut StdRng::seed_from_u64(10), None);
    let theirs = snapshots(&other).pop_first().unwrap();
    let foreign = left.branch();
    own.range(theirs.clone()..).for_each(|name| foreign.delete_file(name));
    foreign.set_file(&theirs, &other.file(&theirs).unwrap());
    let report = check(foreign, 2, &told);
    assert_eq!(report.snapshot, own.range(..theirs.clone()).next_back().map(|name| start_of(name)));
    assert_eq!(report.refused_snapshots, [format!("{theirs}: another node's")]);
}

/// Whatever is damaged behind a whole header: the records are read before their sum is known to be wrong, and the reader
/// neither panics nor takes them.
#[cfg(feature = "fuzz")]
#[test]
fn a_damaged_snapshot_is_read_with_care() {
    use longmen_engine::fuzz::read_snapshots;
    use longmen_engine::ledger::LedgerSettings;

    const HEADER: usize = 120;
    let mut random = StdRng::seed_from_u64(5);
    let (left, _) = crash_under_load(&FaultyStorage::new(), &mut random, None);
    let names: Vec<String> = left.list().unwrap().into_iter().filter(|name| is_snapshot(name)).collect();
    let name = names.iter().max().unwrap();
    let good = left.file(name).unwrap();
    let settings = LedgerSettings { shards: 2, known_ids: 1 << 12, ..LedgerSettings::default() };
    for round in 0..4_000 {
        let mut bytes = good.clone();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(HEADER..bytes.len());
            let end = bytes.len().min(at + [1, 2, 8, 64, 4_096][random.random_range(0..5)]);
            match random.random_range(0..5) {
                0 => bytes[at] ^= 1 << random.random_range(0..8),
                1 => bytes[at..end].fill(0),
                2 => bytes[at..end].fill(255),
                3 => bytes[at..end].iter_mut().for_each(|byte| *byte = random.random()),
                _ => {
                    let from = random.random_range(HEADER..bytes.len() - (end - at));
                    bytes.copy_within(from..from + (end - at), at);
                }
            }
        }
        let disk = FaultyStorage::new();
        disk.set_file(name, &bytes);
        let found = read_snapshots(&disk, &settings).unwrap();
        let is_taken = matches!(&found.restored[..], [Ok(_)]);
        assert_eq!(is_taken, bytes == good, "round {round}: {found:?}", found = found.refused);
    }
}
