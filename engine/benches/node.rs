//! How fast a whole node is without sockets: batches of two-leg transfers through coordinator, shards, log and sync.
//!
//! `cargo bench -p longmen-engine --bench node -- [SECONDS] [SHARDS] [ACCOUNTS]`

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use longmen_engine::ledger::{
    AccountId, AccountKey, AccountOpening, Amount, Answer, Batch, ClientId, Command, Currency, Date, Draft,
    Leg, Owner, Side, SubjectClass, SubjectOpening, TransactionId, YearStart,
};
use longmen_engine::{Node, NodeOptions};
use longmen_wal::DirectoryStorage;

const BATCH: u64 = 8_189;
const IN_FLIGHT: u64 = 4;

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let seconds = numbers.first().copied().unwrap_or(5);
    let shards = u16::try_from(numbers.get(1).copied().unwrap_or(1)).expect("shards fit a u16");
    let accounts = numbers.get(2).copied().unwrap_or(10_000);
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory for the node");
    let storage = DirectoryStorage::open(directory.path()).expect("the directory is free");
    let node =
        Node::start(Arc::new(storage), &NodeOptions { shards, ..NodeOptions::default() }).expect("a node");
    let (session, mut replies) = node.intake().open_session();
    let mut ask = |client: ClientId, command: Command| {
        session.submit(client, vec![(0, command)]);
        replies.blocking_recv().expect("the node lives").replies.remove(0).answer
    };
    let Answer::Welcome { client } = ask(ClientId(0), Command::Hello { name: "bench".into() }) else {
        panic!("a welcome")
    };
    open_books(accounts, &mut |command| ask(client, command));
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let began = Instant::now();
    let (mut sent, mut done) = (0, 0);
    while began.elapsed() < Duration::from_secs(seconds) || done < sent {
        while sent - done < IN_FLIGHT && began.elapsed() < Duration::from_secs(seconds) {
            session.submit(client, vec![(sent, Command::Post(batch(sent, accounts, &mut random)))]);
            sent += 1;
        }
        for reply in replies.blocking_recv().expect("the node lives").replies {
            let Answer::Posted(posted) = reply.answer else { panic!("results") };
            assert!(posted.results.iter().all(|result| result.rejection.is_none()));
            done += 1;
        }
    }
    let took = began.elapsed();
    let transfers = done * BATCH;
    println!("{transfers} transfers in {took:?}: {:.0} a second", transfers as f64 / took.as_secs_f64());
    drop(session);
    node.stop().expect("a clean end");
}

fn open_books(accounts: u64, ask: &mut impl FnMut(Command) -> Answer) {
    let start = Date::parse("2026-01-01").expect("a date");
    ask(Command::OpenEntity { code: "LM".into(), start, year_starts: YearStart::JANUARY });
    let subject = SubjectOpening::new("220301", "预收账款", SubjectClass::Liability, Side::Credit, true);
    ask(Command::OpenSubjects { entity: "LM".into(), subjects: vec![subject] });
    let currency = Currency::from_code("CNY").expect("CNY is a currency");
    let opening = |n: u64| AccountOpening {
        key: AccountKey { entity: "LM".into(), number: n.to_string().into(), kind: "".into(), currency },
        subject: "220301".into(),
        customer: None,
        owner: Owner::Customer,
        may_go_negative: false,
        overdraft_limit: Amount(1 << 40),
        credit_limit: None,
        hot: false,
    };
    for from in (1..=accounts).step_by(8_000) {
        let to = accounts.min(from + 7_999);
        ask(Command::OpenAccounts((from..=to).map(opening).collect()));
    }
}

fn batch(number: u64, accounts: u64, random: &mut u64) -> Batch {
    let currency = Currency::from_code("CNY").expect("CNY is a currency");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let time = u32::try_from(now).expect("before 2106");
    let mut batch = Batch::default();
    for n in 0..BATCH {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let debit = (*random >> 33) % accounts;
        let credit = (debit + 1 + (*random >> 13) % (accounts - 1)) % accounts;
        let leg = |step, account: u64, side| Leg {
            account: AccountId(account + 1),
            amount: Amount(100),
            currency,
            step,
            side,
        };
        let id = TransactionId(u128::from(number * BATCH + n + 1));
        let draft = Draft { id, time, value_date: None, accounting_date: None };
        batch.push(draft, &[leg(1, debit, Side::Debit), leg(2, credit, Side::Credit)], &[]);
    }
    batch
}
