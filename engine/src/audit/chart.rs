//! The names of the books as the audit reads them: clients, entities with their dates, the chart of subjects, and the
//! lines and units that accounts count in.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::FixedState;

use super::admin_fault::AdminFault;
use super::fault::{BookFault, Checked, RecordPlace};
use super::lines::{Closing, Figures, Lines};
use super::modes::Modes;
use super::numbering::Numbering;
use crate::ledger::{
    AccountId, Admin, ClientId, Currency, Date, EntityId, LineId, OpenedEntry, Owner, RULES, Subject,
    SubjectClass, SubjectId, SubjectOpening, YearStart,
};

/// An accounting entity and its dates.
#[derive(Debug)]
pub(super) struct Entity {
    pub(super) code: Box<str>,
    /// The month in which its year begins.
    first_month: i32,
    /// The dates that the frame goes through: the one it began with and, behind each close of day, the next.
    dates: Vec<Date>,
    /// The date that the frame's transactions have come to.
    reached: usize,
}

/// The names.
#[derive(Default)]
pub(super) struct Chart {
    clients: u32,
    pub(super) entities: Vec<Entity>,
    pub(super) subjects: Vec<Subject>,
    /// Class of the subjects by code, and whether they are leaves.
    tree: BTreeMap<(EntityId, Box<str>), (SubjectClass, bool)>,
    /// The version of the rules that the log says it is judged by.
    pub(super) rules: u16,
    /// Names that are taken: what has them, in which entity.
    taken: HashSet<(&'static str, EntityId, Box<str>), FixedState>,
    pub(super) lines: Lines,
    /// How transaction types are booked.
    pub(super) modes: Modes,
    /// Whether a memo subject was ever opened.
    has_memo: bool,
    /// What debits must equal credits in.
    pub(super) units: Vec<(EntityId, Currency)>,
    unit_ids: HashMap<(EntityId, Currency), u16, FixedState>,
    /// What the ledger calls them.
    unit_numbers: Numbering,
    /// Figures of the frame that the close of a date must follow.
    figures: Vec<(RecordPlace, LineId, Date, Figures)>,
    /// Dates that the frame closes, in order.
    closings: Vec<Closing>,
    /// Accounts that the frame ties to customers: they may be opened in it.
    pub(super) ties: Vec<(RecordPlace, EntityId, AccountId)>,
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

    /// The number of the books' year of a date.
    pub(super) fn year(&self, date: Date) -> i32 {
        let months = i32::from(date.year()) * 12 + i32::from(date.month());
        (months - self.first_month).div_euclid(12)
    }

    pub(super) fn last_date(&self) -> Date {
        self.dates[self.dates.len() - 1]
    }
}

impl Chart {
    /// Takes an administrative record.
    pub(super) fn take(&mut self, place: RecordPlace, record: Admin) -> Checked {
        match record {
            Admin::Client { id, name } => self.add_client(place, id, name),
            Admin::Entity { id, code, start, year_starts } => {
                self.add_entity(place, id, code, start, year_starts)
            }
            Admin::Subject { id, entity, opening } => self.add_subject(place, id, entity, opening),
            Admin::DateClosed { entity, closed, next } => self.close_date(place, entity, closed, next),
            Admin::LineClosed { line, date, opening, debit, credit } => {
                self.figures.push((place, line, date, [opening, debit, credit]));
                Ok(())
            }
            Admin::Customer { entity, account, customer } => self.tie(place, entity, account, &customer),
            Admin::Mapping { entity, subject, from, kind } => self.map(place, (entity, subject), from, &kind),
            Admin::BookingMode { entity, mode, from, kind } => {
                self.take_mode(place, entity, (kind, mode), from)
            }
            Admin::FeeRules { entity, from, file } => self.take_fee_rules(place, entity, &file, from),
            Admin::Registered { client, command, about, notes } => {
                self.register(place, client, (&command, &about), &notes)
            }
            Admin::Rules { version } => {
                let goes_on = version > self.rules && version <= RULES;
                self.rules = version;
                let (what, why) = ("rules", "go back, or are those of a later ledger");
                place.check(goes_on, || AdminFault::BadRecord { what, why })
            }
            Admin::Access { digest } => {
                let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
                let (what, why) = ("access", "names no digest of a file");
                place.check(is_digest, || AdminFault::BadRecord { what, why })
            }
            Admin::Closing { .. } | Admin::Undone(..) => Err(place.flaw(AdminFault::OfSnapshots)),
            Admin::Proposed(_) | Admin::Decided(_) => Ok(()),
        }
    }

    fn add_client(&mut self, place: RecordPlace, id: ClientId, name: Box<str>) -> Checked {
        check_order(place, "client", u64::from(id.0), u64::from(self.clients) + 1)?;
        self.clients += 1;
        self.name(place, "client", EntityId(0), name)
    }

