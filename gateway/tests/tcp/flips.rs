//! Disks that lie, under a running node: one changed bit at a time in what was written long ago, and every kind of question
//! that reads it. An answer is the right one or `failed`, nothing is done on the strength of what does not hold, and the
//! node goes on.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;

use longmen_client::{
    AccountOpening, BalanceAtRequest, Client, ClientError, EntryRequest, GeneralLedger, GeneralLedgerRequest,
    Owner, PostResult, RangeEnd, RegisterRequest, StatementRequest, Transaction,
};
use longmen_engine::audit::verify;
use longmen_wal::{DirectoryStorage, FrameSummary, Inspected, inspect};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::node::{TestNode, open_books};

const FLIPS: i64 = 300;
const ACCOUNTS: [u64; 4] = [1, 2, 3, 4];

/// What becomes of an original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Confirmed,
    Cancelled,
    Reversed,
    Refunded,
}

fn then(number: i64) -> Then {
    [Then::Confirmed, Then::Cancelled, Then::Reversed, Then::Refunded][usize::try_from(number % 4).unwrap()]
}

fn original(number: i64) -> Transaction {
    let amount = number + 2;
    let named = Transaction::new(format!("o-{number}").as_str()).reference("order").kind("payment");
    let of_user = named.counterparty("M").debit(2, amount, "CNY").value_date("2026-11-22");
    match then(number) {
        Then::Confirmed | Then::Cancelled => of_user.credit(3, amount, "CNY").try_(),
        Then::Reversed => of_user.credit(3, amount - 1, "CNY").credit(4, 1, "CNY"),
        Then::Refunded => of_user.credit(3, amount, "CNY"),
    }
}

fn action(number: i64) -> Transaction {
    let (action, of) = (Transaction::new(format!("d-{number}").as_str()), format!("o-{number}"));
    let amount = number + 2;
    match then(number) {
        Then::Confirmed => action.confirm(&*of),
        Then::Cancelled => action.cancel_try(&*of),
        Then::Reversed => action.reverse(&*of),
        Then::Refunded => action.refund(&*of).debit(3, amount, "CNY").credit(2, amount, "CNY"),
    }
}

/// What an action does to balance and frozen of the accounts.
fn effect(number: i64) -> [(i128, i128); 4] {
    let amount = i128::from(number + 2);
    match then(number) {
        Then::Confirmed => [(0, 0), (-amount, -amount), (amount, 0), (0, 0)],
        Then::Cancelled => [(0, 0), (0, -amount), (0, 0), (0, 0)],
        Then::Reversed => [(0, 0), (amount, 0), (1 - amount, 0), (-1, 0)],
        Then::Refunded => [(0, 0), (amount, 0), (-amount, 0), (0, 0)],
    }
}

async fn figures(client: &mut Client) -> [(i128, i128); 4] {
    let mut figures = [(0, 0); 4];
    for (figure, account) in figures.iter_mut().zip(ACCOUNTS) {
        let found = client.balance(account).await.unwrap();
        *figure = (found.balance, found.frozen);
    }
    figures
}

/// The books with all originals, each in a frame of its own, and two dates closed behind them.
async fn write(client: &mut Client) -> Vec<PostResult> {
    open_books(client).await;
    let fee = AccountOpening::new("LM", "fee", "", "CNY", "220301", Owner::Internal).may_go_negative().hot();
    client.open_accounts(&[fee]).await.unwrap().remove(0).unwrap();
    let top_up = Transaction::new("top-up").debit(1, "10000.00", "CNY").credit(2, "10000.00", "CNY");
    assert!(client.post_one(&top_up).await.unwrap().is_posted());
    let mut results = Vec::new();
    for number in 0..FLIPS {
        let result = client.post_one(&original(number)).await.unwrap();
        assert!(result.is_posted(), "{result:?}");
        results.push(result);
    }
    client.close_day("LM", "2026-11-23").await.unwrap();
    client.close_day("LM", "2026-11-24").await.unwrap();
    results
}

/// The frames of a stopped node.
fn frames(directory: &Path) -> Vec<FrameSummary> {
    let mut frames = Vec::new();
    let storage = DirectoryStorage::open_read_only(directory).unwrap();
    inspect(&storage, &mut |found| {
        if let Inspected::Frame(frame) = found {
            frames.push(frame);
        }
    })
    .unwrap();
    frames
}

/// Changes one bit of a file; the same again changes it back.
fn flip(directory: &Path, frame: &FrameSummary, at: u64, bit: u32) {
    let path = directory.join(frame.segment.file_name());
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, frame.offset + at).unwrap();
    file.write_all_at(&[byte[0] ^ 1 << bit], frame.offset + at).unwrap();
}

/// An answer in words; `failed` where that was the answer.
fn told<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> String {
    match answer {
        Err(error) if error.refusal().is_some_and(|refusal| &*refusal.code == "failed") => "failed".into(),
        answer => format!("{answer:?}"),
    }
}

