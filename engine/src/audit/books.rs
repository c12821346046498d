//! The books as the audit computes them, frame by frame.

use longmen_wal::FrameView;

use super::account::Account;
use super::actions::Actions;
use super::admin_fault::AdminFault;
use super::chart::Chart;
use super::contents::transaction_at;
use super::entries::Entries;
use super::fault::{BookFault, BookFinding, Checked, Flaw, FramePlace, RecordPlace};
use super::frame::AuditedFrame;
use super::holds::Holds;
use super::ids::{IdKey, SeenIds};
use super::limits::{Chains, Limits};
use super::merged::HotLegs;
use super::proposals::Proposals;
use super::recorded::Past;
use super::report::Counts;
use super::rules::{Fates, Rules};
use super::sections::{Placed, Sections};
use super::sides::Sides;
use super::totals::Totals;
use crate::ledger::{AccountId, Admin, SubjectClass};

/// The smallest record that opens an account, bytes: bounds how far ids may run ahead inside a frame.
const LEAST_OPENED: usize = 56;

/// The books.
pub(super) struct Books {
    pub(super) chart: Chart,
    pub(super) accounts: Vec<Account>,
    pub(super) holds: Holds,
    pub(super) limits: Limits,
    pub(super) chains: Chains,
    fates: Fates,
    past: Past,
    pub(super) ids: SeenIds,
    /// Digests of the names of accounts.
    pub(super) names: SeenIds,
    pub(super) counts: Counts,
    pub(super) proposals: Proposals,
    pub(super) frame: AuditedFrame,
    pub(super) actions: Actions,
    pub(super) hot: HotLegs,
    pub(super) sides: Sides,
    /// A record written again, to be held against its bytes.
    pub(super) again: Vec<u8>,
    /// How many accounts there can be at the end of the frame.
    pub(super) reach: usize,
    pub(super) entries: Entries,
}

impl Books {
    pub(super) fn new() -> Books {
        Books {
            chart: Chart::default(),
            accounts: Vec::new(),
            holds: Holds::default(),
            limits: Limits::default(),
            chains: Chains::default(),
            fates: Fates::default(),
            past: Past::default(),
            ids: SeenIds::new(),
            names: SeenIds::new(),
            counts: Counts::default(),
            proposals: Proposals::default(),
            frame: AuditedFrame::default(),
            actions: Actions::default(),
            hot: HotLegs::default(),
            sides: Sides::default(),
            again: Vec::new(),
            reach: 0,
            entries: Entries::default(),
        }
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Takes the next frame.
    pub(super) fn take(&mut self, view: &FrameView) -> Result<(), Box<BookFinding>> {
        self.take_frame(view).map_err(|flaw| {
            let Flaw { record, fault } = *flaw;
            let (place, transaction) = (Some(FramePlace::of(view)), transaction_at(view, record));
            Box::new(BookFinding { place, record, transaction, fault })
        })
    }

    /// Transaction ids with more than one head.
    pub(super) fn duplicate_ids(&mut self) -> Vec<IdKey> {
        self.ids.duplicates().collect()
    }

    /// Digests that the names of more than one account have.
    pub(super) fn duplicate_names(&mut self) -> Vec<IdKey> {
        self.names.duplicates().collect()
    }

    /// What shows at the end: the totals, or the relation between them that does not hold.
    pub(super) fn totals(&self) -> Result<Totals, BookFault> {
        self.holds.check_totals(&self.accounts)?;
        Totals::of(&self.chart, &self.accounts)
    }

    fn take_frame(&mut self, view: &FrameView) -> Checked {
        self.frame.clear();
        self.actions.clear();
        self.hot.clear();
        self.sides.clear();
        self.counts.frames += 1;
        self.counts.bytes += view.frame_bytes();
        self.past.note(view);
        let sections = Sections::of(view)?;
        if let Some(admin) = &sections.admin {
            self.take_admin(admin, (view.number().0, view.time_us()))?;
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
            self.take_entries(section, view)?;
        }
        self.end_frame(view.number().0, view.time_us())
    }

    /// Checks what can be told when all of the frame was read.
    fn end_frame(&mut self, number: u64, time_us: i64) -> Checked {
        if self.counts.opened != self.accounts.len() as u64 {
            let account = AccountId(self.accounts.len() as u64);
            return Err(RecordPlace::Frame.flaw(BookFault::AccountGap { account }));
        }
        self.chart.end_openings()?;
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
        self.sides.end_frame(&self.chart, &self.accounts)?;
        self.check_actions(number)?;
        self.check_ties()?;
        self.proposals.end_frame(time_us)?;
        self.proposals.count(&mut self.counts);
        self.chart.end_frame()
    }

    fn check_actions(&mut self, frame: u64) -> Checked {
        let list = self.actions.take_all();
        let Books { accounts, chart, holds, past, actions, fates, .. } = self;
        let rules = Rules { frame, accounts, chart, holds, past, actions };
        for (ordinal, recorded) in &list {
            let action = recorded.action;
            let ruled = rules.check(*ordinal, recorded, fates);
            ruled.map_err(|fault| RecordPlace::Head(*ordinal).flaw(BookFault::Action { action, fault }))?;
        }
        Ok(())
    }

    fn check_ties(&mut self) -> Checked {
        for (place, entity, account) in std::mem::take(&mut self.chart.ties) {
            let found = account.index().and_then(|index| self.accounts.get(index));
            let is_memo = |found: &Account| self.chart.class(found.line) == SubjectClass::Memo;
            let ours =
                found.is_some_and(|found| found.is_open() && found.entity == entity && !is_memo(found));
            place.check(ours, || AdminFault::Tie { entity, account })?;
        }
        Ok(())
    }

    fn take_admin(&mut self, section: &Placed<'_>, frame: (u64, i64)) -> Checked {
        let (mut found, mut rest) = (0, section.bytes);
        while !rest.is_empty() {
            let place = RecordPlace::Admin(found);
            let read = Admin::read(rest).ok_or_else(|| place.flaw(BookFault::Unreadable))?;
            let (record, length) = read;
            self.again.clear();
            record.write(&mut self.again);
            place.check(rest[..length] == self.again, || BookFault::Altered)?;
            self.take_record(place, record, frame)?;
            rest = &rest[length..];
            found += 1;
        }
        self.chart.end_admin()?;
        self.proposals.end_admin()?;
        self.counts.admin += u64::from(found);
        section.check_records(found)
    }

    fn take_record(&mut self, place: RecordPlace, record: Admin, frame: (u64, i64)) -> Checked {
        match record {
            Admin::Proposed(proposal) => {
                self.chart.check_client(place, proposal.key.client)?;
                self.proposals.propose(place, *proposal, frame)
            }
            Admin::Decided(decision) => self.proposals.decide(place, decision, frame),
            Admin::Registered { .. } => {
                self.proposals.register(place, &record);
                self.chart.take(place, record)
            }
            record => self.chart.take(place, record),
        }
    }
}

#[cfg(test)]
mod tests;
