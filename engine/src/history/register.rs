//! Registers (登记簿): who changed what, when and why; and the figures of closed dates.

use longmen_wal::{FrameNumber, FrameView};

use super::chain::Chain;
use super::lines::HoldLine;
use super::{History, HistoryError, head_of, notes_of, section, tail_of};
use crate::ledger::{
    AccountView, Admin, Amount, Changed, ClientId, Date, EntityId, Entry, Held, LineId, Owner, Position,
    ReplayError, SectionKind, SubjectId, TransactionId, admin_records, is_far_ahead,
    notes::{Note, TextIds},
};

/// What a line of the general ledger had on a closed date. Balances are debit-positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedLine {
    /// The line: a leaf subject in one currency.
    pub line: LineId,
    pub date: Date,
    /// The balance before it.
    pub opening: i128,
    /// Debit turnover.
    pub debit: i128,
    /// Credit turnover.
    pub credit: i128,
}

/// A page of an account's register, newest entry first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterPage {
    pub entries: Vec<RegisterEntry>,
    /// Where the next, older page begins, if more may follow; a page may be empty where postings alone were passed.
    pub next: Option<Position>,
}

/// A change of an account other than of its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterEntry {
    /// Where its record lies.
    pub position: Position,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// The accounting date; an opening has none.
    pub date: Option<Date>,
    /// Who asked; 0: the ledger itself, or not known (an opening).
    pub client: ClientId,
    /// The transaction that moved a hold; `None` for everything else, and for an expiry.
    pub transaction: Option<TransactionId>,
    /// The text that its id was given as; empty where it was a number.
    pub text_id: Box<str>,
    /// What was done.
    pub what: Registered,
    /// Operator, approval, reason.
    pub notes: Vec<(Note, String)>,
}

/// What was done to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// 开户
    Opened {
        subject: SubjectId,
        /// Who owns it.
        owner: Owner,
        /// How far it may go below zero.
        overdraft_limit: Amount,
        /// The cap on its natural balance.
        credit_limit: Option<Amount>,
        /// Whether a batching actor posts to it.
        hot: bool,
    },
    /// States, limits, reserve, hot or not: all as they are after it. Its notes are the entry's.
    Changed(Changed<'static>),
    /// 冻结, 解冻 and what else moves a hold.
    Held(HoldLine),
}

/// Part of the ledger's register, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerRegister {
    pub commands: Vec<RegisteredCommand>,
    /// The frame with which the next part begins, if the range goes on.
    pub next: Option<u64>,
}

/// A command on names, dates or mappings that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredCommand {
    pub frame: u64,
    /// When it was logged, in microseconds since 1970.
    pub time_us: i64,
    /// Who asked.
    pub client: ClientId,
    pub command: Box<str>,
    /// What it was about.
    pub about: Box<str>,
    /// What it closed, if that was a date.
    pub closed: Option<ClosedDate>,
    /// Operator, approval, reason.
    pub notes: Vec<(Note, String)>,
}

/// A date that was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedDate {
    pub date: Date,
    /// The date that began.
    pub next: Date,
    /// Whether that one lay so far ahead, by the logged time, that force alone could begin it.
    pub forced: bool,
}

/// A page of a register looks at no more than so many records or frames.
const LOOKED_AT: usize = 65_536;

