//! Scenario files, read into what can be played.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use longmen_client::Owner;
use longmen_engine::ledger::{AmountError, Currency, Date};
use serde::Deserialize;
use serde_json::Value;

use super::{Account, Figure, Leg, Moment, Op, Outcome, Scenario, Shown, Step, Subject};

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

/// What is wrong with a scenario, and where.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}")]
pub(crate) struct Wrong {
    place: String,
    what: String,
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
    subjects: Vec<Subject>,
    accounts: Vec<RawAccount>,
    #[serde(default)]
    steps: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    account: String,
    subject: String,
    currency: String,
    owner: Owner,
    may_go_negative: bool,
    #[serde(default)]
    hot: bool,
    overdraft_limit: Option<String>,
    credit_limit: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTurnover {
    debit: String,
    credit: String,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum RawOp {
    Post {
        txn: String,
        #[serde(default, rename = "type")]
        kind: String,
        value_date: Option<String>,
        legs: Vec<Leg>,
        outcome: Option<String>,
    },
    Cancel {
        txn: String,
        outcome: Option<String>,
    },
    SetState {
        account: String,
        account_state: Option<u8>,
        payment_state: Option<u8>,
        outcome: Option<String>,
    },
    CloseDay {
        next: String,
    },
    Check {
        #[serde(default)]
        balances: BTreeMap<String, String>,
        #[serde(default)]
        frozen: BTreeMap<String, String>,
        #[serde(default)]
        available: BTreeMap<String, String>,
        #[serde(default)]
        remaining: BTreeMap<String, String>,
    },
    CheckTurnover {
        date: String,
        turnover: BTreeMap<String, RawTurnover>,
    },
    CheckBalanceAt {
        account: String,
        accounting_date: Option<String>,
        value_date: Option<String>,
        balance: String,
    },
}

/// The operations of [`RawOp`].
const KNOWN: [&str; 7] =
    ["post", "cancel", "set_state", "close_day", "check", "check_turnover", "check_balance_at"];

fn wrong(place: &str, what: impl fmt::Display) -> Wrong {
    Wrong { place: place.to_owned(), what: what.to_string() }
}

fn date(place: &str, text: &str) -> Result<Date, Wrong> {
    Date::parse(text).ok_or_else(|| wrong(place, format!("`{text}` is no date")))
}

fn currency(place: &str, text: &str) -> Result<Currency, Wrong> {
    Currency::from_code(text).ok_or_else(|| wrong(place, format!("`{text}` is no currency")))
}

fn amount(place: &str, currency: Currency, text: &str) -> Result<i64, Wrong> {
    let parsed = currency.parse_amount(text).map(|amount| amount.0);
    parsed.map_err(|error: AmountError| wrong(place, format!("`{text}`: {error}")))
}

fn outcome(place: &str, text: Option<&str>) -> Result<Outcome, Wrong> {
    match text {
        None | Some("posted") => Ok(Outcome::Posted),
        Some("duplicate") => Ok(Outcome::Duplicate),
        Some(text) => match text.strip_prefix("rejected:") {
            Some(code) => Ok(Outcome::Rejected(code.to_owned())),
            None => Err(wrong(place, format!("`{text}` is no outcome"))),
        },
    }
}

impl RawScenario {
    fn parse(self) -> Result<Scenario, Wrong> {
        let accounts: Vec<Account> =
            self.accounts.into_iter().map(RawAccount::parse).collect::<Result<_, _>>()?;
        let reader = StepReader { accounts: &accounts };
        let steps = self.steps.into_iter().enumerate();
        let steps = steps.map(|(index, step)| reader.step(&format!("step {}", index + 1), step));
        let steps = steps.collect::<Result<_, _>>()?;
        Ok(Scenario {
            start: date("start", &self.start)?,
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
            label: self.account,
            subject: self.subject,
            currency,
            owner: self.owner,
            may_go_negative: self.may_go_negative,
            hot: self.hot,
        })
    }
}

/// Reads steps against the accounts that they name.
struct StepReader<'a> {
    accounts: &'a [Account],
}

impl StepReader<'_> {
    fn step(&self, place: &str, mut step: Value) -> Result<Step, Wrong> {
        let fields = step.as_object_mut().ok_or_else(|| wrong(place, "not an object"))?;
        let note = match fields.remove("note") {
            Some(Value::String(note)) => note,
            None => String::new(),
            Some(_) => return Err(wrong(place, "its note is no text")),
        };
        let Some(op) = fields.get("op").and_then(Value::as_str).map(str::to_owned) else {
            return Err(wrong(place, "it has no `op`"));
        };
        if !KNOWN.contains(&op.as_str()) {
            return Ok(Step { note, op: Op::Unknown { op } });
        }
        let raw: RawOp = serde_json::from_value(step).map_err(|error| wrong(place, error))?;
        Ok(Step { note, op: self.op(place, raw)? })
    }

