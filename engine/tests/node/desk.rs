//! A session that asks and waits, as the tests need it.

use std::ops::{Deref, RangeInclusive};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use longmen_engine::ledger::{
    AccountId, AccountKey, AccountOpening, AccountRef, AccountView, Amount, Answer, Batch, ClientId, Command,
    Currency, Date, Draft, Leg, Owner, Posted, Side, SubjectClass, SubjectOpening, TransactionId, YearStart,
};
use longmen_engine::{Node, NodeOptions, Replies, Reply, Session};
use longmen_wal::{DirectoryStorage, LogOptions, Storage};
use tokio::sync::mpsc::UnboundedReceiver;

pub(crate) struct Desk {
    pub(crate) node: UntilStopped,
    session: Session,
    replies: UnboundedReceiver<Replies>,
    waiting: Vec<Reply>,
    next_tag: u64,
    pub(crate) client: ClientId,
}

pub(crate) fn options(shards: u16) -> NodeOptions {
    let log = LogOptions { segment_bytes: 4 << 20, segments_ahead: 2, ..LogOptions::default() };
    NodeOptions { shards, log, known_ids: 1 << 12, ..NodeOptions::default() }
}

pub(crate) fn directory(path: &std::path::Path) -> Arc<dyn Storage> {
    Arc::new(DirectoryStorage::open(path).expect("the directory is free"))
}

pub(crate) fn now() -> u32 {
    u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

pub(crate) fn cny() -> Currency {
    Currency::from_code("CNY").unwrap()
}

impl Desk {
    pub(crate) fn start(storage: Arc<dyn Storage>, options: &NodeOptions) -> Desk {
        let node = Node::start(storage, options).expect("the node starts");
        let (session, replies) = node.intake().open_session();
        let node = UntilStopped(Some(node));
        let mut desk = Desk { node, session, replies, waiting: Vec::new(), next_tag: 1, client: ClientId(0) };
        let Answer::Welcome { client } = desk.ask(Command::Hello { name: "test".into() }) else { panic!() };
        desk.client = client;
        desk
    }

    /// Submits without waiting.
    pub(crate) fn submit(&mut self, command: Command) -> u64 {
        let tag = self.next_tag;
        self.next_tag += 1;
        self.session.submit(self.client, vec![(tag, command)]);
        tag
    }

    pub(crate) fn wait(&mut self, tag: u64) -> Answer {
        loop {
            if let Some(at) = self.waiting.iter().position(|reply| reply.tag == tag) {
                return self.waiting.swap_remove(at).answer;
            }
            self.waiting.extend(self.replies.blocking_recv().expect("the node lives").replies);
        }
    }

    pub(crate) fn ask(&mut self, command: Command) -> Answer {
        let tag = self.submit(command);
        self.wait(tag)
    }

    /// An entity with one liability subject and `accounts` customer accounts; the first may go negative.
    pub(crate) fn open_books(&mut self, accounts: u64, hot: &[u64]) {
        let start = Date::parse("2018-05-01").unwrap();
        self.ask(Command::OpenEntity { code: "LM".into(), start, year_starts: YearStart::JANUARY });
        self.open_accounts("220301", 1..=accounts, hot);
    }

    /// Customer accounts under a liability subject, which is opened with them; account 1 may go negative.
    pub(crate) fn open_accounts(&mut self, subject: &str, accounts: RangeInclusive<u64>, hot: &[u64]) {
        let name = "预收账款-平台充值-用户充值";
        let opening = SubjectOpening::new(subject, name, SubjectClass::Liability, Side::Credit, true);
        self.ask(Command::OpenSubjects { entity: "LM".into(), subjects: vec![opening] });
        let opening = |n: u64| AccountOpening {
            key: AccountKey {
                entity: "LM".into(),
                number: format!("U{n}").into(),
                kind: "".into(),
                currency: cny(),
            },
            subject: subject.into(),
            customer: None,
            owner: Owner::Customer,
            may_go_negative: n == 1,
            overdraft_limit: Amount(0),
            credit_limit: None,
            hot: hot.contains(&n),
        };
        let Answer::Opened(results) =
            self.ask(Command::OpenAccounts(accounts.clone().map(opening).collect()))
        else {
            panic!()
        };
        for (result, id) in results.into_iter().zip(accounts) {
            assert_eq!(result.unwrap().id, id);
        }
    }

    pub(crate) fn post(&mut self, transfers: &[(u128, u64, u64, i64)]) -> Posted {
        let Answer::Posted(posted) = self.ask(Command::Post(transfers_batch(transfers))) else { panic!() };
        posted
    }

    pub(crate) fn view(&mut self, account: u64) -> AccountView {
        let asked = Command::Balances(vec![AccountRef::Id(AccountId(account))]);
        let Answer::Accounts(mut views) = self.ask(asked) else { panic!() };
        views.remove(0).expect("the account is open")
    }

    pub(crate) fn stop(self) {
        let Desk { node, session, .. } = self;
        drop(session);
        node.stop();
    }
}

/// A node that a test stops. Where a test fails first the node is left running: dropped, it would end the process, and with
/// it what the failed test has to say.
pub(crate) struct UntilStopped(Option<Node>);

impl UntilStopped {
    fn stop(mut self) {
        self.0.take().expect("a node is stopped once").stop().expect("a clean end");
    }
}

impl Deref for UntilStopped {
    type Target = Node;

    fn deref(&self) -> &Node {
        self.0.as_ref().expect("it runs until it is stopped")
    }
}

impl Drop for UntilStopped {
    fn drop(&mut self) {
        std::mem::forget(self.0.take());
    }
}

/// A batch of (id, debit account, credit account, amount).
pub(crate) fn transfers_batch(transfers: &[(u128, u64, u64, i64)]) -> Batch {
    let mut batch = Batch::default();
    for &(id, debit, credit, amount) in transfers {
        let leg = |step, account, side| Leg {
            account: AccountId(account),
            amount: Amount(amount),
            currency: cny(),
            step,
            side,
        };
        let legs = [leg(1, debit, Side::Debit), leg(2, credit, Side::Credit)];
        let id = TransactionId(id);
        batch.push(Draft { id, time: now(), value_date: None, accounting_date: None }, &legs, &[]);
    }
    batch
}
