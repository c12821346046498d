//! Barrier rounds: what cuts across accounts runs alone, with nothing prepared and everything merged. So a date is
//! closed, a state changed, an account made hot at an exact place between two transactions.

use crate::account::hold::Hold;
use crate::account::row::Row;
use crate::command::{AccountRef, Answer, Command, Posted, ReplyTo, Status};
use crate::hot::gate::Gate;
use crate::ids::{AccountId, ClientId, EntityId, ShardId, TransactionKey};
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::schedule::backlog::Queued;
use crate::schedule::closing::Close;
use crate::schedule::exclusive::Resting;
use crate::schedule::{Coordinator, Phase, Room, Step};
use crate::shard::order::{AttributeChange, Registration, ShardOrder, ShardReply};
use crate::shard::round::Written;

/// The most accounts that one list shows.
const MAX_LIST: u32 = 8_192;

/// Who asked for a barrier round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// `None`: the ledger itself.
    pub(super) reply_to: Option<ReplyTo>,
    pub(super) client: ClientId,
}

/// What a barrier round waits for.
#[derive(Clone, Debug)]
pub(super) enum Barrier {
    /// Nothing but the shards' word that it is written.
    Written { reply_to: Option<ReplyTo>, answer: Answer },
    /// The row after a change.
    Changed { reply_to: Option<ReplyTo>, account: AccountId },
    /// Holds to be shown.
    Holds { reply_to: Option<ReplyTo>, after: Option<(AccountId, TransactionKey)>, limit: usize },
    /// The shards' parts of the general ledger, to close a date.
    Closing(Asked, Close),
    /// The rows of income and expense, to carry them forward.
    Results(Asked, Close),
    /// The rows of accounts that rested.
    Wake(Vec<Resting>),
    /// What expiries wrote.
    Expired,
    /// Rows to be shown, in the order asked for.
    Read { reply_to: Option<ReplyTo>, accounts: Vec<Result<AccountId, Rejection>> },
    /// The shards' parts of the general ledger.
    Lines { reply_to: Option<ReplyTo>, entity: Option<EntityId> },
    /// The same, for a snapshot.
    Snapshot,
}

pub(super) type Orders = Vec<(ShardId, ShardOrder)>;

impl Coordinator {
    /// Begins a barrier round: answers at once, or waits for shards.
    pub(super) fn begin_barrier(&mut self, asked: Asked, command: Command) -> Step {
        let Asked { reply_to, client } = asked;
        // Whoever is known already may come back to read.
        let is_known =
            matches!(&command, Command::Hello { name } if self.books.catalog.client(name).is_some());
        if self.room == Room::None && command.writes() && !is_known {
            return self.refuse_at_barrier(reply_to, Rejection::OutOfDisk);
        }
        let outcome = match command {
            Command::Hello { name } => self.hello(&name),
            Command::OpenEntity { code, start, year_starts } => self.open_entity(&code, start, year_starts),
            Command::OpenSubjects { entity, subjects } => self.open_subjects(&entity, subjects),
            Command::MapCustomer { account, customer, notes } => {
                self.map_customer(client, &account, &customer, &notes)
            }
            Command::MapType { entity, kind, subject, from, notes } => {
                self.map_type(client, (&entity, &kind, &subject), from, &notes)
            }
            Command::Closings { entity, from, to } => self.closings(&entity, from, to),
            Command::Chart { entity } => self.chart(&entity),
            Command::Status => Ok(self.status()),
            Command::Post(_) => Ok(Answer::Posted(Posted::default())),
            Command::CloseDay { entity, next, carry_forward, forced, notes } => {
                return self.close_day(asked, &entity, (next, forced), &carry_forward, notes);
            }
            Command::OpenAccounts(openings) => return self.open_accounts(reply_to, &openings),
            Command::Change { account, change, notes } => return self.change(asked, &account, change, notes),
            Command::Holds { account, after, limit } => {
                return self.ask_holds(reply_to, account.as_ref(), after, limit);
            }
            Command::TrialBalance { entity } => return self.ask_lines(reply_to, &entity),
            Command::Balances(_) | Command::ListAccounts { .. } | Command::Customer { .. } => {
                return self.read_accounts(reply_to, &command);
            }
            Command::Cancel { .. } | Command::Locate(_) => {
                unreachable!("what is about a transaction id goes into rounds")
            }
        };
        self.answer_quiet(reply_to, outcome.unwrap_or_else(Answer::Rejected))
    }

