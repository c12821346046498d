//! History: statements and transactions, read from the log in place. The log is the journal (流水); there is no second
//! copy of it and no index of entries but each account's own chain.

use std::collections::BTreeMap;

use longmen_wal::{FrameNumber, FrameView, LogReader, ReadError};

use crate::ledger::{
    AccountId, AccountView, Action, Amount, ClientId, Date, EntityId, Entry, Head, Movement, Named, Outcome, Position,
    Posting, Rejection, ReplayError, SectionKind, Side, TransactionId,
    notes::{self, Note},
    read_tail,
};
use crate::recovery::records;

mod original;

/// Reads what is durable. Clones are cheap; every call may touch the disk, so call it where blocking is allowed.
#[derive(Clone)]
pub struct History {
    reader: LogReader,
}

/// Why history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A frame holds what cannot be read.
    #[error(transparent)]
    Records(#[from] ReplayError),
    /// A chain leads where no record of its account lies.
    #[error("account {account}: the chain leads to {at}, where no record of it lies")]
    BrokenChain {
        /// The account.
        account: AccountId,
        /// Where the chain led.
        at: Position,
    },
}

/// A transaction as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRecord {
    /// The client.
    pub client: ClientId,
    /// The client's id for it.
    pub id: TransactionId,
    /// The entity of its first account.
    pub entity: EntityId,
    /// What it does.
    pub action: Action,
    /// The transaction or hold that it names, if any.
    pub named: Option<Named>,
    /// Why it was refused, or `None`: posted, or tried. A cancelled id is [`Rejection::Cancelled`].
    pub rejection: Option<Rejection>,
    /// The step that a refusal speaks of, else 0.
    pub step: u16,
    /// The accounting date.
    pub accounting_date: Date,
    /// The value date.
    pub value_date: Date,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// The notes that came with it.
    pub notes: Vec<(Note, String)>,
    /// Its legs, in step order; none where it was refused.
    pub legs: Vec<RecordedLeg>,
    /// The frame that holds it.
    pub frame: u64,
    /// Its ordinal among the frame's transactions.
    pub ordinal: u32,
}

/// A leg as the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedLeg {
    /// The account.
    pub account: AccountId,
    /// The leg's step.
    pub step: u16,
    /// Debit or credit.
    pub side: Side,
    /// Minor units.
    pub amount: Amount,
    /// The account's balance after it, debit-positive.
    pub balance_after: i128,
    /// Whether its entry is merged with others of the frame.
    pub merged: bool,
}

/// A page of a statement (对账单), newest line first. Opening + turnover = closing, natural.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementPage {
    /// The lines.
    pub lines: Vec<StatementLine>,
    /// The balance before the oldest line.
    pub opening: i128,
    /// The balance after the newest line.
    pub closing: i128,
    /// Where the next older page begins, if there is one.
    pub next: Option<Position>,
}

/// A line of a statement: one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// Where the entry lies.
    pub position: Position,
    /// The client of its transaction; 0 for a merged entry.
    pub client: ClientId,
    /// Its transaction; 0 for a merged entry.
    pub transaction: TransactionId,
    /// The leg's step; 0 for a merged entry.
    pub step: u16,
    /// The transaction type, where the client gave one.
    pub kind: String,
    /// The accounting date.
    pub accounting_date: Date,
    /// The value date.
    pub value_date: Date,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// Debit or credit; of a merged entry, the side of its net.
    pub side: Side,
    /// Minor units; of a merged entry, its net.
    pub amount: i128,
    /// What a merged entry stands for.
    pub merged: Option<Merged>,
    /// The natural balance before.
    pub before: i128,
    /// The natural balance after.
    pub after: i128,
}

/// The legs that a merged entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// How many.
    pub count: u32,
    /// The sum of the debit legs.
    pub debit: i128,
    /// The sum of the credit legs.
    pub credit: i128,
}

impl History {
    pub(crate) fn new(reader: LogReader) -> History {
        History { reader }
    }

    /// The transaction with this place in the log, or `None` where the frame has no such ordinal.
    ///
    /// # Errors
    /// [`HistoryError`], where the frame is not there or cannot be read.
    pub fn transaction(&self, frame: u64, ordinal: u32) -> Result<Option<TransactionRecord>, HistoryError> {
        let view = self.reader.frame(FrameNumber(frame))?;
        let Some(head) = head_of(&view, ordinal) else { return Ok(None) };
        let mut legs = Vec::new();
        if head.outcome == Outcome::Posted {
            legs = plain_legs(&view, ordinal)?;
            legs.extend(hot_legs(&view, ordinal, &head)?);
            legs.sort_unstable_by_key(|leg| leg.step);
        }
        let rejection = match head.outcome {
            Outcome::Posted | Outcome::Tried => None,
            Outcome::Refused(rejection) => Some(rejection),
            Outcome::Cancelled => Some(Rejection::Cancelled),
        };
        let tail = read_tail(&head, section(&view, SectionKind::Tails, 0)).unwrap_or_default();
        Ok(Some(TransactionRecord {
            client: head.client,
            id: head.id,
            entity: head.entity,
            action: head.action,
            named: tail.named,
            rejection,
            step: head.step,
            accounting_date: head.accounting_date,
            value_date: head.value_date,
            time_us: view.time_us(),
            notes: notes::read(tail.notes).map(|(note, text)| (note, text.to_owned())).collect(),
            legs,
            frame,
            ordinal,
        }))
    }

