//! Scenario files, read into what can be played.

mod chart;
mod fields;
mod steps;
mod values;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{Account, Scenario};
use steps::StepReader;
use values::{Wrong, date, year_starts};

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{path}: {error}")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{path}: {error}")]
    NotJson { path: PathBuf, error: serde_json::Error },
    #[error("{path}: {error}")]
    Wrong { path: PathBuf, error: Wrong },
}

impl Scenario {
    /// Reads a scenario file.
    pub(crate) fn read(path: &Path) -> Result<Scenario, FileError> {
        let unreadable = |error| FileError::Unreadable { path: path.to_owned(), error };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let raw: RawScenario = serde_json::from_str(&text)
            .map_err(|error| FileError::NotJson { path: path.to_owned(), error })?;
        raw.parse().map_err(|error| FileError::Wrong { path: path.to_owned(), error })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    scenario: String,
    title: String,
    entity: String,
    start: String,
    /// The month in which the entity's year begins; absent: January.
    year_starts: Option<u8>,
    subjects: Vec<Value>,
    accounts: Vec<Value>,
    #[serde(default)]
    steps: Vec<Value>,
}

impl RawScenario {
    fn parse(self) -> Result<Scenario, Wrong> {
        let subjects = self.subjects.into_iter().zip(1..).map(|(row, number)| chart::subject(number, row));
        let subjects = subjects.collect::<Result<_, _>>()?;
        let accounts = self.accounts.into_iter().zip(1..).map(|(row, number)| chart::account(number, row));
        let accounts: Vec<Account> = accounts.collect::<Result<_, _>>()?;
        let mut reader = StepReader::new(&accounts);
        let steps = self.steps.into_iter().enumerate();
        let steps = steps.map(|(index, step)| reader.step(index + 1, step));
        let steps = steps.collect::<Result<_, _>>()?;
        Ok(Scenario {
            start: date("start", &self.start)?,
            year_starts: year_starts(self.year_starts)?,
            name: self.scenario,
            title: self.title,
            entity: self.entity,
            subjects,
            accounts,
            steps,
        })
    }
}

#[cfg(test)]
mod tests;
