//! The names of the books as the audit reads them: entities with their dates, the chart of subjects, and the lines
//! and units that accounts count in.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::fault::{BookFault, Checked, RecordPlace};
use crate::ledger::{
    Admin, Currency, Date, EntityId, OpenedEntry, Subject, SubjectClass, SubjectId, SubjectOpening,
};

/// An accounting entity and its dates.
#[derive(Debug)]
pub(super) struct Entity {
    pub(super) code: Box<str>,
    /// The dates that the frame goes through: the one it began with and, behind each close of day, the next.
    dates: Vec<Date>,
    /// The date that the frame's transactions have come to.
    reached: usize,
}

/// A line of the trial balance: one subject in one currency.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) subject: SubjectId,
    pub(super) currency: Currency,
    /// Debit and credit turnover of all entries.
    pub(super) turnover: (i128, i128),
}

/// The names.
#[derive(Default)]
pub(super) struct Chart {
    pub(super) entities: Vec<Entity>,
    pub(super) subjects: Vec<Subject>,
    pub(super) lines: Vec<Line>,
    line_ids: HashMap<(SubjectId, Currency), u32, FixedState>,
    /// What debits must equal credits in.
    pub(super) units: Vec<(EntityId, Currency)>,
    unit_ids: HashMap<(EntityId, Currency), u16, FixedState>,
    /// Entities whose date the frame has closed.
    closing: Vec<EntityId>,
}

impl Entity {
    /// Whether the date was open at some point of the frame.
    #[inline]
    pub(super) fn had(&self, date: Date) -> bool {
        self.dates.contains(&date)
    }

    /// Goes on to a transaction of this date: the dates of a frame's transactions never go back.
    #[inline]
    fn reach(&mut self, date: Date) -> bool {
        let ahead = self.dates[self.reached..].iter().position(|open| *open == date);
        self.reached += ahead.unwrap_or(0);
        ahead.is_some()
    }

    /// The date it has come to.
    pub(super) fn date(&self) -> Date {
        self.dates[self.reached]
    }

    fn last_date(&self) -> Date {
        self.dates[self.dates.len() - 1]
    }
}

impl Chart {
    /// Takes an administrative record.
    pub(super) fn take(&mut self, place: RecordPlace, record: Admin) -> Checked {
        match record {
            Admin::Client { .. } => Ok(()),
            Admin::Entity { id, code, start } => self.add_entity(place, id, code, start),
            Admin::Subject { id, entity, opening } => self.add_subject(place, id, entity, opening),
            Admin::DateClosed { entity, closed, next } => self.close_date(place, entity, closed, next),
            Admin::LineClosed { .. }
            | Admin::Closing { .. }
            | Admin::Customer { .. }
            | Admin::Mapping { .. }
            | Admin::Undone(..)
            | Admin::Registered { .. } => Ok(()),
        }
    }

    fn add_entity(&mut self, place: RecordPlace, id: EntityId, code: Box<str>, start: Date) -> Checked {
        check_order(place, "entity", u64::from(id.0), self.entities.len())?;
        self.entities.push(Entity { code, dates: vec![start], reached: 0 });
        Ok(())
    }

    fn add_subject(
        &mut self,
        place: RecordPlace,
        id: SubjectId,
        entity: EntityId,
        opening: SubjectOpening,
    ) -> Checked {
        check_order(place, "subject", u64::from(id.0), self.subjects.len())?;
        self.entity(place, entity)?;
        self.subjects.push(Subject { id, entity, opening });
        Ok(())
    }

    fn close_date(&mut self, place: RecordPlace, id: EntityId, closed: Date, next: Date) -> Checked {
        let entity = self.entity(place, id)?;
        let current = entity.last_date();
        let goes_on = closed == current && next > closed;
        place.check(goes_on, || BookFault::DateClosing { closed, next, current })?;
        entity.dates.push(next);
        self.closing.push(id);
        Ok(())
    }

    fn entity(&mut self, place: RecordPlace, entity: EntityId) -> Checked<&mut Entity> {
        let found = self.entities.get_mut(usize::from(entity.0));
        found.ok_or_else(|| place.flaw(BookFault::UnknownEntity { entity }))
    }

