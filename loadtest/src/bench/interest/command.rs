//! `longmen-loadtest interest`

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::super::BenchSettings;
use super::super::command::{begin, seconds};
use super::super::page::sheets_page;
use super::super::sheet::Sheet;
use super::super::tables::tell;
use super::{InterestSettings, interest};
use crate::NODE;
use crate::report::{FileArgs, Report};

/// Measure a day's interest (计提) of many accounts, and what payments feel of it meanwhile
///
/// A node has so many accounts that earn interest, all of them paid in and accrued once, and a day of transfers between them. Then payments
/// come at a steady rate, in an open loop, latency counted from the moment at which each was due; and while they go on, the day is accrued by a
/// process of its own: it reads the journal, folds the day of every account, and posts. A third run takes in what was paid beside the second.
/// At the end all accounts of the node, those of interest among them, are held against the answers and against interest as it is told in a
/// textbook, account by account: wrong books end with 1.
#[derive(clap::Args)]
pub struct InterestArgs {
    /// Accounts that earn interest
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(2..=20_000_000))]
    accounts: u32,
    /// Movements of them on the day before anything is measured; a transfer is two
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    movements: u64,
    /// Payments a second beside it
    #[arg(long, value_name = "COUNT", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: u32,
    /// How long payments are measured alone, in seconds
    #[arg(long, default_value_t = 20.0, value_parser = seconds)]
    seconds: f64,
    /// Where the node's data directory and the desk are made, and removed again; without it, where temporary files go
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    files: FileArgs,
}

impl InterestArgs {
    /// Makes the table; whether the books held.
    ///
    /// # Errors
    /// When a process cannot be started, reached or stopped, or a file not be written.
    pub async fn run(self) -> Result<bool, Box<dyn Error>> {
        let origin = begin(self.data.as_deref())?;
        let sheet = interest(&self.settings()).await?;
        tell(&sheet)?;
        let held = sheet.books_held();
        let sheets: &[Sheet] = &[sheet];
        let tables: Vec<_> = sheets.iter().map(Sheet::json).collect();
        let report = Report { origin, page: sheets_page(sheets) };
        self.files.write(&report, &json!({ "books_held": held, "tables": tables }))?;
        Ok(held)
    }

    fn settings(&self) -> InterestSettings {
        InterestSettings {
            bench: BenchSettings {
                executable: None,
                subcommand: NODE,
                data: self.data.clone(),
                longest: None,
                size: 1.0,
                full: true,
                tls: false,
                roles: false,
            },
            accounts: self.accounts,
            movements: self.movements,
            rate: self.rate,
            alone: Duration::from_secs_f64(self.seconds),
        }
    }
}
