//! The books as the audit computes them, frame by frame.

use longmen_wal::FrameView;

use super::account::Account;
use super::block::EntryBlock;
use super::chart::Chart;
use super::fault::{BookFault, BookFinding, Checked, Flaw, FramePlace, RecordPlace};
use super::frame::{AuditedFrame, TakenLeg};
use super::ids::{IdKey, SeenIds};
use super::merged::{HotLegs, turnover};
use super::report::Counts;
use super::sections::{Placed, Sections};
use super::totals::Totals;
use crate::ledger::notes;
use crate::ledger::{
    AccountId, Admin, Changed, Entry, HEAD_BYTES, Head, Movement, OpenedEntry, Outcome, Position, Posting,
    read_tail,
};

/// The smallest record that opens an account, bytes: bounds how far ids may run ahead inside a frame.
const LEAST_OPENED: usize = 56;

/// The books.
pub(super) struct Books {
    pub(super) chart: Chart,
    pub(super) accounts: Vec<Account>,
    ids: SeenIds,
    counts: Counts,
    frame: AuditedFrame,
    hot: HotLegs,
    /// A record written again, to be held against its bytes.
    again: Vec<u8>,
    /// How many accounts there can be at the end of the frame.
    reach: usize,
    /// Accounts that the transaction being read moves and whose funds have a bound: with their first entry of it
    /// and the balance before.
    moved: Vec<(AccountId, Position, i128)>,
}

