//! The books' side of a comparison, as a CSV file.

use std::path::Path;

use longmen_reconciliation::Transaction;

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
