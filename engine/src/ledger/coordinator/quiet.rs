//! Quiet rounds: what cuts across accounts runs alone, with nothing prepared and everything merged. So a date is
//! closed, a state changed, an account made hot at an exact place between two transactions.

use super::super::command::{AccountRef, Answer, Command, Posted, ReplyTo, Status};
use super::super::gate::Gate;
use super::super::ids::{AccountId, EntityId, ShardId};
use super::super::rejection::Rejection;
use super::super::row::Row;
use super::super::shard_order::{ShardOrder, ShardReply, StateChange};
use super::super::shard_round::Written;
use super::{Coordinator, Phase, Queued, Room, Step};

/// The most accounts that one list shows.
const MAX_LIST: u32 = 8_192;

/// What a quiet round waits for.
#[derive(Clone, Debug)]
pub(super) enum Quiet {
    /// Nothing but the shards' word that it is written.
    Written { reply_to: Option<ReplyTo>, answer: Answer },
    /// The row after a change.
    Changed { reply_to: Option<ReplyTo>, account: AccountId, hot: Option<bool> },
    /// Rows to be shown, in the order asked for.
    Read { reply_to: Option<ReplyTo>, accounts: Vec<Result<AccountId, Rejection>> },
    /// The shards' parts of the general ledger.
    Lines { reply_to: Option<ReplyTo>, entity: Option<EntityId> },
    /// The same, for a snapshot.
    Snapshot,
}

type Orders = Vec<(ShardId, ShardOrder)>;

impl Coordinator {
    /// Begins a quiet round: answers at once, or waits for shards.
    pub(super) fn begin_quiet(&mut self, reply_to: Option<ReplyTo>, command: Command) -> Step {
        if self.room == Room::None && command.writes() {
            return self.refuse_quiet(reply_to, Rejection::OutOfDisk);
        }
        let outcome = match command {
            Command::Hello { name } => self.hello(&name),
            Command::OpenEntity { code, start } => self.open_entity(&code, start),
            Command::OpenSubjects { entity, subjects } => self.open_subjects(&entity, subjects),
            Command::CloseDay { entity, next } => self.close_day(&entity, next),
            Command::Status => Ok(self.status()),
            Command::OpenAccounts(openings) => return self.open_accounts(reply_to, &openings),
            Command::SetState { account, account_state, payment_state } => {
                return self.set_state(reply_to, &account, StateChange { account_state, payment_state });
            }
            Command::SetHot { account, hot } => return self.set_hot(reply_to, &account, hot),
            Command::Balances(accounts) => {
                let accounts = accounts.iter().map(|account| self.find(account)).collect();
                return self.read(reply_to, accounts);
            }
            Command::ListAccounts { after, limit } => {
                let last = self.registry.next_account().0;
                let from = after.0.saturating_add(1);
                let to = last.min(from.saturating_add(u64::from(limit.min(MAX_LIST))));
                return self.read(reply_to, (from..to).map(|id| Ok(AccountId(id))).collect());
            }
            Command::TrialBalance { entity } => return self.ask_lines(reply_to, &entity),
            Command::Post(_) => Ok(Answer::Posted(Posted::default())),
            Command::Cancel { .. } | Command::Locate { .. } => {
                unreachable!("what is about a transaction id goes into rounds")
            }
        };
        self.reply(reply_to, outcome.unwrap_or_else(Answer::Rejected));
        self.wait(Quiet::Written { reply_to: None, answer: Answer::Done }, Vec::new())
    }

    /// Takes the shards' answers to the quiet round under way.
    pub(super) fn end_quiet(&mut self, quiet: Quiet, replies: Vec<(ShardId, ShardReply)>) {
        match quiet {
            Quiet::Written { reply_to, answer } => {
                for (shard, reply) in replies {
                    let ShardReply::Written(written) = reply else {
                        panic!("an opening is answered by what was written")
                    };
                    self.frame.take_written(shard, written);
                }
                self.reply(reply_to, answer);
            }
            Quiet::Changed { reply_to, account, hot } => {
                let mut replies = replies.into_iter();
                let (Some((shard, ShardReply::Changed(changed))), None) = (replies.next(), replies.next())
                else {
                    panic!("a change is answered by one shard, with the row after it")
                };
                let answer = match changed {
                    Ok((written, row)) => self.take_change(shard, written, account, &row, hot),
                    Err(rejection) => Answer::Rejected(rejection),
                };
                self.reply(reply_to, answer);
            }
            Quiet::Read { reply_to, accounts } => self.end_read(reply_to, accounts, replies),
            Quiet::Lines { reply_to, entity } => self.end_lines(reply_to, entity, replies),
            Quiet::Snapshot => self.end_snapshot(replies),
        }
    }

