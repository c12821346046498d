//! The journal in other programs' formats.

mod beancount;
mod csv;
mod hledger;
mod names;
mod parquet;
mod sink;
mod tables;

use std::fs;
use std::io;
use std::path::Path;

use self::beancount::Beancount;
pub(crate) use self::csv::CsvFile;
use self::csv::CsvFiles;
use self::hledger::Hledger;
pub(crate) use self::parquet::ParquetFile;
use self::parquet::ParquetFiles;
pub(crate) use sink::Sink;
use tables::Tables;
pub(crate) use tables::{Cell, Kind, Table};

/// A format that other programs read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A directory of tables as comma-separated values
    Csv,
    /// A journal for hledger
    Hledger,
    /// A ledger for beancount
    Beancount,
    /// A directory of tables in Parquet
    Parquet,
}

impl Format {
    /// Begins an export in this format: a directory at `path` for tables, else a file.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(crate) fn create(self, path: &Path) -> io::Result<Box<dyn Sink>> {
        Ok(match self {
            Format::Csv => Box::new(Tables::new(CsvFiles::create(made(path)?)?)),
            Format::Parquet => Box::new(Tables::new(ParquetFiles::create(made(path)?)?)),
            Format::Hledger => Box::new(Hledger::create(path)?),
            Format::Beancount => Box::new(Beancount::create(path)?),
        })
    }
}

/// The directory at `path`, which is made.
fn made(path: &Path) -> io::Result<&Path> {
    fs::create_dir(path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn the_page_has_a_row_for_each_format() {
        let page = include_str!("../../../../docs/OPERATIONS.md");
        let (_, table) = page.split_once("| format | what it makes |\n").unwrap();
        let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
        let mut named: Vec<_> = rows.map(|row| row.split('`').nth(1).unwrap().to_owned()).collect();
        let formats = Format::value_variants().iter().filter_map(Format::to_possible_value);
        let mut known: Vec<_> = formats.map(|format| format.get_name().to_owned()).collect();
        named.sort_unstable();
        known.sort_unstable();
        assert_eq!(named, known);
    }
}
