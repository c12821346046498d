//! Rows of runs, written and read, and which of them no longer rest on what is so.

use std::collections::BTreeSet;

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::{Rules, Sums};
use rusqlite::{Connection, Row, named_params, params};

use crate::cells::{cell, named, parsed};
use crate::digest::{Digest, Digester};
use crate::error::StoreError;
use crate::names::{Channel, Person};
use crate::refusal::Refusal;
use crate::run::{BookSide, Run, RunId, RunInputs, RunTotals};
use crate::stored_file::{FileId, FileState};

/// What binds a run to those around it.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) id: RunId,
    pub(crate) date: Date,
    pub(crate) inputs: Digest,
    pub(crate) hung_before: Digest,
    pub(crate) hung_after: Digest,
    file: FileState,
}

/// What waits before the first run of a channel: nothing.
pub(crate) fn nothing_hung() -> Digest {
    Digester::of(HUNG).end()
}

/// The purpose of the digest of what waits.
pub(crate) const HUNG: &str = "longmen hung 1";

/// The current runs of a channel, by date.
pub(crate) fn links(connection: &Connection, channel: &Channel) -> Result<Vec<Link>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT r.id, r.date, r.inputs, r.hung_before, r.hung_after, f.state FROM runs r JOIN files f ON f.id = r.file_id
            WHERE r.channel = ? AND r.is_current ORDER BY r.date",
    )?;
    let mut rows = query.query([channel.as_str()])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(Link {
            id: RunId(cell(row, "id")?),
            date: parsed(row, "date", Date::parse)?,
            inputs: parsed(row, "inputs", Digest::parse)?,
            hung_before: parsed(row, "hung_before", Digest::parse)?,
            hung_after: parsed(row, "hung_after", Digest::parse)?,
            file: named(row, "state")?,
        });
    }
    Ok(links)
}

/// The dates whose run does not rest on what is so: its file is no longer the active one, what waited before it has changed, or the day
/// before is stale itself.
pub(crate) fn stale(links: &[Link]) -> BTreeSet<Date> {
    let mut stale = BTreeSet::new();
    let (mut is_stale, mut hung) = (false, nothing_hung());
    for link in links {
        is_stale |= link.file != FileState::Active || link.hung_before != hung;
        if is_stale {
            stale.insert(link.date);
        }
        hung = link.hung_after;
    }
    stale
}

/// Everything that a run rests on, in one digest.
pub(crate) fn digest_of(inputs: &RunInputs, file: Digest, hung_before: Digest) -> Digest {
    let RunInputs { channel, rules, book, .. } = inputs;
    let mut digester = Digester::of("longmen run 1");
    digester.field(channel).field(rules.date).field(rules.hang_days).field(rules.fee_tolerance);
    digester.field(file).field(hung_before);
    digester.field(book.digest).field(book.rows).field(&book.ledger).field(book.frame).field(book.closed);
    digester.end()
}

/// Which runs.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    pub channel: Option<Channel>,
    pub date: Option<Date>,
    /// With those whose place another one has taken.
    pub with_replaced: bool,
}

/// The runs that a filter lets through, by channel and date, and of one day in the order in which they were made.
pub(crate) fn list(connection: &Connection, filter: &RunFilter) -> Result<Vec<Run>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT * FROM runs WHERE (:channel IS NULL OR channel = :channel) AND (:date IS NULL OR date = :date)
            AND (:all OR is_current) ORDER BY channel, date, id",
    )?;
    let mut rows = query.query(named_params! {
        ":channel": filter.channel.as_ref().map(Channel::as_str),
        ":date": filter.date.map(|date| date.to_string()),
        ":all": filter.with_replaced,
    })?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.push(read(connection, row)?);
    }
    mark_stale(connection, &mut runs)?;
    Ok(runs)
}

/// A run by its number.
pub(crate) fn by_id(connection: &Connection, run: RunId) -> Result<Run, StoreError> {
    let mut query = connection.prepare_cached("SELECT * FROM runs WHERE id = ?")?;
    let mut rows = query.query([run.0])?;
    let Some(row) = rows.next()? else { return Err(Refusal::NoSuchRun { run }.into()) };
    let mut runs = [read(connection, row)?];
    mark_stale(connection, &mut runs)?;
    let [run] = runs;
    Ok(run)
}

/// Takes the place of the run of the same day, and gives the number of the new one.
pub(crate) fn insert(connection: &Connection, run: &NewRun<'_>) -> Result<RunId, StoreError> {
    let RunInputs { channel, rules, file, book } = run.inputs;
    connection
        .prepare_cached("UPDATE runs SET is_current = 0 WHERE channel = ? AND date = ? AND is_current")?
        .execute(params![channel.as_str(), rules.date.to_string()])?;
    connection
        .prepare_cached(
            "INSERT INTO runs (channel, date, file_id, hang_days, fee_tolerance, book_digest, book_rows, ledger,
                frame, closed, inputs, hung_before, hung_after, result, made_at, made_by, is_current)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, ?, 1)",
        )?
        .execute(params![
            channel.as_str(),
            rules.date.to_string(),
            file.0,
            rules.hang_days,
            rules.fee_tolerance,
            book.digest.to_string(),
            book.rows,
            book.ledger,
            book.frame,
            book.closed.to_string(),
            run.digest.to_string(),
            run.hung_before.to_string(),
            run.made_at_us,
            run.made_by.as_str(),
        ])?;
    Ok(RunId(connection.last_insert_rowid()))
}

