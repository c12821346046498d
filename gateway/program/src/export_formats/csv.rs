//! Tables as comma-separated values (RFC 4180), with a line of names first. Amounts are decimal, without thousands.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;

use ::csv::Writer;
use jiff::Timestamp;

use super::tables::{Cell, Rows, TABLES};

pub(super) struct CsvFiles {
    writers: Vec<Writer<File>>,
}

impl CsvFiles {
    /// Makes a file for each table.
    pub(super) fn create(directory: &Path) -> io::Result<CsvFiles> {
        let mut writers = Vec::new();
        for table in &TABLES {
            let mut writer =
                Writer::from_writer(File::create_new(directory.join(format!("{}.csv", table.name)))?);
            writer.write_record(table.columns.iter().map(|(name, _)| name))?;
            writers.push(writer);
        }
        Ok(CsvFiles { writers })
    }
}

impl Rows for CsvFiles {
    fn write(&mut self, table: usize, cells: &[Cell<'_>]) -> io::Result<()> {
        let writer = &mut self.writers[table];
        for cell in cells {
            writer.write_field(&*print(cell))?;
        }
        Ok(writer.write_record(None::<&[u8]>)?)
    }

    fn finish(mut self) -> io::Result<()> {
        self.writers.iter_mut().try_for_each(Writer::flush)
    }
}

fn print<'c>(cell: &'c Cell<'_>) -> Cow<'c, str> {
    match cell {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Whole(number) => number.to_string().into(),
        Cell::Date(date) => date.to_string().into(),
        Cell::Time(time_us) => print_time(*time_us).into(),
        Cell::Money(minor, currency) => currency.print(*minor).into(),
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