    fn op(&self, place: &str, raw: RawOp) -> Result<Op, Wrong> {
        Ok(match raw {
            RawOp::Post { txn, kind, value_date, legs, outcome: expect } => Op::Post {
                id: txn,
                kind,
                value_date: value_date.map(|text| date(place, &text)).transpose()?,
                legs,
                outcome: outcome(place, expect.as_deref())?,
            },
            RawOp::Cancel { txn, outcome: expect } => {
                Op::Cancel { id: txn, outcome: outcome(place, expect.as_deref())? }
            }
            RawOp::SetState { account, account_state, payment_state, outcome: expect } => Op::SetState {
                account: self.account(place, &account)?,
                account_state,
                payment_state,
                outcome: outcome(place, expect.as_deref())?,
            },
            RawOp::CloseDay { next } => Op::CloseDay { next: date(place, &next)? },
            RawOp::Check { remaining, .. } if !remaining.is_empty() => {
                Op::Unknown { op: "check of what remains of a hold".to_owned() }
            }
            RawOp::Check { balances, frozen, available, .. } => Op::Check {
                figures: [(Shown::Balance, balances), (Shown::Frozen, frozen), (Shown::Available, available)]
                    .into_iter()
                    .flat_map(|(what, figures)| figures.into_iter().map(move |figure| (what, figure)))
                    .map(|(what, (label, text))| self.figure(place, what, &label, &text))
                    .collect::<Result<_, _>>()?,
            },
            RawOp::CheckTurnover { date: on, turnover } => Op::CheckTurnover {
                date: date(place, &on)?,
                turnovers: turnover
                    .into_iter()
                    .map(|(label, raw)| self.turnover(place, &label, &raw))
                    .collect::<Result<_, _>>()?,
            },
            RawOp::CheckBalanceAt { account, accounting_date, value_date, balance } => {
                let at = match (accounting_date, value_date) {
                    (Some(text), None) => Moment::AccountingDate(date(place, &text)?),
                    (None, Some(text)) => Moment::ValueDate(date(place, &text)?),
                    _ => return Err(wrong(place, "it names not one date but none or two")),
                };
                let Figure { account, value, .. } = self.figure(place, Shown::Balance, &account, &balance)?;
                Op::CheckBalanceAt { account, at, balance: value }
            }
        })
    }

    fn account(&self, place: &str, label: &str) -> Result<usize, Wrong> {
        let found = self.accounts.iter().position(|account| account.label == label);
        found.ok_or_else(|| wrong(place, format!("account `{label}` is not among the accounts")))
    }

    fn figure(&self, place: &str, what: Shown, label: &str, text: &str) -> Result<Figure, Wrong> {
        let account = self.account(place, label)?;
        let value = amount(place, self.accounts[account].currency, text)?;
        Ok(Figure { account, what, value: value.into() })
    }

    fn turnover(&self, place: &str, label: &str, raw: &RawTurnover) -> Result<(usize, i128, i128), Wrong> {
        let account = self.account(place, label)?;
        let read = |text: &str| amount(place, self.accounts[account].currency, text).map(i128::from);
        Ok((account, read(&raw.debit)?, read(&raw.credit)?))
    }
}

#[cfg(test)]
mod tests;
