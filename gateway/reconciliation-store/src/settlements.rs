//! Rows of settlements, written and read.

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::Entries;
use rusqlite::{Connection, Params, Row, params};

use crate::cells::{cell, named, parsed};
use crate::error::StoreError;
use crate::handling::HandlingState;
use crate::legs::{self, LegsOf};
use crate::names::{Channel, Person};
use crate::refusal::Refusal;
use crate::settlement::{Settlement, SettlementId};

/// The settlement of a day that was not refused.
pub(crate) fn of_day(
    connection: &Connection,
    channel: &Channel,
    date: Date,
) -> Result<Option<Settlement>, StoreError> {
    let query = "SELECT * FROM settlements WHERE channel = ? AND date = ? AND state != 'refused'";
    Ok(list(connection, query, params![channel.as_str(), date.to_string()])?.pop())
}

/// Those that are under way, in the order in which they were drafted.
pub(crate) fn in_hand(connection: &Connection) -> Result<Vec<Settlement>, StoreError> {
    list(connection, "SELECT * FROM settlements WHERE state IN ('drafted', 'proposed') ORDER BY id", [])
}

/// A settlement by its number.
pub(crate) fn by_id(connection: &Connection, settlement: SettlementId) -> Result<Settlement, StoreError> {
    let found = list(connection, "SELECT * FROM settlements WHERE id = ?", [settlement.0])?.pop();
    found.ok_or_else(|| Refusal::NoSuchSettlement { settlement }.into())
}

/// Writes one down as the next attempt of its day.
pub(crate) fn insert(
    connection: &Connection,
    channel: &Channel,
    date: Date,
    entries: &Entries,
    maker: &Person,
    at_us: i64,
) -> Result<SettlementId, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO settlements (channel, date, attempt, currency, maker, made_at, state, changed_at) VALUES (?1, ?2,
                (SELECT ifnull(max(attempt), 0) + 1 FROM settlements WHERE channel = ?1 AND date = ?2),
                ?3, ?4, ?5, 'drafted', ?5)",
        )?
        .execute(params![
            channel.as_str(),
            date.to_string(),
            entries.currency().code(),
            maker.as_str(),
            at_us
        ])?;
    let id = SettlementId(connection.last_insert_rowid());
    legs::insert(connection, LegsOf::Settlement(id.0), entries)?;
    Ok(id)
}

/// Says how far one has come; of a proposal the ledger's name, and the client whose it is; of a refusal its code.
pub(crate) fn set_state(
    connection: &Connection,
    settlement: SettlementId,
    (state, proposal, refusal): (HandlingState, Option<(&str, u32)>, Option<&str>),
    at_us: i64,
) -> Result<(), StoreError> {
    let (proposal, client) = proposal.unzip();
    connection
        .prepare_cached(
            "UPDATE settlements SET state = ?2, proposal = ifnull(?3, proposal), client = ifnull(?4, client), refusal = ?5,
                changed_at = ?6 WHERE id = ?1",
        )?
        .execute(params![settlement.0, state.name(), proposal, client, refusal, at_us])?;
    Ok(())
}

fn list(connection: &Connection, query: &str, params: impl Params) -> Result<Vec<Settlement>, StoreError> {
    let mut query = connection.prepare_cached(query)?;
    let mut rows = query.query(params)?;
    let mut settlements = Vec::new();
    while let Some(row) = rows.next()? {
        settlements.push(read(connection, row)?);
    }
    Ok(settlements)
}

fn read(connection: &Connection, row: &Row<'_>) -> Result<Settlement, StoreError> {
    let id = SettlementId(cell(row, "id")?);
    let currency = parsed(row, "currency", Currency::from_code)?;
    let text = |column| Ok::<_, StoreError>(cell::<Option<String>>(row, column)?.map(Into::into));
    let entries = legs::read(connection, LegsOf::Settlement(id.0), currency)?;
    Ok(Settlement {
        id,
        channel: parsed(row, "channel", |text| Channel::new(text).ok())?,
        date: parsed(row, "date", Date::parse)?,
        attempt: cell(row, "attempt")?,
        entries: entries.ok_or_else(|| StoreError::damaged(format!("settlement {id} has no legs")))?,
        maker: parsed(row, "maker", |text| Person::new(text).ok())?,
        state: named(row, "state")?,
        proposal: text("proposal")?,
        client: cell(row, "client")?,
        refusal: text("refusal")?,
        made_at_us: cell(row, "made_at")?,
        changed_at_us: cell(row, "changed_at")?,
    })
}
