//! A node on a simulated disk, and a session that asks and waits.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use longmen_engine::ledger::{
    AccountId, AccountKey, AccountOpening, Action, Amount, Answer, Batch, ClientId, Command, Draft, Leg,
    Owner, Rejection, Side, SubjectClass, SubjectOpening, TransactionId, notes,
};
use longmen_engine::{Node, NodeOptions, Replies, Reply, Session};
use longmen_wal::{FaultyStorage, LogOptions};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::planted::currency;

pub(crate) struct Desk {
    node: Node,
    session: Session,
    replies: UnboundedReceiver<Replies>,
    waiting: Vec<Reply>,
    next_tag: u64,
    client: ClientId,
}

pub(crate) fn now() -> u32 {
    u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// The machine's clock, in microseconds since 1970.
pub(crate) fn now_us() -> i64 {
    i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap()
}

impl Desk {
    pub(crate) fn start(storage: &FaultyStorage, shards: u16) -> Desk {
        let log = LogOptions { segment_bytes: 4 << 20, segments_ahead: 0, ..LogOptions::default() };
        let options =
            NodeOptions { shards, log, known_ids: 1 << 12, hot_by_rate: false, ..NodeOptions::default() };
        let node = Node::start(Arc::new(storage.clone()), &options).expect("the node starts");
        let (session, replies) = node.intake().open_session();
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

    pub(crate) fn open_subject(&mut self, entity: &str, code: &str, class: SubjectClass, normal: Side) {
        let subject = SubjectOpening::new(code, code, class, normal, true);
        let Answer::Opened(opened) =
            self.ask(Command::OpenSubjects { entity: entity.into(), subjects: vec![subject] })
        else {
            panic!()
        };
        opened[0].as_ref().unwrap();
    }

    /// Opens `count` accounts of a subject and gives the ids.
    pub(crate) fn open_accounts(
        &mut self,
        entity: &str,
        subject: &str,
        count: u64,
        edit: impl Fn(&mut AccountOpening),
    ) -> Vec<u64> {
        let opening = |n: u64| {
            let mut opening = AccountOpening {
                key: AccountKey {
                    entity: entity.into(),
                    number: format!("{subject}.{n}").into(),
                    kind: "".into(),
                    currency: currency("CNY"),
                },
                subject: subject.into(),
                customer: None,
                owner: Owner::Customer,
                may_go_negative: false,
                overdraft_limit: Amount(0),
                credit_limit: None,
                hot: false,
            };
            edit(&mut opening);
            opening
        };
        let Answer::Opened(opened) = self.ask(Command::OpenAccounts((0..count).map(opening).collect()))
        else {
            panic!()
        };
        opened.into_iter().map(|opened| opened.unwrap().id).collect()
    }

    /// Posts a batch, with what the log has of the transactions that it names.
    pub(crate) fn post(&mut self, mut batch: Batch) -> Vec<Option<Rejection>> {
        let keys: Vec<_> = batch.namings().map(|naming| naming.key).collect();
        if !keys.is_empty() {
            let Answer::Located(places) = self.ask(Command::Locate(keys)) else { panic!() };
            let history = self.node.history();
            for (naming, place) in batch.namings().zip(places) {
                let wanted: Vec<_> = place.map(|place| (naming.key, place)).into_iter().collect();
                naming.found = history.originals(&wanted).unwrap().pop().flatten();
            }
        }
        let tag = self.submit(Command::Post(batch));
        self.results(tag)
    }

    pub(crate) fn results(&mut self, tag: u64) -> Vec<Option<Rejection>> {
        let Answer::Posted(posted) = self.wait(tag) else { panic!() };
        posted.results.iter().map(|result| result.rejection).collect()
    }

    pub(crate) fn stop(self) {
        let Desk { node, session, .. } = self;
        drop(session);
        node.stop().expect("a clean end");
    }
}

fn legs_of(legs: &[(u64, Side, i64)]) -> Vec<Leg> {
    let (currency, steps) = (currency("CNY"), 1..);
    let legs = steps.zip(legs).map(|(step, &(account, side, amount))| {
        let (account, amount) = (AccountId(account), Amount(amount));
        Leg { account, amount, currency, step, side }
    });
    legs.collect()
}

fn draft(id: u128) -> Draft {
    Draft { id: TransactionId(id), time: now(), ..Draft::default() }
}

/// Adds a transaction of (account, side, amount).
pub(crate) fn add(batch: &mut Batch, id: u128, legs: &[(u64, Side, i64)]) {
    batch.push(draft(id), &legs_of(legs), &[]);
}

/// Adds a transaction that does more, with an approval.
pub(crate) fn add_action(batch: &mut Batch, id: u128, action: Action, legs: &[(u64, Side, i64)]) {
    let mut approval = Vec::new();
    notes::write(&mut approval, notes::Note::Approval, "A-1");
    batch.push_action(draft(id), action, &legs_of(legs), &approval);
}
