//! What of interest is to be posted, or was.

use longmen_ledger::{Amount, Date};

use crate::asked::{note_answers, note_asked};
use crate::cells::{cell, named, parsed};
use crate::error::StoreError;
use crate::store::Store;

/// What is to be posted, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterestDue {
    /// The id of its transaction.
    pub key: String,
    pub date: Date,
    pub kind: String,
    /// The account whose interest it is, or the product of many that are summed.
    pub subject: String,
    pub period: String,
    pub currency: String,
    /// Names of accounts.
    pub debit: String,
    pub credit: String,
    /// Minor units, above zero.
    pub amount: Amount,
    pub state: DueState,
    /// The ledger's code, where it refused it the last time.
    pub refusal: Option<String>,
    /// How often it refused it.
    pub refusals: u32,
    /// When the ledger was asked first, in seconds since 1970: it is asked again as of then, so that a late retry is not done twice.
    pub asked: Option<u32>,
}

/// How far something due has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DueState {
    Waiting,
    /// The ledger took it not; it is tried again.
    Refused,
    Posted,
}

impl DueState {
    /// Its name: `waiting`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Store {
    /// Notes that the ledger is about to be asked for what is due for the first time, at a moment in seconds since 1970. Of what it was asked
    /// for before, the moment stays.
    ///
    /// # Errors
    /// Whatever fails; nothing is noted then.
    pub fn ask_interest(&mut self, dues: &[InterestDue], at: u32) -> Result<(), StoreError> {
        let first = dues.iter().filter(|due| due.asked.is_none());
        note_asked(self, "interest_dues", first.map(|due| &*due.key), at)
    }

    /// Notes what the ledger said to something due: `None` where it is posted, else its code.
    ///
    /// # Errors
    /// Whatever fails; nothing is noted then.
    pub fn note_interest(&mut self, answers: &[(String, Option<String>)]) -> Result<(), StoreError> {
        note_answers(self, "interest_dues", answers)
    }
}

/// What the rows say.
pub(crate) fn dues(mut rows: rusqlite::Rows<'_>) -> Result<Vec<InterestDue>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(InterestDue {
            key: cell(row, "key")?,
            date: parsed(row, "date", Date::parse)?,
            kind: cell(row, "kind")?,
            subject: cell(row, "subject")?,
            period: cell(row, "period")?,
            currency: cell(row, "currency")?,
            debit: cell(row, "debit")?,
            credit: cell(row, "credit")?,
            amount: Amount(cell(row, "amount")?),
            state: named(row, "state")?,
            refusal: cell(row, "refusal")?,
            refusals: cell(row, "refusals")?,
            asked: cell(row, "asked")?,
        });
    }
    Ok(found)
}
