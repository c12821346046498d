//! Everything that can be asked of a desk.

use std::fs::File;

use longmen_ledger::Date;
use longmen_reconciliation::Step;

use crate::ageing::{Ageing, Ages};
use crate::break_id::BreakId;
use crate::breaks::{self, Break, BreakFilter};
use crate::error::StoreError;
use crate::files::{self, FileFilter};
use crate::handling::{Handling, HandlingId, HandlingState};
use crate::handlings;
use crate::names::Channel;
use crate::run::{Run, RunId};
use crate::runs::{self, RunFilter};
use crate::settlement::{Settlement, SettlementId};
use crate::settlements;
use crate::store::Reader;
use crate::stored_file::{FileId, StoredFile};

/// A break with everything that was done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `None` where no run that counts finds it any more.
    pub found: Option<Break>,
    /// In order.
    pub handlings: Vec<Handling>,
}

impl Shown {
    /// The steps of a list that are not in the books yet, such as the fee of a try that was confirmed.
    #[must_use]
    pub fn remaining(&self, mut steps: Vec<Step>) -> Vec<Step> {
        let is_done = |step: &Step| {
            let is = |one: &Handling| one.draft.kind == step.kind && one.state == HandlingState::Posted;
            self.handlings.iter().any(|one| is(one) && !one.is_orphaned)
        };
        steps.retain(|step| !is_done(step));
        steps
    }
}

impl Reader {
    /// The files that a filter lets through, by date, key and version. A day without any has no file, which is another thing than a file with no row.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn files(&self, filter: &FileFilter) -> Result<Vec<StoredFile>, StoreError> {
        files::list(&self.connection, filter)
    }

    /// A file by its number.
    ///
    /// # Errors
    /// `no_such_file`; whatever fails.
    pub fn file(&self, file: FileId) -> Result<StoredFile, StoreError> {
        files::by_id(&self.connection, file)
    }

    /// Opens a file's bytes, once they were found to be those that came.
    ///
    /// # Errors
    /// `no_such_file`; [`StoreError::DamagedFile`]; whatever fails.
    pub fn open_file(&self, file: FileId) -> Result<File, StoreError> {
        self.open_raw(self.file(file)?.sha256)
    }

    /// The runs that a filter lets through, by channel and date.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>, StoreError> {
        runs::list(&self.connection, filter)
    }

    /// A run by its number.
    ///
    /// # Errors
    /// `no_such_run`; whatever fails.
    pub fn run(&self, run: RunId) -> Result<Run, StoreError> {
        runs::by_id(&self.connection, run)
    }

    /// Hands out the breaks that a filter lets through, by channel, date and name.
    ///
    /// # Errors
    /// Whatever fails; those that were handed out are then not all.
    pub fn each_break(&self, filter: &BreakFilter, take: &mut dyn FnMut(Break)) -> Result<(), StoreError> {
        breaks::each(&self.connection, filter, take)
    }

    /// The breaks that a filter lets through, by channel, date and name.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn breaks(&self, filter: &BreakFilter) -> Result<Vec<Break>, StoreError> {
        let mut found = Vec::new();
        self.each_break(filter, &mut |one| found.push(one))?;
        Ok(found)
    }

    /// A break, and what was done about it.
    ///
    /// # Errors
    /// `no_such_break`; whatever fails.
    pub fn show(&self, id: &BreakId) -> Result<Shown, StoreError> {
        let found = breaks::by_id(&self.connection, id)?;
        Ok(Shown { found, handlings: handlings::of_break(&self.connection, id)? })
    }

    /// A handling by its number.
    ///
    /// # Errors
    /// `no_such_handling`; whatever fails.
    pub fn handling(&self, handling: HandlingId) -> Result<Handling, StoreError> {
        handlings::by_id(&self.connection, handling)
    }

    /// The handlings under way: what the ledger is to be asked about.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn in_hand(&self) -> Result<Vec<Handling>, StoreError> {
        handlings::in_hand(&self.connection)
    }

    /// The handlings of a channel that are in the books, as far as is known here, and take nothing back.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn posted(&self, channel: &Channel) -> Result<Vec<Handling>, StoreError> {
        handlings::posted(&self.connection, channel)
    }

    /// The handlings that were made for what their break no longer is: somebody has to undo each.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn orphaned(&self) -> Result<Vec<Handling>, StoreError> {
        handlings::orphaned(&self.connection)
    }

    /// A settlement by its number.
    ///
    /// # Errors
    /// `no_such_settlement`; whatever fails.
    pub fn settlement(&self, settlement: SettlementId) -> Result<Settlement, StoreError> {
        settlements::by_id(&self.connection, settlement)
    }

    /// The settlement of a day that counts or may yet: it was not refused.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn settlement_of(&self, channel: &Channel, date: Date) -> Result<Option<Settlement>, StoreError> {
        settlements::of_day(&self.connection, channel, date)
    }

    /// The settlements under way: what the ledger is to be asked about.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn settlements_in_hand(&self) -> Result<Vec<Settlement>, StoreError> {
        settlements::in_hand(&self.connection)
    }

    /// What has not ended, by channel, currency and age on a date.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn ageing(&self, on: Date) -> Result<Vec<Ageing>, StoreError> {
        let mut ages = Ages::on(on);
        self.each_break(&BreakFilter::default(), &mut |one| ages.add(&one))?;
        Ok(ages.end())
    }
}
