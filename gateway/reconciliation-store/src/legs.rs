//! Legs of what was drafted, written and read.

use longmen_ledger::{Amount, Currency, Side};
use longmen_reconciliation::{Entries, Leg};
use rusqlite::{Connection, params};

use crate::cells::{cell, parsed};
use crate::error::StoreError;

/// Whose legs they are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LegsOf {
    Handling(i64),
    Settlement(i64),
}

impl LegsOf {
    fn owner(self) -> i64 {
        match self {
            LegsOf::Handling(id) | LegsOf::Settlement(id) => id,
        }
    }
}

/// Writes the legs of entries.
pub(crate) fn insert(connection: &Connection, of: LegsOf, entries: &Entries) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(match of {
        LegsOf::Handling(_) => "INSERT INTO handling_legs VALUES (?, ?, ?, ?, ?)",
        LegsOf::Settlement(_) => "INSERT INTO settlement_legs VALUES (?, ?, ?, ?, ?)",
    })?;
    for (ordinal, leg) in entries.legs().iter().enumerate() {
        insert.execute(params![of.owner(), ordinal, leg.account, leg.side.name(), leg.amount.0])?;
    }
    Ok(())
}

/// The entries of something; `None` where it has no legs.
pub(crate) fn read(
    connection: &Connection,
    of: LegsOf,
    currency: Currency,
) -> Result<Option<Entries>, StoreError> {
    let mut query = connection.prepare_cached(match of {
        LegsOf::Handling(_) => "SELECT * FROM handling_legs WHERE handling_id = ? ORDER BY ordinal",
        LegsOf::Settlement(_) => "SELECT * FROM settlement_legs WHERE settlement_id = ? ORDER BY ordinal",
    })?;
    let mut rows = query.query([of.owner()])?;
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
    entries.map(Some).map_err(|error| StoreError::damaged(format!("legs of {of:?}: {error}")))
}
