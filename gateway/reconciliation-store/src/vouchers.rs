//! Vouchers (凭证) with their numbers and states.
//!
//! A date is sealed in one transaction of the database: its numbers are read, drawn and kept, or nothing is. The numbers are nowhere else: of a desk
//! that has vouchers a copy has to be kept.

use longmen_ledger::Date;
use longmen_vouchers::{Acknowledged, Numbers, State, StateError, Voucher};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use crate::cells::{cell, parsed};
use crate::error::StoreError;
use crate::kept_voucher::{
    KeptVoucher, VoucherDay, VoucherFilter, read_day, read_voucher, read_vouchers, written,
};
use crate::store::{Reader, Store};

/// A date that is being sealed. What it wrote is there when it is [ended](VoucherRun::commit), and else never was.
#[derive(Debug)]
pub struct VoucherRun<'a> {
    transaction: Transaction<'a>,
    entity: String,
}

/// Why the state of vouchers does not change: of all that were named, none does.
#[derive(Debug, thiserror::Error)]
pub enum VoucherStateError {
    #[error("there is no voucher {key}")]
    NoVoucher { key: String },
    #[error("{key} {source}")]
    State { key: String, source: StateError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Numbers of an entity, word and month that are not 1 to their last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberGap {
    pub word: String,
    pub year: i16,
    pub month: u8,
    /// The last number.
    pub last: u32,
    /// How many there are.
    pub count: u32,
}

impl Store {
    /// Begins to seal a date of an entity.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn begin_vouchers(&mut self, entity: &str) -> Result<VoucherRun<'_>, StoreError> {
        let transaction = self.reader.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(VoucherRun { transaction, entity: entity.to_owned() })
    }

    /// Notes that a file with this SHA-256 was written of vouchers.
    ///
    /// # Errors
    /// [`VoucherStateError`]; nothing is noted then.
    pub fn note_vouchers_exported(&mut self, keys: &[String], file: &str) -> Result<(), VoucherStateError> {
        self.change_vouchers(keys.iter().map(|key| (&**key, |state: State| state.exported(file))))
    }

    /// Notes what the accounting system said about vouchers. The same again changes nothing.
    ///
    /// # Errors
    /// [`VoucherStateError`]; nothing is noted then.
    pub fn note_voucher_answers(&mut self, answers: &[Acknowledged]) -> Result<(), VoucherStateError> {
        let changes = answers
            .iter()
            .map(|answer| (&*answer.source_key, |state: State| state.answered(&answer.outcome)));
        self.change_vouchers(changes)
    }

    fn change_vouchers<'k, F>(
        &mut self,
        changes: impl Iterator<Item = (&'k str, F)>,
    ) -> Result<(), VoucherStateError>
    where
        F: FnOnce(State) -> Result<State, StateError>,
    {
        let begun = self.reader.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(StoreError::from)?;
        for (key, change) in changes {
            let kept = voucher_of(&transaction, key)?;
            let kept = kept.ok_or_else(|| VoucherStateError::NoVoucher { key: key.to_owned() })?;
            let next = change(kept.state);
            let next = next.map_err(|source| VoucherStateError::State { key: key.to_owned(), source })?;
            set_state(&transaction, key, &next)?;
        }
        Ok(transaction.commit().map_err(StoreError::from)?)
    }
}

impl VoucherRun<'_> {
    /// The last numbers that were drawn in a month of the posting date.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn numbers(&self, year: i16, month: u8) -> Result<Numbers, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT word, max(number) FROM vouchers WHERE entity = ? AND year = ? AND month = ? GROUP BY word",
        )?;
        let mut rows = query.query(params![self.entity, year, month])?;
        let mut numbers = Numbers::default();
        while let Some(row) = rows.next()? {
            numbers.set_last(&self.entity, &row.get::<_, String>(0)?, year, month, row.get(1)?);
        }
        Ok(numbers)
    }

    /// Keeps a date with its vouchers.
    ///
    /// # Errors
    /// Whatever fails, and where the date, a voucher or a number is kept already.
    pub fn keep(&self, day: &VoucherDay, vouchers: &[Voucher]) -> Result<(), StoreError> {
        let left_out = serde_json::to_string(&day.left_out).expect("texts are JSON");
        self.transaction.execute(
            "INSERT INTO voucher_days VALUES (?, ?, ?, ?)",
            params![self.entity, day.date.to_string(), day.mode, left_out],
        )?;
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO vouchers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'made', NULL, NULL)")?;
        for voucher in vouchers {
            let (year, month) = voucher.content.period();
            insert.execute(params![
                voucher.source_key(),
                self.entity,
                voucher.content.date.to_string(),
                voucher.sequence,
                year,
                month,
                &*voucher.content.word,
                voucher.number,
                serde_json::to_string(voucher).expect("a voucher is JSON"),
            ])?;
        }
        Ok(())
    }

    /// Ends it: the date is sealed now.
    ///
    /// # Errors
    /// Whatever fails; nothing of it is there then.
    pub fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit()?)
    }
}

