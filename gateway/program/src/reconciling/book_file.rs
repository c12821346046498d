//! The books' side of a comparison, as a CSV file.

use std::path::Path;

use longmen_reconciliation::Transaction;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::reconciling::rows::Rows;

/// The columns; the last two need not be there.
const COLUMNS: &[&str] = &["transaction", "kind", "merchant_number", "amount", "fee", "currency", "state"];

/// Reads the books of a date.
pub(crate) fn read_book(path: &Path) -> Result<Vec<Transaction>, Failure> {
    let mut rows = Rows::open(path, COLUMNS, 5)?;
    let mut book = Vec::new();
    while rows.next()? {
        book.push(rows.transaction(0)?);
    }
    Ok(book)
}

/// Writes the books of a date, whole or not at all.
pub(crate) fn write_book(path: &Path, rows: &[Transaction]) -> Result<(), Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("cannot write {}: {error}", path.display()));
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(directory).map_err(|error| failed(&error))?;
    let mut writer = csv::Writer::from_writer(&mut file);
    writer.write_record(COLUMNS).map_err(|error| failed(&error))?;
    for row in rows {
        let print = |minor: i64| row.currency.print(minor.into());
        let cells = [
            &*row.reference,
            row.kind.name(),
            &row.merchant_number,
            &print(row.gross.0),
            &print(row.fee.0),
            row.currency.code(),
            row.state.name(),
        ];
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    writer.flush().map_err(|error| failed(&error))?;
    drop(writer);
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}