impl Books {
    pub(super) fn new() -> Books {
        Books {
            chart: Chart::default(),
            accounts: Vec::new(),
            ids: SeenIds::new(),
            counts: Counts::default(),
            frame: AuditedFrame::default(),
            hot: HotLegs::default(),
            again: Vec::new(),
            reach: 0,
            moved: Vec::new(),
        }
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Takes the next frame.
    pub(super) fn take(&mut self, view: &FrameView) -> Result<(), Box<BookFinding>> {
        self.take_frame(view).map_err(|flaw| {
            let Flaw { record, fault } = *flaw;
            Box::new(BookFinding { place: Some(FramePlace::of(view)), record, fault })
        })
    }

    /// A transaction id with more than one head.
    pub(super) fn duplicate_id(&mut self) -> Option<IdKey> {
        self.ids.duplicate()
    }

    /// What shows at the end: the totals, or the relation between them that does not hold.
    pub(super) fn totals(&self) -> Result<Totals, BookFault> {
        Totals::of(&self.chart, &self.accounts)
    }

    fn take_frame(&mut self, view: &FrameView) -> Checked {
        self.frame.clear();
        self.hot.clear();
        self.counts.frames += 1;
        self.counts.bytes += view.frame_bytes();
        let sections = Sections::of(view)?;
        if let Some(admin) = &sections.admin {
            self.take_admin(admin)?;
        }
        let tails = sections.tails.as_ref().map_or(&[][..], |tails| tails.bytes);
        let mut tails_end = 0;
        if let Some(heads) = &sections.heads {
            tails_end = self.take_heads(heads, tails)?;
        }
        let (used, bytes) = (tails_end, tails.len() as u64);
        RecordPlace::Frame.check(used == bytes, || BookFault::TailsLeft { used, bytes })?;
        let entries: usize = sections.entries.iter().map(|section| section.bytes.len()).sum();
        self.reach = self.accounts.len() + entries / LEAST_OPENED;
        for section in &sections.entries {
            self.take_entries(section, view.number().0)?;
        }
        self.end_frame()
    }

    /// Checks what can be told when all of the frame was read.
    fn end_frame(&mut self) -> Checked {
        if self.counts.opened != self.accounts.len() as u64 {
            let account = AccountId(self.accounts.len() as u64);
            return Err(RecordPlace::Frame.flaw(BookFault::AccountGap { account }));
        }
        if let Some((account, ordinal, left)) = self.hot.untaken() {
            return Err(RecordPlace::Head(ordinal).flaw(BookFault::Unmerged { account, left }));
        }
        let units = &self.chart.units;
        self.frame.end(|unit, net| {
            let (entity, currency) = units[usize::from(unit)];
            BookFault::Unbalanced { entity, currency, net }
        })?;
        if let Some((unit, net)) = self.frame.take_net() {
            let (entity, currency) = units[usize::from(unit)];
            return Err(RecordPlace::Frame.flaw(BookFault::FrameUnbalanced { entity, currency, net }));
        }
        self.chart.end_frame();
        Ok(())
    }

    fn take_admin(&mut self, section: &Placed<'_>) -> Checked {
        let (mut found, mut rest) = (0, section.bytes);
        while !rest.is_empty() {
            let place = RecordPlace::Admin(found);
            let read = Admin::read(rest).ok_or_else(|| place.flaw(BookFault::Unreadable))?;
            let (record, length) = read;
            self.again.clear();
            record.write(&mut self.again);
            place.check(rest[..length] == self.again, || BookFault::Altered)?;
            self.chart.take(place, record)?;
            rest = &rest[length..];
            found += 1;
        }
        self.counts.admin += u64::from(found);
        section.check_records(found)
    }

    /// Takes heads and tails, and gives where the tails end.
    fn take_heads(&mut self, section: &Placed<'_>, tails: &[u8]) -> Checked<u64> {
        let found = section.bytes.len().div_ceil(HEAD_BYTES);
        let found = u32::try_from(found).expect("a frame is below 2^32 bytes");
        let (mut end, mut tails_end) = (0, 0);
        for ordinal in 0..found {
            let place = RecordPlace::Head(ordinal);
            let head = Head::read(section.bytes, ordinal).ok_or_else(|| place.flaw(BookFault::Unreadable))?;
            self.again.clear();
            head.write(&mut self.again);
            place.check(section.bytes[end..].starts_with(&self.again), || BookFault::Altered)?;
            end += HEAD_BYTES;
            self.ids.add(IdKey::new(head.client, head.id));
            match head.outcome {
                Outcome::Posted | Outcome::Tried => {
                    self.counts.posted += 1;
                    self.chart.take_date(place, head.entity, head.accounting_date)?;
                }
                Outcome::Refused(_) => self.counts.refused += 1,
                Outcome::Cancelled => self.counts.cancelled += 1,
            }
            self.frame.push(&head);
            if head.tail.1 != 0 {
                tails_end = self.take_tail(ordinal, &head, tails, tails_end)?;
            }
        }
        section.check_records(found)?;
        Ok(tails_end)
    }

    /// Takes a tail, which begins where those before it end, and gives its own end.
    fn take_tail(&mut self, ordinal: u32, head: &Head, tails: &[u8], expected: u64) -> Checked<u64> {
        let place = RecordPlace::Head(ordinal);
        let (offset, length) = head.tail;
        place.check(u64::from(offset) == expected, || BookFault::TailPlace { offset, expected })?;
        let tail = read_tail(head, tails).ok_or_else(|| place.flaw(BookFault::Unreadable))?;
        let notes: usize = notes::read(tail.notes).map(|(_, text)| 3 + text.len()).sum();
        place.check(notes == tail.notes.len(), || BookFault::Unreadable)?;
        for leg in &tail.hot_legs {
            if head.outcome == Outcome::Tried {
                break;
            }
            let (posted, account) = (head.outcome == Outcome::Posted, leg.account);
            place.check(posted, || BookFault::NotPosted { ordinal, account })?;
            self.hot.list(leg, ordinal);
        }
        Ok(expected + u64::from(length))
    }

    fn take_entries(&mut self, section: &Placed<'_>, frame: u64) -> Checked {
        let mut block = EntryBlock::new(section, frame);
        let (mut found, mut ordinal) = (0, None);
        while block.read() {
            self.fetch_accounts(&block);
            for (at, entry) in block.entries() {
                let transaction = transaction_of(entry);
                if transaction != ordinal {
                    self.end_transaction()?;
                    ordinal = transaction;
                }
                match entry {
                    Entry::Posting(posting) => self.take_posting(posting, *at)?,
                    Entry::Opened(opened) => self.take_opened(opened, *at)?,
                    Entry::Changed(changed) => self.take_changed(changed, *at)?,
                    Entry::Held(held) => {
                        account_mut(&mut self.accounts, held.account, *at)?.hold(held, *at)?;
                        self.counts.changed += 1;
                    }
                }
                found += 1;
            }
        }
        self.end_transaction()?;
        block.check_end()?;
        section.check_records(found)
    }

    /// Touches the accounts of a block, so that the memory is fetched for all of them at once.
    fn fetch_accounts(&self, block: &EntryBlock<'_>) {
        let mut touched = 0;
        for (_, entry) in block.entries() {
            let account = entry.account().index().and_then(|index| self.accounts.get(index));
            touched ^= account.map_or(0, |account| account.last.frame);
        }
        std::hint::black_box(touched);
    }

    #[inline]
    fn take_posting(&mut self, posting: &Posting, at: Position) -> Checked {
        match posting.movement {
            Movement::Leg { transaction, step, side, amount } => {
                self.take_leg(posting, at, (transaction, step), side.signed(amount))
            }
            Movement::Merged { count, debit, credit } => {
                self.take_merged(posting, at, count, (debit, credit))
            }
        }
    }

    #[inline]
    fn take_leg(&mut self, posting: &Posting, at: Position, leg: (u32, u16), signed: i128) -> Checked {
        let (ordinal, step) = leg;
        let place = RecordPlace::entry(at);
        let account = account_mut(&mut self.accounts, posting.account, at)?;
        let before = account.balance;
        account.post(posting, at, signed)?;
        if account.is_bounded() && !account.is_in(at.frame, ordinal) {
            self.moved.push((posting.account, at, before));
        }
        account.take_leg(posting.account, at, ordinal, step)?;
        self.frame.take_leg(place, &taken(posting, account, leg, signed))?;
        self.frame.count(account.unit, signed);
        self.chart.check_date(place, account.entity, posting.date)?;
        let (debit, credit) = posting.movement.turnover();
        self.chart.count(account.line, debit, credit);
        self.counts.legs += 1;
        Ok(())
    }

    /// Ends a transaction's entries in a section: its effect on each account is known, and had to be afforded.
    #[inline]
    fn end_transaction(&mut self) -> Checked {
        for (id, at, before) in self.moved.drain(..) {
            let account = account_mut(&mut self.accounts, id, at)?;
            let afforded = account.check_funds(id, before, account.balance);
            afforded.map_err(|fault| RecordPlace::entry(at).flaw(fault))?;
        }
        Ok(())
    }

    fn take_merged(&mut self, posting: &Posting, at: Position, count: u32, said: (i128, i128)) -> Checked {
        let (id, place) = (posting.account, RecordPlace::entry(at));
        let account = account_mut(&mut self.accounts, id, at)?;
        let Books { hot, frame, chart, counts, .. } = self;
        let legs = hot.take(id, count);
        let legs = legs.map_err(|left| place.flaw(BookFault::MergedCount { account: id, count, left }))?;
        let (debits, credits) = turnover(legs);
        place.check(said == (debits, credits), || BookFault::MergedTotal {
            account: id,
            debit: said.0,
            credit: said.1,
            debits,
            credits,
        })?;
        let mut balance = account.balance;
        for transaction in legs.chunk_by(|a, b| a.ordinal == b.ordinal) {
            let before = balance;
            for leg in transaction {
                account.take_leg(id, at, leg.ordinal, leg.step)?;
                let place_in = (leg.ordinal, leg.step);
                frame.take_leg(place, &taken(posting, account, place_in, leg.signed))?;
                balance += leg.signed;
            }
            account.check_funds(id, before, balance).map_err(|fault| place.flaw(fault))?;
        }
        account.post(posting, at, debits - credits)?;
        frame.count(account.unit, debits - credits);
        chart.check_date(place, account.entity, posting.date)?;
        chart.count(account.line, debits, credits);
        counts.merged += 1;
        counts.merged_legs += u64::from(count);
        Ok(())
    }

    fn take_opened(&mut self, opened: &OpenedEntry<'_>, at: Position) -> Checked {
        let (account, place) = (opened.account, RecordPlace::entry(at));
        // Shards open accounts side by side, so inside a frame ids may come in any order, but not from far away.
        let index = account.index().filter(|index| *index < self.reach);
        let index = index.ok_or_else(|| place.flaw(BookFault::AccountGap { account }))?;
        let (line, unit) = self.chart.place(place, opened)?;
        if index >= self.accounts.len() {
            self.accounts.resize(index + 1, Account::VACANT);
        }
        let there = &mut self.accounts[index];
        place.check(!there.is_open(), || BookFault::OpenedTwice { account })?;
        *there = Account::open(opened, at, line, unit);
        self.counts.opened += 1;
        Ok(())
    }

    fn take_changed(&mut self, changed: &Changed<'_>, at: Position) -> Checked {
        account_mut(&mut self.accounts, changed.account, at)?.change(changed, at)?;
        self.counts.changed += 1;
        Ok(())
    }
}

/// A leg with what its account and entry say; `leg` is its transaction and step.
#[inline]
fn taken(posting: &Posting, account: &Account, leg: (u32, u16), signed: i128) -> TakenLeg {
    TakenLeg {
        ordinal: leg.0,
        step: leg.1,
        date: posting.date,
        account: posting.account,
        entity: account.entity,
        unit: account.unit,
        signed,
    }
}

/// The transaction that an entry is a leg of.
fn transaction_of(entry: &Entry<'_>) -> Option<u32> {
    match entry {
        Entry::Posting(Posting { movement: Movement::Leg { transaction, .. }, .. }) => Some(*transaction),
        _ => None,
    }
}

#[inline]
fn account_mut(accounts: &mut [Account], account: AccountId, at: Position) -> Checked<&mut Account> {
    let there = account.index().and_then(|index| accounts.get_mut(index)).filter(|there| there.is_open());
    there.ok_or_else(|| RecordPlace::entry(at).flaw(BookFault::NotOpened { account }))
}

#[cfg(test)]
mod tests {
    //! Relations that hold whenever every single record does, so that only a fault of the audit itself breaks them:
    //! tried by changing what it has computed.