    /// A page of an account's statement: at most `limit` lines, from the entry at `before` backwards (`None`: from the
    /// newest that `account` has seen). Follows the account's chain through the log, across segments.
    ///
    /// # Errors
    /// [`HistoryError`], where the log cannot be read or the chain is broken.
    pub fn statement(
        &self,
        account: &AccountView,
        before: Option<Position>,
        limit: usize,
    ) -> Result<StatementPage, HistoryError> {
        let mut at = before.unwrap_or(account.last);
        let mut page = StatementPage::default();
        let mut frame: Option<FrameView> = None;
        while at != Position::NONE && page.lines.len() < limit {
            let view = match frame.take().filter(|view| view.number().0 == at.frame) {
                Some(view) => view,
                None => self.reader.frame(FrameNumber(at.frame))?,
            };
            let broken = || HistoryError::BrokenChain { account: account.id, at };
            let entry =
                entry_at(&view, at).filter(|entry| entry.account() == account.id).ok_or_else(broken)?;
            if let Entry::Posting(posting) = entry {
                page.lines.push(line(&view, at, &posting, account.normal));
            }
            at = entry.previous();
            frame = Some(view);
        }
        page.closing = page.lines.first().map_or(0, |line| line.after);
        page.opening = page.lines.last().map_or(0, |line| line.before);
        page.next = (at != Position::NONE).then_some(at);
        Ok(page)
    }
}

fn section(view: &FrameView, kind: SectionKind, owner: u16) -> &[u8] {
    view.section(kind as u16, owner).map_or(&[], |section| section.bytes)
}

fn head_of(view: &FrameView, ordinal: u32) -> Option<Head> {
    Head::read(section(view, SectionKind::Heads, 0), ordinal)
}

fn entry_at(view: &FrameView, at: Position) -> Option<Entry<'_>> {
    let bytes = section(view, SectionKind::Entries, at.section);
    let start = usize::try_from(at.slot).ok()?.checked_mul(8)?;
    Entry::read(bytes.get(start..)?).map(|(entry, _)| entry)
}

fn line(view: &FrameView, position: Position, posting: &Posting, normal: Side) -> StatementLine {
    let signed = posting.movement.signed();
    let mut line = StatementLine {
        position,
        client: ClientId(0),
        transaction: TransactionId(0),
        step: 0,
        kind: String::new(),
        accounting_date: posting.date,
        value_date: posting.date,
        time_us: view.time_us(),
        side: if signed < 0 { Side::Credit } else { Side::Debit },
        amount: signed.abs(),
        merged: None,
        before: normal.natural(posting.balance_after - signed),
        after: normal.natural(posting.balance_after),
    };
    match posting.movement {
        Movement::Merged { count, debit, credit } => line.merged = Some(Merged { count, debit, credit }),
        Movement::Leg { transaction, step, side, amount } => {
            (line.step, line.side, line.amount) = (step, side, i128::from(amount.0));
            if let Some(head) = head_of(view, transaction) {
                (line.client, line.transaction, line.value_date) = (head.client, head.id, head.value_date);
                line.kind = kind_of(view, &head);
            }
        }
    }
    line
}

fn kind_of(view: &FrameView, head: &Head) -> String {
    let tail = read_tail(head, section(view, SectionKind::Tails, 0)).unwrap_or_default();
    notes::read(tail.notes)
        .find(|(note, _)| *note == Note::Kind)
        .map_or(String::new(), |(_, text)| text.to_owned())
}

fn plain_legs(view: &FrameView, ordinal: u32) -> Result<Vec<RecordedLeg>, HistoryError> {
    let records = records(view)?;
    let mut legs = Vec::new();
    for entry in records.entries() {
        let (_, Entry::Posting(posting)) = entry? else { continue };
        let Movement::Leg { transaction, step, side, amount } = posting.movement else { continue };
        if transaction == ordinal {
            let (account, balance_after) = (posting.account, posting.balance_after);
            legs.push(RecordedLeg { account, step, side, amount, balance_after, merged: false });
        }
    }
    Ok(legs)
}

/// The legs on hot accounts: each one's balance is that before the frame's first merged entry, plus the legs ahead of
/// it in the order of the log.
fn hot_legs(view: &FrameView, ordinal: u32, head: &Head) -> Result<Vec<RecordedLeg>, HistoryError> {
    let tails = section(view, SectionKind::Tails, 0);
    let wanted = read_tail(head, tails).unwrap_or_default().hot_legs;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let records = records(view)?;
    let mut balances: BTreeMap<AccountId, i128> = BTreeMap::new();
    for entry in records.entries() {
        if let (_, Entry::Posting(posting @ Posting { movement: Movement::Merged { .. }, .. })) = entry? {
            let before = posting.balance_after - posting.movement.signed();
            balances.entry(posting.account).or_insert(before);
        }
    }
    let mut legs = Vec::new();
    for (other, head) in (0..=ordinal).zip(records.heads()) {
        let head = head?;
        let tail = read_tail(&head, tails).unwrap_or_default();
        for leg in tail.hot_legs.iter().filter(|_| head.outcome == Outcome::Posted) {
            let balance = balances.entry(leg.account).or_default();
            *balance += leg.side.signed(leg.amount);
            if other == ordinal {
                let &crate::ledger::HotLeg { account, amount, step, side } = leg;
                legs.push(RecordedLeg { account, step, side, amount, balance_after: *balance, merged: true });
            }
        }
    }
    Ok(legs)
}
