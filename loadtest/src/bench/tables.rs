//! What tables of figures without bars have in common on the command line: `scale` and `phases`.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::BenchSettings;
use super::command::{begin, part, seconds};
use super::page::sheets_page;
use super::sheet::Sheet;
use crate::NODE;
use crate::report::{FileArgs, Origin, Report};

/// How such tables are made.
#[derive(clap::Args)]
pub(super) struct TablesArgs {
    /// Measure no load for longer than this, in seconds
    #[arg(long, value_parser = seconds)]
    seconds: Option<f64>,
    /// Accounts, ids and transfers, as a part of full size from above 0 to 1
    #[arg(long, default_value_t = 1.0, value_parser = part)]
    size: f64,
    /// Where the nodes' data directories are made, and removed again; without it, where temporary files go
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    files: FileArgs,
}

/// Prints a table as soon as it is there.
pub(super) fn tell(sheet: &Sheet) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}: {}\n\n{}", sheet.name, sheet.title, sheet.table())?;
    sheet.remarks().try_for_each(|remark| writeln!(out, "{remark}"))
}

impl TablesArgs {
    pub(super) fn settings(&self) -> BenchSettings {
        BenchSettings {
            executable: None,
            subcommand: NODE,
            data: self.data.clone(),
            longest: self.seconds.map(Duration::from_secs_f64),
            size: self.size,
            full: true,
            tls: false,
            roles: false,
        }
    }

    pub(super) fn begin(&self) -> io::Result<Origin> {
        begin(self.data.as_deref())
    }

    /// Writes what is to be written; whether the books held.
    pub(super) fn end(&self, origin: Origin, sheets: &[Sheet]) -> Result<bool, Box<dyn Error>> {
        let held = sheets.iter().all(Sheet::books_held);
        let tables: Vec<_> = sheets.iter().map(Sheet::json).collect();
        let report = Report { origin, page: sheets_page(sheets) };
        self.files.write(&report, &json!({ "books_held": held, "tables": tables }))?;
        let words = if held { "held" } else { "WRONG, see above" };
        writeln!(io::stdout(), "\nBooks: {words}.")?;
        Ok(held)
    }
}
