//! Scenario files, read into what can be played.

mod fields;
mod steps;
mod values;

use std::path::{Path, PathBuf};

use longmen_client::Owner;
use serde::Deserialize;
use serde_json::Value;

use super::{Account, Scenario, Subject};
use steps::StepReader;
use values::{Wrong, amount, currency, date, year_starts};

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
    subjects: Vec<Subject>,
    accounts: Vec<RawAccount>,
    #[serde(default)]
    steps: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    account: String,
    #[serde(default, rename = "type")]
    kind: String,
    subject: String,
    currency: String,
    owner: Owner,
    customer: Option<String>,
    may_go_negative: bool,
    #[serde(default)]
    hot: bool,
    overdraft_limit: Option<String>,
    credit_limit: Option<String>,
    transaction_limit: Option<String>,
    day_limit: Option<String>,
}

impl RawScenario {
    fn parse(self) -> Result<Scenario, Wrong> {
        let accounts: Vec<Account> =
            self.accounts.into_iter().map(RawAccount::parse).collect::<Result<_, _>>()?;
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
            subjects: self.subjects,
            accounts,
            steps,
        })
    }
}

impl RawAccount {
    fn parse(self) -> Result<Account, Wrong> {
        let place = format!("account {}", self.account);
        let currency = currency(&place, &self.currency)?;
        let limit = |text: &Option<String>| text.as_ref().map(|t| amount(&place, currency, t)).transpose();
        Ok(Account {
            overdraft_limit: limit(&self.overdraft_limit)?.unwrap_or(0),
            credit_limit: limit(&self.credit_limit)?,
            transaction_limit: limit(&self.transaction_limit)?,
            day_limit: limit(&self.day_limit)?,
            label: self.account,
            kind: self.kind,
            subject: self.subject,
            currency,
            owner: self.owner,
            customer: self.customer,
            may_go_negative: self.may_go_negative,
            hot: self.hot,
        })
    }
}

#[cfg(test)]
mod tests;
