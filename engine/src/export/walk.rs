//! The walk through the log, frame by frame.

use longmen_wal::FrameView;

use super::ExportError;
use super::chart::{Chart, ChartEntity};
use super::days::Days;
use super::frame::FrameLegs;
use super::item::{Exported, Item, JournalLeg, JournalTransaction, Scope};
use crate::ledger::{
    AccountId, Admin, Date, EntityId, Entry, FrameRecords, OpenedEntry, Outcome, ReplayError, SectionKind,
    Subject,
    notes::{self, TextIds},
    read_tail,
};
use crate::recovery::records;

/// No balance is beyond it: 2^57 legs of 64 bits. What is added up here then stays far within 128 bits, whatever a log says.
const MOST: u128 = 1 << 120;

type Take<'t, E> = &'t mut dyn FnMut(&Chart, Item<'_>) -> Result<(), E>;

/// A date that a frame closed.
#[derive(Clone, Copy)]
struct Closed {
    entity: EntityId,
    date: Date,
    next: Date,
}

/// What has been read, and how much of it was given.
pub(super) struct Walk<'s> {
    scope: &'s Scope,
    chart: Chart,
    days: Days,
    legs: FrameLegs,
    /// By account: the balance at the end of the last date before the scope.
    brought: Vec<i128>,
    /// By entity: whether its opening balances were given.
    opened: Vec<bool>,
    exported: Exported,
}

impl<'s> Walk<'s> {
    pub(super) fn new(scope: &'s Scope) -> Walk<'s> {
        Walk {
            scope,
            chart: Chart::default(),
            days: Days::default(),
            legs: FrameLegs::default(),
            brought: Vec::new(),
            opened: Vec::new(),
            exported: Exported::default(),
        }
    }

    /// Takes the next frame.
    pub(super) fn take<E>(&mut self, view: &FrameView, take: Take<'_, E>) -> Result<(), ExportError<E>> {
        let records = records::<ExportError<E>>(view)?;
        self.exported.frames += 1;
        self.legs.clear();
        let closed = self.take_names(&records, take)?;
        self.take_accounts(&records, take)?;
        for &Closed { entity, next, .. } in &closed {
            self.chart.entities[usize::from(entity.0)].date = next;
        }
        self.take_entries(&records)?;
        self.give_openings(take)?;
        self.give_transactions(&records, take)?;
        closed.into_iter().try_for_each(|closed| self.give_closed(closed, take))
    }

    /// The log is over: gives the days that it ends in.
    pub(super) fn end<E>(mut self, take: Take<'_, E>) -> Result<Exported, ExportError<E>> {
        let codes = self.chart.entities.iter().map(|entity| &entity.code);
        if let Some(wanted) = &self.scope.entity
            && !codes.clone().any(|code| code == wanted)
        {
            return Err(ExportError::UnknownEntity(wanted.clone()));
        }
        for place in 0..self.chart.entities.len() {
            if let Some(from) = self.scope.from.filter(|_| !self.opened[place]) {
                self.give_opening(place, from, take)?;
            }
            self.give_days(self.chart.entities[place].id, None, take)?;
        }
        Ok(self.exported)
    }

    fn wants_entity(&self, entity: EntityId) -> bool {
        self.scope.entity.as_ref().is_none_or(|code| *code == self.chart.entity(entity).code)
    }

    fn wants_date(&self, date: Date) -> bool {
        self.scope.from.is_none_or(|from| from <= date) && self.scope.to.is_none_or(|to| date <= to)
    }

    /// Takes clients, entities, subjects and closed dates; gives back the dates closed, in order.
    fn take_names<E>(
        &mut self,
        records: &FrameRecords<'_>,
        take: Take<'_, E>,
    ) -> Result<Vec<Closed>, ExportError<E>> {
        let mut closed = Vec::new();
        for record in records.admin() {
            match record? {
                Admin::Entity { id, code, start, year_starts } => {
                    check(records, usize::from(id.0) == self.chart.entities.len(), "an entity")?;
                    self.chart.entities.push(ChartEntity { id, code, start, year_starts, date: start });
                    self.opened.push(false);
                    self.give(id, take, |chart| Item::Entity(chart.entity(id)))?;
                }
                Admin::Subject { id, entity, opening } => {
                    let is_next = usize::try_from(id.0) == Ok(self.chart.subjects.len());
                    check(records, is_next && self.chart.has_entity(entity), "a subject")?;
                    self.chart.subjects.push(Subject { id, entity, opening });
                    self.give(entity, take, |chart| Item::Subject(chart.subject(id)))?;
                }
                Admin::DateClosed { entity, closed: date, next } => {
                    check(records, self.chart.has_entity(entity), "a closed date")?;
                    closed.push(Closed { entity, date, next });
                }
                Admin::Client { id, name } => {
                    self.chart.clients.insert(id, name);
                }
                // None of them changes what a journal tells of an entity, a subject or an account.
                Admin::LineClosed { .. }
                | Admin::Proposed(_)
                | Admin::Decided(_)
                | Admin::Closing { .. }
                | Admin::Customer { .. }
                | Admin::Mapping { .. }
                | Admin::BookingMode { .. }
                | Admin::FeeRules { .. }
                | Admin::Undone(..)
                | Admin::Registered { .. }
                | Admin::Rules { .. }
                | Admin::Access { .. } => {}
            }
        }
        Ok(closed)
    }

    /// Gives an item of an entity, where the scope has the entity.
    fn give<E>(
        &self,
        entity: EntityId,
        take: Take<'_, E>,
        item: impl for<'c> FnOnce(&'c Chart) -> Item<'c>,
    ) -> Result<(), ExportError<E>> {
        if self.wants_entity(entity) {
            take(&self.chart, item(&self.chart)).map_err(ExportError::Sink)?;
        }
        Ok(())
    }

