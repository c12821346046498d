//! A run of bills, and what it writes.

use longmen_ledger::Date;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::dues::BillDue;
use super::rows::{BillMovement, BillRow, BillsAccount, account, all, bill, movement, whole};
use crate::error::StoreError;
use crate::store::Store;

/// A run that is under way. What it wrote is there when it is [ended](BillsRun::commit), and else never was.
#[derive(Debug)]
pub struct BillsRun<'a> {
    pub(super) transaction: Transaction<'a>,
    pub(super) entity: String,
}

impl Store {
    /// Begins a run for an entity.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn begin_bills(&mut self, entity: &str) -> Result<BillsRun<'_>, StoreError> {
        let connection = &mut self.reader.connection;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(BillsRun { transaction, entity: entity.to_owned() })
    }
}

impl BillsRun<'_> {
    /// The last date whose movements were taken.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn taken(&self) -> Result<Option<Date>, StoreError> {
        taken(&self.transaction, &self.entity)
    }

    /// Says up to which date movements were taken.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn set_taken(&self, date: Date) -> Result<(), StoreError> {
        let row = params![self.entity, date.to_string()];
        self.transaction.execute("INSERT OR REPLACE INTO bill_dates VALUES (?, ?)", row)?;
        Ok(())
    }

    /// What is kept of an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn account(&self, name: &str) -> Result<Option<BillsAccount>, StoreError> {
        let mut query = self
            .transaction
            .prepare_cached("SELECT * FROM bill_accounts WHERE entity = ? AND account = ?")?;
        Ok(all(query.query([&*self.entity, name])?, account)?.pop())
    }

    /// Keeps an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn keep(&self, one: &BillsAccount) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO bill_accounts VALUES (?, ?, ?, ?, ?)")?
            .execute(params![self.entity, one.account, one.subject, one.next_date.to_string(), one.state])?;
        Ok(())
    }

    /// Accounts with dates that are not taken up to a date, by name behind one of them.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn behind(&self, date: Date, after: &str, limit: u32) -> Result<Vec<BillsAccount>, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT * FROM bill_accounts WHERE entity = ? AND account > ? AND next_date <= ?
             ORDER BY account LIMIT ?",
        )?;
        all(query.query(params![self.entity, after, date.to_string(), limit])?, account)
    }

    /// Keeps a movement.
    ///
    /// # Errors
    /// Whatever fails, and where it is kept already.
    pub fn add_movement(&self, one: &BillMovement) -> Result<(), StoreError> {
        let original = one.original.as_ref();
        let frame = original.map(|original| whole(original.place.0)).transpose()?;
        self.transaction
            .prepare_cached("INSERT INTO bill_movements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                self.entity,
                one.account,
                one.date.to_string(),
                whole(one.place.0)?,
                one.place.1,
                one.id,
                one.kind,
                one.value.to_string(),
                one.amount.0,
                frame,
                original.map(|original| original.place.1),
                original.map(|original| original.date.to_string()),
                original.map(|original| &original.kind),
            ])?;
        Ok(())
    }

    /// What moved an account from a date on, in the order of the books.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn movements(&self, name: &str, from: Date) -> Result<Vec<BillMovement>, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT * FROM bill_movements WHERE entity = ? AND account = ? AND date >= ?
             ORDER BY date, frame, ordinal",
        )?;
        all(query.query([&*self.entity, name, &from.to_string()])?, movement)
    }

    /// The last movement of an account whose id begins so.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn last_movement(&self, name: &str, id: &str) -> Result<Option<BillMovement>, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT * FROM bill_movements WHERE entity = ?1 AND account = ?2 AND substr(id, 1, length(?3)) = ?3
             ORDER BY date DESC, frame DESC, ordinal DESC LIMIT 1",
        )?;
        Ok(all(query.query([&*self.entity, name, id])?, movement)?.pop())
    }

    /// Keeps a bill as it stands. Whether it agreed with the balance stays.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn keep_bill(&self, one: &BillRow) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO bills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
                 ON CONFLICT DO UPDATE SET open = excluded.open, interest = excluded.interest,
                 state = excluded.state, detail = excluded.detail",
            )?
            .execute(params![
                self.entity,
                one.account,
                one.statement.to_string(),
                one.begins.to_string(),
                one.due.to_string(),
                one.currency,
                one.total,
                one.minimum,
                one.owed,
                one.open,
                one.interest,
                one.state,
                one.detail
            ])?;
        Ok(())
    }

    /// Bills of which something is open and that are due by a date, by account and statement behind one of them.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn due_by(&self, date: Date, after: (&str, Date), limit: u32) -> Result<Vec<BillRow>, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT * FROM bills WHERE entity = ? AND open > 0 AND due <= ? AND (account, statement) > (?, ?)
             ORDER BY account, statement LIMIT ?",
        )?;
        let row = params![self.entity, date.to_string(), after.0, after.1.to_string(), limit];
        all(query.query(row)?, bill)
    }

    /// Whether an account has such a bill.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn has_due(&self, account: &str, date: Date) -> Result<bool, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT 1 FROM bills WHERE entity = ? AND account = ? AND open > 0 AND due <= ?",
        )?;
        Ok(query.exists([&*self.entity, account, &date.to_string()])?)
    }

    /// Keeps what is to be posted. What the ledger refused before takes its place under the same key.
    ///
    /// # Errors
    /// Whatever fails, and where it is kept already and waits or is posted: no id stands for two postings.
    pub fn add_due(&self, due: &BillDue) -> Result<(), StoreError> {
        due.insert(&self.transaction, &self.entity)
    }

    /// What is kept to be posted under a key.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn due(&self, key: &str) -> Result<Option<BillDue>, StoreError> {
        BillDue::find(&self.transaction, key)
    }

    /// Ends the run: all of it is there now.
    ///
    /// # Errors
    /// Whatever fails; nothing of it is there then.
    pub fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit()?)
    }
}

pub(super) fn taken(connection: &rusqlite::Connection, entity: &str) -> Result<Option<Date>, StoreError> {
    let mut query = connection.prepare_cached("SELECT taken FROM bill_dates WHERE entity = ?")?;
    let text: Option<String> = query.query_row([entity], |row| row.get(0)).optional()?;
    let parsed =
        text.map(|text| Date::parse(&text).ok_or_else(|| StoreError::damaged(format!("taken is `{text}`"))));
    parsed.transpose()
}
