//! Where reports go: the options that runs have for it.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Report;

/// Files that a report is written to.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct FileArgs {
    /// Write everything as JSON here; `longmen-loadtest report` draws the page of it again
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a report with plots here
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// The same for runs that can print their figures as JSON.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PrintArgs {
    /// Print the figures as JSON, or write everything as JSON to this file
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "an option with or without a value")]
    json: Option<Option<PathBuf>>,
    /// Write a report here
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl FileArgs {
    /// Writes a run's report and figures where they are wanted.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, report: &Report, figures: &impl Serialize) -> Result<(), Box<dyn Error>> {
        if let Some(path) = &self.json {
            write(path, &(report.json(figures)? + "\n"))?;
        }
        if let Some(path) = &self.html {
            write(path, &report.html()?)?;
        }
        Ok(())
    }
}

impl PrintArgs {
    /// Whether the figures are printed as JSON instead of for people.
    #[must_use]
    pub fn prints_json(&self) -> bool {
        matches!(self.json, Some(None))
    }

    /// As [`FileArgs::write`].
    ///
    /// # Errors
    /// As there.
    pub fn write(&self, report: &Report, figures: &impl Serialize) -> Result<(), Box<dyn Error>> {
        FileArgs { json: self.json.clone().flatten(), html: self.html.clone() }.write(report, figures)
    }
}

pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text).map_err(|error| of_file(path, &error))
}

pub(super) fn of_file(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
