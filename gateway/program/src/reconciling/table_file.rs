//! CSV files that are taken whole or refused whole.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use longmen_engine::ledger::Currency;
use longmen_terminal::grouped;

use crate::failure::Failure;
use crate::import::{Cells, Column, Faults, read_rows};

/// Faults that are told; the rest is counted.
const TOLD: usize = 5;

/// Reads a file, `-` from standard input. Whatever is wrong with a cell, nothing of it is used.
pub(super) fn read_table<T>(
    path: &Path,
    columns: &'static [Column],
    read: impl FnMut(&mut Cells<'_>) -> Option<T>,
) -> Result<Vec<T>, Failure> {
    let bytes = read_bytes(path)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
    let mut faults = Faults::default();
    let rows = read_rows(&bytes, columns, &mut faults, read);
    if faults.is_empty() {
        return Ok(rows);
    }
    let faults = faults.by_line();
    let told: Vec<String> = faults.iter().take(TOLD).map(ToString::to_string).collect();
    let rest = match faults.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; {} more", grouped(more as u64)),
    };
    Err(refused(path, format_args!("bad_table, {}{rest}", told.join("; "))))
}

/// That nothing of a file is used, and why: a code, a line, a column, a reason.
pub(crate) fn refused(path: &Path, why: impl Display) -> Failure {
    Failure::Usage(format!("{} is refused: {why}; nothing was compared", path.display()))
}

/// An amount of a currency in minor units. It may be negative.
pub(super) fn amount(currency: Currency) -> impl Fn(&str) -> Result<i128, String> {
    move |cell| match currency.parse_amount(cell) {
        Ok(amount) => Ok(amount.0.into()),
        Err(error) => Err(format!("`{cell}`: {error}")),
    }
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