    fn add_entity(
        &mut self,
        place: RecordPlace,
        id: EntityId,
        code: Box<str>,
        start: Date,
        year_starts: YearStart,
    ) -> Checked {
        check_order(place, "entity", u64::from(id.0), self.entities.len() as u64)?;
        let first_month = i32::from(year_starts.month());
        self.entities.push(Entity { code: code.clone(), first_month, dates: vec![start], reached: 0 });
        self.name(place, "entity", EntityId(0), code)
    }

    fn add_subject(
        &mut self,
        place: RecordPlace,
        id: SubjectId,
        entity: EntityId,
        opening: SubjectOpening,
    ) -> Checked {
        check_order(place, "subject", u64::from(id.0), self.subjects.len() as u64)?;
        self.entity(place, entity)?;
        let digits = opening.code.bytes().all(|byte| byte.is_ascii_digit());
        let good = digits && [4, 6, 8, 10].contains(&opening.code.len());
        place.check(good, || AdminFault::BadRecord {
            what: "subject",
            why: "has a code in no whole levels",
        })?;
        if self.rules > 0 {
            let misfit = self.misfit(entity, &opening);
            misfit.map_or(Ok(()), |why| Err(place.flaw(AdminFault::BadRecord { what: "subject", why })))?;
        }
        self.has_memo |= opening.class == SubjectClass::Memo;
        let code = opening.code.clone();
        self.tree.entry((entity, code.clone())).or_insert((opening.class, opening.leaf));
        self.subjects.push(Subject { id, entity, opening });
        self.name(place, "subject", entity, code)
    }

