//! The calendar of working days, as a CSV file.

use std::path::Path;

use longmen_engine::ledger::Date;
use longmen_reconciliation::{Calendar, DayKind};

use super::table_file::{read_table, refused};
use crate::failure::Failure;
use crate::import::{Cells, Column, value};

const COLUMNS: &[Column] = &[Column::required("date"), Column::required("kind"), Column::passed_over("name")];

/// What a row says.
enum Said {
    /// All holidays of the year, and all worked weekends, are in the file.
    Year(i16),
    Day(Date, DayKind),
}

/// Reads a calendar. A year counts only where a row says that it is there as a whole.
pub(crate) fn read_calendar(path: &Path) -> Result<Calendar, Failure> {
    let rows = read_table(path, COLUMNS, |cells| Some((cells.line, read_row(cells)?)))?;
    let years = rows.iter().filter_map(|(_, said)| match said {
        Said::Year(year) => Some(*year),
        Said::Day(..) => None,
    });
    let mut calendar = Calendar::of(years);
    for (line, said) in &rows {
        let Said::Day(date, kind) = said else { continue };
        calendar
            .set(*date, *kind)
            .map_err(|error| refused(path, format_args!("{}, line {line}, date: {error}", error.code())))?;
    }
    Ok(calendar)
}

fn read_row(cells: &mut Cells<'_>) -> Option<Said> {
    if cells.get("kind") == Some("year") {
        return cells.required("date", year).map(Said::Year);
    }
    let date = cells.required("date", value::date);
    let kind = cells.required("kind", |kind| {
        kind.parse().map_err(|_| format!("`{kind}` is not working, holiday or year"))
    });
    Some(Said::Day(date?, kind?))
}

fn year(cell: &str) -> Result<i16, String> {
    let year = cell.parse().ok().filter(|year| (1970..=9999).contains(year) && cell.len() == 4);
    year.ok_or_else(|| format!("`{cell}` is no year such as 2024"))
}
