//! What the accounting system says about vouchers that were sent.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

/// What became of a voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted { number: Box<str> },
    Rejected { reason: Box<str> },
}

/// An answer about one voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    pub source_key: Box<str>,
    pub outcome: Outcome,
}

/// Why answers are refused, as a whole.
#[derive(Debug, thiserror::Error)]
pub enum AcknowledgementError {
    #[error("no CSV of answers")]
    Csv(#[from] csv::Error),
    #[error("no answer of Kingdee")]
    Json(#[from] serde_json::Error),
    #[error("the header is {0:?}, and has to be source_key,number,reason")]
    Header(Box<str>),
    #[error("line {line}: {reason}")]
    Line { line: u64, reason: Box<str> },
    #[error("the answer is about voucher {index} of {sent} that were sent")]
    Index { index: usize, sent: usize },
    #[error("the answer says success, and has no number for {0}")]
    NoNumber(Box<str>),
    #[error("there are two answers about {0}")]
    Twice(Box<str>),
}

/// Reads a CSV file with the columns `source_key`, `number`, `reason`: a number where the voucher was accepted, a reason where it was not.
///
/// # Errors
/// [`AcknowledgementError`]; then nothing of it counts.
pub fn read_acknowledgements(file: impl Read) -> Result<Vec<Acknowledged>, AcknowledgementError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file);
    let header = reader.headers()?.iter().collect::<Vec<_>>().join(",");
    if header.trim_start_matches('\u{feff}') != "source_key,number,reason" {
        return Err(AcknowledgementError::Header(header.into()));
    }
    let mut found: BTreeMap<Box<str>, Outcome> = BTreeMap::new();
    let mut order = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |at: usize| record.get(at).unwrap_or_default();
        let fault = |reason: &str| AcknowledgementError::Line { line, reason: reason.into() };
        let outcome = match (field(0), field(1), field(2), record.len()) {
            ("", ..) => return Err(fault("no source key")),
            (.., 4..) => return Err(fault("more than three columns")),
            (_, "", "", _) => return Err(fault("neither a number nor a reason")),
            (_, number, "", _) => Outcome::Accepted { number: number.into() },
            (_, "", reason, _) => Outcome::Rejected { reason: reason.into() },
            _ => return Err(fault("a number and a reason")),
        };
        if found.insert(field(0).into(), outcome).is_some() {
            return Err(AcknowledgementError::Twice(field(0).into()));
        }
        order.push(Box::from(field(0)));
    }
    let answer = |source_key: Box<str>| Acknowledged { outcome: found[&source_key].clone(), source_key };
    Ok(order.into_iter().map(answer).collect())
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Result")]
    result: AnswerResult,
}

#[derive(Deserialize)]
struct AnswerResult {
    #[serde(rename = "ResponseStatus")]
    status: ResponseStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResponseStatus {
    is_success: bool,
    #[serde(default)]
    errors: Vec<AnswerError>,
    #[serde(default)]
    success_entitys: Vec<Success>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AnswerError {
    field_name: Option<Box<str>>,
    #[serde(default)]
    message: Box<str>,
    #[serde(default, rename = "DIndex")]
    index: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Success {
    #[serde(default)]
    number: Box<str>,
    #[serde(default, rename = "DIndex")]
    index: usize,
}

/// Reads what Kingdee Galaxy answers to a Save (`Result.ResponseStatus`), about the vouchers that were sent, by their source keys in their order.
/// What the answer does not speak of has no outcome.
///
/// # Errors
/// [`AcknowledgementError`]; then nothing of it counts.
pub fn read_kingdee_answer(sent: &[Box<str>], text: &str) -> Result<Vec<Acknowledged>, AcknowledgementError> {
    let Answer { result: AnswerResult { status } } = serde_json::from_str(text)?;
    let mut found: BTreeMap<usize, Outcome> = BTreeMap::new();
    for Success { number, index } in &status.success_entitys {
        let key = sent.get(*index).ok_or(AcknowledgementError::Index { index: *index, sent: sent.len() })?;
        if number.is_empty() {
            return Err(AcknowledgementError::NoNumber(key.clone()));
        }
        if found.insert(*index, Outcome::Accepted { number: number.clone() }).is_some() {
            return Err(AcknowledgementError::Twice(key.clone()));
        }
    }
    if status.is_success && found.is_empty() {
        return Err(AcknowledgementError::NoNumber(sent.join(", ").into()));
    }
    for error in &status.errors {
        let index = error.index;
        let key = sent.get(index).ok_or(AcknowledgementError::Index { index, sent: sent.len() })?;
        let field = error.field_name.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        let said = format!("{field}{}", error.message);
        match found.entry(index).or_insert_with(|| Outcome::Rejected { reason: "".into() }) {
            Outcome::Accepted { .. } => return Err(AcknowledgementError::Twice(key.clone())),
            Outcome::Rejected { reason } if reason.is_empty() => *reason = said.into(),
            Outcome::Rejected { reason } => *reason = format!("{reason}; {said}").into(),
        }
    }
    let answer =
        |(index, outcome): (usize, Outcome)| Acknowledged { source_key: sent[index].clone(), outcome };
    Ok(found.into_iter().map(answer).collect())
}
