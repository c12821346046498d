//! The catalog from records. Everything that live code relies on is checked here, before it is taken.

use std::collections::BTreeMap;

use crate::account::Owner;
use crate::chart::account_index::AccountIndex;
use crate::chart::catalog::{Catalog, LineKey};
use crate::chart::subject::SubjectClass;
use crate::ids::{AccountId, EntityId, SubjectId};
use crate::money::amount::Amount;
use crate::record::admin::{Admin, RULES};
use crate::record::contradiction::Contradiction;
use crate::record::entry::OpenedEntry;
use crate::record::frame::{FrameRecords, ReplayError};

impl Catalog {
    /// Takes the names of a frame: clients, entities, subjects, closed dates and opened accounts.
    ///
    /// # Errors
    /// [`ReplayError`] where a record cannot be read, or does not follow from those before it.
    pub fn replay(&mut self, frame: &FrameRecords<'_>) -> Result<(), ReplayError> {
        self.take_names(
            frame,
            |catalog, opened| catalog.account_index.fetch_opened(opened),
            Catalog::add_account,
        )
    }

    /// Takes the names of a snapshot, when there is nothing yet, and then the index that was made of them meanwhile.
    ///
    /// # Errors
    /// [`ReplayError`] where a record cannot be read, or does not follow from those before it.
    ///
    /// # Panics
    /// If the index is of another number of accounts: it was made of the same names.
    pub fn restore(
        &mut self,
        names: &FrameRecords<'_>,
        index: impl FnOnce() -> Result<AccountIndex, ReplayError>,
    ) -> Result<(), ReplayError> {
        self.take_names(names, |_, _| {}, Catalog::add_unlisted)?;
        self.account_index = index()?;
        assert_eq!(self.account_index.len(), self.accounts.len(), "an index is of all accounts");
        Ok(())
    }

