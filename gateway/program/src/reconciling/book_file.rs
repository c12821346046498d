//! The books' side of a comparison, as a CSV file.

use std::path::Path;

use longmen_channel_files::RowKind;
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

/// The kind of a row by its name.
pub(super) fn kind_of(name: &str) -> Option<RowKind> {
    let all = [
        RowKind::Pay,
        RowKind::Refund,
        RowKind::Revoke,
        RowKind::Recharge,
        RowKind::Payout,
        RowKind::Settle,
        RowKind::Fee,
        RowKind::Other,
    ];
    all.into_iter().find(|kind| kind.name() == name)
}
