//! A simulated node, asked one thing at a time.

use std::sync::Arc;

use longmen_engine::ledger::{
    AccountId, AccountRef, AccountView, Amount, Answer, Batch, ClientId, Command, Currency, Draft,
    LedgerSettings, Leg, PostResult, Side, TransactionId,
};
use longmen_engine::{Replies, SimulatedNode, SimulatedOptions, StartError, StartReport};
use longmen_wal::{FaultyStorage, LogOptions, WritePath, seeded_nonces};
use tokio::sync::mpsc::UnboundedReceiver;

/// A node, and one session.
pub(crate) struct Desk {
    pub(crate) node: SimulatedNode,
    pub(crate) report: StartReport,
    session: u64,
    replies: UnboundedReceiver<Replies>,
    client: ClientId,
    now_s: u32,
}

impl Desk {
    pub(crate) fn start(disk: &FaultyStorage, shards: u16, now_s: u32) -> Desk {
        Desk::try_start(disk, &options(shards, 4 << 20), now_s).unwrap()
    }

    pub(crate) fn try_start(
        disk: &FaultyStorage,
        options: &SimulatedOptions,
        now_s: u32,
    ) -> Result<Desk, StartError> {
        let storage = Arc::new(disk.clone());
        let now_us = i64::from(now_s) * 1_000_000;
        let (mut node, report) =
            SimulatedNode::start(storage, options, seeded_nonces(options.settings.seed), now_us)?;
        let (session, replies) = node.open_session();
        let mut desk = Desk { node, report, session, replies, client: ClientId(0), now_s };
        let Answer::Welcome { client } = desk.ask(Command::Hello { name: "shop".into() }) else { panic!() };
        desk.client = client;
        Ok(desk)
    }

    pub(crate) fn ask(&mut self, command: Command) -> Answer {
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

    pub(crate) fn view(&mut self, id: u64) -> AccountView {
        let asked = Command::Balances(vec![AccountRef::Id(AccountId(id))]);
        let Answer::Accounts(mut views) = self.ask(asked) else { panic!() };
        views.remove(0).unwrap()
    }

    pub(crate) fn transfer(&mut self, id: u128, debit: u64, credit: u64, amount: i64) -> PostResult {
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

    pub(crate) fn close(mut self) {
        while !self.node.is_settled() {
            self.node.write().unwrap();
            self.node.pump(i64::from(self.now_s) * 1_000_000);
        }
        self.node.close().unwrap();
    }
}

/// Segments of so many bytes, small frames, and generations of 16 ids.
pub(crate) fn options(shards: u16, segment_bytes: u64) -> SimulatedOptions {
    let log = LogOptions { segment_bytes, segments_ahead: 0, write_path: WritePath::Pwritev };
    let settings =
        LedgerSettings { shards, known_ids: 16, frame_bytes: 8 << 10, ..LedgerSettings::default() };
    SimulatedOptions { settings, log, least_space: segment_bytes / 2, slice: 64 }
}
