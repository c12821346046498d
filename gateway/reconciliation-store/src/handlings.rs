//! Rows of handlings, written and read.

use longmen_ledger::Currency;
use rusqlite::{Connection, Params, Row, params};

use crate::break_id::BreakId;
use crate::cells::{cell, named, parsed, parsed_if_any};
use crate::error::StoreError;
use crate::handling::{Draft, Handling, HandlingId, HandlingState};
use crate::legs::{self, LegsOf};
use crate::names::{Channel, Person, Reason};
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

/// Those of a channel that are in the books, and take nothing back.
pub(crate) fn posted(connection: &Connection, channel: &Channel) -> Result<Vec<Handling>, StoreError> {
    let query = handlings_where!("h.state = 'posted' AND h.undoes IS NULL AND h.channel = ?");
    list(connection, query, [channel.as_str()])
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
    pub(crate) channel: &'a Channel,
    /// What the break is.
    pub(crate) content: &'a str,
    pub(crate) currency: Currency,
    pub(crate) maker: &'a Person,
    pub(crate) at_us: i64,
}

/// Writes a handling down as the next step of its break.
pub(crate) fn insert(connection: &Connection, new: &NewHandling<'_>) -> Result<HandlingId, StoreError> {
    let NewHandling { break_id, draft, undoes, channel, content, currency, maker, at_us } = new;
    connection
        .prepare_cached(
            "INSERT INTO handlings (break_id, step, kind, ends, reason, original, undoes, content, currency, maker,
                made_at, state, changed_at, channel) VALUES (?1,
                (SELECT ifnull(max(step), 0) + 1 FROM handlings WHERE break_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?10, ?12)",
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
            channel.as_str(),
        ])?;
    let id = HandlingId(connection.last_insert_rowid());
    if let Some(entries) = &draft.entries {
        legs::insert(connection, LegsOf::Handling(id.0), entries)?;
    }
    Ok(id)
}

/// Says how far a handling has come; of a proposal the ledger's name, and the client whose it is.
pub(crate) fn set_state(
    connection: &Connection,
    handling: HandlingId,
    state: HandlingState,
    proposal: Option<(&str, u32)>,
    refusal: Option<&str>,
    at_us: i64,
) -> Result<(), StoreError> {
    let (proposal, client) = proposal.unzip();
    connection
        .prepare_cached(
            "UPDATE handlings SET state = ?2, proposal = ifnull(?3, proposal), client = ifnull(?4, client), refusal = ?5,
                changed_at = ?6 WHERE id = ?1",
        )?
        .execute(params![handling.0, state.name(), proposal, client, refusal, at_us])?;
    Ok(())
}

/// Says whose transaction a handling is, by the ledger's number of the client.
pub(crate) fn set_client(
    connection: &Connection,
    handling: HandlingId,
    client: u32,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE handlings SET client = ?2 WHERE id = ?1")?
        .execute(params![handling.0, client])?;
    Ok(())
}

/// Says which text id the transaction of a handling has.
pub(crate) fn set_transaction(
    connection: &Connection,
    handling: HandlingId,
    text: &str,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE handlings SET transaction_text = ?2 WHERE id = ?1")?
        .execute(params![handling.0, text])?;
    Ok(())
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
            entries: legs::read(connection, LegsOf::Handling(id.0), currency)?,
        },
        undoes: cell::<Option<i64>>(row, "undoes")?.map(HandlingId),
        maker: parsed(row, "maker", |text| Person::new(text).ok())?,
        state: named(row, "state")?,
        proposal: text("proposal")?,
        refusal: text("refusal")?,
        made_at_us: cell(row, "made_at")?,
        changed_at_us: cell(row, "changed_at")?,
        is_orphaned: cell(row, "is_orphaned")?,
        client: cell(row, "client")?,
        transaction: text("transaction_text")?,
        channel: parsed(row, "channel", |text| Channel::new(text).ok())?,
        content: cell::<String>(row, "content")?.into(),
        currency,
    })
}
