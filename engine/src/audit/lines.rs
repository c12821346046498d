//! The lines of the general ledger as the audit adds them up, and the figures of closed dates held against them.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

use super::admin_fault::AdminFault;
use super::fault::{Checked, RecordPlace};
use super::numbering::Numbering;
use crate::ledger::{AccountId, Currency, Date, EntityId, LineId, SubjectId};

/// A line: one subject in one currency.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What the ledger calls it.
    id: LineId,
    entity: EntityId,
    pub(super) subject: SubjectId,
    pub(super) currency: Currency,
    /// Debit and credit turnover of all entries.
    pub(super) turnover: (i128, i128),
    /// Debit-positive, of all closed dates.
    closed: i128,
    /// Debit and credit turnover of dates that are not closed.
    days: Vec<(Date, i128, i128)>,
}

/// The lines, in the order in which the audit met them.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) list: Vec<Line>,
    by_key: HashMap<(SubjectId, Currency), u32, FixedState>,
    by_id: HashMap<LineId, u32, FixedState>,
    numbering: Numbering,
}

/// Balance before a date, and its debit and credit turnover.
pub(super) type Figures = [i128; 3];

/// A date that the frame closes, with the figures that stand before it.
#[derive(Debug)]
pub(super) struct Closing {
    pub(super) place: RecordPlace,
    pub(super) entity: EntityId,
    pub(super) date: Date,
    pub(super) figures: Vec<(RecordPlace, LineId, Figures)>,
}

impl Lines {
    /// The line of an account that is opened under `subject`, which the ledger calls `id`; `None` where the two
    /// contradict an earlier account.
    pub(super) fn line(
        &mut self,
        account: AccountId,
        id: LineId,
        (entity, subject, currency): (EntityId, SubjectId, Currency),
    ) -> Option<u32> {
        let next = u32::try_from(self.list.len()).expect("a log has fewer accounts than 2^32 lines");
        let line = *self.by_key.entry((subject, currency)).or_insert(next);
        if line == next {
            let (turnover, closed, days) = ((0, 0), 0, Vec::new());
            self.list.push(Line { id, entity, subject, currency, turnover, closed, days });
        }
        let is_known = self.numbering.take(line as usize, id.0, account);
        (is_known && *self.by_id.entry(id).or_insert(line) == line).then_some(line)
    }

    /// A line that the frame brought and whose id does not follow those before it, if there is one.
    pub(super) fn end_frame(&mut self) -> Option<LineId> {
        self.numbering.end_frame().map(LineId)
    }

    /// Counts an entry into its line.
    #[inline]
    pub(super) fn count(&mut self, line: u32, date: Date, (debit, credit): (i128, i128)) {
        let line = &mut self.list[line as usize];
        line.turnover.0 += debit;
        line.turnover.1 += credit;
        match line.days.iter_mut().find(|(day, ..)| *day == date) {
            Some((_, debits, credits)) => {
                *debits += debit;
                *credits += credit;
            }
            None => line.days.push((date, debit, credit)),
        }
    }

    /// Closes a date, when all entries of the frame were read.
    pub(super) fn close(&mut self, closing: &Closing) -> Checked {
        let mut said = BTreeMap::new();
        for &(place, id, figures) in &closing.figures {
            let line = self.by_id.get(&id).filter(|line| self.list[**line as usize].entity == closing.entity);
            let line = *line.ok_or_else(|| place.flaw(AdminFault::UnknownLine { line: id }))?;
            let once = said.insert(line, (place, figures)).is_none();
            place.check(once, || AdminFault::LineTwice { line: id })?;
        }
        for (index, line) in (0..).zip(&mut self.list) {
            if line.entity == closing.entity {
                let found = line.close(closing.date);
                let nothing = (closing.place, [0; 3]);
                let (place, said) = said.get(&index).copied().unwrap_or(nothing);
                let (line, date) = (line.id, closing.date);
                place.check(said == found, || AdminFault::LineFigures { line, date, said, found })?;
            }
        }
        Ok(())
    }
}

impl Line {
    /// Ends a date, and gives its figures.
    fn close(&mut self, date: Date) -> Figures {
        let place = self.days.iter().position(|(day, ..)| *day == date);
        let (_, debit, credit) = place.map_or((date, 0, 0), |place| self.days.swap_remove(place));
        let opening = self.closed;
        self.closed += debit - credit;
        [opening, debit, credit]
    }
}
