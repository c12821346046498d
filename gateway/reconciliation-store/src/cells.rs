//! Cells of the database, read into what they stand for. A cell that stands for nothing is damage.

use rusqlite::Row;
use rusqlite::types::FromSql;

use crate::error::StoreError;

/// A cell, as it is.
pub(crate) fn cell<T: FromSql>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    row.get(column).map_err(|error| match error {
        rusqlite::Error::SqliteFailure(..) => error.into(),
        _ => StoreError::Damaged { what: format!("{column} holds what it cannot"), source: Some(error) },
    })
}

/// A cell, as `parse` reads it.
pub(crate) fn parsed<T>(
    row: &Row<'_>,
    column: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StoreError> {
    let text: String = cell(row, column)?;
    parse(&text).ok_or_else(|| StoreError::damaged(format!("{column} is `{text}`")))
}

/// A cell that may be empty, as `parse` reads it.
pub(crate) fn parsed_if_any<T>(
    row: &Row<'_>,
    column: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = cell(row, column)?;
    match text {
        None => Ok(None),
        Some(text) => {
            parse(&text).map(Some).ok_or_else(|| StoreError::damaged(format!("{column} is `{text}`")))
        }
    }
}

/// A cell that has a name of an enum.
pub(crate) fn named<T: std::str::FromStr>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    parsed(row, column, |text| text.parse().ok())
}