    /// Takes the accounts that the frame opens, which shards wrote side by side.
    fn take_accounts<E>(
        &mut self,
        records: &FrameRecords<'_>,
        take: Take<'_, E>,
    ) -> Result<(), ExportError<E>> {
        let mut opened: Vec<OpenedEntry<'_>> = Vec::new();
        for entry in records.entries() {
            if let (_, Entry::Opened(entry)) = entry? {
                opened.push(entry);
            }
        }
        opened.sort_unstable_by_key(|entry| entry.account);
        for entry in opened {
            let (account, entity) = (entry.account, entry.entity);
            check(records, self.chart.add_account(&entry), "an account")?;
            self.brought.push(0);
            if self.wants_entity(entity) {
                self.exported.accounts += 1;
            }
            self.give(entity, take, |chart| Item::Account(chart.account(account)))?;
        }
        Ok(())
    }

    fn take_entries<E>(&mut self, records: &FrameRecords<'_>) -> Result<(), ExportError<E>> {
        for entry in records.entries() {
            let (_, Entry::Posting(posting)) = entry? else { continue };
            if !posting.movement.is_sum_of_legs() || posting.balance_after.unsigned_abs() > MOST {
                let what = format!("an entry of account {} with figures that none can have", posting.account);
                return Err(unread(records, what).into());
            }
            let unknown = ExportError::UnknownAccount { frame: records.number, account: posting.account };
            let account = self.chart.find_account(posting.account).ok_or(unknown)?;
            let place = posting.account.index().expect("an account that was found has a place");
            let entity = account.entity;
            self.legs.take(&posting);
            if !self.wants_entity(entity) {
                continue;
            }
            if self.scope.from.is_some_and(|from| posting.date < from) {
                self.brought[place] = posting.balance_after;
            } else if self.wants_date(posting.date) {
                self.days.take(place, entity, &posting);
            }
        }
        self.legs.sort();
        Ok(())
    }

    /// Gives the opening balances of entities whose dates have come to the scope: all their entries before it are
    /// taken then, and none of their transactions inside it is given yet.
    fn give_openings<E>(&mut self, take: Take<'_, E>) -> Result<(), ExportError<E>> {
        let Some(from) = self.scope.from else { return Ok(()) };
        for place in 0..self.opened.len() {
            if !self.opened[place] && from <= self.chart.entities[place].date {
                self.give_opening(place, from, take)?;
            }
        }
        Ok(())
    }

