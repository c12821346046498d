//! Rows of handlings, written and read.

use longmen_ledger::{Amount, Currency, Side};
use longmen_reconciliation::{Entries, Leg};
use rusqlite::{Connection, Params, Row, params};

use crate::break_id::BreakId;
use crate::cells::{cell, named, parsed, parsed_if_any};
use crate::error::StoreError;
use crate::handling::{Draft, Handling, HandlingId, HandlingState};
use crate::names::{Person, Reason};
use crate::refusal::Refusal;

/// What is asked of handlings: their rows, and whether the break still is what they were made for. What was refused or undone counts for
/// nothing, and neither does what takes something back.
macro_rules! handlings_where {
    ($condition:literal) => {
        concat!(
            "SELECT h.*, h.state IN ('drafted', 'proposed', 'posted') AND h.undoes IS NULL AND NOT EXISTS (
                SELECT 1 FROM current_findings f WHERE f.break_id = h.break_id AND f.content = h.content
            ) AS is_orphaned FROM handlings h WHERE ",
            $condition,
            " ORDER BY h.break_id, h.step"
        )
    };
}

/// The handlings of a break, in order.
pub(crate) fn of_break(connection: &Connection, id: &BreakId) -> Result<Vec<Handling>, StoreError> {
    list(connection, handlings_where!("h.break_id = ?"), [id.as_str()])
}

/// Those that are under way.
pub(crate) fn in_hand(connection: &Connection) -> Result<Vec<Handling>, StoreError> {
    list(connection, handlings_where!("h.state IN ('drafted', 'proposed')"), [])
}

/// Those that were made for what their break no longer is.
pub(crate) fn orphaned(connection: &Connection) -> Result<Vec<Handling>, StoreError> {
    list(connection, handlings_where!("is_orphaned"), [])
}

/// A handling by its number.
pub(crate) fn by_id(connection: &Connection, handling: HandlingId) -> Result<Handling, StoreError> {
    let found = list(connection, handlings_where!("h.id = ?"), [handling.0])?;
    found.into_iter().next().ok_or_else(|| Refusal::NoSuchHandling { handling }.into())
}

/// A handling that is to be written down.
pub(crate) struct NewHandling<'a> {
    pub(crate) break_id: &'a BreakId,
    pub(crate) draft: &'a Draft,
    pub(crate) undoes: Option<HandlingId>,
    /// What the break is.
    pub(crate) content: &'a str,
    pub(crate) currency: Currency,
    pub(crate) maker: &'a Person,
    pub(crate) at_us: i64,
}

/// Writes a handling down as the next step of its break.
pub(crate) fn insert(connection: &Connection, new: &NewHandling<'_>) -> Result<HandlingId, StoreError> {
    let NewHandling { break_id, draft, undoes, content, currency, maker, at_us } = new;
    connection
        .prepare_cached(
            "INSERT INTO handlings (break_id, step, kind, ends, reason, original, undoes, content, currency, maker,
                made_at, state, changed_at) VALUES (?1,
                (SELECT count(*) + 1 FROM handlings WHERE break_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?10)",
        )?
        .execute(params![
            break_id.as_str(),
            draft.kind.name(),
            draft.ends.map(longmen_reconciliation::End::name),
            draft.reason.as_str(),
            draft.original,
            undoes.map(|handling| handling.0),
            content,
            currency.code(),
            maker.as_str(),
            at_us,
            HandlingState::Drafted.name(),
        ])?;
    let id = HandlingId(connection.last_insert_rowid());
    let mut insert = connection.prepare_cached("INSERT INTO handling_legs VALUES (?, ?, ?, ?, ?)")?;
    for (ordinal, leg) in draft.entries.iter().flat_map(Entries::legs).enumerate() {
        insert.execute(params![id.0, ordinal, leg.account, leg.side.name(), leg.amount.0])?;
    }
    Ok(id)
}

/// Says how far a handling has come.
pub(crate) fn set_state(
    connection: &Connection,
    handling: HandlingId,
    state: HandlingState,
    proposal: Option<&str>,
    refusal: Option<&str>,
    at_us: i64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE handlings SET state = ?2, proposal = ifnull(?3, proposal), refusal = ?4, changed_at = ?5 WHERE id = ?1",
        )?
        .execute(params![handling.0, state.name(), proposal, refusal, at_us])?;
    Ok(())
}

/// What a break was when a handling of it was drafted, and in which currency.
pub(crate) fn content_of(
    connection: &Connection,
    handling: HandlingId,
) -> Result<(String, Currency), StoreError> {
    let mut query = connection.prepare_cached("SELECT content, currency FROM handlings WHERE id = ?")?;
    let mut rows = query.query([handling.0])?;
    let row = rows.next()?.ok_or(Refusal::NoSuchHandling { handling })?;
    Ok((cell(row, "content")?, parsed(row, "currency", Currency::from_code)?))
}

fn list(connection: &Connection, query: &str, params: impl Params) -> Result<Vec<Handling>, StoreError> {
    let mut query = connection.prepare_cached(query)?;
    let mut rows = query.query(params)?;
    let mut handlings = Vec::new();
    while let Some(row) = rows.next()? {
        handlings.push(read(connection, row)?);
    }
    Ok(handlings)
}

fn read(connection: &Connection, row: &Row<'_>) -> Result<Handling, StoreError> {
    let id = HandlingId(cell(row, "id")?);
    let currency = parsed(row, "currency", Currency::from_code)?;
    let text = |column| Ok::<_, StoreError>(cell::<Option<String>>(row, column)?.map(Into::into));
    Ok(Handling {
        id,
        break_id: parsed(row, "break_id", BreakId::parse)?,
        step: cell(row, "step")?,
        draft: Draft {
            kind: named(row, "kind")?,
            ends: parsed_if_any(row, "ends", |text| text.parse().ok())?,
            reason: parsed(row, "reason", |text| Reason::new(text).ok())?,
            original: text("original")?,
            entries: entries(connection, id, currency)?,
        },
        undoes: cell::<Option<i64>>(row, "undoes")?.map(HandlingId),
        maker: parsed(row, "maker", |text| Person::new(text).ok())?,
        state: named(row, "state")?,
        proposal: text("proposal")?,
        refusal: text("refusal")?,
        made_at_us: cell(row, "made_at")?,
        changed_at_us: cell(row, "changed_at")?,
        is_orphaned: cell(row, "is_orphaned")?,
    })
}

fn entries(
    connection: &Connection,
    handling: HandlingId,
    currency: Currency,
) -> Result<Option<Entries>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT * FROM handling_legs WHERE handling_id = ? ORDER BY ordinal")?;
    let mut rows = query.query([handling.0])?;
    let mut legs = Vec::new();
    while let Some(row) = rows.next()? {
        legs.push(Leg {
            account: cell::<String>(row, "account")?.into(),
            side: parsed(row, "side", Side::from_name)?,
            amount: Amount(cell(row, "amount")?),
        });
    }
    if legs.is_empty() {
        return Ok(None);
    }
    let entries = Entries::new(currency, legs);
    entries.map(Some).map_err(|error| StoreError::damaged(format!("handling {handling}: {error}")))
}
