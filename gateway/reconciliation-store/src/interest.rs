//! Rows of interest (计息): how far each account is reckoned, and what is to be posted.
//!
//! A run is one transaction of the database: a program that is killed leaves all of it or nothing. What is kept of an account is bytes to
//! this store; whoever reckons knows what they say.

use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;

use longmen_ledger::{Amount, Date};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::cells::{cell, parsed};
use crate::error::StoreError;
use crate::interest_due::{InterestDue, dues};
use crate::schema::CACHE_KIB;
use crate::store::{Reader, Store};

/// Memory for pages of a run.
const RUN_CACHE_KIB: i64 = 4 << 10;

/// A run that is under way. What it wrote is there when it is [ended](InterestRun::commit), and else never was.
#[derive(Debug)]
pub struct InterestRun<'a> {
    transaction: Transaction<'a>,
    connection: &'a Connection,
    /// Where SQLite writes what it has not ended yet.
    log: PathBuf,
    entity: String,
    id: i64,
}

/// How far an entity's journal was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalPlace {
    /// The page to go on from; none at the beginning.
    pub page: Option<String>,
    /// The last transaction that was taken in.
    pub last: (u64, u32),
}

/// What is kept of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterestAccount {
    pub account: String,
    pub product: String,
    /// The first day that can earn.
    pub begins: Date,
    /// The first day that is not folded.
    pub next_day: Date,
    pub state: Vec<u8>,
}

impl Store {
    /// Begins a run for an entity's date, of what its books have up to a frame.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn begin_interest(
        &mut self,
        entity: &str,
        date: Date,
        frame: u64,
    ) -> Result<InterestRun<'_>, StoreError> {
        let connection = &self.reader.connection;
        // It goes through accounts once, in their order: pages that stay would all be written at its end, and at once.
        connection.pragma_update(None, "cache_size", -RUN_CACHE_KIB)?;
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO interest_runs (entity, date, frame) VALUES (?, ?, ?)",
            params![entity, date.to_string(), whole(frame)?],
        )?;
        let id = transaction.last_insert_rowid();
        let mut log = self.reader.directory.database().into_os_string();
        log.push("-wal");
        Ok(InterestRun { transaction, connection, log: log.into(), entity: entity.to_owned(), id })
    }
}

impl InterestRun<'_> {
    /// The run's number; no other has it.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn transaction(&self) -> &Transaction<'_> {
        &self.transaction
    }

    pub(crate) fn entity(&self) -> &str {
        &self.entity
    }

    /// How far the journal was read.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn journal(&self) -> Result<JournalPlace, StoreError> {
        let mut query =
            self.transaction.prepare_cached("SELECT * FROM interest_journals WHERE entity = ?")?;
        let mut rows = query.query([&self.entity])?;
        let Some(row) = rows.next()? else { return Ok(JournalPlace::default()) };
        let number = |column| cell::<i64>(row, column);
        let (frame, ordinal) = (number("frame")?, number("ordinal")?);
        let damaged = || StoreError::damaged("the place in the journal is none");
        let frame = u64::try_from(frame).map_err(|_| damaged())?;
        let ordinal = u32::try_from(ordinal).map_err(|_| damaged())?;
        Ok(JournalPlace { page: cell(row, "page")?, last: (frame, ordinal) })
    }

    /// Says how far the journal was read.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn set_journal(&self, place: &JournalPlace) -> Result<(), StoreError> {
        let (frame, ordinal) = place.last;
        self.transaction.execute(
            "INSERT OR REPLACE INTO interest_journals VALUES (?, ?, ?, ?)",
            params![self.entity, place.page, whole(frame)?, ordinal],
        )?;
        Ok(())
    }

    /// What is kept of an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn account(&self, account: &str) -> Result<Option<InterestAccount>, StoreError> {
        account_of(&self.transaction, &self.entity, account)
    }

    /// Keeps an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn keep(&self, one: &InterestAccount) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO interest_accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (entity, account)
                 DO UPDATE SET next_day = excluded.next_day, state = excluded.state",
            )?
            .execute(params![
                self.entity,
                one.account,
                one.product,
                one.begins.to_string(),
                one.next_day.to_string(),
                one.state
            ])?;
        Ok(())
    }

    /// Accounts with days that are not folded up to a date, by name behind one of them.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn behind(&self, date: Date, after: &str, limit: u32) -> Result<Vec<InterestAccount>, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT * FROM interest_accounts WHERE entity = ? AND account > ? AND next_day <= ?
             ORDER BY account LIMIT ?",
        )?;
        let mut rows = query.query(params![self.entity, after, date.to_string(), limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read_account(row)?);
        }
        Ok(found)
    }

    /// What counts from each day of an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn movements(&self, account: &str) -> Result<Vec<(Date, Amount)>, StoreError> {
        movements_of(&self.transaction, &self.entity, account)
    }

    /// Keeps a movement with the others of its day.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], where a day's sum is beyond 64 bits; whatever fails.
    pub fn keep_movement(&self, account: &str, day: Date, amount: Amount) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO interest_movements (entity, day, account, amount) VALUES (?, ?, ?, ?)
                 ON CONFLICT (entity, day, account)
                 DO UPDATE SET amount = amount + excluded.amount",
            )?
            .execute(params![self.entity, day.to_string(), account, amount.0])
            .map_err(|error| match error.sqlite_error_code() {
                // A sum beyond 64 bits is no integer any more, and the column takes nothing else.
                Some(ErrorCode::ConstraintViolation) => {
                    StoreError::damaged(format!("{account}: {day} is beyond 64 bits"))
                }
                _ => error.into(),
            })?;
        Ok(())
    }

    /// The account whose interest something due is, by its id.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn subject_of(&self, key: &str) -> Result<Option<String>, StoreError> {
        let mut query = self.transaction.prepare_cached("SELECT subject FROM interest_dues WHERE key = ?")?;
        Ok(query.query_row([key], |row| row.get(0)).optional()?)
    }

    /// The next number of what is due with ids that begin so and end with a number: one more than the largest that is kept.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn next_number(&self, begins: &str) -> Result<u64, StoreError> {
        let mut query = self
            .transaction
            .prepare_cached("SELECT key FROM interest_dues WHERE key >= ?1 AND key < ?1 || char(0x10FFFF)")?;
        let keys = query.query_map([begins], |row| row.get::<_, String>(0))?;
        let mut largest = 0;
        for key in keys {
            let number = key?.strip_prefix(begins).and_then(|rest| rest.parse().ok()).unwrap_or(0);
            largest = largest.max(number);
        }
        Ok(largest + 1)
    }

    /// Keeps what is to be posted.
    ///
    /// # Errors
    /// Whatever fails, and where it is kept already: no id stands for two postings.
    pub fn add_due(&self, due: &InterestDue) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT INTO interest_dues VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                due.key,
                self.id,
                self.entity,
                due.date.to_string(),
                due.kind,
                due.subject,
                due.period,
                due.currency,
                due.debit,
                due.credit,
                due.amount.0,
                due.state.name(),
                due.refusal,
                due.refusals,
                due.asked
            ])?;
        Ok(())
    }

    /// What is to be posted by this run so far, by date and key.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn dues(&self) -> Result<Vec<InterestDue>, StoreError> {
        let mut query = self
            .transaction
            .prepare_cached("SELECT * FROM interest_dues WHERE run_id = ? ORDER BY date, key")?;
        dues(query.query([self.id])?)
    }

    /// Has what was written so far reach the disk, so that it does not do so all at once in the end: who else waits for the disk
    /// waits for little then.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn flush(&self) -> Result<(), StoreError> {
        match File::open(&self.log) {
            Ok(log) => log.sync_data().map_err(StoreError::io(&self.log)),
            // Nothing was written yet.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StoreError::io(&self.log)(error)),
        }
    }

    /// Ends the run: all of it is there now.
    ///
    /// # Errors
    /// Whatever fails; nothing of it is there then.
    pub fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit()?;
        Ok(self.connection.pragma_update(None, "cache_size", -CACHE_KIB)?)
    }
}

