//! Day end (日切): the figures of a date are written down when it is closed, in the frame that closes it; and year end:
//! income and expense are carried forward as the last postings of the date (年终结转).

use super::super::account::AccountState;
use super::super::admin::Admin;
use super::super::amount::{Amount, Side};
use super::super::command::{AccountRef, Answer, Command};
use super::super::currency::Currency;
use super::super::date::Date;
use super::super::deed::Deed;
use super::super::ids::{AccountId, ClientId, EntityId, LineId, ShardId, TransactionId};
use super::super::line::Line;
use super::super::rejection::Rejection;
use super::super::shard_order::{ShardOrder, ShardReply, ShownRow};
use super::super::subject::SubjectClass;
use super::super::transaction::{Batch, Draft, Leg, MAX_LEGS};
use super::jobs::Work;
use super::quiet::{Asked, Quiet};
use super::reading::{shown_rows, sum_lines};
use super::{Coordinator, Queued, Step};

/// A close of a date under way.
#[derive(Clone, Debug)]
pub(super) struct Close {
    pub(super) entity: EntityId,
    pub(super) next: Date,
    pub(super) carry_to: Option<AccountId>,
    pub(super) notes: Box<[u8]>,
}

impl Coordinator {
    pub(super) fn close_day(
        &mut self,
        asked: Asked,
        entity: &str,
        next: Date,
        carry: Option<&AccountRef>,
        notes: Box<[u8]>,
    ) -> Step {
        let refused = self.own_refused.take().map_or(Ok(()), Err);
        let judged = refused.and_then(|()| self.judge_close(entity, next, carry));
        let (entity, carry_to) = match judged {
            Ok(Some(judged)) => judged,
            Ok(None) => return self.answer_quiet(asked.reply_to, Answer::Done),
            Err(rejection) => return self.refuse_quiet(asked.reply_to, rejection),
        };
        let close = Close { entity, next, carry_to, notes };
        if carry_to.is_some() {
            return self.read_results(asked, close);
        }
        let orders = self.to_every_shard(&ShardOrder::LinesAlone);
        self.wait(Quiet::Closing(asked, close), orders)
    }

    /// The entity to close and where to carry to; `None` where the date is current already.
    fn judge_close(
        &self,
        entity: &str,
        next: Date,
        carry: Option<&AccountRef>,
    ) -> Result<Option<(EntityId, Option<AccountId>)>, Rejection> {
        let entity = self.registry.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let carry_to = carry.map(|account| self.find(account)).transpose()?;
        let current = self.registry.date(entity);
        let of_entity = |account| self.card(account).is_some_and(|card| card.entity == entity);
        if carry_to.is_some_and(|account| !of_entity(account)) {
            return Err(Rejection::UnknownAccount);
        }
        if next < current {
            return Err(Rejection::DateClosed);
        }
        Ok((next > current).then_some((entity, carry_to)))
    }

    /// Closes the date: its figures and the next date stand in one frame.
    pub(super) fn end_closing(&mut self, asked: Asked, close: &Close, replies: Vec<(ShardId, ShardReply)>) {
        let closed = self.registry.date(close.entity);
        for (line, total) in (0..).map(LineId).zip(sum_lines(replies)) {
            if self.entity_of(line) == close.entity {
                self.write_line(line, &total, closed);
            }
        }
        let Close { entity, next, .. } = *close;
        self.register(asked.client, "close_day", &closed.to_string(), &close.notes);
        self.frame.push_admin(&Admin::DateClosed { entity, closed, next });
        self.registry.add_closing(entity, closed, self.frame.number);
        self.registry.set_date(entity, next);
        self.reply(asked.reply_to, Answer::Done);
    }

    fn write_line(&mut self, line: LineId, total: &Line, date: Date) {
        let (debit, credit) = if total.day == date { total.turnover } else { (0, 0) };
        let opening = total.balance - debit + credit;
        if (opening, debit, credit) != (0, 0, 0) {
            self.frame.push_admin(&Admin::LineClosed { line, date, opening, debit, credit });
        }
    }

