//! What the rows are.

use longmen_ledger::{Amount, Date};
use rusqlite::{Row, Rows};

use crate::cells::{cell, parsed, parsed_if_any};
use crate::error::StoreError;

/// What is kept of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillsAccount {
    pub account: String,
    /// The code of its subject.
    pub subject: String,
    /// The first date that is not taken.
    pub next_date: Date,
    pub state: Vec<u8>,
}

/// What a transaction moved on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillMovement {
    pub account: String,
    pub date: Date,
    /// Where its record lies in the log: frame and ordinal.
    pub place: (u64, u32),
    /// Its id, as it was given.
    pub id: String,
    pub kind: String,
    pub value: Date,
    /// Debit-positive, in minor units; never zero.
    pub amount: Amount,
    /// What it refunds or reverses.
    pub original: Option<BillOriginal>,
}

/// What a transaction refunds or reverses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillOriginal {
    pub place: (u64, u32),
    pub date: Date,
    pub kind: String,
}

/// A bill that was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRow {
    pub account: String,
    /// The last date of its cycle, by which it is named.
    pub statement: Date,
    /// The first date of its cycle.
    pub begins: Date,
    pub due: Date,
    pub currency: String,
    /// In minor units, as all amounts here.
    pub total: i64,
    pub minimum: i64,
    /// What the account owed in all.
    pub owed: i64,
    pub open: i64,
    /// Late interest so far.
    pub interest: i64,
    pub state: String,
    /// All of it.
    pub detail: Vec<u8>,
}

pub(super) fn account(row: &Row<'_>) -> Result<BillsAccount, StoreError> {
    Ok(BillsAccount {
        account: cell(row, "account")?,
        subject: cell(row, "subject")?,
        next_date: parsed(row, "next_date", Date::parse)?,
        state: cell(row, "state")?,
    })
}

pub(super) fn bill(row: &Row<'_>) -> Result<BillRow, StoreError> {
    Ok(BillRow {
        account: cell(row, "account")?,
        statement: parsed(row, "statement", Date::parse)?,
        begins: parsed(row, "begins", Date::parse)?,
        due: parsed(row, "due", Date::parse)?,
        currency: cell(row, "currency")?,
        total: cell(row, "total")?,
        minimum: cell(row, "minimum")?,
        owed: cell(row, "owed")?,
        open: cell(row, "open")?,
        interest: cell(row, "interest")?,
        state: cell(row, "state")?,
        detail: cell(row, "detail")?,
    })
}

pub(super) fn movement(row: &Row<'_>) -> Result<BillMovement, StoreError> {
    let original = match parsed_if_any(row, "original_date", Date::parse)? {
        None => None,
        Some(date) => Some(BillOriginal {
            place: place(row, "original_frame", "original_ordinal")?,
            date,
            kind: cell(row, "original_kind")?,
        }),
    };
    Ok(BillMovement {
        account: cell(row, "account")?,
        date: parsed(row, "date", Date::parse)?,
        place: place(row, "frame", "ordinal")?,
        id: cell(row, "id")?,
        kind: cell(row, "kind")?,
        value: parsed(row, "value_date", Date::parse)?,
        amount: Amount(cell(row, "amount")?),
        original,
    })
}

/// All rows of a query.
pub(super) fn all<T>(
    mut rows: Rows<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

pub(super) fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::damaged(format!("{number} is no frame")))
}

fn place(row: &Row<'_>, frame: &str, ordinal: &str) -> Result<(u64, u32), StoreError> {
    let number = |column| cell::<i64>(row, column);
    let damaged = || StoreError::damaged("a place in the log is none");
    let (frame, ordinal) = (number(frame)?, number(ordinal)?);
    Ok((u64::try_from(frame).map_err(|_| damaged())?, u32::try_from(ordinal).map_err(|_| damaged())?))
}