    /// Why a subject does not fit in with those that are there.
    fn misfit(&self, entity: EntityId, opening: &SubjectOpening) -> Option<&'static str> {
        let code = &opening.code;
        let (first, levels) = code.split_at(4);
        let zeros = first == "0000" || (0..levels.len() / 2).any(|at| &levels[2 * at..][..2] == "00");
        let there = |code: &str| self.tree.get(&(entity, code.into()));
        let under_leaf = (4..code.len()).any(|width| there(&code[..width]).is_some_and(|(_, leaf)| *leaf));
        let like = |start: &'_ str| {
            let found = self.tree.range((entity, Box::from(start))..).next();
            found.filter(|((of, code), _)| *of == entity && code.starts_with(start))
        };
        let over_others = like(code).is_some_and(|((_, found), _)| found != code);
        let other_class = like(first).is_some_and(|(_, (class, _))| *class != opening.class);
        let findings = [
            (zeros, "has a level of zeros alone"),
            (under_leaf, "stands below a leaf"),
            (opening.leaf && over_others, "is a leaf, and others stand below it"),
            (other_class, "is of another class than its first level"),
        ];
        findings.into_iter().find(|(found, _)| *found).map(|(_, why)| why)
    }

    /// Takes a name, which must be free.
    fn name(&mut self, place: RecordPlace, what: &'static str, entity: EntityId, name: Box<str>) -> Checked {
        place.check(!name.is_empty(), || AdminFault::BadRecord { what, why: "has no name" })?;
        let free = self.taken.insert((what, entity, name.clone()));
        place.check(free, || AdminFault::NameTaken { what, name })
    }

    fn close_date(&mut self, place: RecordPlace, id: EntityId, closed: Date, next: Date) -> Checked {
        let entity = self.entity(place, id)?;
        let current = entity.last_date();
        let goes_on = closed == current && next > closed;
        place.check(goes_on, || BookFault::DateClosing { closed, next, current })?;
        entity.dates.push(next);
        let mut figures = Vec::with_capacity(self.figures.len());
        for (place, line, date, said) in self.figures.drain(..) {
            place.check(date == closed, || AdminFault::FiguresAlone { line, date })?;
            figures.push((place, line, said));
        }
        self.closings.push(Closing { place, entity: id, date: closed, figures });
        Ok(())
    }

    /// Checks what can be told when all administrative records of the frame were read.
    pub(super) fn end_admin(&self) -> Checked {
        let alone = self.figures.first();
        alone.map_or(Ok(()), |&(place, line, date, _)| {
            Err(place.flaw(AdminFault::FiguresAlone { line, date }))
        })
    }

    pub(super) fn entity(&mut self, place: RecordPlace, entity: EntityId) -> Checked<&mut Entity> {
        let found = self.entities.get_mut(usize::from(entity.0));
        found.ok_or_else(|| place.flaw(BookFault::UnknownEntity { entity }))
    }

    /// Checks that a client was named before.
    #[inline]
    pub(super) fn check_client(&self, place: RecordPlace, client: ClientId) -> Checked {
        place.check(client.0 <= self.clients, || AdminFault::UnknownClient { client })
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

    /// What the frame closed stays closed, and has the figures that were written down.
    pub(super) fn end_frame(&mut self) -> Checked {
        self.modes.end_frame();
        for closing in self.closings.drain(..) {
            self.lines.close(&closing)?;
            let entity = &mut self.entities[usize::from(closing.entity.0)];
            let date = entity.last_date();
            entity.dates.clear();
            entity.dates.push(date);
            entity.reached = 0;
        }
        Ok(())
    }

    /// Whether booking modes have anything to do with these books.
    #[inline]
    pub(super) fn has_modes(&self) -> bool {
        self.has_memo || !self.modes.is_empty()
    }

    /// The class of the accounts of a line.
    pub(super) fn class(&self, line: u32) -> SubjectClass {
        self.subjects[index(self.lines.list[line as usize].subject)].opening.class
    }

    /// The line and the unit of an account that is being opened, after holding it against its subject.
    pub(super) fn place(
        &mut self,
        place: RecordPlace,
        opened: &OpenedEntry<'_>,
    ) -> Checked<(u32, Option<u16>)> {
        let index = index(opened.subject);
        let wrong = match self.subjects.get(index) {
            None => Some("which was never opened"),
            Some(subject) => self.contradiction(subject, opened),
        };
        let (account, subject) = (opened.account, opened.subject);
        if let Some(why) = wrong {
            return Err(place.flaw(BookFault::Opening { account, subject, why }));
        }
        let off_balance = self.subjects[index].opening.class == SubjectClass::OffBalance;
        let unit = if off_balance { None } else { Some(self.unit(place, opened)?) };
        let line = self.lines.line(account, opened.placement.line, (opened.entity, subject, opened.currency));
        let why = "and on a line that stands for something else";
        let line = line.ok_or_else(|| place.flaw(BookFault::Opening { account, subject, why }))?;
        Ok((line, unit))
    }

    fn contradiction(&self, subject: &Subject, opened: &OpenedEntry<'_>) -> Option<&'static str> {
        let opening = &subject.opening;
        let off_balance = opening.class == SubjectClass::OffBalance;
        let other = subject.entity != opened.entity;
        let owed = opened.overdraft_limit.0 != 0 || opened.credit_limit.is_some();
        let nobodys = opened.owner == Owner::Internal && opened.may_go_negative && !owed;
        let valid = |date: &Date| {
            opening.valid_from.is_none_or(|from| from <= *date)
                && opening.valid_to.is_none_or(|to| *date <= to)
        };
        let dates = self.entities.get(usize::from(opened.entity.0)).map_or(&[][..], |entity| &entity.dates);
        let findings = [
            (other, "which belongs to another entity"),
            (!opening.leaf, "which is no leaf"),
            (opening.normal != opened.placement.normal, "whose normal side is the other"),
            (off_balance && opened.placement.unit.is_some(), "which is off the balance sheet, and it is not"),
            (!off_balance && opened.placement.unit.is_none(), "which is on the balance sheet, and it is not"),
            (
                opening.class == SubjectClass::Memo && !nobodys,
                "which is for memo, and it is somebody's or has limits",
            ),
            (!other && !dates.iter().any(valid), "which is not valid on the date"),
        ];
        findings.into_iter().find(|(found, _)| *found).map(|(_, why)| why)
    }

    fn unit(&mut self, place: RecordPlace, opened: &OpenedEntry<'_>) -> Checked<u16> {
        let key = (opened.entity, opened.currency);
        let (account, subject) = (opened.account, opened.subject);
        let wrong = |why| place.flaw(BookFault::Opening { account, subject, why });
        let unit = match self.unit_ids.get(&key) {
            Some(unit) => *unit,
            None => {
                let next = u16::try_from(self.units.len());
                let next =
                    next.map_err(|_| wrong("in one entity and currency more than a ledger can balance"))?;
                self.unit_ids.insert(key, next);
                self.units.push(key);
                next
            }
        };
        let number = opened.placement.unit.expect("it is on the balance sheet").0;
        match self.unit_numbers.take(unit.into(), number.into(), account) {
            true => Ok(unit),
            false => Err(wrong("and of an entity and currency that stand for something else")),
        }
    }

    /// Checks what can be told of openings when all of a frame was read.
    pub(super) fn end_openings(&mut self) -> Checked {
        let line = self.lines.end_frame().map(|line| ("line", line.0));
        let unit = || self.unit_numbers.end_frame().map(|unit| ("entity and currency", unit));
        match line.or_else(unit) {
            Some((what, number)) => Err(RecordPlace::Frame.flaw(BookFault::NumberOrder { what, number })),
            None => Ok(()),
        }
    }
}

fn index(subject: SubjectId) -> usize {
    usize::try_from(subject.0).expect("a u32 fits an address")
}

fn check_order(place: RecordPlace, what: &'static str, found: u64, expected: u64) -> Checked {
    place.check(found == expected, || BookFault::IdOrder { what, found, expected })
}
