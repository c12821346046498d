//! `longmen-loadtest reconcile`

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;

use super::super::command::begin;
use super::super::page::sheets_page;
use super::super::sheet::Sheet;
use super::super::tables::tell;
use super::{ReconcileSettings, reconcile};
use crate::report::{FileArgs, Report};

/// Measure `longmen reconcile` by size: books and a channel's file as large as asked for, with every class of difference planted
///
/// Both files are made from a seed. Time and memory are those of the process `longmen reconcile`, from its start to its end: reading both
/// files and what was hung over, comparing, writing the differences (CSV) and what waits. Reading is over when it has closed both files.
/// What it finds is held to what was planted, by class, on its page and in the file of differences: anything else ends with 1.
#[derive(clap::Args)]
pub struct ReconcileArgs {
    /// Rows of a side, a run for each
    #[arg(
        long,
        value_name = "ROWS,ROWS",
        value_delimiter = ',',
        default_value = "10000,100000,1000000,10000000",
        value_parser = clap::value_parser!(u64).range(1..=100_000_000)
    )]
    rows: Vec<u64>,
    /// The part of the rows that differ, from 0 to 1
    #[arg(long, value_name = "PART", default_value_t = 0.01, value_parser = share)]
    differing: f64,
    /// What the files are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program `longmen`; without it, the one beside this program
    #[arg(long, value_name = "FILE")]
    longmen: Option<PathBuf>,
    /// Where the files are made, some 500 bytes a row, and removed again; without it, where temporary files go
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    files: FileArgs,
}

impl ReconcileArgs {
    /// Makes the table; whether what was found was what was planted.
    ///
    /// # Errors
    /// When the program cannot be run, or a file not be written.
    pub fn run(&self) -> Result<bool, Box<dyn Error>> {
        let origin = begin(self.data.as_deref())?;
        let sheet = reconcile(&ReconcileSettings {
            rows: self.rows.clone(),
            differing: self.differing,
            seed: self.seed,
            longmen: self.longmen.clone(),
            data: self.data.clone().unwrap_or_else(std::env::temp_dir),
        })?;
        tell(&sheet)?;
        let held = sheet.books_held();
        let sheets: &[Sheet] = &[sheet];
        let tables: Vec<_> = sheets.iter().map(Sheet::json).collect();
        let report = Report { origin, page: sheets_page(sheets) };
        self.files.write(&report, &json!({ "found_what_was_planted": held, "tables": tables }))?;
        let words = if held { "what was planted" } else { "WRONG, see above" };
        writeln!(io::stdout(), "\nFound: {words}.")?;
        Ok(held)
    }
}

fn share(text: &str) -> Result<f64, String> {
    let part: Option<f64> = text.parse().ok().filter(|part| (0.0..=1.0).contains(part));
    part.ok_or_else(|| "expected a part of all, from 0 to 1".to_owned())
}