    fn read_results(&mut self, asked: Asked, close: Close) -> Step {
        let concerned = (1..).map(AccountId).zip(self.registry.accounts()).filter(|(account, found)| {
            let class = self.registry.subject(found.subject).opening.class;
            let is_result = matches!(class, SubjectClass::Income | SubjectClass::Expense);
            found.entity == close.entity && is_result || close.carry_to == Some(*account)
        });
        let orders = self.orders_to_read(concerned.map(|(account, _)| account));
        self.wait(Quiet::Results(asked, close), orders)
    }

    /// Puts the postings that carry forward, and the close after them, in front of everything that waits.
    pub(super) fn end_results(&mut self, asked: Asked, close: &Close, replies: Vec<(ShardId, ShardReply)>) {
        let target = close.carry_to.expect("results are read to be carried forward");
        let (targets, rows): (Vec<ShownRow>, Vec<ShownRow>) =
            shown_rows(replies).partition(|shown| shown.account == target);
        let rows: Vec<ShownRow> = rows.into_iter().filter(|shown| shown.row.balance != 0).collect();
        let entity = self.registry.entities()[usize::from(close.entity.0)].code.clone();
        let card = self.card(target).expect("the target was found");
        let currency = card.currency;
        let differs =
            |shown: &ShownRow| self.card(shown.account).is_some_and(|card| card.currency != currency);
        let closed = |shown: &ShownRow| shown.row.account_state == AccountState::Closed;
        let refused = match () {
            () if card.off_balance && !rows.is_empty() => Some(Rejection::MixedOffBalance),
            () if rows.iter().any(differs) => Some(Rejection::CurrencyMismatch),
            () if targets.iter().any(closed) => Some(Rejection::AccountState),
            () => None,
        };
        if let Some(rejection) = refused {
            return self.reply(asked.reply_to, Answer::Rejected(rejection));
        }
        let batch = self.carry(close.entity, target, currency, &rows);
        let (next, notes) = (close.next, close.notes.clone());
        let command = Command::CloseDay { entity, next, carry_forward: None, notes };
        self.queue.push_front(Queued::Quiet(asked, command));
        if !batch.transactions.is_empty() {
            let job = self.add_job(None, ClientId(0), Work::Post(batch));
            self.queue.push_front(Queued::Job(job));
        }
    }

    fn carry(&self, entity: EntityId, target: AccountId, currency: Currency, rows: &[ShownRow]) -> Batch {
        let mut batch = Batch::default();
        let date = self.registry.date(entity);
        let time =
            u32::try_from(self.frame.time_us / 1_000_000).expect("the logged time is a time since 1970");
        for (part, rows) in (0_u16..).zip(rows.chunks(MAX_LEGS / 2 - 1)) {
            let mut legs = Vec::new();
            for shown in rows {
                push_pieces(&mut legs, shown.account, -shown.row.balance, currency);
            }
            let sum: i128 = rows.iter().map(|shown| shown.row.balance).sum();
            push_pieces(&mut legs, target, sum, currency);
            let id = carry_id(entity, date, self.frame.number, part);
            batch.push_deed(Draft { id, time, ..Draft::default() }, Deed::CarryForward, &legs, &[]);
        }
        batch
    }

    /// Writes down who asked for a command, and why (登记簿).
    pub(super) fn register(&mut self, client: ClientId, command: &str, about: &str, notes: &[u8]) {
        let (command, about, notes) = (command.into(), about.into(), notes.into());
        self.frame.push_admin(&Admin::Registered { client, command, about, notes });
    }
}

/// The ledger's own transaction ids: they are those of client 0, which no client is.
fn carry_id(entity: EntityId, date: Date, frame: u64, part: u16) -> TransactionId {
    let of_date = u128::from(entity.0) << 112 | u128::from(date.days()) << 80;
    TransactionId(of_date | u128::from(frame) << 16 | u128::from(part))
}

/// Legs that move `signed`, debit-positive; more than one only where it is more than a leg's amount can be.
fn push_pieces(legs: &mut Vec<Leg>, account: AccountId, signed: i128, currency: Currency) {
    let side = if signed > 0 { Side::Debit } else { Side::Credit };
    let mut left = signed.unsigned_abs();
    while left > 0 {
        let piece = i64::try_from(left).unwrap_or(i64::MAX);
        let step = u16::try_from(legs.len() + 1).expect("legs of a carry-forward are capped");
        legs.push(Leg { account, amount: Amount(piece), currency, step, side });
        left -= u128::from(piece.unsigned_abs());
    }
}
