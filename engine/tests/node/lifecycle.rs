//! Start, work, stop, start again: everything acknowledged is there, once.

use longmen_engine::ledger::{Answer, Command, PostResult, Rejection, TransactionId, TransactionKey};
use longmen_engine::{NodeOptions, StatementQuery};

use crate::desk::{Desk, directory, options, transfers_batch};

#[test]
fn books_survive_restarts_with_other_shard_counts() {
    let path = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(directory(path.path()), &options(2));
    desk.open_books(9, &[3]);
    let posted = desk.post(&[(1, 1, 2, 500), (2, 2, 3, 200), (3, 4, 2, 1), (4, 3, 4, 200), (5, 3, 4, 1)]);
    let outcomes: Vec<_> = posted.results.iter().map(|result| result.rejection).collect();
    let short = Some(Rejection::InsufficientFunds);
    assert_eq!(outcomes, [None, None, short, None, short]);
    desk.stop();
    for shards in [1, 7, 2] {
        let mut desk = Desk::start(directory(path.path()), &options(shards));
        assert!(desk.node.report().log.clean);
        let balances: Vec<_> = (1..=4).map(|account| desk.view(account).balance).collect();
        assert_eq!(balances, [-500, 300, 0, 200]);
        let again = desk.post(&[(2, 2, 3, 200), (3, 4, 2, 1), (1, 1, 2, 501)]);
        let outcomes: Vec<_> =
            again.results.iter().map(|result| (result.rejection, result.repeated)).collect();
        assert_eq!(outcomes, [(None, true), (short, true), (Some(Rejection::IdempotencyConflict), false)]);
        desk.stop();
    }
}

/// More actors than the runtime gives a turn to between two looks at what ends it: each knows that it may go.
#[test]
fn a_node_of_many_shards_and_hot_accounts_ends_cleanly() {
    let path = tempfile::tempdir().unwrap();
    let hot: Vec<u64> = (2..=200).collect();
    for start in 0..5_u128 {
        let mut desk = Desk::start(directory(path.path()), &options(100));
        if start == 0 {
            desk.open_books(200, &hot);
        }
        let transfers: Vec<_> =
            hot.iter().map(|account| (start * 1_000 + u128::from(*account), 1, *account, 10)).collect();
        let posted = desk.post(&transfers);
        assert!(posted.results.iter().all(|result| result.rejection.is_none()));
        assert_eq!(desk.view(200).balance, 10 * (i128::try_from(start).unwrap() + 1));
        desk.stop();
    }
}

#[test]
fn history_follows_the_chain_and_finds_transactions() {
    let path = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(directory(path.path()), &options(2));
    desk.open_books(4, &[3]);
    desk.post(&[(1, 1, 2, 500)]);
    for n in 0..20 {
        desk.post(&[(100 + n, 2, 3, 10), (200 + n, 2, 4, 5)]);
    }
    let (account, hot) = (desk.view(2), desk.view(3));
    let history = desk.node.history();
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let query = StatementQuery { limit: 7, after, ..StatementQuery::default() };
        let page = history.statement(&account, &query).unwrap();
        let turnover: i128 = page.lines.iter().map(|line| line.side.natural(line.amount)).sum();
        assert_eq!(page.opening - turnover, page.closing, "opening + turnover = closing on every page");
        lines.extend(page.lines);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(lines.len(), 41);
    assert_eq!(lines[0].after, account.balance);
    assert!(lines.windows(2).all(|pair| pair[0].before == pair[1].after));
    let merged = history.statement(&hot, &StatementQuery::default()).unwrap();
    assert_eq!(merged.closing, 200);
    assert!(merged.lines.iter().all(|line| line.merged.is_some()));
    let key = TransactionKey { client: desk.client, id: TransactionId(105) };
    let Answer::Located(places) = desk.ask(Command::Locate(vec![key])) else { panic!() };
    let place = places[0].expect("it was posted");
    let record = desk.node.history().transaction(place.frame, place.ordinal).unwrap().unwrap();
    assert_eq!(record.legs.len(), 2);
    assert_eq!((record.legs[1].merged, record.legs[1].balance_after), (true, -60));
    desk.stop();
}

#[test]
fn hot_accounts_merge_under_load_and_come_out_right() {
    let path = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(directory(path.path()), &options(3));
    desk.open_books(20, &[]);
    desk.post(&(2..=20).map(|n| (u128::from(n), 1, n, 1_000_000)).collect::<Vec<_>>());
    for wave in 0..4_u128 {
        let batch = |round: u128| {
            let first = 1_000 + (wave * 50 + round) * 500;
            let transfers = (0..500).map(|n| (first + n, 3 + u64::try_from(n % 18).unwrap(), 2, 1));
            Command::Post(transfers_batch(&transfers.collect::<Vec<_>>()))
        };
        let tags: Vec<_> = (0..50).map(|round| desk.submit(batch(round))).collect();
        for tag in tags {
            let Answer::Posted(posted) = desk.wait(tag) else { panic!() };
            assert!(posted.results.iter().all(|result| result.rejection.is_none()));
        }
    }
    let Answer::Status(status) = desk.ask(Command::Status) else { panic!() };
    assert!(status.hot.iter().any(|(account, legs)| account.0 == 2 && *legs > 1_000), "made hot by its rate");
    assert_eq!(desk.view(2).balance, 1_000_000 + 100_000);
    desk.stop();
    let mut desk = Desk::start(directory(path.path()), &options(1));
    assert_eq!(desk.view(2).balance, 1_000_000 + 100_000);
    assert!(desk.view(2).hot);
    desk.stop();
}

/// Small and large frames take turns, on the engine's thread and on the journal's, and tables of ids come from a thread of
/// their own; every id keeps its first result, over a restart too.
#[test]
fn ids_over_many_tables_keep_their_first_results() {
    let path = tempfile::tempdir().unwrap();
    let options = NodeOptions { known_ids: 256, ..options(2) };
    let sizes = [1, 700, 3, 40, 1_000, 2, 1, 500];
    let batches: Vec<Vec<(u128, u64, u64, i64)>> = (1..)
        .zip(sizes.into_iter().cycle().take(24))
        .map(|(batch, size)| (0..size).map(|n| (batch << 32 | n, 1, 2 + (n % 3) as u64, 1)).collect())
        .collect();
    let mut desk = Desk::start(directory(path.path()), &options);
    desk.open_books(4, &[]);
    let first: Vec<_> = batches.iter().map(|batch| desk.post(batch).results).collect();
    assert!(first.iter().flatten().all(|result| result.rejection.is_none() && !result.repeated));
    let check = |desk: &mut Desk| {
        for (batch, first) in batches.iter().zip(&first) {
            let again = desk.post(batch).results;
            assert!(again.iter().all(|result| result.repeated && result.rejection.is_none()));
            let place = |result: &PostResult| (result.frame, result.ordinal);
            assert!(again.iter().map(place).eq(first.iter().map(place)));
        }
        let posted: usize = batches.iter().map(Vec::len).sum();
        assert_eq!(desk.view(1).balance, -i128::try_from(posted).unwrap());
    };
    check(&mut desk);
    desk.stop();
    let mut desk = Desk::start(directory(path.path()), &options);
    check(&mut desk);
    desk.stop();
}
