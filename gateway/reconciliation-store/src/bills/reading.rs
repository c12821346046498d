//! Bills as they are looked at.

use longmen_ledger::Date;
use rusqlite::{TransactionBehavior, params};

use super::rows::{BillMovement, BillRow, BillsAccount, account, all, bill, movement};
use super::run::taken;
use crate::cells::{cell, parsed};
use crate::error::StoreError;
use crate::store::{Reader, Store};

/// Which bills are looked at: those of which all that is given is so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillFilter<'a> {
    pub account: Option<&'a str>,
    pub state: Option<&'a str>,
}

impl Reader {
    /// The last date of an entity whose movements were taken.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bills_taken(&self, entity: &str) -> Result<Option<Date>, StoreError> {
        taken(&self.connection, entity)
    }

    /// What is kept of an account.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bills_account(&self, entity: &str, name: &str) -> Result<Option<BillsAccount>, StoreError> {
        let mut query =
            self.connection.prepare_cached("SELECT * FROM bill_accounts WHERE entity = ? AND account = ?")?;
        Ok(all(query.query([entity, name])?, account)?.pop())
    }

    /// Bills of an entity, by account and statement behind one of them.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bills(
        &self,
        entity: &str,
        filter: BillFilter<'_>,
        after: (&str, Date),
        limit: u32,
    ) -> Result<Vec<BillRow>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM bills WHERE entity = ?1 AND (account, statement) > (?2, ?3)
             AND (?4 IS NULL OR account = ?4) AND (?5 IS NULL OR state = ?5)
             ORDER BY account, statement LIMIT ?6",
        )?;
        let (account, statement) = after;
        let row = params![entity, account, statement.to_string(), filter.account, filter.state, limit];
        all(query.query(row)?, bill)
    }

    /// How many bills of an entity have something open, by due date.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bills_open(&self, entity: &str) -> Result<Vec<(Date, u64)>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT due, count(*) AS count FROM bills WHERE entity = ? AND open > 0 GROUP BY due ORDER BY due",
        )?;
        let mut rows = query.query([entity])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((parsed(row, "due", Date::parse)?, cell(row, "count")?));
        }
        Ok(found)
    }

    /// Of accounts that have a bill which was not seen to agree with the balance, by name behind one of them: these bills with all that
    /// came after the first of them, and the last one before it.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bills_not_agreed(
        &self,
        entity: &str,
        after: &str,
        accounts: u32,
    ) -> Result<Vec<BillRow>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT bills.* FROM (
                 SELECT account, min(statement) AS first FROM bills
                 WHERE entity = ?1 AND agreed = 0 AND account > ?2 GROUP BY account ORDER BY account LIMIT ?3
             ) AS waiting JOIN bills ON bills.entity = ?1 AND bills.account = waiting.account
             AND bills.statement >= coalesce(
                 (SELECT max(statement) FROM bills AS before WHERE before.entity = ?1
                  AND before.account = waiting.account AND before.statement < waiting.first), waiting.first)
             ORDER BY bills.account, bills.statement",
        )?;
        all(query.query(params![entity, after, accounts])?, bill)
    }

    /// What moved an account between two dates, in the order of the books.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bill_movements(
        &self,
        entity: &str,
        name: &str,
        (from, to): (Date, Date),
    ) -> Result<Vec<BillMovement>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM bill_movements WHERE entity = ? AND account = ? AND date BETWEEN ? AND ?
             ORDER BY date, frame, ordinal",
        )?;
        all(query.query([entity, name, &from.to_string(), &to.to_string()])?, movement)
    }

    /// The id of a transaction that moved an account, by its place in the log.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn bill_movement_id(
        &self,
        entity: &str,
        name: &str,
        place: &str,
    ) -> Result<Option<String>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM bill_movements WHERE entity = ? AND account = ? AND frame || '/' || ordinal = ?",
        )?;
        Ok(all(query.query([entity, name, place])?, movement)?.pop().map(|one| one.id))
    }
}

impl Store {
    /// Notes that bills agree with their accounts' balances.
    ///
    /// # Errors
    /// Whatever fails; nothing is noted then.
    pub fn note_agreed(&mut self, entity: &str, bills: &[(String, Date)]) -> Result<(), StoreError> {
        let transaction = self.reader.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut update = transaction.prepare_cached(
            "UPDATE bills SET agreed = 1 WHERE entity = ? AND account = ? AND statement = ?",
        )?;
        for (account, statement) in bills {
            update.execute(params![entity, account, statement.to_string()])?;
        }
        drop(update);
        Ok(transaction.commit()?)
    }

    /// Forgets of an entity's bills that they agreed, to have all of them looked at again.
    ///
    /// # Errors
    /// Whatever fails.
    pub fn forget_agreed(&mut self, entity: &str) -> Result<(), StoreError> {
        self.reader.connection.execute("UPDATE bills SET agreed = 0 WHERE entity = ?", [entity])?;
        Ok(())
    }
}
