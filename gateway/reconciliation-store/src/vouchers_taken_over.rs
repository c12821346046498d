//! Vouchers of a database that was set aside: their numbers are nowhere else.

use std::path::Path;

use rusqlite::Connection;

use crate::error::StoreError;

/// Copies the vouchers of a database that was set aside, all or none. `None` where they cannot be read.
///
/// # Errors
/// Where the new database fails.
pub(crate) fn take_over(connection: &mut Connection, aside: &Path) -> Result<Option<usize>, StoreError> {
    let Some(name) = aside.to_str() else { return Ok(None) };
    if connection.execute("ATTACH ? AS aside", [name]).is_err() {
        return Ok(None);
    }
    let taken = copied(connection).ok();
    connection.execute_batch("DETACH aside")?;
    Ok(taken)
}

fn copied(connection: &mut Connection) -> Result<usize, rusqlite::Error> {
    let transaction = connection.transaction()?;
    let known = "SELECT count(*) FROM aside.sqlite_schema WHERE name IN ('voucher_days', 'vouchers')";
    // One of before there were vouchers has none.
    if transaction.query_row(known, [], |row| row.get::<_, u32>(0))? == 0 {
        return Ok(0);
    }
    transaction.execute("INSERT INTO main.voucher_days SELECT * FROM aside.voucher_days", [])?;
    let taken = transaction.execute("INSERT INTO main.vouchers SELECT * FROM aside.vouchers", [])?;
    transaction.commit()?;
    Ok(taken)
}