    fn read_accounts(&mut self, reply_to: Option<ReplyTo>, command: &Command) -> Step {
        let accounts = match command {
            Command::Balances(accounts) => accounts.iter().map(|account| self.books.find(account)).collect(),
            Command::ListAccounts { after, limit } => {
                let last = self.books.catalog.next_account().0;
                let from = after.0.saturating_add(1);
                let to = last.min(from.saturating_add(u64::from((*limit).min(MAX_LIST))));
                (from..to).map(|id| Ok(AccountId(id))).collect()
            }
            Command::Customer { entity, customer } => match self.books.catalog.entity(entity) {
                Some(entity) => self.books.catalog.accounts_of(entity, customer).map(Ok).collect(),
                None => return self.refuse_at_barrier(reply_to, Rejection::UnknownEntity),
            },
            other => unreachable!("{other:?} reads no accounts"),
        };
        self.read(reply_to, accounts)
    }

    /// Takes the shards' answers to the barrier round under way.
    pub(super) fn end_barrier(&mut self, barrier: Barrier, replies: Vec<(ShardId, ShardReply)>) {
        match barrier {
            Barrier::Written { reply_to, answer } => {
                for (shard, reply) in replies {
                    let ShardReply::Written(written) = reply else {
                        panic!("an opening is answered by what was written")
                    };
                    self.output.frame.take_written(shard, written);
                }
                self.output.reply(reply_to, answer);
            }
            Barrier::Changed { reply_to, account } => {
                let mut replies = replies.into_iter();
                let (Some((shard, ShardReply::Changed(changed))), None) = (replies.next(), replies.next())
                else {
                    panic!("a change is answered by one shard, with the row after it")
                };
                let answer = match changed {
                    Ok((written, row)) => self.take_change(shard, written, account, &row),
                    Err(rejection) => Answer::Rejected(rejection),
                };
                self.output.reply(reply_to, answer);
            }
            Barrier::Holds { reply_to, after, limit } => self.end_holds(reply_to, after, limit, replies),
            Barrier::Closing(asked, close) => self.end_closing(asked, &close, replies),
            Barrier::Results(asked, close) => self.end_results(asked, &close, replies),
            Barrier::Wake(resting) => self.end_wake(&resting, replies),
            Barrier::Expired => self.end_expiry(replies),
            Barrier::Read { reply_to, accounts } => self.end_read(reply_to, accounts, replies),
            Barrier::Lines { reply_to, entity } => self.end_lines(reply_to, entity, replies),
            Barrier::Snapshot => self.end_snapshot(replies),
        }
    }

    /// Puts the judgement of the measured rates into the queue, as commands of the ledger's own.
    pub(super) fn judge_hot_accounts(&mut self) {
        let room = self.settings.hot_accounts.saturating_sub(self.hot.count());
        let hot = self.hot.accounts();
        let judgement = self.hot.detector.judge(|account| hot.contains(&account), room);
        let heated = judgement.heat.into_iter().map(|account| (account, true));
        let cool = judgement.cool.into_iter().map(|account| (account, false));
        for (account, hot) in heated.chain(cool) {
            let account = AccountRef::Id(account);
            let asked = Asked { reply_to: None, client: ClientId(0) };
            let change = AttributeChange::Hot(hot);
            let command = Command::Change { account, change, notes: Box::default() };
            self.backlog.queue.push_back(Queued::Barrier(asked, command));
        }
    }

    pub(super) fn wait(&mut self, barrier: Barrier, orders: Orders) -> Step {
        self.phase = Phase::Barrier(barrier);
        Step::Shards(orders)
    }

    fn status(&self) -> Answer {
        let entities = self.books.catalog.entities().iter().map(|entity| (entity.code.clone(), entity.date));
        let mut hot: Vec<_> = self.hot.gates().map(|gate| (gate.account, gate.legs)).collect();
        hot.sort_unstable_by_key(|(account, legs)| (std::cmp::Reverse(*legs), *account));
        Answer::Status(Box::new(Status {
            durable: self.output.durable(),
            open: self.output.frame.number,
            accounts: self.books.catalog.accounts().len() as u64,
            known_ids: self.ids.known.len() as u64,
            time_us: self.output.frame.time_us,
            clock_us: self.ids.window.clock_us(),
            hot,
            entities: entities.collect(),
            ..self.counts.clone()
        }))
    }

