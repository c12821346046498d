//! Day end (日切): the figures of a date are written down when it is closed, in the frame that closes it; and year end:
//! income and expense are carried forward as the last postings of the date (年终结转).

use crate::account::AccountState;
use crate::account::states::{Touch, refuse};
use crate::chart::line::Line;
use crate::chart::subject::SubjectClass;
use crate::command::{AccountRef, Answer};
use crate::ids::{AccountId, ClientId, EntityId, LineId, ShardId, TransactionId};
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::schedule::backlog::Queued;
use crate::schedule::barrier::{Asked, Barrier};
use crate::schedule::jobs::Work;
use crate::schedule::reading::{shown_rows, sum_lines};
use crate::schedule::{Coordinator, Step};
use crate::shard::order::{ShardOrder, ShardReply, ShownRow};
use crate::transaction::deed::Deed;
use crate::transaction::notes;
use crate::transaction::{Batch, Draft, Leg, MAX_LEGS};

/// A date may begin so many days after the current one or after the clock's, whichever is later: more than any holidays.
/// What lies further ahead is most likely a typing error, and would be a date for ever.
const MOST_AHEAD: u32 = 10;

/// Whether a date lies so far ahead of the current one and of the clock's that it begins by force alone.
#[must_use]
pub fn is_far_ahead(next: Date, current: Date, clock_us: i64) -> bool {
    let latest = current.max(Date::of_time_us(clock_us));
    next.days() > latest.days().saturating_add(MOST_AHEAD)
}

/// A close of a date under way.
#[derive(Clone, Debug)]
pub(super) struct Close {
    pub(super) entity: EntityId,
    pub(super) next: Date,
    pub(super) targets: Targets,
    pub(super) notes: Box<[u8]>,
    /// What refused the postings that carry its results forward.
    pub(super) refused: Option<Rejection>,
}

/// The accounts that take what is carried forward, one for each currency.
type Targets = Vec<(Currency, AccountId)>;

impl Coordinator {
    pub(super) fn close_day(
        &mut self,
        asked: Asked,
        entity: &str,
        (next, forced): (Date, bool),
        carry: &[AccountRef],
        notes: Box<[u8]>,
    ) -> Step {
        let judged =
            check_approved(forced, &notes).and_then(|()| self.judge_close(entity, (next, forced), carry));
        let (entity, targets) = match judged {
            Ok(Some(judged)) => judged,
            Ok(None) => return self.answer_quiet(asked.reply_to, Answer::Done),
            Err(rejection) => return self.refuse_at_barrier(asked.reply_to, rejection),
        };
        let close = Close { entity, next, targets, notes, refused: None };
        if !close.targets.is_empty() {
            return self.read_results(asked, close);
        }
        self.read_lines(asked, close)
    }

    /// Goes on with a close whose results were carried forward. Whatever became of the disk since: what a close has begun
    /// it ends, in the room that was sure when it began.
    pub(super) fn close_carried(&mut self, asked: Asked, close: Close) -> Step {
        match close.refused {
            Some(rejection) => self.refuse_at_barrier(asked.reply_to, rejection),
            None => self.read_lines(asked, close),
        }
    }

    fn read_lines(&mut self, asked: Asked, close: Close) -> Step {
        let orders = self.to_every_shard(&ShardOrder::LinesAlone);
        self.wait(Barrier::Closing(asked, close), orders)
    }

    /// The entity to close and where to carry to; `None` where the date is current already.
    fn judge_close(
        &self,
        entity: &str,
        (next, forced): (Date, bool),
        carry: &[AccountRef],
    ) -> Result<Option<(EntityId, Targets)>, Rejection> {
        let entity = self.books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
        let targets = self.judge_targets(entity, carry)?;
        let current = self.books.catalog.date(entity);
        if next < current {
            return Err(Rejection::DateClosed);
        }
        if !forced && is_far_ahead(next, current, self.ids.window.clock_us()) {
            return Err(Rejection::DateAhead);
        }
        Ok((next > current).then_some((entity, targets)))
    }

    /// The targets of a carry-forward: accounts of the entity under equity or common subjects, no two in one currency.
    fn judge_targets(&self, entity: EntityId, carry: &[AccountRef]) -> Result<Targets, Rejection> {
        let mut targets = Targets::new();
        let mut found = Ok(());
        for target in carry {
            let Ok(id) = self.books.find(target) else {
                found = Err(Rejection::UnknownAccount);
                continue;
            };
            let account = self.books.catalog.account(id).expect("a found account has a place");
            if targets.iter().any(|(currency, _)| *currency == account.currency) {
                return Err(Rejection::Malformed);
            }
            targets.push((account.currency, id));
            if account.entity != entity {
                found = Err(Rejection::UnknownAccount);
            }
            let class = self.books.catalog.subject(account.subject).opening.class;
            if !matches!(class, SubjectClass::Equity | SubjectClass::Common) {
                found = found.and(Err(Rejection::WrongClass));
            }
        }
        found.map(|()| targets)
    }