    fn give_opening<E>(&mut self, place: usize, from: Date, take: Take<'_, E>) -> Result<(), ExportError<E>> {
        self.opened[place] = true;
        let entity = self.chart.entities[place].id;
        let accounts = self.chart.accounts.iter().zip(&self.brought);
        let brought = accounts.filter(|(account, balance)| account.entity == entity && **balance != 0);
        let balances: Vec<(AccountId, i128)> =
            brought.map(|(account, balance)| (account.id, *balance)).collect();
        if balances.is_empty() {
            return Ok(());
        }
        take(&self.chart, Item::Opening { entity, from, balances: &balances }).map_err(ExportError::Sink)
    }

    fn give_transactions<E>(
        &mut self,
        records: &FrameRecords<'_>,
        take: Take<'_, E>,
    ) -> Result<(), ExportError<E>> {
        let tails = records.sections.iter().find(|(kind, ..)| *kind == SectionKind::Tails);
        let tails = tails.map_or(&[][..], |(_, _, bytes)| bytes);
        let mut legs = Vec::new();
        for (ordinal, head) in (0..).zip(records.heads()) {
            let head = head?;
            if head.outcome != Outcome::Posted {
                continue;
            }
            let tail = read_tail(&head, tails).ok_or_else(|| {
                unread(records, format!("the tail of transaction {ordinal} cannot be read"))
            })?;
            let given = self.legs.give(ordinal, &tail.hot_legs, &mut legs);
            given.map_err(|leg| {
                unread(records, format!("no merged entry has a leg on account {}", leg.account))
            })?;
            self.keep_scope(records, &mut legs)?;
            if legs.is_empty() || !self.wants_date(head.accounting_date) {
                continue;
            }
            self.exported.transactions += 1;
            self.exported.legs += legs.len() as u64;
            let notes: Vec<_> = notes::read(tail.notes).collect();
            let texts = TextIds::read(tail.notes);
            let transaction = JournalTransaction {
                client: head.client,
                id: head.id,
                text_id: texts.own,
                action: head.action,
                original: tail.named.map(|named| named.key),
                original_text: texts.named,
                frame: records.number,
                ordinal,
                accounting_date: head.accounting_date,
                value_date: head.value_date,
                time_us: records.time_us,
                notes: &notes,
                legs: &legs,
            };
            take(&self.chart, Item::Transaction(transaction)).map_err(ExportError::Sink)?;
        }
        Ok(())
    }

    /// Keeps the legs of the scope's entity.
    fn keep_scope<E>(
        &self,
        records: &FrameRecords<'_>,
        legs: &mut Vec<JournalLeg>,
    ) -> Result<(), ExportError<E>> {
        if let Some(leg) = legs.iter().find(|leg| self.chart.find_account(leg.account).is_none()) {
            return Err(ExportError::UnknownAccount { frame: records.number, account: leg.account });
        }
        legs.retain(|leg| self.wants_entity(self.chart.account(leg.account).entity));
        Ok(())
    }

    /// Gives what the closing of a date ends: its days and the date itself.
    fn give_closed<E>(&mut self, closed: Closed, take: Take<'_, E>) -> Result<(), ExportError<E>> {
        let Closed { entity, date, next } = closed;
        self.give_days(entity, Some(next), take)?;
        if self.wants_date(date) {
            self.give(entity, take, |_| Item::Closed { entity, date, next })?;
        }
        Ok(())
    }

    fn give_days<E>(
        &mut self,
        entity: EntityId,
        before: Option<Date>,
        take: Take<'_, E>,
    ) -> Result<(), ExportError<E>> {
        for day in self.days.end(entity, before) {
            self.exported.days += 1;
            take(&self.chart, Item::Day(day)).map_err(ExportError::Sink)?;
        }
        Ok(())
    }
}

fn check(records: &FrameRecords<'_>, in_place: bool, what: &str) -> Result<(), ReplayError> {
    if in_place { Ok(()) } else { Err(unread(records, format!("{what} out of its place"))) }
}

fn unread(records: &FrameRecords<'_>, what: String) -> ReplayError {
    ReplayError { frame: records.number, what }
}