/// A run of which nothing is found yet.
pub(crate) struct NewRun<'a> {
    pub(crate) inputs: &'a RunInputs,
    pub(crate) digest: Digest,
    pub(crate) hung_before: Digest,
    pub(crate) made_at_us: i64,
    pub(crate) made_by: &'a Person,
}

/// Writes down what a run came to.
pub(crate) fn conclude(
    connection: &Connection,
    run: RunId,
    hung_after: Digest,
    result: Digest,
    totals: &[RunTotals],
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE runs SET hung_after = ?, result = ? WHERE id = ?")?
        .execute(params![hung_after.to_string(), result.to_string(), run.0])?;
    for RunTotals { currency, book, file, unmoved, classes } in totals {
        let (book_net, file_net) = (book.net.to_string(), file.net.to_string());
        connection.prepare_cached("INSERT INTO run_sides VALUES (?, ?, ?, ?, ?, ?, ?)")?.execute(params![
            run.0,
            currency.code(),
            book.rows,
            book_net,
            file.rows,
            file_net,
            unmoved
        ])?;
        for ((class, fate), sums) in classes {
            let net = sums.net.to_string();
            connection
                .prepare_cached("INSERT INTO run_classes VALUES (?, ?, ?, ?, ?, ?)")?
                .execute(params![run.0, currency.code(), class.name(), fate.name(), sums.rows, net])?;
        }
    }
    Ok(())
}

fn mark_stale(connection: &Connection, runs: &mut [Run]) -> Result<(), StoreError> {
    for runs in runs.chunk_by_mut(|one, other| one.inputs.channel == other.inputs.channel) {
        let stale = stale(&links(connection, &runs[0].inputs.channel)?);
        runs.iter_mut()
            .for_each(|run| run.is_stale = run.is_current && stale.contains(&run.inputs.rules.date));
    }
    Ok(())
}

fn read(connection: &Connection, row: &Row<'_>) -> Result<Run, StoreError> {
    let id = RunId(cell(row, "id")?);
    Ok(Run {
        id,
        inputs: RunInputs {
            channel: parsed(row, "channel", |text| Channel::new(text).ok())?,
            rules: Rules {
                date: parsed(row, "date", Date::parse)?,
                hang_days: cell(row, "hang_days")?,
                fee_tolerance: cell(row, "fee_tolerance")?,
            },
            file: FileId(cell(row, "file_id")?),
            book: BookSide {
                digest: parsed(row, "book_digest", Digest::parse)?,
                rows: cell(row, "book_rows")?,
                ledger: cell::<String>(row, "ledger")?.into(),
                frame: cell(row, "frame")?,
                closed: parsed(row, "closed", Date::parse)?,
            },
        },
        totals: totals(connection, id)?,
        result: parsed(row, "result", Digest::parse)?,
        made_at_us: cell(row, "made_at")?,
        made_by: parsed(row, "made_by", |text| Person::new(text).ok())?,
        is_current: cell(row, "is_current")?,
        is_stale: false,
    })
}

fn totals(connection: &Connection, run: RunId) -> Result<Vec<RunTotals>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT * FROM run_sides WHERE run_id = ? ORDER BY currency")?;
    let mut rows = query.query([run.0])?;
    let mut totals = Vec::new();
    while let Some(row) = rows.next()? {
        totals.push(RunTotals {
            currency: parsed(row, "currency", Currency::from_code)?,
            book: Sums { rows: cell(row, "book_rows")?, net: named(row, "book_net")? },
            file: Sums { rows: cell(row, "file_rows")?, net: named(row, "file_net")? },
            unmoved: cell(row, "unmoved")?,
            classes: Default::default(),
        });
    }
    let mut query = connection.prepare_cached("SELECT * FROM run_classes WHERE run_id = ?")?;
    let mut rows = query.query([run.0])?;
    while let Some(row) = rows.next()? {
        let currency = parsed(row, "currency", Currency::from_code)?;
        let sums = Sums { rows: cell(row, "rows")?, net: named(row, "explains")? };
        let of_currency = totals.iter_mut().find(|totals| totals.currency == currency);
        let of_currency =
            of_currency.ok_or_else(|| StoreError::damaged(format!("run {run} has no {currency}")))?;
        of_currency.classes.insert((named(row, "class")?, named(row, "fate")?), sums);
    }
    Ok(totals)
}