    /// Closes the date: its figures and the next date stand in one frame.
    pub(super) fn end_closing(&mut self, asked: Asked, close: &Close, replies: Vec<(ShardId, ShardReply)>) {
        let closed = self.books.catalog.date(close.entity);
        for (line, total) in (0..).map(LineId).zip(sum_lines(replies)) {
            if self.books.entity_of_line(line) == close.entity {
                self.write_line(line, &total, closed);
            }
        }
        let Close { entity, next, .. } = *close;
        self.output.register(asked.client, "close_day", &closed.to_string(), &close.notes);
        self.output.frame.push_admin(&Admin::DateClosed { entity, closed, next });
        self.books.catalog.add_closing(entity, closed, self.output.frame.number);
        self.books.catalog.set_date(entity, next);
        self.output.reply(asked.reply_to, Answer::Done);
    }

    fn write_line(&mut self, line: LineId, total: &Line, date: Date) {
        let (debit, credit) = if total.day == date { total.turnover } else { (0, 0) };
        let opening = total.balance - debit + credit;
        if (opening, debit, credit) != (0, 0, 0) {
            self.output.frame.push_admin(&Admin::LineClosed { line, date, opening, debit, credit });
        }
    }

    fn read_results(&mut self, asked: Asked, close: Close) -> Step {
        let concerned = (1..).map(AccountId).zip(self.books.catalog.accounts()).filter(|(account, found)| {
            let class = self.books.catalog.subject(found.subject).opening.class;
            let is_result = matches!(class, SubjectClass::Income | SubjectClass::Expense);
            found.entity == close.entity && is_result || close.is_target(*account)
        });
        let orders = self.orders_to_read(concerned.map(|(account, _)| account));
        self.wait(Barrier::Results(asked, close), orders)
    }

    /// Puts the postings that carry forward, and the close after them, in front of everything that waits.
    pub(super) fn end_results(&mut self, asked: Asked, close: &Close, replies: Vec<(ShardId, ShardReply)>) {
        let (targets, rows): (Vec<ShownRow>, Vec<ShownRow>) =
            shown_rows(replies).partition(|shown| close.is_target(shown.account));
        let rows: Vec<ShownRow> = rows.into_iter().filter(|shown| shown.row.balance != 0).collect();
        let currency_of =
            |shown: &ShownRow| self.books.descriptor(shown.account).expect("a row has a descriptor").currency;
        let has_target = |currency| close.targets.iter().any(|(of, _)| *of == currency);
        if let Some(left) = rows.iter().map(currency_of).find(|currency| !has_target(*currency)) {
            return self.output.reply(asked.reply_to, Answer::NotCarried(left));
        }
        let mut batch = Batch::default();
        for &(currency, target) in &close.targets {
            let rows: Vec<&ShownRow> = rows.iter().filter(|shown| currency_of(shown) == currency).collect();
            self.carry(&mut batch, close.entity, (currency, target), &rows);
        }
        if let Some(rejection) = refuse_target(&targets, &batch) {
            return self.output.reply(asked.reply_to, Answer::Rejected(rejection));
        }
        self.backlog.queue.push_front(Queued::Close(asked, close.clone()));
        if !batch.transactions.is_empty() {
            self.output.begin_rules(&mut self.books.catalog);
            let job = self.add_job(None, ClientId(0), Work::Post(batch));
            self.backlog.queue.push_front(Queued::Job(job));
        }
    }

    /// Adds what carries the results of one currency to their target.
    fn carry(
        &self,
        batch: &mut Batch,
        entity: EntityId,
        (currency, target): (Currency, AccountId),
        rows: &[&ShownRow],
    ) {
        let date = self.books.catalog.date(entity);
        let time = self.ids.window.now();
        for rows in rows.chunks(MAX_LEGS / 2 - 1) {
            let mut legs = Vec::new();
            for shown in rows {
                push_pieces(&mut legs, shown.account, -shown.row.balance, currency);
            }
            let sum: i128 = rows.iter().map(|shown| shown.row.balance).sum();
            push_pieces(&mut legs, target, sum, currency);
            let part = u16::try_from(batch.transactions.len()).expect("results are far fewer than 2^24");
            let id = carry_id(entity, date, self.output.frame.number, part);
            batch.push_deed(Draft { id, time, ..Draft::default() }, Deed::CarryForward, &legs, &[]);
        }
    }
}

impl Close {
    fn is_target(&self, account: AccountId) -> bool {
        self.targets.iter().any(|(_, target)| *target == account)
    }
}

/// What the states of the targets refuse of what would be carried to them: account states before payment states. Funds and
/// limits are set aside: a loss must be booked.
fn refuse_target(targets: &[ShownRow], batch: &Batch) -> Option<Rejection> {
    let mut refused = Vec::new();
    for ShownRow { account, row, .. } in targets {
        if row.account_state == AccountState::Closed {
            refused.push(Rejection::AccountState);
        }
        let legs = batch.transactions.iter().flat_map(|transaction| batch.legs(transaction));
        let touches =
            legs.filter(|leg| leg.account == *account).map(|leg| Touch::of_leg(leg.side, leg.amount));
        refused.extend(touches.filter_map(|touch| refuse(row.account_state, row.payment_state, touch)));
    }
    refused.into_iter().min_by_key(|rejection| rejection.group())
}

/// What is forced needs an approval.
fn check_approved(forced: bool, given: &[u8]) -> Result<(), Rejection> {
    if forced && !notes::are_approved(given) { Err(Rejection::Malformed) } else { Ok(()) }
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
