//! The books' side of a comparison, as a CSV file.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use longmen_reconciliation::Transaction;

use super::transaction_row::{read_file, read_transaction};
use crate::failure::Failure;
use crate::import::Column;
use longmen_day_end::AtomicFile;

const COLUMNS: &[Column] = &[
    Column::required("transaction"),
    Column::required("kind"),
    Column::required("merchant_number"),
    Column::required("amount"),
    Column::required("fee"),
    Column::optional("currency"),
    Column::optional("state"),
];

/// Reads the books of a date, for as long as `take` goes on.
pub(super) fn read_book(
    path: &Path,
    mut take: impl FnMut(Transaction) -> ControlFlow<()>,
) -> Result<(), Failure> {
    read_file(path, COLUMNS, |cells| {
        read_transaction(cells, "transaction").map_or(ControlFlow::Continue(()), &mut take)
    })
}

/// Writes the books of a date, whole or not at all.
pub(crate) fn write_book(path: &Path, rows: &[Transaction]) -> Result<(), Failure> {
    write_rows(path, rows)
        .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", path.display())))
}

fn write_rows(path: &Path, rows: &[Transaction]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(AtomicFile::create(path)?);
    writer.write_record(COLUMNS.iter().map(|column| column.name()))?;
    for row in rows {
        let print = |minor: i64| row.currency.print(minor.into());
        writer.write_record([
            &*row.reference,
            row.kind.name(),
            &row.merchant_number,
            &print(row.gross.0),
            &print(row.fee.0),
            row.currency.code(),
            row.state.name(),
        ])?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)?.put()
}