impl Reader {
    /// What is not posted of an entity up to a date, by date and key behind one of them.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn interest_to_post(
        &self,
        entity: &str,
        up_to: Date,
        after: Option<(Date, &str)>,
        limit: u32,
    ) -> Result<Vec<InterestDue>, StoreError> {
        let (date, key) = after.map_or((String::new(), ""), |(date, key)| (date.to_string(), key));
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM interest_dues WHERE entity = ? AND state <> 'posted' AND date <= ?
             AND (date, key) > (?, ?) ORDER BY date, key LIMIT ?",
        )?;
        dues(query.query(params![entity, up_to.to_string(), date, key, limit])?)
    }

    /// All dues of an entity, by date and key; those alone that are not posted, where that is asked.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn interest_dues(&self, entity: &str, all: bool) -> Result<Vec<InterestDue>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM interest_dues WHERE entity = ? AND (? OR state <> 'posted') ORDER BY date, key",
        )?;
        dues(query.query(params![entity, all])?)
    }

    /// What is kept of an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn interest_account(
        &self,
        entity: &str,
        account: &str,
    ) -> Result<Option<InterestAccount>, StoreError> {
        account_of(&self.connection, entity, account)
    }

    /// What counts from each day of an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn interest_movements(&self, entity: &str, account: &str) -> Result<Vec<(Date, Amount)>, StoreError> {
        movements_of(&self.connection, entity, account)
    }
}

fn account_of(
    connection: &Connection,
    entity: &str,
    account: &str,
) -> Result<Option<InterestAccount>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT * FROM interest_accounts WHERE entity = ? AND account = ?")?;
    let mut rows = query.query([entity, account])?;
    rows.next()?.map(read_account).transpose()
}

fn movements_of(
    connection: &Connection,
    entity: &str,
    account: &str,
) -> Result<Vec<(Date, Amount)>, StoreError> {
    // From each day to the next one that has rows: nothing of other accounts is read.
    let mut query = connection.prepare_cached(
        "WITH RECURSIVE days (day) AS (
            SELECT min(day) FROM interest_movements WHERE entity = ?1
            UNION ALL
            SELECT (SELECT min(day) FROM interest_movements WHERE entity = ?1 AND day > days.day)
            FROM days WHERE days.day IS NOT NULL
         )
         SELECT moved.day, moved.amount FROM days
         CROSS JOIN interest_movements moved
            ON moved.entity = ?1 AND moved.day = days.day AND moved.account = ?2
         ORDER BY moved.day",
    )?;
    let mut rows = query.query([entity, account])?;
    let mut moved = Vec::new();
    while let Some(row) = rows.next()? {
        moved.push((parsed(row, "day", Date::parse)?, Amount(cell(row, "amount")?)));
    }
    Ok(moved)
}

fn read_account(row: &Row<'_>) -> Result<InterestAccount, StoreError> {
    Ok(InterestAccount {
        account: cell(row, "account")?,
        product: cell(row, "product")?,
        begins: parsed(row, "begins", Date::parse)?,
        next_day: parsed(row, "next_day", Date::parse)?,
        state: cell(row, "state")?,
    })
}

fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::damaged(format!("{number} is no frame")))
}