/// Asks everything that is read from the log and touches this original.
async fn ask(client: &mut Client, number: i64, time_us: i64) -> Vec<String> {
    let mut answers = vec![told(client.transaction(format!("o-{number}").as_str()).await)];
    let moment = Some(RangeEnd::Number(time_us));
    for account in [2, 3, 4] {
        let by_time = StatementRequest {
            from: moment.clone(),
            to: moment.clone(),
            by: Some("time"),
            holds: true,
            ..StatementRequest::new(account, 10)
        };
        let found = client.statement_with(&by_time).await;
        let merged = found.iter().flat_map(|page| &page.lines).find(|line| line.merged.is_some());
        if let Some(line) = merged {
            let entry = EntryRequest { account: account.into(), position: &line.position, from: 0, limit: 9 };
            answers.push(told(client.entry(&entry).await));
        }
        answers.push(told(found));
        let at = BalanceAtRequest {
            account: account.into(),
            date: None,
            time_us: Some(time_us),
            value_date: None,
        };
        answers.push(told(client.balance_at(&at).await));
    }
    let customer = StatementRequest { visible_to: Some("customer"), ..StatementRequest::new(2, 20) };
    answers.push(told(client.statement_with(&customer).await));
    if number % 8 == 0 {
        let date = || Some(RangeEnd::Date("2026-11-22".into()));
        let by_value =
            StatementRequest { from: date(), to: date(), by: Some("value"), ..StatementRequest::new(3, 9) };
        answers.push(told(client.statement_with(&by_value).await));
        let of_account =
            RegisterRequest { account: Some(2.into()), limit: 400, ..RegisterRequest::default() };
        answers.push(told(client.register(&of_account).await));
        answers
            .push(told(client.register(&RegisterRequest { limit: 50, ..RegisterRequest::default() }).await));
        let (from, to) = (Some("2026-11-22"), Some("2026-11-24"));
        let asked = GeneralLedgerRequest { entity: "LM", from, to };
        let ledger = client.general_ledger(&asked).await;
        // The log goes on by itself: an idle frame may have been written between two questions.
        answers.push(told(ledger.map(|ledger| GeneralLedger { frame: 0, ..ledger })));
    }
    answers
}

#[tokio::test]
async fn a_flipped_bit_gives_the_right_answer_or_none() {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    let originals = write(&mut client).await;
    drop(client);
    let directory = node.stop().await;
    let frames = frames(directory.path());
    let path = directory.path().to_owned();
    let node = TestNode::open(directory, Default::default(), None).await;
    let mut client = node.client("ann").await;
    let mut random = StdRng::seed_from_u64(22);
    let (mut unanswered, mut undone) = (0, 0);
    for (number, original) in (0..).zip(&originals) {
        let mut frame = frames.iter().find(|frame| frame.number.0 == original.frame).unwrap();
        let clean = ask(&mut client, number, frame.time_us).await;
        let time_us = frame.time_us;
        if number % 10 == 9 {
            frame = &frames[random.random_range(0..frames.len())];
        }
        // Mostly among what the frame holds, sometimes in the zeros behind.
        let sections: u64 = frame.sections.iter().map(|section| section.bytes as u64 + 32).sum();
        let used = if number % 10 == 8 { frame.bytes } else { frame.bytes.min(64 + 56 + sections) };
        let (at, bit) = (random.random_range(0..used), random.random_range(0..8));
        let what = format!("original {number}, frame {}, byte {at}, bit {bit}", frame.number);

        flip(&path, frame, at, bit);
        let answers = ask(&mut client, number, time_us).await;
        for answer in &answers {
            // A statement that fails has no merged entry to ask for.
            assert!(answer == "failed" || clean.contains(answer), "{what}: {answer}, not {clean:#?}");
            unanswered += u32::from(answer == "failed");
        }
        let before = figures(&mut client).await;
        let done = client.post_one(&action(number)).await;
        let after = figures(&mut client).await;
        let expected = |figures: [(i128, i128); 4]| {
            let mut expected = figures;
            for (figure, (balance, frozen)) in expected.iter_mut().zip(effect(number)) {
                *figure = (figure.0 + balance, figure.1 + frozen);
            }
            expected
        };
        match &done {
            Ok(result) => {
                assert!(result.is_posted(), "{what}: {result:?}");
                assert_eq!(after, expected(before), "{what}");
            }
            Err(_) => {
                assert_eq!((told(done), after), ("failed".into(), before), "{what}");
                undone += 1;
                flip(&path, frame, at, bit);
                // Nothing of it is remembered.
                let again = client.post_one(&action(number)).await.unwrap();
                assert!(again.is_posted() && !again.repeated, "{what}: {again:?}");
                assert_eq!(figures(&mut client).await, expected(before), "{what}");
                continue;
            }
        }
        flip(&path, frame, at, bit);
        let again = client.post_one(&action(number)).await.unwrap();
        assert!(again.repeated && again.is_posted(), "{what}: {again:?}");
        assert_eq!(figures(&mut client).await, expected(before), "{what}");
    }
    assert!(unanswered > 500 && undone > 150, "{unanswered} questions and {undone} actions failed");
    let status = client.status().await.unwrap();
    assert!(status.damage_met >= u64::from(unanswered + undone) && !status.damaged.is_empty());
    drop(client);
    let directory = node.stop().await;
    verify(&DirectoryStorage::open_read_only(directory.path()).unwrap(), &mut |_| {}).unwrap();
}