    /// Puts the judgement of the measured rates into the queue, as commands of the ledger's own.
    pub(super) fn judge_heat(&mut self) {
        let room = self.settings.hot_accounts.saturating_sub(self.hot_count());
        let hot = self.hot_accounts();
        let judgement = self.heat.judge(|account| hot.contains(&account), room);
        let heat = judgement.heat.into_iter().map(|account| (account, true));
        let cool = judgement.cool.into_iter().map(|account| (account, false));
        for (account, hot) in heat.chain(cool) {
            let account = AccountRef::Id(account);
            self.queue.push_back(Queued::Quiet(None, Command::SetHot { account, hot }));
        }
    }

    pub(super) fn reply(&mut self, reply_to: Option<ReplyTo>, answer: Answer) {
        if let Some(reply_to) = reply_to {
            self.frame.replies.push((reply_to, answer));
        }
    }

    pub(super) fn wait(&mut self, quiet: Quiet, orders: Orders) -> Step {
        self.phase = Phase::Quiet(quiet);
        Step::Shards(orders)
    }

    fn find(&self, account: &AccountRef) -> Result<AccountId, Rejection> {
        let id = match account {
            AccountRef::Id(id) => self.registry.account(*id).map(|_| *id),
            AccountRef::Key(key) => self.registry.find(key),
        };
        id.ok_or(Rejection::UnknownAccount)
    }

    fn status(&self) -> Answer {
        let entities = self.registry.entities().iter().map(|entity| (entity.code.clone(), entity.date));
        let mut hot: Vec<_> = self.gates().map(|gate| (gate.account, gate.legs)).collect();
        hot.sort_unstable_by_key(|(account, legs)| (std::cmp::Reverse(*legs), *account));
        Answer::Status(Status {
            durable: self.durable,
            open: self.frame.number,
            accounts: self.registry.accounts().len() as u64,
            known_ids: self.known.len() as u64,
            hot,
            entities: entities.collect(),
            ..self.counts.clone()
        })
    }

    fn set_state(&mut self, reply_to: Option<ReplyTo>, account: &AccountRef, change: StateChange) -> Step {
        let account = match self.find(account) {
            Ok(account) => account,
            Err(rejection) => return self.refuse_quiet(reply_to, rejection),
        };
        let order = ShardOrder::SetState { frame: self.frame.number, account, change };
        let quiet = Quiet::Changed { reply_to, account, hot: None };
        self.wait(quiet, vec![(self.shard_of(account), order)])
    }

    fn set_hot(&mut self, reply_to: Option<ReplyTo>, account: &AccountRef, hot: bool) -> Step {
        let account = match self.find(account) {
            Ok(account) => account,
            Err(rejection) => return self.refuse_quiet(reply_to, rejection),
        };
        if reply_to.is_some() {
            self.heat.forget(account);
        }
        let is_hot = self.is_hot(account);
        if hot && !is_hot && self.hot_count() >= self.settings.hot_accounts {
            return self.refuse_quiet(reply_to, Rejection::LimitExceeded);
        }
        if hot == is_hot {
            self.reply(reply_to, Answer::Done);
            return self.wait(Quiet::Written { reply_to: None, answer: Answer::Done }, Vec::new());
        }
        let order = ShardOrder::SetHot { frame: self.frame.number, account, hot };
        let quiet = Quiet::Changed { reply_to, account, hot: Some(hot) };
        self.wait(quiet, vec![(self.shard_of(account), order)])
    }

    pub(super) fn refuse_quiet(&mut self, reply_to: Option<ReplyTo>, rejection: Rejection) -> Step {
        self.reply(reply_to, Answer::Rejected(rejection));
        self.wait(Quiet::Written { reply_to: None, answer: Answer::Done }, Vec::new())
    }

    fn take_change(
        &mut self,
        shard: ShardId,
        written: Written,
        account: AccountId,
        row: &Row,
        hot: Option<bool>,
    ) -> Answer {
        self.frame.take_written(shard, written);
        match hot {
            Some(true) => self.add_gate(Gate::new(account, row)),
            Some(false) => {
                let gate = self.remove_gate(account).expect("only what is hot is cooled");
                gate.check(row);
            }
            None => {
                let place = self.cards[account.index().expect("a found account has a place")].gate();
                if let Some(gate) = place.and_then(|place| self.gates[place].as_mut()) {
                    gate.check(row);
                    gate.set_states(row.account_state, row.payment_state);
                }
            }
        }
        Answer::Done
    }
}
