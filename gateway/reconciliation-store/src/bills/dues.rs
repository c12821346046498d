//! What of bills is to be posted, or was.

use longmen_ledger::{Amount, Date};
use rusqlite::{Connection, Row, params};

use super::rows::all;
use crate::asked::{note_answers, note_asked};
use crate::cells::{cell, named, parsed};
use crate::error::StoreError;
use crate::interest_due::DueState;
use crate::store::{Reader, Store};

/// What of bills is to be posted, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillDue {
    /// The id of its transaction.
    pub key: String,
    /// The credit account.
    pub account: String,
    /// The statement date of the bill.
    pub statement: Date,
    pub date: Date,
    pub kind: String,
    pub currency: String,
    /// Names of accounts; of what has no legs, both are the account that it changes.
    pub debit: String,
    pub credit: String,
    /// Minor units, above zero.
    pub amount: Amount,
    /// When the ledger was asked first, in seconds since 1970: it is asked again as of then, so that a late retry is not done twice.
    pub asked: Option<u32>,
    pub state: DueState,
    /// The ledger's code, where it refused it the last time.
    pub refusal: Option<String>,
    /// How often it refused it.
    pub refusals: u32,
}

impl BillDue {
    pub(super) fn insert(&self, connection: &Connection, entity: &str) -> Result<(), StoreError> {
        let written = connection
            .prepare_cached(
                "INSERT INTO bill_dues VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET amount = excluded.amount, asked = excluded.asked,
                 state = excluded.state WHERE state = 'refused'",
            )?
            .execute(params![
                self.key,
                entity,
                self.account,
                self.statement.to_string(),
                self.date.to_string(),
                self.kind,
                self.currency,
                self.debit,
                self.credit,
                self.amount.0,
                self.asked,
                self.state.name(),
                self.refusal,
                self.refusals
            ])?;
        if written == 1 { Ok(()) } else { Err(StoreError::damaged(format!("{} is kept twice", self.key))) }
    }

    pub(super) fn find(connection: &Connection, key: &str) -> Result<Option<BillDue>, StoreError> {
        let mut query = connection.prepare_cached("SELECT * FROM bill_dues WHERE key = ?")?;
        Ok(all(query.query([key])?, due)?.pop())
    }
}

impl Reader {
    /// What is not posted of an entity, by date and key behind one of them. Of what is withheld only what nobody knows the ledger's
    /// answer to: whatever it refused was of its day. The same of all, where that is asked.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bills_to_post(
        &self,
        entity: &str,
        waiting_only: bool,
        after: Option<(Date, &str)>,
        limit: u32,
    ) -> Result<Vec<BillDue>, StoreError> {
        let (date, key) = after.map_or((String::new(), ""), |(date, key)| (date.to_string(), key));
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM bill_dues WHERE entity = ? AND state <> 'posted' AND (date, key) > (?, ?)
             AND (state = 'waiting' OR NOT ? AND kind NOT IN ('withhold', 'release_reserve'))
             ORDER BY date, key LIMIT ?",
        )?;
        all(query.query(params![entity, date, key, waiting_only, limit])?, due)
    }

    /// All postings of an entity's bills, by date and key; those alone that are not posted, where that is asked.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bill_dues(&self, entity: &str, with_posted: bool) -> Result<Vec<BillDue>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM bill_dues WHERE entity = ? AND (? OR state <> 'posted') ORDER BY date, key",
        )?;
        all(query.query(params![entity, with_posted])?, due)
    }
}

impl Store {
    /// Notes that the ledger is about to be asked for postings for the first time, at a moment in seconds since 1970. Of those that it was
    /// asked for before, the moment stays.
    ///
    /// # Errors
    /// Whatever fails; nothing is noted then.
    pub fn ask_bills(&mut self, dues: &[BillDue], at: u32) -> Result<(), StoreError> {
        let first = dues.iter().filter(|due| due.asked.is_none());
        note_asked(self, "bill_dues", first.map(|due| &*due.key), at)
    }

    /// Notes what the ledger said to postings of bills: `None` where it is posted, else its code.
    ///
    /// # Errors
    /// Whatever fails; nothing is noted then.
    pub fn note_bills(&mut self, answers: &[(String, Option<String>)]) -> Result<(), StoreError> {
        note_answers(self, "bill_dues", answers)
    }
}

fn due(row: &Row<'_>) -> Result<BillDue, StoreError> {
    Ok(BillDue {
        key: cell(row, "key")?,
        account: cell(row, "account")?,
        statement: parsed(row, "statement", Date::parse)?,
        date: parsed(row, "date", Date::parse)?,
        kind: cell(row, "kind")?,
        currency: cell(row, "currency")?,
        debit: cell(row, "debit")?,
        credit: cell(row, "credit")?,
        amount: Amount(cell(row, "amount")?),
        asked: cell(row, "asked")?,
        state: named(row, "state")?,
        refusal: cell(row, "refusal")?,
        refusals: cell(row, "refusals")?,
    })
}