    /// Takes the date of a posted transaction, in the order of the heads.
    #[inline]
    pub(super) fn take_date(&mut self, place: RecordPlace, entity: EntityId, date: Date) -> Checked {
        let found = self.entity(place, entity)?;
        let reached = found.reach(date);
        place.check(reached, || BookFault::ClosedDate { entity, date, current: found.date() })
    }

    /// Checks the date of an entry on an account of this entity.
    #[inline]
    pub(super) fn check_date(&self, place: RecordPlace, entity: EntityId, date: Date) -> Checked {
        let found = &self.entities[usize::from(entity.0)];
        place.check(found.had(date), || BookFault::ClosedDate { entity, date, current: found.date() })
    }

    /// What the frame closed stays closed.
    pub(super) fn end_frame(&mut self) {
        for id in self.closing.drain(..) {
            let entity = &mut self.entities[usize::from(id.0)];
            let date = entity.last_date();
            entity.dates.clear();
            entity.dates.push(date);
            entity.reached = 0;
        }
    }

    /// Counts an entry into its line.
    #[inline]
    pub(super) fn count(&mut self, line: u32, debit: i128, credit: i128) {
        let turnover = &mut self.lines[line as usize].turnover;
        turnover.0 += debit;
        turnover.1 += credit;
    }

    /// The line and the unit of an account that is being opened, after holding it against its subject.
    pub(super) fn place(
        &mut self,
        place: RecordPlace,
        opened: &OpenedEntry<'_>,
    ) -> Checked<(u32, Option<u16>)> {
        let index = usize::try_from(opened.subject.0).expect("a u32 fits an address");
        let wrong = match self.subjects.get(index) {
            None => Some("which was never opened"),
            Some(subject) => contradiction(subject, opened),
        };
        let (account, subject) = (opened.account, opened.subject);
        if let Some(why) = wrong {
            return Err(place.flaw(BookFault::Opening { account, subject, why }));
        }
        let off_balance = self.subjects[index].opening.class == SubjectClass::OffBalance;
        let unit = if off_balance { None } else { Some(self.unit(place, opened)?) };
        Ok((self.line(subject, opened.currency), unit))
    }

    fn line(&mut self, subject: SubjectId, currency: Currency) -> u32 {
        let next = u32::try_from(self.lines.len()).expect("a log has fewer accounts than 2^32 lines");
        let line = *self.line_ids.entry((subject, currency)).or_insert(next);
        if line == next {
            self.lines.push(Line { subject, currency, turnover: (0, 0) });
        }
        line
    }

    fn unit(&mut self, place: RecordPlace, opened: &OpenedEntry<'_>) -> Checked<u16> {
        let key = (opened.entity, opened.currency);
        if let Some(unit) = self.unit_ids.get(&key) {
            return Ok(*unit);
        }
        let (account, subject) = (opened.account, opened.subject);
        let why = "in one entity and currency more than a ledger can balance";
        let next = u16::try_from(self.units.len());
        let next = next.map_err(|_| place.flaw(BookFault::Opening { account, subject, why }))?;
        self.unit_ids.insert(key, next);
        self.units.push(key);
        Ok(next)
    }
}

fn check_order(place: RecordPlace, what: &'static str, found: u64, there: usize) -> Checked {
    let expected = there as u64;
    place.check(found == expected, || BookFault::IdOrder { what, found, expected })
}

fn contradiction(subject: &Subject, opened: &OpenedEntry<'_>) -> Option<&'static str> {
    let off_balance = subject.opening.class == SubjectClass::OffBalance;
    let findings = [
        (subject.entity != opened.entity, "which belongs to another entity"),
        (!subject.opening.leaf, "which is no leaf"),
        (subject.opening.normal != opened.placement.normal, "whose normal side is the other"),
        (off_balance && opened.placement.unit.is_some(), "which is off the balance sheet, and it is not"),
        (!off_balance && opened.placement.unit.is_none(), "which is on the balance sheet, and it is not"),
    ];
    findings.into_iter().find(|(found, _)| *found).map(|(_, why)| why)
}
