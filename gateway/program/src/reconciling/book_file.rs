//! The books' side of a comparison, as a CSV file.

use std::ops::ControlFlow;
use std::path::Path;

use longmen_reconciliation::Transaction;

use super::transaction_row::{read_file, read_transaction};
use crate::failure::Failure;
use crate::import::Column;

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