impl Reader {
    /// The dates of an entity that were sealed, in order.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn voucher_days(&self, entity: &str) -> Result<Vec<VoucherDay>, StoreError> {
        let mut query =
            self.connection.prepare_cached("SELECT * FROM voucher_days WHERE entity = ? ORDER BY date")?;
        let mut rows = query.query([entity])?;
        let mut days = Vec::new();
        while let Some(row) = rows.next()? {
            days.push(read_day(row)?);
        }
        Ok(days)
    }

    /// The vouchers that a filter lets through, by entity, date and place.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn vouchers(&self, filter: &VoucherFilter) -> Result<Vec<KeptVoucher>, StoreError> {
        let date = |date: Option<Date>| date.map(|date| date.to_string());
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM vouchers WHERE (?1 IS NULL OR entity = ?1) AND (?2 IS NULL OR date >= ?2)
             AND (?3 IS NULL OR date <= ?3) AND (?4 IS NULL OR state = ?4) AND (?5 IS NULL OR file = ?5)
             ORDER BY entity, date, sequence",
        )?;
        let (from, to) = (date(filter.from), date(filter.to));
        read_vouchers(query.query(params![filter.entity, from, to, filter.state, filter.file])?)
    }

    /// A voucher by its source key.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn voucher(&self, key: &str) -> Result<Option<KeptVoucher>, StoreError> {
        voucher_of(&self.connection, key)
    }

    /// How many vouchers of an entity nobody has accepted, by date and the name of their state.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn vouchers_not_accepted(&self, entity: &str) -> Result<Vec<(Date, String, u64)>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT date, state, count(*) AS count FROM vouchers WHERE entity = ? AND state <> 'accepted'
             GROUP BY date, state ORDER BY date, state",
        )?;
        let mut rows = query.query([entity])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((parsed(row, "date", Date::parse)?, cell(row, "state")?, cell(row, "count")?));
        }
        Ok(found)
    }

    /// Where an entity's numbers have a gap (断号): never, unless rows were lost.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn voucher_gaps(&self, entity: &str) -> Result<Vec<NumberGap>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT word, year, month, max(number), count(*) FROM vouchers WHERE entity = ?
             GROUP BY year, month, word HAVING max(number) <> count(*)",
        )?;
        let gap = |row: &rusqlite::Row<'_>| {
            Ok(NumberGap {
                word: row.get(0)?,
                year: row.get(1)?,
                month: row.get(2)?,
                last: row.get(3)?,
                count: row.get(4)?,
            })
        };
        Ok(query.query_map([entity], gap)?.collect::<Result<_, _>>()?)
    }
}

fn voucher_of(connection: &rusqlite::Connection, key: &str) -> Result<Option<KeptVoucher>, StoreError> {
    let mut query = connection.prepare_cached("SELECT * FROM vouchers WHERE source_key = ?")?;
    let found = query.query_row([key], |row| Ok(read_voucher(row))).optional()?;
    found.transpose()
}

fn set_state(transaction: &Transaction<'_>, key: &str, state: &State) -> Result<(), StoreError> {
    let (name, file, answer) = written(state);
    transaction
        .prepare_cached("UPDATE vouchers SET state = ?2, file = ?3, answer = ?4 WHERE source_key = ?1")?
        .execute(params![key, name, file, answer])?;
    Ok(())
}
