//! Tables as comma-separated values (RFC 4180), with a line of names first. Amounts are decimal, without thousands.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;

use ::csv::Writer;
use jiff::Timestamp;

use super::tables::{Cell, Rows, TABLES, Table};

pub(super) struct CsvFiles {
    writers: Vec<CsvFile>,
}

/// A table in a file.
pub(crate) struct CsvFile {
    writer: Writer<File>,
}

impl CsvFile {
    /// Begins the table in an empty file.
    pub(crate) fn create(file: File, table: &Table) -> io::Result<CsvFile> {
        let mut writer = Writer::from_writer(file);
        writer.write_record(table.columns.iter().map(|(name, _)| name))?;
        Ok(CsvFile { writer })
    }

    /// Adds a row, which has a cell for each column.
    pub(crate) fn write(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            self.writer.write_field(&*print(cell))?;
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    /// The table is whole.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl CsvFiles {
    /// Makes a file for each table.
    pub(super) fn create(directory: &Path) -> io::Result<CsvFiles> {
        let mut writers = Vec::new();
        for table in &TABLES {
            writers.push(CsvFile::create(
                File::create_new(directory.join(format!("{}.csv", table.name)))?,
                table,
            )?);
        }
        Ok(CsvFiles { writers })
    }
}

impl Rows for CsvFiles {
    fn write(&mut self, table: usize, cells: &[Cell<'_>]) -> io::Result<()> {
        self.writers[table].write(cells)
    }

    fn finish(self) -> io::Result<()> {
        self.writers.into_iter().try_for_each(CsvFile::finish)
    }
}

fn print<'c>(cell: &'c Cell<'_>) -> Cow<'c, str> {
    match cell {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Whole(number) => number.to_string().into(),
        Cell::Date(date) => date.to_string().into(),
        Cell::Time(time_us) => print_time(*time_us).into(),
        Cell::Money(minor, currency) => currency.print(*minor).into(),
        Cell::Nothing => Cow::Borrowed(""),
    }
}

/// A moment as RFC 3339 has it, to the microsecond.
fn print_time(time_us: i64) -> String {
    match Timestamp::from_microsecond(time_us) {
        Ok(time) => format!("{time:.6}"),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_keep_their_microseconds() {
        for (time_us, expect) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_709_164_800_000_001, "2024-02-29T00:00:00.000001Z"),
            (i64::MAX, ""),
        ] {
            assert_eq!(print_time(time_us), expect);
        }
    }
}
