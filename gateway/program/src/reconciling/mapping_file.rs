//! Which of their subjects ours count in, as a CSV file.

use std::path::Path;

use longmen_reconciliation::accounting::Mapping;

use super::table_file::{read_table, refused};
use crate::failure::Failure;
use crate::import::Column;

const COLUMNS: &[Column] =
    &[Column::required("ours"), Column::optional("theirs"), Column::passed_over("name")];

/// Reads a mapping; a row without a subject of theirs leaves ours out.
pub(crate) fn read_mapping(path: &Path) -> Result<Mapping, Failure> {
    let rows = read_table(path, COLUMNS, |cells| {
        let ours: String = cells.required("ours", |text| Ok(text.to_owned()))?;
        Some((cells.line, ours, cells.get("theirs").map(str::to_owned)))
    })?;
    let mut mapping = Mapping::default();
    for (line, ours, theirs) in &rows {
        mapping
            .add(ours, theirs.as_deref())
            .map_err(|error| refused(path, format_args!("{}, line {line}, ours: {error}", error.code())))?;
    }
    Ok(mapping)
}
