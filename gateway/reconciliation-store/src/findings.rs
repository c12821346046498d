//! Rows of findings, written and read.

use longmen_channel_files::RowKind;
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation::{Fate, Finding, Hung, Side, Transaction};
use rusqlite::{Connection, Row, params};

use crate::break_id::BreakId;
use crate::cells::{cell, named, parsed};
use crate::error::StoreError;
use crate::names::Channel;
use crate::run::RunId;

/// A finding, as it is written down.
pub(crate) struct NewFinding<'a> {
    pub(crate) run: RunId,
    pub(crate) id: &'a BreakId,
    pub(crate) since: Date,
    pub(crate) content: &'a str,
    pub(crate) finding: &'a Finding,
}

/// Writes a finding down; false where the run has another one of that name.
pub(crate) fn insert(connection: &Connection, new: &NewFinding<'_>) -> Result<bool, StoreError> {
    let NewFinding { run, id, since, content, finding } = new;
    let Some(either) = finding.book.as_ref().or(finding.file.as_ref()) else {
        panic!("a finding has a transaction")
    };
    let (book, file) = (finding.book.as_ref(), finding.file.as_ref());
    let inserted = connection
        .prepare_cached(
            "INSERT INTO findings VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            run.0,
            id.as_str(),
            finding.class.name(),
            finding.fate.name(),
            finding.days,
            finding.explains.to_string(),
            since.to_string(),
            content,
            either.currency.code(),
            either.kind.name(),
            either.merchant_number,
            book.map(|one| &*one.reference),
            book.map(|one| one.line),
            book.map(|one| one.gross.0),
            book.map(|one| one.fee.0),
            book.map(|one| one.state.name()),
            file.map(|one| &*one.reference),
            file.map(|one| one.line),
            file.map(|one| one.gross.0),
            file.map(|one| one.fee.0),
            file.map(|one| one.state.name()),
        ])?;
    Ok(inserted == 1)
}

/// What waits after a run, with the names of the breaks, in their order.
pub(crate) fn hung_after(connection: &Connection, run: RunId) -> Result<Vec<(BreakId, Hung)>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT * FROM findings WHERE run_id = ? AND fate = ? ORDER BY id")?;
    let mut rows = query.query(params![run.0, Fate::Hung.name()])?;
    let mut hung = Vec::new();
    while let Some(row) = rows.next()? {
        let (finding, since) = (read(row)?, parsed(row, "since", Date::parse)?);
        let (side, transaction) = match (finding.book, finding.file) {
            (Some(book), None) => (Side::Book, book),
            (None, Some(file)) => (Side::File, file),
            _ => return Err(StoreError::damaged("what waits is on both sides")),
        };
        let id = parsed(row, "break_id", BreakId::parse)?;
        hung.push((id, Hung { side, since, days: finding.days, transaction }));
    }
    Ok(hung)
}

/// What the books have tried, and was not found to have ended.
pub(crate) struct OpenTry {
    pub(crate) id: BreakId,
    pub(crate) since: Date,
    pub(crate) finding: Finding,
}

/// What was tried up to a date and had not ended then, as the runs that count have found it, by name.
pub(crate) fn open_tries(
    connection: &Connection,
    channel: &Channel,
    up_to: Date,
) -> Result<Vec<OpenTry>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT f.* FROM findings f JOIN runs r ON r.id = f.run_id
            WHERE f.book_state = 'pending' AND f.fate != 'closed' AND r.channel = ?1 AND r.is_current AND r.date <= ?2
            AND NOT EXISTS (
                SELECT 1 FROM findings g JOIN runs s ON s.id = g.run_id
                WHERE g.break_id = f.break_id AND s.is_current AND s.date > r.date AND s.date <= ?2
            ) ORDER BY f.break_id",
    )?;
    let mut rows = query.query(params![channel.as_str(), up_to.to_string()])?;
    let mut tries = Vec::new();
    while let Some(row) = rows.next()? {
        tries.push(OpenTry {
            id: parsed(row, "break_id", BreakId::parse)?,
            since: parsed(row, "since", Date::parse)?,
            finding: read(row)?,
        });
    }
    Ok(tries)
}

/// The finding of a row.
pub(crate) fn read(row: &Row<'_>) -> Result<Finding, StoreError> {
    Ok(Finding {
        class: named(row, "class")?,
        fate: named(row, "fate")?,
        book: side(row, &BOOK)?,
        file: side(row, &FILE)?,
        days: cell(row, "days")?,
        explains: named(row, "explains")?,
    })
}

/// Reference, line, gross, fee and state of a side.
const BOOK: [&str; 5] = ["book_reference", "book_line", "book_gross", "book_fee", "book_state"];
const FILE: [&str; 5] = ["file_reference", "file_line", "file_gross", "file_fee", "file_state"];

fn side(row: &Row<'_>, columns: &[&str; 5]) -> Result<Option<Transaction>, StoreError> {
    let [reference, line, gross, fee, state] = columns;
    let Some(reference) = cell::<Option<String>>(row, reference)? else { return Ok(None) };
    Ok(Some(Transaction {
        kind: named::<RowKind>(row, "kind")?,
        merchant_number: cell::<String>(row, "merchant_number")?.into(),
        reference: reference.into(),
        line: cell(row, line)?,
        gross: Amount(cell(row, gross)?),
        fee: Amount(cell(row, fee)?),
        currency: parsed(row, "currency", Currency::from_code)?,
        state: named(row, state)?,
    }))
}
