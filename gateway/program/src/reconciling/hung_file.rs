//! What is hung over from one file day to the next, as a CSV file.

use std::io::Write;
use std::path::Path;

use longmen_engine::ledger::Date;
use longmen_reconciliation::{Hung, Side};
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::reconciling::rows::Rows;

const COLUMNS: &[&str] =
    &["side", "since", "days", "reference", "kind", "merchant_number", "amount", "fee", "currency", "state"];
/// Where the columns of the transaction begin.
const TRANSACTION: usize = 3;

/// Reads what waits.
pub(crate) fn read_hung(path: &Path) -> Result<Vec<Hung>, Failure> {
    let mut rows = Rows::open(path, COLUMNS, COLUMNS.len())?;
    let mut hung = Vec::new();
    while rows.next()? {
        hung.push(Hung {
            side: rows.parse(0, "book or file", |text| text.parse::<Side>().ok())?,
            since: rows.parse(1, "a date, such as 2024-06-18", Date::parse)?,
            days: rows.parse(2, "a number of days", |text| text.parse().ok())?,
            transaction: rows.transaction(TRANSACTION)?,
        });
    }
    Ok(hung)
}

/// Writes what waits, whole or not at all.
pub(crate) fn write_hung(path: &Path, hung: &[Hung]) -> Result<(), Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("cannot write {}: {error}", path.display()));
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(directory).map_err(|error| failed(&error))?;
    let mut writer = csv::Writer::from_writer(&mut file);
    writer.write_record(COLUMNS).map_err(|error| failed(&error))?;
    for Hung { side, since, days, transaction } in hung {
        let print = |minor: i64| transaction.currency.print(minor.into());
        let cells = [
            side.name(),
            &since.to_string(),
            &days.to_string(),
            &transaction.reference,
            transaction.kind.name(),
            &transaction.merchant_number,
            &print(transaction.gross.0),
            &print(transaction.fee.0),
            transaction.currency.code(),
            transaction.state.name(),
        ];
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    writer.flush().map_err(|error| failed(&error))?;
    drop(writer);
    file.flush().and_then(|()| file.as_file().sync_all()).map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}
