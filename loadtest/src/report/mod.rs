//! What runs leave behind. Each writes one JSON file: where and by which command it came about, the run's own figures, and
//! what its page says. The page is drawn of the file alone, now or later (`longmen-loadtest report`), by one template.

pub mod chart;
pub mod command;
mod draw;
mod html;
mod output;
mod page;

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::machine::Machine;

pub(crate) use draw::latency;
pub use output::{FileArgs, PrintArgs};
pub use page::{Grid, Head, Page, Remark, Section, Sense};

/// Where figures come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The command line that made them.
    pub command: String,
    /// When it was started.
    pub at: String,
    /// The machine, and the build of this program.
    pub machine: Machine,
}

/// What a run leaves beside its figures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// What its page says.
    pub page: Page,
}

/// The whole file, for programs.
#[derive(Serialize)]
struct Whole<'a, F> {
    #[serde(flatten)]
    origin: &'a Origin,
    #[serde(flatten)]
    figures: &'a F,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a Page>,
}

impl Origin {
    /// This command on this machine, with nodes that have their data below `data`, or else where temporary files go.
    ///
    /// # Errors
    /// If the path of `data` cannot be resolved.
    pub fn here(data: Option<&Path>) -> io::Result<Origin> {
        let machine = Machine::here(data.unwrap_or(&std::env::temp_dir()))?;
        let arguments = std::env::args_os().skip(1).map(|one| one.to_string_lossy().into_owned());
        let words: Vec<String> = ["longmen-loadtest".to_owned()].into_iter().chain(arguments).collect();
        let at = format!("{:.0}", jiff::Timestamp::now());
        Ok(Origin { command: words.join(" "), at, machine })
    }

    /// Figures with where they come from, as JSON.
    ///
    /// # Errors
    /// When the figures cannot be written as JSON.
    pub fn json(&self, figures: &impl Serialize) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Whole { origin: self, figures, page: None })
    }
}

impl Report {
    /// Everything as JSON.
    ///
    /// # Errors
    /// When the figures cannot be written as JSON.
    pub fn json(&self, figures: &impl Serialize) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Whole { origin: &self.origin, figures, page: Some(&self.page) })
    }

    /// What a run has written; its figures stay in the file.
    ///
    /// # Errors
    /// When the file cannot be read, or is none of a run.
    pub fn read(path: &Path) -> Result<Report, Box<dyn Error>> {
        let text = fs::read_to_string(path).map_err(|error| output::of_file(path, &error))?;
        let report = serde_json::from_str(&text);
        report.map_err(|error| format!("{}: not what a run writes: {error}", path.display()).into())
    }
}

#[cfg(test)]
mod tests;
