//! What a real node leaves passes the audit, closed or killed, and the audit's totals are the node's.

use std::collections::BTreeMap;

use longmen_engine::audit::{SubjectTotal, Verified};
use longmen_engine::ledger::{
    AccountChange, AccountId, AccountRef, AccountState, Amount, Answer, AttributeChange, Batch, Command,
    Rejection, Side, SubjectClass, TransactionId, YearStart,
};
use longmen_wal::FaultyStorage;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::desk::{Desk, add, now};
use crate::planted::{audited, date};

use Side::{Credit, Debit};

/// The accounts of the test's books.
struct Accounts {
    bank: u64,
    users: Vec<u64>,
    hot: Vec<u64>,
    memo: u64,
}

fn open_books(desk: &mut Desk) -> Accounts {
    for entity in ["LM", "XX"] {
        desk.ask(Command::OpenEntity {
            code: entity.into(),
            start: date("2018-05-01"),
            year_starts: YearStart::JANUARY,
        });
        desk.open_subject(entity, "100201", SubjectClass::Asset, Debit);
        desk.open_subject(entity, "220301", SubjectClass::Liability, Credit);
    }
    desk.open_subject("LM", "700101", SubjectClass::OffBalance, Debit);
    desk.open_subject("LM", "600101", SubjectClass::Income, Credit);
    let bank = desk.open_accounts("LM", "100201", 1, |opening| opening.may_go_negative = true)[0];
    let users = desk.open_accounts("LM", "220301", 20, |opening| opening.overdraft_limit = Amount(30));
    let hot = desk.open_accounts("LM", "600101", 2, |opening| opening.hot = true);
    let memo = desk.open_accounts("LM", "700101", 1, |_| {})[0];
    Accounts { bank, users, hot, memo }
}

/// A batch of random transactions of many shapes; about a tenth are short of funds.
fn batch(random: &mut SmallRng, accounts: &Accounts, first: u128) -> Batch {
    let mut batch = Batch::default();
    for id in first..first + 40 {
        let amount = random.random_range(1..60);
        let mut user = || accounts.users[random.random_range(0..accounts.users.len())];
        let (one, other) = (user(), user());
        let hot = accounts.hot[random.random_range(0..2)];
        match random.random_range(0..8) {
            0 | 1 => add(&mut batch, id, &[(accounts.bank, Debit, amount), (one, Credit, amount)]),
            2 => add(&mut batch, id, &[(one, Debit, amount), (other, Credit, amount)]),
            3 | 4 => {
                add(&mut batch, id, &[(one, Debit, amount), (other, Credit, amount - 1), (hot, Credit, 1)]);
            }
            5 => add(&mut batch, id, &[(hot, Debit, 1), (one, Credit, 1)]),
            6 => add(&mut batch, id, &[(accounts.memo, Debit, amount)]),
            _ => add(
                &mut batch,
                id,
                &[
                    (one, Debit, amount),
                    (other, Credit, amount),
                    (one, Credit, amount),
                    (accounts.bank, Credit, amount),
                ],
            ),
        }
    }
    batch
}

fn change(desk: &mut Desk, account: AccountRef, change: AttributeChange) {
    desk.submit(Command::Change(Box::new(AccountChange::new(account, change))));
}

fn state(account_state: AccountState) -> AttributeChange {
    AttributeChange::States { account_state: Some(account_state), payment_state: None }
}

/// Work of one day: batches with quiet rounds among them, all in flight at once.
fn work(desk: &mut Desk, random: &mut SmallRng, accounts: &Accounts, first: u128) -> (u64, u64) {
    let mut posts = Vec::new();
    for round in 0..20 {
        posts.push(desk.submit(Command::Post(batch(random, accounts, first + round * 100))));
        let account = AccountRef::Id(AccountId(accounts.users[usize::try_from(round).unwrap()]));
        let hot = AccountRef::Id(AccountId(accounts.hot[0]));
        match round {
            5 => change(desk, account, AttributeChange::Hot(true)),
            9 => change(desk, hot, state(AccountState::LossReported)),
            11 => change(desk, hot, state(AccountState::Normal)),
            13 => change(desk, hot, AttributeChange::Hot(false)),
            15 => change(desk, hot, AttributeChange::Hot(true)),
            17 => drop(desk.submit(Command::Cancel {
                id: TransactionId(first + 90),
                time: now(),
                text_id: "".into(),
            })),
            _ => {}
        }
    }
    let results: Vec<_> = posts.into_iter().flat_map(|tag| desk.results(tag)).collect();
    let count =
        |wanted: fn(&Option<Rejection>) -> bool| results.iter().filter(|one| wanted(one)).count() as u64;
    (count(|one| one.is_none()), count(|one| one.is_some_and(Rejection::is_result)))
}

/// Natural balance and number of accounts by entity and subject.
type Lines = BTreeMap<(String, String), (i128, u64)>;

fn lines_of(totals: &[SubjectTotal]) -> Lines {
    let line = |total: &SubjectTotal| {
        (
            (total.entity.to_string(), total.code.to_string()),
            (total.normal.natural(total.balance), total.accounts),
        )
    };
    totals.iter().map(line).collect()
}

fn trial_balance(desk: &mut Desk) -> Lines {
    let Answer::TrialBalance(trial) = desk.ask(Command::TrialBalance { entity: "".into() }) else { panic!() };
    trial
        .lines
        .iter()
        .map(|line| ((line.entity.to_string(), line.subject.to_string()), (line.closing, line.accounts)))
        .collect()
}

fn check_against(verified: &Verified, trial: &Lines, posted: u64, refused: u64) {
    assert_eq!(lines_of(&verified.subjects), *trial);
    assert_eq!((verified.counts.posted, verified.counts.refused), (posted, refused));
    assert!(verified.counts.merged > 0 && verified.counts.merged_legs > verified.counts.merged);
}

#[test]
fn what_a_node_leaves_passes() {
    for seed in 0..3 {
        let mut random = SmallRng::seed_from_u64(seed);
        let storage = FaultyStorage::new();
        let (mut posted, mut refused) = (0, 0);
        let mut accounts = None;
        for (day, shards) in [3, 1, 7, 2].into_iter().enumerate() {
            let mut desk = Desk::start(&storage, shards);
            let accounts = accounts.get_or_insert_with(|| open_books(&mut desk));
            for half in 0..2_u128 {
                let first = 1_000_000 * (day as u128 + 1) + half * 10_000;
                let (more_posted, more_refused) = work(&mut desk, &mut random, accounts, first);
                (posted, refused) = (posted + more_posted, refused + more_refused);
                let next = date(&format!("2018-05-{:02}", 2 + day));
                if half == 0 {
                    desk.submit(Command::CloseDay {
                        entity: "LM".into(),
                        next,
                        carry_forward: vec![],
                        forced: false,
                        notes: Box::default(),
                    });
                }
            }
            let trial = trial_balance(&mut desk);
            // A copy of the disk as it is now is what a kill leaves.
            let killed = audited(&storage.branch()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert!(!killed.log.clean);
            check_against(&killed, &trial, posted, refused);
            desk.stop();
            let verified = audited(&storage).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert!(verified.log.clean && verified.counts.cancelled == 2 * (day as u64 + 1));
            check_against(&verified, &trial, posted, refused);
        }
        assert!(refused > 0, "seed {seed}: some are short of funds");
    }
}
