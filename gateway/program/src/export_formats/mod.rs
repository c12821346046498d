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
use self::csv::CsvFiles;
use self::hledger::Hledger;
use self::parquet::ParquetFiles;
pub(crate) use sink::Sink;
use tables::Tables;

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
        if matches!(self, Format::Csv | Format::Parquet) {
            fs::create_dir(path)?;
        }
        Ok(match self {
            Format::Csv => Box::new(Tables::new(CsvFiles::create(path)?)),
            Format::Parquet => Box::new(Tables::new(ParquetFiles::create(path)?)),
            Format::Hledger => Box::new(Hledger::create(path)?),
            Format::Beancount => Box::new(Beancount::create(path)?),
        })
    }
}
