//! `longmen-loadtest report`

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use super::{Report, output};

/// Draw the page of a run from the JSON file that it has written
#[derive(clap::Args)]
pub struct ReportArgs {
    /// What a run has written with --json
    #[arg(value_name = "FILE.json")]
    file: PathBuf,
    /// Write the page here; without it, it is printed
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl ReportArgs {
    /// Draws it.
    ///
    /// # Errors
    /// When the file is none of a run, or the page cannot be written.
    pub fn run(&self) -> Result<bool, Box<dyn Error>> {
        let page = Report::read(&self.file)?.html()?;
        match &self.html {
            Some(path) => output::write(path, &page)?,
            None => io::stdout().lock().write_all(page.as_bytes())?,
        }
        Ok(true)
    }
}