    fn change(
        &mut self,
        asked: Asked,
        account: &AccountRef,
        change: AttributeChange,
        notes: Box<[u8]>,
    ) -> Step {
        let Asked { reply_to, client } = asked;
        let account = match self.judge_change(account, change) {
            Ok(account) => account,
            Err(rejection) => return self.refuse_at_barrier(reply_to, rejection),
        };
        if let AttributeChange::Hot(hot) = change {
            if reply_to.is_some() {
                self.hot.detector.forget(account);
            }
            let is_hot = self.is_hot(account);
            if hot && !is_hot && self.hot.count() >= self.settings.hot_accounts {
                return self.refuse_at_barrier(reply_to, Rejection::LimitExceeded);
            }
            if hot == is_hot {
                return self.answer_quiet(reply_to, Answer::Done);
            }
        }
        let entity = self.books.entity_of(account);
        let by = Registration { client, date: self.books.catalog.date(entity), notes };
        let order = ShardOrder::Change { frame: self.output.frame.number, account, change, by };
        self.wait(Barrier::Changed { reply_to, account }, vec![(self.shard_of(account), order)])
    }

    fn judge_change(&self, account: &AccountRef, change: AttributeChange) -> Result<AccountId, Rejection> {
        if change.amounts().any(|amount| amount.0 < 0) {
            return Err(Rejection::InvalidAmount);
        }
        self.books.find(account)
    }

    fn closings(&self, entity: &str, from: Date, to: Date) -> Result<Answer, Rejection> {
        let entity = self.books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let closed = self.books.catalog.closings(entity, from, to).collect();
        Ok(Answer::Closings { entity, current: self.books.catalog.date(entity), closed })
    }

    fn ask_holds(
        &mut self,
        reply_to: Option<ReplyTo>,
        account: Option<&AccountRef>,
        after: Option<(AccountId, TransactionKey)>,
        limit: u32,
    ) -> Step {
        let limit = limit.min(MAX_LIST) as usize;
        let orders = match account.map(|account| self.books.find(account)) {
            None => self.to_every_shard(&ShardOrder::Holds(None)),
            Some(Ok(account)) => vec![(self.shard_of(account), ShardOrder::Holds(Some(account)))],
            Some(Err(rejection)) => return self.refuse_at_barrier(reply_to, rejection),
        };
        self.wait(Barrier::Holds { reply_to, after, limit }, orders)
    }

    fn end_holds(
        &mut self,
        reply_to: Option<ReplyTo>,
        after: Option<(AccountId, TransactionKey)>,
        limit: usize,
        replies: Vec<(ShardId, ShardReply)>,
    ) {
        let mut holds: Vec<(AccountId, Hold)> = Vec::new();
        for (_, reply) in replies {
            let ShardReply::Holds(of_shard) = reply else {
                panic!("a question for holds is answered by them")
            };
            holds.extend(of_shard);
        }
        holds.retain(|(account, hold)| after.is_none_or(|after| (*account, hold.key) > after));
        holds.sort_by_key(|(account, hold)| (*account, hold.key));
        holds.truncate(limit);
        self.output.reply(reply_to, Answer::Holds(holds));
    }

    pub(super) fn refuse_at_barrier(&mut self, reply_to: Option<ReplyTo>, rejection: Rejection) -> Step {
        self.answer_quiet(reply_to, Answer::Rejected(rejection))
    }

    /// Answers a barrier round that needs no shard.
    pub(super) fn answer_quiet(&mut self, reply_to: Option<ReplyTo>, answer: Answer) -> Step {
        self.output.reply(reply_to, answer);
        self.wait(Barrier::Written { reply_to: None, answer: Answer::Done }, Vec::new())
    }

    fn take_change(&mut self, shard: ShardId, written: Written, account: AccountId, row: &Row) -> Answer {
        self.output.frame.take_written(shard, written);
        self.books.descriptor_mut(account).renew(row);
        match (self.is_hot(account), row.hot()) {
            (false, true) => self.hot.add(Gate::new(account, row), &mut self.books),
            (true, false) => {
                let gate = self.hot.remove(account, &mut self.books).expect("only what is hot is cooled");
                gate.check(row);
            }
            (true, true) => self.hot.renew(account, row, &self.books),
            (false, false) => {}
        }
        Answer::Done
    }
}