impl History {
    /// What the lines of an entity had on the dates that `frame` closed, in the order of the log: of one date, or of
    /// several where they were closed in one frame.
    ///
    /// # Errors
    /// [`HistoryError`], where the frame is not there or cannot be read.
    pub fn closed_lines(&self, frame: u64, entity: EntityId) -> Result<Vec<ClosedLine>, HistoryError> {
        let view = self.frame(frame)?;
        let (mut found, mut waiting) = (Vec::new(), Vec::new());
        for record in admin(&view)? {
            match record? {
                Admin::LineClosed { line, date, opening, debit, credit } => {
                    waiting.push(ClosedLine { line, date, opening, debit, credit });
                }
                // The lines of a date stand before the record that closes it, and do not say whose they are.
                Admin::DateClosed { entity: closed, .. } => {
                    let lines = std::mem::take(&mut waiting);
                    if closed == entity {
                        found.extend(lines);
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// The register of an account: at most `limit` (0 counts as 1) entries from the record at `from` on back (`None`: from the newest).
    /// It walks the chain, postings too, and a page ends early after 65,536 records.
    ///
    /// # Errors
    /// [`HistoryError`], where the log cannot be read, the chain is broken, or `from` is no record of the account.
    pub fn account_register(
        &self,
        account: &AccountView,
        from: Option<Position>,
        limit: usize,
    ) -> Result<RegisterPage, HistoryError> {
        let mut chain = Chain::new(self, account.id);
        if let Some(from) = from {
            chain.must_begin_at(from)?;
        }
        let mut page = RegisterPage::default();
        let mut at = from.unwrap_or(account.last);
        for _ in 0..LOOKED_AT {
            if at == Position::NONE || page.entries.len() >= limit.max(1) {
                break;
            }
            let record = chain.record(at)?;
            page.entries.extend(entry_of(record.view, at, &record.entry)?);
            at = record.entry.previous();
        }
        page.next = (at != Position::NONE).then_some(at);
        Ok(page)
    }

    /// The commands on names, dates and mappings in the frames from `from` to `to`, at most `limit` and those of their
    /// frame.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame cannot be read.
    pub fn ledger_register(&self, from: u64, to: u64, limit: usize) -> Result<LedgerRegister, HistoryError> {
        let mut register = LedgerRegister::default();
        for (looked_at, view) in self.reader.frames(FrameNumber(from)).enumerate() {
            let view = view?;
            let frame = view.number().0;
            if frame > to {
                break;
            }
            if looked_at >= LOOKED_AT || register.commands.len() >= limit {
                register.next = Some(frame);
                break;
            }
            for record in admin(&view)? {
                match record? {
                    Admin::Registered { client, command, about, notes } => {
                        let (time_us, notes, closed) = (view.time_us(), notes_of(&notes), None);
                        let command =
                            RegisteredCommand { frame, time_us, client, command, about, closed, notes };
                        register.commands.push(command);
                    }
                    // The node's own: which file says from here on who may do what.
                    // It is written once when it is approved, and once when it holds.
                    Admin::Access { digest } if is_noted(&register.commands, &digest) => {}
                    Admin::Access { digest: about } => register.commands.push(RegisteredCommand {
                        frame,
                        time_us: view.time_us(),
                        client: ClientId::default(),
                        command: "access".into(),
                        about,
                        closed: None,
                        notes: Vec::new(),
                    }),
                    // It stands right behind the record of who asked for it.
                    Admin::DateClosed { closed, next, .. } => {
                        if let Some(command) = register.commands.last_mut() {
                            let forced = is_far_ahead(next, closed, view.time_us());
                            command.closed = Some(ClosedDate { date: closed, next, forced });
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(register)
    }
}

fn admin(view: &FrameView) -> Result<impl Iterator<Item = Result<Admin, HistoryError>>, HistoryError> {
    let broken = || ReplayError { frame: view.number().0, what: "an administrative record".into() };
    let records = admin_records(section(view, SectionKind::Admin, 0)?);
    Ok(records.map(move |record| Ok(record.ok_or_else(broken)?)))
}

fn entry_of(
    view: &FrameView,
    position: Position,
    entry: &Entry<'_>,
) -> Result<Option<RegisterEntry>, HistoryError> {
    let time_us = view.time_us();
    let mut mover = Mover::default();
    let (date, what, notes) = match entry {
        Entry::Posting(_) => return Ok(None),
        Entry::Opened(opened) => {
            let what = Registered::Opened {
                subject: opened.subject,
                owner: opened.owner,
                overdraft_limit: opened.overdraft_limit,
                credit_limit: opened.credit_limit,
                hot: opened.hot,
            };
            (None, what, Vec::new())
        }
        Entry::Changed(changed) => {
            let what = Registered::Changed(Changed { notes: &[], ..*changed });
            mover.client = changed.client;
            (Some(changed.date), what, notes_of(changed.notes))
        }
        Entry::Held(held) => {
            let hold = HoldLine { moved: held.moved, amount: held.amount, hold: held.hold.clone() };
            let notes = mover.note(view, held)?;
            (Some(held.date), Registered::Held(hold), notes)
        }
    };
    let Mover { client, transaction, text_id } = mover;
    Ok(Some(RegisterEntry { position, time_us, date, client, transaction, text_id, what, notes }))
}

/// Whether the newest row says already which file says who may do what.
fn is_noted(commands: &[RegisteredCommand], digest: &str) -> bool {
    commands.last().is_some_and(|last| &*last.command == "access" && &*last.about == digest)
}

/// Who moved a hold, and by which transaction; nobody, for everything else and for an expiry.
#[derive(Default)]
struct Mover {
    client: ClientId,
    transaction: Option<TransactionId>,
    text_id: Box<str>,
}

impl Mover {
    /// Takes who moved a hold, and gives the notes of the transaction.
    fn note(&mut self, view: &FrameView, held: &Held) -> Result<Vec<(Note, String)>, HistoryError> {
        let head = held.transaction.map(|ordinal| head_of(view, ordinal)).transpose()?.flatten();
        let Some(head) = head else { return Ok(Vec::new()) };
        let notes = tail_of(view, &head)?.notes;
        *self = Mover {
            client: head.client,
            transaction: Some(head.id),
            text_id: TextIds::read(notes).own.into(),
        };
        Ok(notes_of(notes))
    }
}
