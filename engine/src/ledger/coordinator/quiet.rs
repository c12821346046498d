//! Quiet rounds: what cuts across accounts runs alone, with nothing prepared and everything merged. So a date is
//! closed, a state changed, an account made hot at an exact place between two transactions.

use std::collections::HashMap;

use super::super::account::{AccountOpening, AccountView};
use super::super::admin::Admin;
use super::super::command::{
    AccountRef, Answer, Command, Opened, Posted, ReplyTo, Status, TrialBalance, TrialLine,
};
use super::super::date::Date;
use super::super::gate::Gate;
use super::super::ids::{AccountId, EntityId, LineId, Position, ShardId};
use super::super::registry::{Account, Judged, MAX_NAME, Registry};
use super::super::rejection::Rejection;
use super::super::row::Row;
use super::super::shard::{AccountsTotal, Line, Shard, Written};
use super::super::shard_order::{ShardOrder, ShardReply, StateChange};
use super::super::subject::SubjectOpening;
use super::{Card, Coordinator, Phase, Queued, Room, SnapshotStart, Step, is_off_balance};

/// The most entities of a ledger.
const MAX_ENTITIES: usize = 10_000;
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

    /// Begins a snapshot.
    pub(super) fn begin_snapshot(&mut self) -> Step {
        let orders = (0..self.settings.shards).map(|shard| (ShardId(shard), ShardOrder::LinesAlone));
        let orders = orders.collect();
        self.wait(Quiet::Snapshot, orders)
    }

    fn end_snapshot(&mut self, replies: Vec<(ShardId, ShardReply)>) {
        let mut sum = Shard::new(ShardId(0), 1);
        for (_, reply) in replies {
            let ShardReply::Lines(lines, _) = reply else {
                panic!("a question for the lines is answered by them")
            };
            for (id, line) in (0..).map(LineId).zip(&lines) {
                sum.restore_line(id, line);
            }
        }
        let mut names = Vec::new();
        self.registry.write_names(&mut names);
        self.snapshot = Some(SnapshotStart {
            frame: self.frame.number - 1,
            time_us: self.frame.time_us,
            names,
            accounts: self.registry.accounts().len(),
            lines: sum.lines().to_vec(),
        });
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

    fn reply(&mut self, reply_to: Option<ReplyTo>, answer: Answer) {
        if let Some(reply_to) = reply_to {
            self.frame.replies.push((reply_to, answer));
        }
    }

    fn wait(&mut self, quiet: Quiet, orders: Orders) -> Step {
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

    fn hello(&mut self, name: &str) -> Result<Answer, Rejection> {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(Rejection::Malformed);
        }
        let client = self.registry.client(name).unwrap_or_else(|| {
            let id = self.registry.next_client();
            self.frame.push_admin(&Admin::Client { id, name: name.into() });
            self.registry.add_client(id, name);
            id
        });
        Ok(Answer::Welcome { client })
    }

    fn open_entity(&mut self, code: &str, start: Date) -> Result<Answer, Rejection> {
        if code.is_empty() || code.len() > MAX_NAME {
            return Err(Rejection::Malformed);
        }
        if let Some(id) = self.registry.entity(code) {
            return Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: true })]));
        }
        let count = self.registry.entities().len();
        if count >= MAX_ENTITIES {
            return Err(Rejection::LimitExceeded);
        }
        let id = EntityId(u16::try_from(count).expect("entities are capped below 2^16"));
        self.frame.push_admin(&Admin::Entity { id, code: code.into(), start });
        self.registry.add_entity(code, start);
        Ok(Answer::Opened(vec![Ok(Opened { id: u64::from(id.0), existed: false })]))
    }

    fn open_subjects(&mut self, entity: &str, subjects: Vec<SubjectOpening>) -> Result<Answer, Rejection> {
        let entity = self.registry.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let results = subjects.into_iter().map(|opening| self.open_subject(entity, opening));
        Ok(Answer::Opened(results.collect()))
    }

    fn open_subject(&mut self, entity: EntityId, opening: SubjectOpening) -> Result<Opened, Rejection> {
        if !opening.is_well_formed() {
            return Err(Rejection::Malformed);
        }
        if let Some(there) = self.registry.subject_by_code(entity, &opening.code) {
            let id = u64::from(there.id.0);
            return if there.opening == opening {
                Ok(Opened { id, existed: true })
            } else {
                Err(Rejection::KeyConflict)
            };
        }
        let id = self.registry.add_subject(entity, opening.clone());
        self.frame.push_admin(&Admin::Subject { id, entity, opening });
        Ok(Opened { id: u64::from(id.0), existed: false })
    }

    fn close_day(&mut self, entity: &str, next: Date) -> Result<Answer, Rejection> {
        let entity = self.registry.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let closed = self.registry.date(entity);
        if next < closed {
            return Err(Rejection::DateClosed);
        }
        if next > closed {
            self.frame.push_admin(&Admin::DateClosed { entity, closed, next });
            self.registry.set_date(entity, next);
        }
        Ok(Answer::Done)
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

    fn open_accounts(&mut self, reply_to: Option<ReplyTo>, openings: &[AccountOpening]) -> Step {
        let mut results = Vec::with_capacity(openings.len());
        let mut by_shard: HashMap<ShardId, Vec<(AccountId, Account, bool)>> = HashMap::new();
        for opening in openings {
            let result = self.registry.judge_opening(opening).map(|judged| match judged {
                Judged::There(id) => Opened { id: id.0, existed: true },
                Judged::New(account) => {
                    let hot = opening.hot && self.hot_count() < self.settings.hot_accounts;
                    let id = self.add_account(&account, hot);
                    by_shard.entry(self.shard_of(id)).or_default().push((id, account, hot));
                    Opened { id: id.0, existed: false }
                }
            });
            results.push(result);
        }
        let frame = self.frame.number;
        let orders =
            by_shard.into_iter().map(|(shard, accounts)| (shard, ShardOrder::Open { frame, accounts }));
        self.wait(Quiet::Written { reply_to, answer: Answer::Opened(results) }, orders.collect())
    }

    fn add_account(&mut self, account: &Account, hot: bool) -> AccountId {
        let id = self.registry.next_account();
        let entry = Registry::opened_entry(id, account, hot);
        self.registry.add_account(&entry);
        self.cards.push(Card::new(account, is_off_balance(&self.registry, account)));
        if hot {
            self.add_gate(Gate::new(id, &Row::open(&entry, Position::NONE)));
        }
        id
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

    fn refuse_quiet(&mut self, reply_to: Option<ReplyTo>, rejection: Rejection) -> Step {
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

    fn read(&mut self, reply_to: Option<ReplyTo>, accounts: Vec<Result<AccountId, Rejection>>) -> Step {
        let mut by_shard: HashMap<ShardId, Vec<AccountId>> = HashMap::new();
        for account in accounts.iter().flatten() {
            by_shard.entry(self.shard_of(*account)).or_default().push(*account);
        }
        let orders = by_shard.into_iter().map(|(shard, accounts)| (shard, ShardOrder::Read(accounts)));
        let orders = orders.collect();
        self.wait(Quiet::Read { reply_to, accounts }, orders)
    }

    fn end_read(
        &mut self,
        reply_to: Option<ReplyTo>,
        accounts: Vec<Result<AccountId, Rejection>>,
        replies: Vec<(ShardId, ShardReply)>,
    ) {
        let mut rows = HashMap::new();
        for (_, reply) in replies {
            let ShardReply::Rows(shown) = reply else { panic!("a read is answered by rows") };
            rows.extend(shown);
        }
        let views = accounts.into_iter().map(|account| {
            let id = account?;
            let row = rows.get(&id).expect("an account of the registry has a row");
            Ok(self.view(id, row))
        });
        let views = views.collect();
        self.reply(reply_to, Answer::Accounts(views));
    }

    fn view(&self, id: AccountId, row: &Row) -> AccountView {
        let account = self.registry.account(id).expect("a row belongs to an account of the registry");
        let date = self.registry.date(account.entity);
        let (debit, credit) = if row.day == date { row.turnover } else { (0, 0) };
        let natural = |balance| row.normal().natural(balance);
        if let Some(gate) = self.gate_of(id) {
            gate.check(row);
        }
        let attributes = row.attributes(id);
        AccountView {
            id,
            key: self.registry.key(account),
            subject: self.registry.subject(account.subject).opening.code.clone(),
            normal: row.normal(),
            owner: account.owner,
            balance: natural(row.balance),
            frozen: i128::from(row.frozen),
            available: row.available(),
            may_go_negative: row.may_go_negative(),
            overdraft_limit: attributes.overdraft_limit,
            credit_limit: attributes.credit_limit,
            account_state: row.account_state,
            payment_state: row.payment_state,
            date,
            opening: natural(row.balance - debit + credit),
            debit_turnover: debit,
            credit_turnover: credit,
            hot: row.hot(),
            last: row.last,
        }
    }

    fn ask_lines(&mut self, reply_to: Option<ReplyTo>, entity: &str) -> Step {
        let entity = match self.registry.entity(entity) {
            Some(entity) => Some(entity),
            None if entity.is_empty() => None,
            None => return self.refuse_quiet(reply_to, Rejection::UnknownEntity),
        };
        let orders = (0..self.settings.shards).map(|shard| (ShardId(shard), ShardOrder::Lines));
        let orders = orders.collect();
        self.wait(Quiet::Lines { reply_to, entity }, orders)
    }

    fn end_lines(
        &mut self,
        reply_to: Option<ReplyTo>,
        entity: Option<EntityId>,
        replies: Vec<(ShardId, ShardReply)>,
    ) {
        let parts = replies.into_iter().map(|(_, reply)| match reply {
            ShardReply::Lines(lines, totals) => (lines, totals),
            other => panic!("a question for the lines is answered by {other:?}"),
        });
        let parts: Vec<_> = parts.collect();
        let mut lines: Vec<TrialLine> = (0..self.registry.lines().len())
            .map(|line| LineId(u32::try_from(line).expect("lines are counted in a u32")))
            .filter(|line| entity.is_none_or(|entity| self.entity_of(*line) == entity))
            .map(|line| self.trial_line(line, &parts))
            .collect();
        lines.sort_by(|a, b| (&a.entity, &a.subject, a.currency).cmp(&(&b.entity, &b.subject, b.currency)));
        // The books may have seen the open frame, so that is what the answer speaks of.
        let frame = if self.frame.has_content() { self.frame.number } else { self.frame.number - 1 };
        self.reply(reply_to, Answer::TrialBalance(TrialBalance { frame, lines }));
    }

    fn entity_of(&self, line: LineId) -> EntityId {
        self.registry.subject(self.registry.lines()[line.0 as usize].subject).entity
    }

    fn trial_line(&self, id: LineId, parts: &[(Vec<Line>, Vec<AccountsTotal>)]) -> TrialLine {
        let key = self.registry.lines()[id.0 as usize];
        let subject = self.registry.subject(key.subject);
        let entity = &self.registry.entities()[usize::from(subject.entity.0)];
        let (mut balance, mut debit, mut credit) = (0, 0, 0);
        let mut total = AccountsTotal::default();
        for (lines, totals) in parts {
            let Some((line, part)) = lines.get(id.0 as usize).zip(totals.get(id.0 as usize)) else {
                continue;
            };
            balance += line.balance;
            if line.day == entity.date {
                debit += line.turnover.0;
                credit += line.turnover.1;
            }
            total.balance += part.balance;
            total.accounts += part.accounts;
        }
        let natural = |balance| subject.opening.normal.natural(balance);
        TrialLine {
            entity: entity.code.clone(),
            date: entity.date,
            subject: subject.opening.code.clone(),
            name: subject.opening.name.clone(),
            class: subject.opening.class,
            normal: subject.opening.normal,
            currency: key.currency,
            opening: natural(balance - debit + credit),
            debit,
            credit,
            closing: natural(balance),
            accounts_total: natural(total.balance),
            accounts: total.accounts,
        }
    }
}
