//! A finding, and since when it waits.

use longmen_ledger::Date;

use crate::finding::{Fate, Finding};
use crate::hung::{Hung, Side};

/// What a comparison found of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub finding: Finding,
    /// The date of the file and of the books that it was in, where it is on one side only and waits for the next file.
    pub since: Option<Date>,
}

impl Found {
    /// The currency that it is in, by its code.
    #[must_use]
    pub fn currency_code(&self) -> &'static str {
        let either = self.finding.book.as_ref().or(self.finding.file.as_ref());
        either.map_or("", |transaction| transaction.currency.code())
    }

    /// What waits for the next file.
    #[must_use]
    pub fn hung(&self) -> Option<Hung> {
        let Finding { fate: Fate::Hung, book, file, days, .. } = &self.finding else { return None };
        let side = if book.is_some() { Side::Book } else { Side::File };
        let transaction = book.as_ref().or(file.as_ref())?.clone();
        Some(Hung { side, since: self.since?, days: *days, transaction })
    }
}