    /// Takes the names of a frame. `prepare` sees accounts before `add` takes each of them.
    fn take_names(
        &mut self,
        frame: &FrameRecords<'_>,
        prepare: impl Fn(&Catalog, &[OpenedEntry<'_>]),
        add: impl Fn(&mut Catalog, &OpenedEntry<'_>),
    ) -> Result<(), ReplayError> {
        let mut tied = Vec::new();
        for record in frame.admin() {
            let record = record?;
            if let Admin::Customer { entity, account, .. } = record {
                tied.push((entity, account));
            }
            self.take(record, frame.number).map_err(|what| frame.error(what.to_string()))?;
        }
        // Shards wrote them side by side; the catalog counts them in order. With one shard they come so.
        let mut waiting: Vec<OpenedEntry<'_>> = Vec::new();
        let take = |catalog: &mut Catalog, opened: &OpenedEntry<'_>| {
            catalog.check_account(opened).map_err(|what| frame.error(what.to_string()))?;
            add(catalog, opened);
            Ok(())
        };
        frame.each_opened(|opened| {
            prepare(self, opened);
            for entry in opened {
                if entry.account == self.next_account() {
                    take(self, entry)?;
                } else {
                    waiting.push(*entry);
                }
            }
            Ok(())
        })?;
        waiting.sort_unstable_by_key(|entry| entry.account);
        for entry in &waiting {
            take(self, entry)?;
        }
        // An account is tied in the frame that opens it.
        match tied.into_iter().find(|(entity, account)| !self.has_account(*entity, *account)) {
            Some((entity, account)) => {
                Err(frame.error(Contradiction::UnknownAccount(entity, account).to_string()))
            }
            None => Ok(()),
        }
    }

    fn take(&mut self, record: Admin, frame: u64) -> Result<(), Contradiction> {
        match record {
            Admin::Client { id, name } => {
                if id != self.next_client() {
                    return Err(Contradiction::Client(id));
                }
                if self.client(&name).is_some() {
                    return Err(Contradiction::Name(name));
                }
                self.add_client(id, &name);
            }
            Admin::Entity { id, code, start, year_starts } => {
                if usize::from(id.0) != self.entities.len() {
                    return Err(Contradiction::Entity(id));
                }
                if self.entity(&code).is_some() {
                    return Err(Contradiction::Name(code));
                }
                self.add_entity(&code, start, year_starts);
            }
            Admin::Subject { id, entity, opening } => {
                self.check_entity(entity)?;
                if id.0 as usize != self.subjects.len() {
                    return Err(Contradiction::Subject(id));
                }
                if self.subject_by_code(entity, &opening.code).is_some() {
                    return Err(Contradiction::Name(opening.code));
                }
                self.add_subject(entity, opening);
            }
            Admin::DateClosed { entity, closed, next } => {
                self.check_entity(entity)?;
                let current = self.date(entity);
                if closed != current || next <= closed {
                    return Err(Contradiction::Closing { current, closed, next });
                }
                self.add_closing(entity, closed, frame);
                self.set_date(entity, next);
            }
            Admin::Closing { entity, date, frame } => {
                self.check_entity(entity)?;
                self.add_closing(entity, date, frame);
            }
            Admin::Customer { entity, account, customer } => {
                self.check_entity(entity)?;
                self.add_customer(entity, &customer, account);
            }
            Admin::Mapping { entity, subject, from, kind } => {
                self.check_subject(entity, subject)?;
                self.add_mapping(entity, &kind, from, subject);
            }
            Admin::BookingMode { entity, mode, from, kind } => {
                self.check_entity(entity)?;
                self.set_booking_mode(entity, &kind, from, mode);
            }
            Admin::FeeRules { entity, from, file } => {
                self.check_entity(entity)?;
                self.add_fee_rules(entity, from, &file);
            }
            Admin::Rules { version } => {
                if version <= self.rules() || version > RULES {
                    return Err(Contradiction::Rules { version, before: self.rules() });
                }
                self.set_rules(version);
            }
            Admin::Access { digest } => self.set_access(&digest),
            Admin::Proposed(_) | Admin::Decided(_) => self.take_proposal(&record)?,
            Admin::LineClosed { .. } | Admin::Undone(..) | Admin::Registered { .. } => {}
        }
        Ok(())
    }

    fn check_entity(&self, entity: EntityId) -> Result<(), Contradiction> {
        let known = usize::from(entity.0) < self.entities.len();
        if known { Ok(()) } else { Err(Contradiction::UnknownEntity(entity)) }
    }

    fn check_subject(&self, entity: EntityId, subject: SubjectId) -> Result<(), Contradiction> {
        let known = self.subjects.get(subject.0 as usize).is_some_and(|found| found.entity == entity);
        if known { Ok(()) } else { Err(Contradiction::UnknownSubject(entity, subject)) }
    }

    fn has_account(&self, entity: EntityId, account: AccountId) -> bool {
        self.account(account).is_some_and(|found| found.entity == entity)
    }

    /// What live code would have judged when it opened the account, and what keeps tables dense.
    fn check_account(&self, opened: &OpenedEntry<'_>) -> Result<(), Contradiction> {
        if opened.account != self.next_account() {
            return Err(Contradiction::Account(opened.account));
        }
        self.check_subject(opened.entity, opened.subject)?;
        let subject = &self.subject(opened.subject).opening;
        let placement = opened.placement;
        let off_balance = subject.class == SubjectClass::OffBalance;
        let owed = opened.overdraft_limit != Amount(0) || opened.credit_limit.is_some();
        let is_memo = opened.owner == Owner::Internal && opened.may_go_negative && !owed;
        if subject.class == SubjectClass::Memo && !is_memo {
            return Err(Contradiction::Placement(opened.account));
        }
        if placement.normal != subject.normal || placement.unit.is_none() != off_balance {
            return Err(Contradiction::Placement(opened.account));
        }
        let line = LineKey { subject: opened.subject, currency: opened.currency };
        if !is_next_or_known(&self.lines, &self.line_ids, &line, placement.line.0 as usize) {
            return Err(Contradiction::Line(placement.line));
        }
        let Some(unit) = placement.unit else { return Ok(()) };
        let key = (opened.entity, opened.currency);
        let follows = is_next_or_known(&self.units, &self.unit_ids, &key, unit.0.into());
        if follows { Ok(()) } else { Err(Contradiction::Unit(unit)) }
    }
}

/// Whether a number is that of a key, or the next one and the key is new.
fn is_next_or_known<K: Ord, N>(keys: &[K], numbers: &BTreeMap<K, N>, key: &K, number: usize) -> bool {
    match keys.get(number) {
        Some(there) => there == key,
        None => number == keys.len() && !numbers.contains_key(key),
    }
}