    use super::*;
    use crate::ledger::{
        Admin, Amount, Currency, Date, EntityId, LineId, Owner, Placement, Side, SubjectClass, SubjectId,
        SubjectOpening, UnitId,
    };

    fn books() -> Books {
        let mut books = Books::new();
        let opening = SubjectOpening::new("1001", "cash", SubjectClass::Asset, Side::Debit, true);
        let names = [
            Admin::Entity { id: EntityId(0), code: "LM".into(), start: Date::FIRST },
            Admin::Subject { id: SubjectId(0), entity: EntityId(0), opening },
        ];
        for record in names {
            books.chart.take(RecordPlace::Frame, record).unwrap();
        }
        books.reach = 2;
        for account in [1, 2] {
            let opened = OpenedEntry {
                account: AccountId(account),
                entity: EntityId(0),
                subject: SubjectId(0),
                currency: cny(),
                owner: Owner::Internal,
                number: "",
                kind: "",
                may_go_negative: true,
                hot: false,
                overdraft_limit: Amount(0),
                credit_limit: None,
                placement: Placement { line: LineId(0), unit: Some(UnitId(0)), normal: Side::Debit },
            };
            let slot = u32::try_from(account).unwrap();
            books.take_opened(&opened, Position { frame: 1, slot, section: 0 }).unwrap();
        }
        books
    }

    fn cny() -> Currency {
        Currency::from_code("CNY").unwrap()
    }

    #[test]
    fn a_frame_that_does_not_balance_is_found() {
        let mut books = books();
        books.end_frame().unwrap();
        books.frame.count(Some(0), 5);
        let flaw = books.end_frame().unwrap_err();
        let fault = BookFault::FrameUnbalanced { entity: EntityId(0), currency: cny(), net: 5 };
        assert_eq!((flaw.record, flaw.fault), (RecordPlace::Frame, fault));
        books.end_frame().expect("each frame is counted anew");
    }

    #[test]
    fn totals_are_held_against_accounts_and_each_other() {
        let mut books = books();
        books.accounts[0].balance = 7;
        books.accounts[1].balance = -7;
        assert!(books.totals().is_ok());
        books.accounts[0].balance = 8;
        let (subject, entity, currency) = (SubjectId(0), EntityId(0), cny());
        let fault = BookFault::SubjectTotal { subject, currency, total: 0, accounts: 1 };
        assert_eq!(books.totals().err(), Some(fault));
        books.chart.count(0, 1, 0);
        assert_eq!(books.totals().err(), Some(BookFault::UnitTotal { entity, currency, net: 1 }));
    }
}
